//! The words of the command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::{Exit, operate::Wish};
use crate::provider::demo::{ClockSetting, Faults};

/// See and steer many AWS accounts as one.
///
/// Without a command the deck opens. Without credentials it asks what to open: a sign-in, a
/// profile, or the embedded simulated organization.
#[derive(Debug, Parser)]
#[command(
    name = "awsdeck",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that every command takes.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Profile of the AWS configuration files (before AWS_PROFILE)
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Regions in view; the first one is home. Repeat or separate by commas
    #[arg(long, global = true, value_name = "REGION", value_delimiter = ',')]
    pub region: Vec<String>,
    /// Accounts in view, by id or unique name
    #[arg(long, global = true, value_name = "ACCOUNT", value_delimiter = ',')]
    pub account: Vec<String>,
    /// Organizational units in view with everything below, by id or path: Environments/Prod
    #[arg(long, global = true, value_name = "UNIT", value_delimiter = ',')]
    pub ou: Vec<String>,
    /// Open the embedded simulated organization: no account, no network
    #[arg(long, global = true)]
    pub demo: bool,
    /// Accounts of the simulated organization, up to 10000
    #[arg(long, global = true, value_name = "N")]
    pub demo_accounts: Option<u32>,
    /// Seed of the simulated organization
    #[arg(long, global = true, value_name = "SEED")]
    pub demo_seed: Option<u64>,
    /// Time of the simulated organization: a moment where it stands, a speed, or both, such as
    /// 2026-01-15T10:00:00Z, x60, 2026-01-15T10:00:00Z,x60
    #[arg(long, global = true, value_name = "TIME")]
    pub demo_clock: Option<ClockSetting>,
    /// Faults of the simulated organization: deny=ACCOUNT,throttle=SERVICE:SHARE,latency=50ms,…
    #[arg(long, global = true, value_name = "FAULTS")]
    pub demo_faults: Option<Faults>,
    /// Show what is cached and call nothing
    #[arg(long, global = true)]
    pub offline: bool,
    /// Leave out everything that can change an account; cannot be lifted while running
    #[arg(long, global = true)]
    pub read_only: bool,
    /// How lists are printed
    #[arg(long, short, global = true, value_enum, default_value_t)]
    pub output: Output,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t)]
    pub color: Color,
    /// Settings file instead of the one in the configuration folder
    #[arg(long, global = true, value_name = "FILE", env = "AWSDECK_CONFIG")]
    pub config: Option<PathBuf>,
    /// Theme by name
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// Keymap by name
    #[arg(long, global = true, value_name = "NAME")]
    pub keymap: Option<String>,
    /// No borders, no charts, ASCII, one column: for screen readers
    #[arg(long, global = true)]
    pub plain: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    #[default]
    Table,
    Json,
    Csv,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR, CLICOLOR=0 or TERM=dumb say otherwise
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Units and accounts
    Tree(List),
    /// VPCs and how they are joined; `network trace A B` follows a packet
    Network(Network),
    /// EKS clusters
    Clusters(List),
    /// GPUs of all clusters as one fleet: free, requested, waited for, and what the idle costs
    Gpu(Gpu),
    /// Deployments, sets and jobs of all clusters, and why one is not ready
    Workloads(Workloads),
    /// Pods of all clusters, and why one is not ready
    Pods(Inside),
    /// Nodes of all clusters, with what is requested of them
    Nodes(Inside),
    /// What components of all clusters noted of late
    Events(Inside),
    /// What accounts cost, by service
    Costs(List),
    /// What is protected, how old the last good copy is, and what falls short
    Backups(List),
    /// Velero in all clusters: backups, restores, schedules, storage locations, repositories
    Velero(Velero),
    /// Hosted zones, records and where their traffic goes
    Zones(List),
    /// Every object by name or id
    Search(Search),
    /// Plan an operation and store the plan
    Plan {
        #[command(subcommand)]
        operation: Wish,
    },
    /// Apply a stored plan
    Apply(Apply),
    /// Runs: list, show, attach, resume, roll back, verify, export
    Runs(Runs),
    /// Check access to every account in view
    Check,
    /// Say what is set up and what is not: terminal, files, sign-in, network
    Doctor {
        /// Mask account ids
        #[arg(long)]
        redact: bool,
    },
    /// Settings file: write one, check it, show what is in force
    Config {
        #[command(subcommand)]
        what: Config,
    },
    /// Themes: list, show, check
    Theme {
        #[command(subcommand)]
        what: Theme,
    },
    /// Keymaps: list, show, check
    Keymap {
        #[command(subcommand)]
        what: Keymap,
    },
    /// The IAM policies that awsdeck needs
    IamPolicy {
        #[arg(value_enum)]
        kind: Policy,
        /// Operations to allow, for `operate`; all when left out
        #[arg(long, value_delimiter = ',', value_name = "OPERATION")]
        ops: Vec<String>,
    },
    /// Draw one screen as SVG or text
    Screenshot(Screenshot),
    /// Completions for a shell
    Completions { shell: Shell },
    /// The manual page
    Man,
    /// Version, features and build
    Version {
        #[arg(long)]
        verbose: bool,
    },
    /// The process that keeps the simulated organization
    #[command(hide = true)]
    World(World),
    /// A token for a cluster, as `kubectl` asks for it
    #[command(hide = true)]
    Token { cluster: String },
    /// The process that executes one run
    #[command(hide = true)]
    Runner { run: String },
}

/// What every list takes.
#[derive(Clone, Debug, Default, Args)]
pub struct List {
    /// Filter, as in the deck: `prod`, `!dev`, `field=x`, `cost>100`, `tag:team=ml`; terms must all hold
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Column to sort by; a minus before it turns it round
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// All columns
    #[arg(long, short)]
    pub wide: bool,
}

/// What lists of what is in clusters take.
#[derive(Clone, Debug, Default, Args)]
pub struct Inside {
    #[command(flatten)]
    pub list: List,
    /// Clusters to look into, by name; all in view when left out
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub cluster: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Gpu {
    #[command(flatten)]
    pub inside: Inside,
    /// What a line is about
    #[arg(long, value_enum, default_value_t)]
    pub by: GpuBy,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GpuBy {
    #[default]
    Pool,
    Node,
    /// Pods that hold GPUs
    Pod,
    /// Pods that wait for GPUs
    Demand,
    /// Units, accounts, clusters and pools, summed up
    Unit,
}

#[derive(Debug, Args)]
pub struct Workloads {
    #[command(flatten)]
    pub inside: Inside,
    /// What a line is about
    #[arg(long, value_enum, default_value_t)]
    pub by: WorkloadsBy,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum WorkloadsBy {
    /// Clusters, and how they are reached
    Cluster,
    Namespace,
    #[default]
    Workload,
    /// Objects of Argo, Flux, Flagger, Istio, Linkerd, Kubeflow and Gatekeeper
    Extension,
    /// Service accounts whose pods may assume a role
    Role,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Velero {
    #[command(subcommand)]
    pub what: Option<VeleroCommand>,
    #[command(flatten)]
    pub inside: Inside,
}

#[derive(Debug, Subcommand)]
pub enum VeleroCommand {
    /// Errors and warnings of a backup or restore in full, and what a restore changed
    Results {
        /// Name of a restore, or of a backup
        name: String,
        /// Cluster that it is in; all in view are looked into when left out
        #[arg(long, value_name = "NAME")]
        cluster: Option<String>,
    },
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Network {
    #[command(subcommand)]
    pub what: Option<NetworkCommand>,
    #[command(flatten)]
    pub list: List,
}

#[derive(Debug, Subcommand)]
pub enum NetworkCommand {
    /// Follow a packet from A to B hop by hop and name the hop that blocks it
    Trace {
        /// VPC, subnet (id or name) or address
        from: String,
        /// VPC, subnet (id or name) or address
        to: String,
        /// Destination port
        #[arg(long, default_value_t = 443)]
        port: u16,
        /// tcp, udp, icmp, all, or a protocol number
        #[arg(long, default_value = "tcp")]
        protocol: String,
    },
}

#[derive(Debug, Args)]
pub struct Search {
    #[arg(required = true)]
    pub words: Vec<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

#[derive(Debug, Args)]
pub struct Apply {
    /// The plan's digest, its first eight digits, or a file
    pub plan: String,
    /// Arm for this one plan; without it nothing is written to a real account
    #[arg(long)]
    pub write: bool,
    /// What confirms the plan, as the review asks for it
    #[arg(long, value_name = "PHRASE")]
    pub confirm: Option<String>,
    /// Know what this rule warns of; once for each rule
    #[arg(long, value_name = "RULE")]
    pub acknowledge: Vec<String>,
    /// Begin even if the store that operators share is silent; why
    #[arg(long, value_name = "REASON")]
    pub break_glass: Option<String>,
    /// Start the run and leave it to its own process
    #[arg(long)]
    pub detach: bool,
}

#[derive(Debug, Args)]
pub struct Runs {
    #[command(subcommand)]
    pub what: Option<RunsCommand>,
}

#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// All runs, newest first
    List,
    /// One run with its steps
    Show { run: String },
    /// Follow a run until it ends
    Attach { run: String },
    /// Ask a run to stop before its next step
    Pause { run: String },
    /// Go on with a paused or interrupted run
    Resume {
        run: String,
        #[arg(long)]
        write: bool,
    },
    /// Go on with what this machine knows while the store that operators share is silent
    BreakGlass {
        run: String,
        #[arg(long)]
        reason: String,
        #[arg(long)]
        write: bool,
    },
    /// Say yes to a run of somebody else that waits for a second person
    Approve {
        run: String,
        #[arg(long)]
        write: bool,
        /// What confirms the plan, as the review asks for it
        #[arg(long, value_name = "PHRASE")]
        confirm: Option<String>,
    },
    /// Say no to a run that waits for a second person
    Reject {
        run: String,
        #[arg(long)]
        reason: String,
    },
    /// Let a run pass the gate that it stands before
    Pass {
        run: String,
        #[arg(long)]
        write: bool,
        /// What confirms the plan, as the review asks for it
        #[arg(long, value_name = "PHRASE")]
        confirm: Option<String>,
    },
    /// Leave out the step that a run stands at, or leave as it is what cannot be taken back
    Skip {
        run: String,
        step: String,
        #[arg(long)]
        reason: String,
        #[arg(long)]
        write: bool,
    },
    /// Tell whether a change happened whose answer was lost and that left no trace
    Answer {
        run: String,
        step: String,
        #[arg(value_parser = ["happened", "did-not-happen"])]
        what: String,
        /// Which one it made, where several could be it
        #[arg(long, value_name = "ID")]
        made: Option<String>,
        #[arg(long)]
        reason: String,
        #[arg(long)]
        write: bool,
    },
    /// Put back what a run has changed
    Rollback {
        run: String,
        #[arg(long)]
        write: bool,
        #[arg(long, value_name = "PHRASE")]
        confirm: Option<String>,
    },
    /// Verify the journal's chain, or an exported folder
    Verify { run: Option<String> },
    /// Write a folder that can be verified without awsdeck's files
    Export { run: String, folder: PathBuf },
}

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Write a commented settings file
    Init,
    /// Check the settings file
    Check,
    /// Print the settings in force
    Show,
    /// Print the JSON Schema of the settings file
    Schema,
}

#[derive(Debug, Subcommand)]
pub enum Theme {
    List,
    /// Print a theme file that ships
    Show {
        name: String,
    },
    /// Check a theme file: unknown roles, colours, contrast
    Check {
        file: PathBuf,
    },
    /// Make a theme from a base16 or base24 scheme (YAML), in your folder of themes
    Import {
        file: PathBuf,
        /// The theme's name; the scheme's own otherwise
        #[arg(long)]
        name: Option<String>,
        /// Write over a theme of that name
        #[arg(long)]
        force: bool,
    },
    /// Print the JSON Schema of theme files
    Schema,
}

#[derive(Debug, Subcommand)]
pub enum Keymap {
    List,
    Show {
        name: String,
    },
    /// Check a keymap file: unknown actions, conflicts, keys that terminals can't send
    Check {
        file: PathBuf,
    },
    /// Print the effective keys as a Markdown table
    Export,
    /// Print the JSON Schema of keymap files
    Schema,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Policy {
    /// What browsing needs in each account
    Read,
    /// What the management or a delegated account needs beside it
    Organization,
    /// What operations need
    Operate,
    /// For whoever shares runs: attach it where the bucket of `[shared]` is, to that bucket alone.
    Shared,
}

#[derive(Debug, Args)]
pub struct Screenshot {
    /// The view, such as network; a form of it after a colon: network:matrix
    pub view: String,
    /// Columns by rows
    #[arg(long, default_value = "120x36", value_parser = size)]
    pub size: (u16, u16),
    /// File to write; `.txt` for text, else SVG; standard output when left out
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Keys to press first, separated by spaces, as keymap files spell them
    #[arg(long, default_value = "")]
    pub keys: String,
}

#[derive(Debug, Args)]
pub struct World {
    /// The folder that keeps the world's state and socket
    #[arg(long)]
    pub state_dir: PathBuf,
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let parsed = text
        .split_once('x')
        .and_then(|(columns, rows)| Some((columns.parse().ok()?, rows.parse().ok()?)));
    parsed
        .filter(|&(columns, rows)| (1..=1000).contains(&columns) && (1..=1000).contains(&rows))
        .ok_or_else(|| format!("`{text}` is no size; write it as 120x36, each from 1 to 1000"))
}

impl Cli {
    /// Reads the program's arguments. Help and version are printed here and end well; mistakes end
    /// as [`Exit::Usage`].
    pub fn from_arguments(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, Exit> {
        let parsed = Self::command()
            .try_get_matches_from(arguments)
            .and_then(|matches| Self::from_arg_matches(&matches));
        parsed.map(Self::with_own_flags).map_err(|error| {
            // Nothing is left to do where not even this can be printed.
            let _ = error.print();
            if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            }
        })
    }

    /// A flag that an operation asks for is about what it makes, not about what is in view.
    fn with_own_flags(mut self) -> Self {
        if let Some(Command::Plan { operation }) = &self.command {
            let global = &mut self.global;
            for (name, in_view) in [
                ("account", &mut global.account),
                ("region", &mut global.region),
            ] {
                if operation.arguments.get(name).is_some() {
                    in_view.clear();
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_flag_that_an_operation_asks_for_does_not_narrow_the_view() {
        let words = "awsdeck plan provision-network --name shop --reason r --account dev-app \
                     --region eu-west-3";
        let cli = Cli::from_arguments(words.split(' ').map(Into::into)).expect("words");
        assert_eq!((cli.global.account.len(), cli.global.region.len()), (0, 0));
        let Some(Command::Plan { operation }) = cli.command else {
            panic!("another command");
        };
        assert_eq!(operation.arguments.get("account"), Some("dev-app"));
        assert_eq!(operation.arguments.get("region"), Some("eu-west-3"));
        let words =
            "awsdeck --region eu-west-3 plan dns-switch --zone z --name n --to green --reason r";
        let cli = Cli::from_arguments(words.split(' ').map(Into::into)).expect("words");
        assert_eq!(cli.global.region, ["eu-west-3"]);
    }

    #[test]
    fn a_size_is_columns_by_rows() {
        assert_eq!(size("80x24"), Ok((80, 24)));
        for wrong in ["80", "0x24", "80x", "axb", "80x24x2", "1001x1"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
