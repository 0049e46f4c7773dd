//! `network trace A B`: the way of a packet, hop by hop.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{
    Mistake,
    style::{Page, fitted},
};
use crate::{
    cli::{
        Exit,
        args::{NetworkCommand, Output},
    },
    inventory::{
        QueryKind,
        report::{self, Failure, Sight},
    },
    model::{
        network::{Endpoint, Hop, Network, NoEndpoint, Trace, Traffic, Verdict},
        text::clean,
    },
};

pub(super) fn follow(command: &NetworkCommand, sight: Sight<'_>) -> Result<Trace, Mistake> {
    let NetworkCommand::Trace {
        from,
        to,
        port,
        protocol,
    } = command;
    let networks: Vec<&Network> = sight
        .inventory
        .networks
        .values()
        .filter_map(|remote| remote.value().map(AsRef::as_ref))
        .collect();
    let traffic = traffic(protocol, *port)?;
    let from = endpoint(&networks, from, sight)?;
    let to = endpoint(&networks, to, sight)?;
    Ok(Trace::new(networks, from, to, traffic))
}

/// A name that several regions have means the one at home.
fn endpoint(networks: &[&Network], text: &str, sight: Sight<'_>) -> Result<Endpoint, Mistake> {
    let tree = sight.inventory.tree();
    let in_view = networks.iter().copied();
    let in_view: Vec<&Network> = in_view
        .filter(|network| sight.scope.holds_place(&network.place, &tree))
        .collect();
    let found = Endpoint::find(&in_view, text);
    if let Err(NoEndpoint::Ambiguous { .. }) = &found {
        let home = sight.inventory.regions.first();
        let at_home = in_view.into_iter();
        let at_home: Vec<&Network> = at_home
            .filter(|network| Some(&network.place.region) == home)
            .collect();
        if let Ok(endpoint) = Endpoint::find(&at_home, text)
            && endpoint.vpc.is_some()
        {
            return Ok(endpoint);
        }
    }
    Ok(found?)
}

fn traffic(protocol: &str, port: u16) -> Result<Traffic, Mistake> {
    let number = match protocol.to_ascii_lowercase().as_str() {
        "all" => return Ok(Traffic::ALL),
        "tcp" => 6,
        "udp" => 17,
        "icmp" => 1,
        "icmpv6" => 58,
        other => other
            .parse()
            .map_err(|_| Mistake::Protocol(protocol.into()))?,
    };
    Ok(Traffic {
        protocol: Some(number),
        ports: matches!(number, 6 | 17).then_some((port, port)),
    })
}

/// Ends as done when the packet and its answer get through, as failed when something blocks, as
/// done in part when that cannot be told.
pub(super) fn print(
    trace: &Trace,
    sight: Sight<'_>,
    failures: &[Failure],
    page: Page,
    out: &mut impl Write,
) -> io::Result<Exit> {
    match page.output {
        Output::Table => text(trace, page, out)?,
        Output::Json => document(trace, sight, failures, out)?,
        Output::Csv => {
            write!(out, "way,judgement,kind,what,reason,fix\r\n")?;
            for hop in &trace.hops {
                let fix = hop.fix.as_deref().unwrap_or_default();
                let fields = [
                    way(hop),
                    &hop.judgement.to_string(),
                    &hop.kind.to_string(),
                    &hop.what,
                    &hop.reason,
                    fix,
                ]
                .map(report::quoted);
                write!(out, "{}\r\n", fields.join(","))?;
            }
        }
    }
    Ok(match trace.verdict {
        Verdict::Reaches => Exit::Done,
        Verdict::Blocked(_) => Exit::Failed,
        Verdict::Unsure(_) => Exit::Partial,
    })
}

fn way(hop: &Hop) -> &'static str {
    if hop.back { "back" } else { "there" }
}

fn text(trace: &Trace, page: Page, out: &mut impl Write) -> io::Result<()> {
    for (word, end) in [("from", &trace.from), ("to  ", &trace.to)] {
        let place = end.place.as_ref().map(|place| format!(" ({place})"));
        let label = clean(&end.label);
        writeln!(out, "{word}  {label}{}", place.unwrap_or_default())?;
    }
    writeln!(out, "with  {}", trace.traffic)?;
    let kind = |hop: &Hop| hop.kind.to_string().replace('_', " ");
    let widest = |of: &dyn Fn(&Hop) -> usize| trace.hops.iter().map(of).max().unwrap_or(0);
    let kinds = widest(&|hop| kind(hop).len());
    let whats = widest(&|hop| hop.what.chars().count());
    let mut last = None;
    for hop in &trace.hops {
        if last != Some(hop.back) {
            writeln!(out)?;
            writeln!(out, "{}", page.bold(way(hop)))?;
            last = Some(hop.back);
        }
        let judgement = fitted(&hop.judgement.to_string(), 6, false);
        writeln!(
            out,
            "  {}  {}  {}  {}",
            page.paint(hop.judgement.verdict(), &judgement),
            fitted(&kind(hop), kinds, false),
            fitted(&clean(&hop.what), whats, false),
            clean(&hop.reason)
        )?;
    }
    writeln!(out)?;
    let decisive = trace.decisive();
    let said = match (trace.verdict, decisive) {
        (Verdict::Blocked(_), Some(hop)) => format!("blocked at {}: {}", hop.what, hop.reason),
        (Verdict::Unsure(_), Some(hop)) => {
            format!("cannot be told: {}: {}", hop.what, hop.reason)
        }
        _ => "reaches, and the answer comes back".into(),
    };
    writeln!(out, "{}", page.paint(trace.health().state, &clean(&said)))?;
    if let Some(fix) = decisive.and_then(|hop| hop.fix.as_deref()) {
        writeln!(out, "to let it through: {}", clean(fix))?;
    }
    Ok(())
}

fn document(
    trace: &Trace,
    sight: Sight<'_>,
    failures: &[Failure],
    out: &mut impl Write,
) -> io::Result<()> {
    let mut document = report::envelope("network-trace", sight, &[QueryKind::Network], failures);
    let verdict = match trace.verdict {
        Verdict::Reaches => "reaches",
        Verdict::Unsure(_) => "unsure",
        Verdict::Blocked(_) => "blocked",
    };
    let hop = |hop: &Hop| {
        json!({
            "way": way(hop), "kind": hop.kind, "what": clean(&hop.what), "judgement": hop.judgement,
            "reason": clean(&hop.reason), "fix": hop.fix.as_deref().map(clean),
        })
    };
    document.insert("from".into(), json!(trace.from));
    document.insert("to".into(), json!(trace.to));
    document.insert("traffic".into(), trace.traffic.to_string().into());
    document.insert("verdict".into(), verdict.into());
    let items: Vec<Value> = trace.hops.iter().map(hop).collect();
    document.insert("items".into(), items.into());
    report::write_json(&Value::Object(document), out)
}
