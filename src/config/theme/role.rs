//! What colours mean. A theme gives a style to each; code can use no style that a theme can't set.

use strum::{Display, EnumCount, EnumIter, EnumString};

/// A meaning on screen. Its dotted name is what a theme file says; a role that a theme leaves out
/// falls back by prefix (`ui.text.muted` to `ui.text`), then to the parent theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumCount, EnumIter, EnumString)]
pub enum Role {
    #[strum(serialize = "ui.background")]
    Background,
    #[strum(serialize = "ui.text")]
    Text,
    #[strum(serialize = "ui.text.muted")]
    Muted,
    #[strum(serialize = "ui.text.strong")]
    Strong,
    #[strum(serialize = "ui.border")]
    Border,
    #[strum(serialize = "ui.border.focused")]
    BorderFocused,
    #[strum(serialize = "ui.title")]
    Title,
    #[strum(serialize = "ui.header")]
    Header,
    /// The header while a production account is under the cursor, or alone in scope.
    #[strum(serialize = "ui.header.prod")]
    HeaderProd,
    #[strum(serialize = "ui.column")]
    ColumnHead,
    #[strum(serialize = "ui.selection")]
    Selection,
    #[strum(serialize = "ui.mark")]
    Mark,
    #[strum(serialize = "ui.match")]
    Match,
    #[strum(serialize = "ui.key")]
    Key,
    #[strum(serialize = "ui.prompt")]
    Prompt,
    #[strum(serialize = "ui.badge")]
    Badge,
    #[strum(serialize = "ui.badge.readonly")]
    BadgeReadOnly,
    #[strum(serialize = "ui.badge.write")]
    BadgeWrite,
    #[strum(serialize = "ui.badge.demo")]
    BadgeDemo,
    #[strum(serialize = "ui.badge.override")]
    BadgeOverride,
    #[strum(serialize = "severity.ok")]
    Ok,
    #[strum(serialize = "severity.info")]
    Info,
    #[strum(serialize = "severity.working")]
    Working,
    #[strum(serialize = "severity.warning")]
    Warning,
    #[strum(serialize = "severity.error")]
    Error,
    #[strum(serialize = "severity.critical")]
    Critical,
    #[strum(serialize = "severity.off")]
    Off,
    #[strum(serialize = "severity.unknown")]
    Unknown,
    #[strum(serialize = "severity.denied")]
    Denied,
    #[strum(serialize = "env.prod")]
    Prod,
    #[strum(serialize = "env.staging")]
    Staging,
    #[strum(serialize = "env.dev")]
    Dev,
    #[strum(serialize = "env.other")]
    OtherEnvironment,
    #[strum(serialize = "plan.add")]
    PlanAdd,
    #[strum(serialize = "plan.change")]
    PlanChange,
    #[strum(serialize = "plan.replace")]
    PlanReplace,
    #[strum(serialize = "plan.destroy")]
    PlanDestroy,
    #[strum(serialize = "plan.shift")]
    PlanShift,
    #[strum(serialize = "plan.noop")]
    PlanNoop,
    #[strum(serialize = "plan.unknown")]
    PlanUnknown,
    #[strum(serialize = "net.edge.ok")]
    EdgeOk,
    #[strum(serialize = "net.edge.oneway")]
    EdgeOneWay,
    #[strum(serialize = "net.edge.blackhole")]
    EdgeBlackHole,
    #[strum(serialize = "net.edge.pending")]
    EdgePending,
    #[strum(serialize = "net.edge.failed")]
    EdgeFailed,
    #[strum(serialize = "net.edge.overlap")]
    EdgeOverlap,
    #[strum(serialize = "stale")]
    Stale,
    #[strum(serialize = "chart.bar")]
    Bar,
    #[strum(serialize = "chart.line")]
    Line,
}

/// An ordered scale of colours, from low to high, interpolated in OKLab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumCount, EnumIter, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Ramp {
    /// Sequential in lightness, so that it survives grey-scale.
    Cost,
    /// GPU and capacity use.
    Usage,
    /// Categories; its stops are used as they are.
    Series,
}
