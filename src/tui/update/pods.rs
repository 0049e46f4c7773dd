//! What is done with one pod: its log, a shell in it, a port of it. The last two hand the terminal
//! over to `kubectl`; the deck itself writes nothing to any cluster.

use super::act::push;
use crate::{
    config::keymap::Key,
    inventory::tables::Object,
    model::{
        ClusterId, State as Standing,
        workload::{Owner, Pod},
    },
    provider::{LogOf, World},
    tui::{
        Effect, State,
        message::Severity,
        overlays::{LogPage, Question, question::Answer},
        state::Access,
        theme::Role,
    },
};

/// So many of the last lines are shown before new ones follow.
const TAIL: u32 = 500;

/// A pod, and its containers as far as they are known.
struct Target {
    cluster: ClusterId,
    namespace: String,
    pod: String,
    containers: Vec<String>,
}

/// Follows the log of the pod under the cursor; of a workload that of the pod which shows best what
/// is wrong. With `previous` that of the run before the one that goes on.
pub(super) fn log(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let target = match target(state) {
        Ok(target) => target,
        Err(said) => return vec![Effect::Say(said)],
    };
    let previous = argument == Some("previous");
    let of = LogOf {
        namespace: target.namespace,
        pod: target.pod,
        container: target.containers.first().cloned(),
        previous,
        follow: !previous,
        tail: TAIL,
    };
    push(state, LogPage::new(target.containers));
    vec![Effect::Follow(target.cluster, of)]
}

/// Asks before a shell in the pod under the cursor takes the terminal.
pub(super) fn shell(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let target = match target(state) {
        Ok(target) => target,
        Err(said) => return vec![Effect::Say(said)],
    };
    let container = argument
        .map(str::to_owned)
        .or_else(|| target.containers.first().cloned());
    let mut arguments = vec!["exec".to_owned(), "--stdin".into(), "--tty".into()];
    arguments.push(format!("--namespace={}", target.namespace));
    arguments.push(target.pod.clone());
    arguments.extend(container.map(|name| format!("--container={name}")));
    // Bash where there is one; a container that has no shell at all says so itself.
    arguments.extend(["--", "sh", "-c", "exec bash || exec sh"].map(str::to_owned));
    let title = format!("Open a shell in {}?", target.pod);
    hand_over(state, &target, title, "open", arguments)
}

/// Asks before a port of the pod under the cursor is forwarded to this machine.
pub(super) fn forward(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let target = match target(state) {
        Ok(target) => target,
        Err(said) => return vec![Effect::Say(said)],
    };
    let Some(ports) = argument.filter(|ports| are_ports(ports)) else {
        let said = "say which ports: `:port_forward 8080:80`, this machine's first";
        return vec![Effect::Say(said.into())];
    };
    let arguments = vec![
        "port-forward".to_owned(),
        format!("--namespace={}", target.namespace),
        format!("pod/{}", target.pod),
        ports.to_owned(),
    ];
    let title = format!("Forward {ports} of {}? ctrl-c ends it", target.pod);
    hand_over(state, &target, title, "forward", arguments)
}

/// `8080`, `8080:80`
fn are_ports(text: &str) -> bool {
    let is_port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
    match text.split_once(':') {
        Some((local, remote)) => is_port(local) && is_port(remote),
        None => is_port(text),
    }
}

fn hand_over(
    state: &mut State,
    target: &Target,
    title: String,
    label: &'static str,
    arguments: Vec<String>,
) -> Vec<Effect> {
    if state.access == Access::ReadOnly {
        let said = "read-only: start without --read-only to reach into a pod";
        return vec![Effect::Warn(Severity::Warning, said.into())];
    }
    if state.world == Some(World::Demo) {
        let said = "the simulated organization has no pods to reach into";
        return vec![Effect::Say(said.into())];
    }
    let role = match state.class() {
        Some(crate::model::EnvironmentClass::Dev) => Role::Dev,
        Some(crate::model::EnvironmentClass::Staging) => Role::Staging,
        _ => Role::Prod,
    };
    let lines = vec![
        vec![
            (Role::Muted, "cluster   ".to_owned()),
            (role, target.cluster.to_string()),
        ],
        vec![
            (Role::Muted, "runs      ".to_owned()),
            (Role::Text, format!("kubectl {}", arguments.join(" "))),
        ],
    ];
    let answer = Answer {
        key: Key::char('y'),
        label,
        effects: vec![Effect::HandOver {
            cluster: target.cluster.clone(),
            arguments,
        }],
    };
    let question = Question::new("hand over", title, lines, vec![answer], state.now);
    push(state, question);
    Vec::new()
}

/// The pod that the cursor is on or that shows what is wrong with the workload that it is on; else
/// what to do to get one.
fn target(state: &State) -> Result<Target, String> {
    let object = state.view().and_then(|view| view.selected());
    let object = object.ok_or("nothing is selected")?;
    find(state, &object)
        .ok_or_else(|| "put the cursor on a pod, or on a workload that has one".into())
}

fn find(state: &State, object: &Object) -> Option<Target> {
    let (cluster, path) = object.in_cluster(&state.inventory)?;
    let contents = state.inventory.contents.get(&cluster);
    let contents = contents.and_then(|remote| remote.value());
    let pods = || contents.into_iter().flat_map(|contents| &contents.pods);
    let target = |pod: &Pod| Target {
        cluster: cluster.clone(),
        namespace: pod.namespace.to_string(),
        pod: pod.name.clone(),
        containers: pod.containers.iter().map(ToString::to_string).collect(),
    };
    match (object.kind, path.as_slice()) {
        ("pod", [namespace, name]) => {
            let known = pods().find(|pod| &*pod.namespace == *namespace && pod.name == *name);
            Some(known.map_or_else(
                || Target {
                    cluster: cluster.clone(),
                    namespace: (*namespace).to_owned(),
                    pod: (*name).to_owned(),
                    containers: Vec::new(),
                },
                |pod| target(pod),
            ))
        }
        ("workload", [namespace, kind, name]) => {
            let owner = Owner::new(*kind, *name);
            let own = pods()
                .filter(|pod| &*pod.namespace == *namespace && pod.owner.as_ref() == Some(&owner));
            // The one that is worst off, and of several the newest.
            let worst = own.max_by_key(|pod| {
                let ill = pod.health.state >= Standing::Warning;
                (ill, pod.node.is_some(), pod.created)
            })?;
            Some(target(worst))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::are_ports;

    #[test]
    fn ports_are_numbers_and_nothing_else_reaches_a_command_line() {
        assert!(are_ports("8080") && are_ports("8080:80"));
        for wrong in [
            "",
            "0",
            "80:0",
            "70000",
            "80:http",
            "80 --kubeconfig=x",
            "1:2:3",
        ] {
            assert!(!are_ports(wrong), "{wrong}");
        }
    }
}
