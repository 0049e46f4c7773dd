//! How the new database takes the place of the old one: after a person has looked at its data, and
//! with one point after which there is no way back, where it takes writes.

use super::{
    super::database::{Asked, Move, Switch, regrouped},
    draft::{RESTORE, Restore},
};
use crate::{
    engine::plan::{DatabaseQuestion, Expected, Probe, Step, Watch, Work},
    model::{
        Ref, SecurityGroupId,
        change::{DatabaseChange, Settings, Whose},
        protection::Database,
    },
};

/// What takes place of what.
pub(super) struct CutOver<'a> {
    pub(super) old: Option<&'a Database>,
    /// The old one's name afterwards, where it is renamed.
    pub(super) former: String,
    pub(super) fence: Option<SecurityGroupId>,
    pub(super) clients: &'a Move,
}

impl Restore<'_> {
    /// Lets clients come to it, after `ready`. Gives what is to be watched.
    pub(super) fn cut_over(&mut self, cut: &CutOver<'_>, ready: &[String]) -> Vec<Watch> {
        let mut last: Vec<String> = ready.to_vec();
        let mut first = None;
        if let (Some(fence), Some(old)) = (&cut.fence, cut.old) {
            let change = regrouped(&self.seen.seen.place, old, vec![fence.clone()]);
            let why = "what is written to the old database from here on would be lost";
            let step = Step::change("fence", change.into(), why)
                .settling(5, 900)
                .taking(40, 120);
            self.after(step, &last);
            last = vec!["fence".into()];
            first = Some("fence");
        }
        let mut name = self.id.clone();
        let mut no_return = None;
        match cut.clients {
            Move::None => return self.watched(&name, None),
            Move::Rename => {
                if let Some(old) = cut.old {
                    self.rename_old(old, &cut.former, &last);
                    last = vec!["rename-old".into()];
                    first = first.or(Some("rename-old"));
                }
                name.clone_from(&self.seen.database);
                self.rename_new(&name, &last);
                last = vec!["rename-new".into()];
                first = first.or(Some("rename-new"));
                no_return = Some("rename-new");
            }
            Move::Record(switch) => {
                let after: Vec<&str> = last.iter().map(String::as_str).collect();
                switch.steps(&mut self.draft, Ref::output(RESTORE), &after);
                last = vec!["record".into()];
                first = first.or(Some("record"));
                no_return = Some("record");
            }
            Move::ByHand => {}
        }
        if self.isolated.is_some() {
            self.open(&name, &last);
            last = vec!["open".into()];
            first = first.or(Some("open"));
            no_return = Some("open");
        }
        if matches!(cut.clients, Move::ByHand) {
            self.by_hand(cut, &last);
        }
        self.ask(first, no_return, &name, cut);
        self.prove(&name, &last, cut);
        self.watched(&name, Some(cut))
    }

    fn after(&mut self, step: Step, before: &[String]) {
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        self.draft
            .add(step, &before, "the cut-over goes one by one");
    }

    fn rename_old(&mut self, old: &Database, former: &str, after: &[String]) {
        let change = DatabaseChange::Rename {
            at: self.at.clone(),
            kind: old.kind,
            from: old.id.clone(),
            to: former.into(),
            whose: Whose::Resource(old.resource_id.clone().unwrap_or_default()),
        };
        let why = "its name becomes free; nobody can connect until the new one has it";
        let step = Step::change("rename-old", change.into(), why)
            .settling(10, 1800)
            .taking(120, 600);
        self.after(step, after);
    }

    fn rename_new(&mut self, name: &str, after: &[String]) {
        let change = DatabaseChange::Rename {
            at: self.at.clone(),
            kind: self.seen.kind,
            from: self.id.clone(),
            to: name.into(),
            whose: Whose::MadeBy(RESTORE.into()),
        };
        let why = "clients find it under the name and the endpoint that they know";
        let step = Step::change("rename-new", change.into(), why)
            .settling(10, 1800)
            .taking(120, 600);
        self.after(step, after);
    }

    /// Lets clients in.
    fn open(&mut self, name: &str, after: &[String]) {
        let groups = |groups: Vec<SecurityGroupId>| Settings {
            security_groups: Some(groups),
            ..Settings::default()
        };
        let isolated: Vec<SecurityGroupId> = self.isolated.clone().into_iter().collect();
        let change = DatabaseChange::Modify {
            at: self.at.clone(),
            kind: self.seen.kind,
            id: name.into(),
            from: groups(isolated),
            to: groups(self.chosen.shape.security_groups.clone()),
        };
        let why = "from here on clients get in";
        let step = Step::change("open", change.into(), why)
            .settling(5, 900)
            .taking(40, 120);
        self.after(step, after);
    }

    /// Somebody tells the clients, and it is seen that they have gone.
    fn by_hand(&mut self, cut: &CutOver<'_>, after: &[String]) {
        let (probe, title) = match cut.old {
            Some(old) => {
                let at = self.at.clone();
                let of = Asked {
                    at: &at,
                    kind: old.kind,
                    id: &old.id,
                };
                let idle = of.probe(DatabaseQuestion::Idle);
                (idle, format!("wait until {} has no connection", old.id))
            }
            None => {
                let probe = self.asked(&self.id).probe(DatabaseQuestion::Available);
                (probe, "see that it is there".to_owned())
            }
        };
        let work = Work::Until {
            probe,
            interval_seconds: 30,
            limit_seconds: 7200,
        };
        let why = "whoever is still connected to the old database writes what is lost";
        let step = Step::read("told", title, why, work, Expected::new(300, 3600));
        self.after(step, after);
        self.draft.gate(
            "told",
            format!(
                "Let the secret or the configuration of the clients lead to {} now. Is it done?",
                self.id
            ),
        );
    }

    /// Where people are asked, and from where on there is no way back.
    fn ask(
        &mut self,
        first: Option<&'static str>,
        no_return: Option<&'static str>,
        name: &str,
        cut: &CutOver<'_>,
    ) {
        let data = format!(
            "Are the data in {} as they should be? Compare counts of rows and the newest timestamps \
             with what is to be expected of {}.",
            self.id,
            self.seen.origin.origin()
        );
        let unfenced = cut.old.map_or("the old database", |old| old.id.as_str());
        let loss = match &cut.fence {
            Some(_) => String::new(),
            None => format!(" {unfenced} is not fenced: what is written to it until then is lost."),
        };
        let consequence = format!("{name} takes writes: going back would lose them");
        let Some(last) = no_return else {
            return;
        };
        let writes = format!("From here on {name} takes writes and there is no way back.{loss}");
        match first {
            Some(first) if first != last => {
                self.draft.gate(first, data);
                self.draft
                    .without_return(last, format!("{writes} Go on?"), consequence);
            }
            _ => {
                self.draft
                    .without_return(last, format!("{data} {writes} Go on?"), consequence);
            }
        }
    }

    fn prove(&mut self, name: &str, after: &[String], cut: &CutOver<'_>) {
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        let host = match (cut.clients, cut.old.and_then(|old| old.endpoint.clone())) {
            // It has the old one's endpoint now.
            (Move::Rename, Some(host)) => Ref::Known(host),
            (Move::Rename, None) => Ref::output("rename-new"),
            _ => Ref::output(RESTORE),
        };
        if self.seen.reachable {
            let probe = Probe::Port {
                at: self.at.clone(),
                host,
                port: self.chosen.shape.port,
                what: name.into(),
            };
            self.draft
                .until("port", probe, "clients can connect", (5, 900), &after);
        } else {
            self.draft.warn(
                "the port of the old database does not answer from here, so that of the new one is \
                 not tried",
            );
        }
        if let (Move::Record(_), Some(old)) = (cut.clients, cut.old) {
            let at = self.at.clone();
            let of = Asked {
                at: &at,
                kind: old.kind,
                id: &old.id,
            };
            let why = "open connections do not follow a DNS name";
            let idle = DatabaseQuestion::Idle;
            self.draft
                .until_database("left", &of, idle, why, 3600, &["record-aged"]);
        }
    }

    fn watched(&self, name: &str, cut: Option<&CutOver<'_>>) -> Vec<Watch> {
        let mut watch = vec![self.asked(name).watched(DatabaseQuestion::Available)];
        let Some(cut) = cut else {
            return watch;
        };
        if matches!(cut.clients, Move::Record(_)) {
            watch.push(Switch::watched());
        }
        // A renamed database is not where the fence was put.
        let renamed = matches!(cut.clients, Move::Rename);
        if let (Some(_), Some(old)) = (&cut.fence, cut.old) {
            let id = if renamed { &cut.former } else { &old.id };
            let fence = cut.fence.clone().into_iter().collect();
            let of = self.asked(id);
            watch.push(of.watched(DatabaseQuestion::Fenced(fence)));
        }
        watch
    }
}
