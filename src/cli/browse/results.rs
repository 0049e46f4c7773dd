//! What a backup or restore of Velero has to say, in full.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Mistake, Page};
use crate::{
    cli::{
        Exit,
        args::{Output, VeleroCommand},
    },
    inventory::{
        Inventory, Query, QueryKind,
        report::{self, Failure, Sight},
    },
    model::{
        ClusterId, Health,
        text::clean,
        velero::{Messages, Results, Summary, is_noise},
    },
    provider::Outcome,
};

/// A restore or a backup of this name.
struct Found {
    cluster: ClusterId,
    of: Outcome,
    phase: String,
    health: Health,
}

/// Restores of this name, and backups where there are none.
fn found(command: &VeleroCommand, inventory: &Inventory) -> Vec<Found> {
    let VeleroCommand::Results { name, .. } = command;
    let veleros = || {
        inventory
            .veleros
            .values()
            .filter_map(|remote| remote.value())
    };
    let restores = veleros().flat_map(|velero| {
        let own = velero.restores.iter().filter(|one| one.name == *name);
        own.map(|restore| {
            let of = outcome(true, &restore.namespace, name);
            let known = inventory.results.get(&(velero.cluster.clone(), of.clone()));
            let summary = known.and_then(|known| known.value()?.summary(true).into());
            Found {
                cluster: velero.cluster.clone(),
                of,
                phase: restore.phase.to_string(),
                health: restore.health(summary.as_ref()),
            }
        })
    });
    let restores: Vec<Found> = restores.collect();
    if !restores.is_empty() {
        return restores;
    }
    let backups = veleros().flat_map(|velero| {
        let own = velero.backups.iter().filter(|one| one.name == *name);
        own.map(|backup| Found {
            cluster: velero.cluster.clone(),
            of: outcome(false, &backup.namespace, name),
            phase: backup.phase.to_string(),
            health: backup.phase.health(),
        })
    });
    backups.collect()
}

fn outcome(restore: bool, namespace: &str, name: &str) -> Outcome {
    Outcome {
        restore,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}

/// What has to be read once it is known where the name is.
pub(super) fn queries(command: &VeleroCommand, inventory: &Inventory) -> Vec<Query> {
    let found = found(command, inventory).into_iter();
    found
        .map(|found| Query::Results(found.cluster, found.of))
        .collect()
}

pub(super) fn print(
    command: &VeleroCommand,
    sight: Sight<'_>,
    failures: &[Failure],
    page: Page,
    out: &mut impl Write,
) -> Result<io::Result<Exit>, Mistake> {
    let VeleroCommand::Results { name, .. } = command;
    let all = found(command, sight.inventory);
    if all.is_empty() {
        return Err(Mistake::Outcome(name.clone()));
    }
    let known = |found: &Found| {
        let key = (found.cluster.clone(), found.of.clone());
        sight.inventory.results.get(&key)
    };
    let unread = all
        .iter()
        .filter_map(|found| Some((found, known(found)?.trouble()?)));
    let complaints: Vec<String> = unread
        .map(|(found, trouble)| format!("{}: {}", found.cluster, trouble.message))
        .collect();
    let read: Vec<(&Found, &Results)> = all
        .iter()
        .filter_map(|found| Some((found, known(found)?.value()?.as_ref())))
        .collect();
    let written = match page.output {
        Output::Json => document(&read, &complaints, sight, failures, out),
        Output::Table | Output::Csv => text(&read, &complaints, page, out),
    };
    let exit = if complaints.is_empty() && failures.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    };
    Ok(written.map(|()| exit))
}

fn text(
    read: &[(&Found, &Results)],
    complaints: &[String],
    page: Page,
    out: &mut impl Write,
) -> io::Result<()> {
    for (found, results) in read {
        let kind = kind(&found.of);
        let name = clean(&found.of.name);
        let head = format!("{kind} {name}  {}  {}", found.cluster, found.phase);
        writeln!(out, "{}", page.bold(&head))?;
        let summary = results.summary(found.of.restore);
        let verdict = &found.health;
        if !verdict.reason.is_empty() {
            writeln!(
                out,
                "{}",
                page.paint(verdict.state, &clean(&verdict.reason))
            )?;
        }
        writeln!(out, "{}", summary.line())?;
        messages("errors", &results.errors, out)?;
        messages("warnings", &results.warnings, out)?;
        writeln!(out, "read from {}", clean(&results.from))?;
    }
    for complaint in complaints {
        writeln!(out, "could not be read: {}", clean(complaint))?;
    }
    Ok(())
}

/// What is noise is counted in the line above and left out here.
fn messages(head: &str, messages: &Messages, out: &mut impl Write) -> io::Result<()> {
    let told: Vec<(&str, &str)> = messages.all().filter(|(_, text)| !is_noise(text)).collect();
    if told.is_empty() {
        return Ok(());
    }
    writeln!(out, "{head}")?;
    for (about, text) in told {
        writeln!(out, "  {}: {}", clean(about), clean(text))?;
    }
    Ok(())
}

const fn kind(of: &Outcome) -> &'static str {
    if of.restore { "restore" } else { "backup" }
}

fn document(
    read: &[(&Found, &Results)],
    complaints: &[String],
    sight: Sight<'_>,
    failures: &[Failure],
    out: &mut impl Write,
) -> io::Result<()> {
    let told = |messages: &Messages| -> Vec<Value> {
        let all = messages.all();
        all.map(|(about, text)| {
            json!({ "about": clean(about), "message": clean(text), "noise": is_noise(text) })
        })
        .collect()
    };
    let item = |(found, results): &(&Found, &Results)| {
        let summary: Summary = results.summary(found.of.restore);
        let place = &found.cluster.place;
        json!({
            "kind": kind(&found.of),
            "name": clean(&found.of.name),
            "cluster": found.cluster.name.as_str(),
            "account": place.account.to_string(),
            "region": place.region.as_str(),
            "phase": found.phase,
            "state": found.health.state.to_string(),
            "reason": clean(&found.health.reason),
            "changed_nothing": found.of.restore.then(|| summary.changed_nothing()),
            "summary": summary,
            "errors": told(&results.errors),
            "warnings": told(&results.warnings),
            "from": clean(&results.from),
        })
    };
    let mut document: Map<String, Value> =
        report::envelope("velero-results", sight, &[QueryKind::Velero], failures);
    document.insert("complaints".into(), json!(complaints));
    document.insert("items".into(), read.iter().map(item).collect());
    report::write_json(&Value::Object(document), out)
}
