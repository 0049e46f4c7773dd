//! What goes on in one cluster while the deck is open: it is kept up to date, a log is followed, and
//! the terminal is handed over to `kubectl`.

use std::{
    fs, io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::json;
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::AbortHandle,
};

use crate::{
    config::files,
    inventory::{Event, Loaded, Query},
    model::ClusterId,
    provider::{Error, Handoff, LogOf, Provider, Watched},
    tui::{
        Clock, Message, Severity,
        log::{Followed, LogEnd},
    },
};

/// Lines that are told at once.
const LINES: usize = 1_000;
/// A cursor that only passes opens no connection.
const MOMENT: Duration = Duration::from_secs(1);

/// How `kubectl` gets into a cluster.
#[derive(Clone, Debug)]
pub struct Kubectl {
    /// Where kubeconfigs are written; there is no secret in them.
    pub folder: PathBuf,
    /// This program and the flags that lead to this world: what asks for tokens.
    pub program: Vec<String>,
}

/// The only task of its kind: beginning another ends it.
#[derive(Default)]
pub(super) struct Only(Mutex<Option<AbortHandle>>);

impl Only {
    pub(super) fn begin(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.replace(Some(tokio::spawn(task).abort_handle()));
    }

    pub(super) fn stop(&self) {
        self.replace(None);
    }

    fn replace(&self, with: Option<AbortHandle>) {
        // The handle is replaced whole, so a panic elsewhere leaves a valid one.
        let mut own = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = std::mem::replace(&mut *own, with) {
            before.abort();
        }
    }
}

impl Drop for Only {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Keeps a cluster up to date, once the cursor has stayed on it for a moment.
pub(super) async fn watch_cluster(
    provider: Provider,
    messages: UnboundedSender<Message>,
    clock: Clock,
    cluster: ClusterId,
) {
    tokio::time::sleep(MOMENT).await;
    let (told, mut pictures) = unbounded_channel();
    let failed = |error: &Error| Event::Failed {
        query: Query::Fleet(cluster.clone()),
        trouble: Arc::new(error.trouble()),
        again: None,
    };
    // The deck is gone when nobody listens.
    let tell = |event| messages.send(Message::Event(event)).ok();
    let loaded = |query, loaded| Event::Loaded {
        query,
        loaded,
        at: clock(),
    };
    let telling = async {
        while let Some(picture) = pictures.recv().await {
            tell(match picture {
                Watched::Fleet(fleet) => {
                    loaded(Query::Fleet(cluster.clone()), Loaded::Fleet(fleet))
                }
                Watched::Contents(contents) => {
                    loaded(Query::Contents(cluster.clone()), Loaded::Contents(contents))
                }
                Watched::Lost(error) => failed(&error),
            });
        }
    };
    let (outcome, ()) = tokio::join!(provider.workloads.watch(&cluster, told), telling);
    if let Err(error) = outcome {
        tell(failed(&error));
    }
}

/// Tells the lines of a log until it ends.
pub(super) async fn follow(
    provider: Provider,
    messages: UnboundedSender<Message>,
    cluster: ClusterId,
    of: LogOf,
) {
    let (told, mut lines) = unbounded_channel();
    let tell = |lines: Vec<String>, end| {
        let followed = Followed {
            cluster: cluster.clone(),
            of: of.clone(),
            lines,
            end,
        };
        // The deck is gone when nobody listens.
        messages.send(Message::Log(followed)).ok();
    };
    let reading = provider.workloads.log(&cluster, &of, told);
    let telling = async {
        let mut some = Vec::new();
        while lines.recv_many(&mut some, LINES).await > 0 {
            tell(std::mem::take(&mut some), None);
        }
    };
    let (outcome, ()) = tokio::join!(reading, telling);
    let end = match outcome {
        Ok(()) => LogEnd::Over,
        Err(error) => LogEnd::Failed(error.trouble()),
    };
    tell(Vec::new(), Some(end));
}

/// Finds out how `kubectl` gets into the cluster, and has it started with `arguments`.
pub(super) async fn hand_over(
    provider: Provider,
    messages: UnboundedSender<Message>,
    kubectl: Kubectl,
    cluster: ClusterId,
    arguments: Vec<String>,
) {
    let message = match provider.workloads.handoff(&cluster).await {
        Ok(handoff) => {
            let written = tokio::task::spawn_blocking(move || {
                command(&kubectl, &cluster, handoff, arguments)
            });
            match written.await.map_err(io::Error::other).flatten() {
                Ok(Some(command)) => Message::HandedOver(command),
                Ok(None) => {
                    let said = "no other program leads into this world's clusters";
                    Message::Note(Severity::Info, said.into())
                }
                Err(error) => {
                    let said = format!("could not write a kubeconfig: {error}");
                    Message::Note(Severity::Error, said)
                }
            }
        }
        Err(error) => {
            let trouble = error.trouble();
            let hint = trouble.hint.map(|hint| format!(" · {hint}"));
            let said = format!("{}{}", trouble.message, hint.unwrap_or_default());
            Message::Note(Severity::Error, said)
        }
    };
    messages.send(message).ok();
}

/// The whole command line; `None` where no program leads there.
fn command(
    kubectl: &Kubectl,
    cluster: &ClusterId,
    handoff: Handoff,
    arguments: Vec<String>,
) -> io::Result<Option<Vec<String>>> {
    let mut command = vec!["kubectl".to_owned()];
    match handoff {
        Handoff::Nowhere => return Ok(None),
        Handoff::Context { name, kubeconfig } => {
            let file = kubeconfig.map(|file| format!("--kubeconfig={}", file.display()));
            command.extend(file);
            command.push(format!("--context={name}"));
        }
        Handoff::Server {
            url,
            authority,
            tls_server_name,
            proxy,
        } => {
            let mut server = json!({ "server": url });
            let base = cluster
                .to_string()
                .replace(|sign: char| !sign.is_ascii_alphanumeric(), "-");
            if let Some(authority) = authority {
                let file = kubectl.folder.join(format!("{base}.pem"));
                write(&file, &authority)?;
                server["certificate-authority"] = file.display().to_string().into();
            }
            if let Some(name) = tls_server_name {
                server["tls-server-name"] = name.into();
            }
            if let Some(proxy) = proxy {
                server["proxy-url"] = proxy.into();
            }
            let file = kubectl.folder.join(format!("{base}.json"));
            write(
                &file,
                &format!("{:#}", kubeconfig(kubectl, cluster, &server)),
            )?;
            command.push(format!("--kubeconfig={}", file.display()));
        }
    }
    command.extend(arguments);
    Ok(Some(command))
}

/// A kubeconfig whose token is asked for whenever one is needed.
fn kubeconfig(
    kubectl: &Kubectl,
    cluster: &ClusterId,
    server: &serde_json::Value,
) -> serde_json::Value {
    let (program, flags) = match kubectl.program.split_first() {
        Some((program, flags)) => (program.as_str(), flags),
        None => ("awsdeck", &[][..]),
    };
    let mut arguments = flags.to_vec();
    arguments.extend(["token".to_owned(), cluster.to_string()]);
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "awsdeck",
        "contexts": [{ "name": "awsdeck", "context": { "cluster": "awsdeck", "user": "awsdeck" } }],
        "clusters": [{ "name": "awsdeck", "cluster": server }],
        "users": [{ "name": "awsdeck", "user": { "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": program,
            "args": arguments,
            "interactiveMode": "Never",
            "provideClusterInfo": false,
        } } }],
    })
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        files::make_private_folder(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    io::Write::write_all(&mut options.open(file)?, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    fn kubectl(folder: &Path) -> Kubectl {
        Kubectl {
            folder: folder.to_owned(),
            program: vec!["awsdeck".into(), "--profile=acme".into()],
        }
    }

    fn cluster() -> ClusterId {
        let account = "111122223333".parse().expect("an account");
        ClusterId::new(Place::new(account, "eu-west-1"), "ml-1")
    }

    #[test]
    fn a_kubeconfig_holds_no_secret_and_asks_this_program_for_tokens() {
        let folder = tempfile::tempdir().expect("a folder");
        let handoff = Handoff::Server {
            url: "https://127.0.0.1:8443".into(),
            authority: Some("PEM".into()),
            tls_server_name: Some("abc.eks.amazonaws.com".into()),
            proxy: None,
        };
        let arguments = vec!["exec".to_owned(), "pod".into()];
        let command = command(&kubectl(folder.path()), &cluster(), handoff, arguments)
            .expect("written")
            .expect("a command");
        let file = command[1].strip_prefix("--kubeconfig=").expect("a file");
        assert_eq!(&command[2..], ["exec", "pod"]);
        let text = fs::read_to_string(file).expect("a kubeconfig");
        let read: serde_json::Value = serde_json::from_str(&text).expect("JSON, which is YAML");
        let exec = &read["users"][0]["user"]["exec"];
        assert_eq!(exec["command"], "awsdeck");
        assert_eq!(
            exec["args"],
            json!(["--profile=acme", "token", "111122223333/eu-west-1/ml-1"])
        );
        let server = &read["clusters"][0]["cluster"];
        assert_eq!(server["tls-server-name"], "abc.eks.amazonaws.com");
        assert!(!text.contains("k8s-aws-v1"), "a token in {text}");
    }

    #[test]
    fn a_context_of_the_users_own_stays_theirs() {
        let folder = tempfile::tempdir().expect("a folder");
        let handoff = Handoff::Context {
            name: "kind-dev".into(),
            kubeconfig: None,
        };
        let command = command(
            &kubectl(folder.path()),
            &cluster(),
            handoff,
            vec!["get".into()],
        )
        .expect("nothing is written")
        .expect("a command");
        assert_eq!(command, ["kubectl", "--context=kind-dev", "get"]);
        let nowhere = super::command(
            &kubectl(folder.path()),
            &cluster(),
            Handoff::Nowhere,
            vec![],
        );
        assert_eq!(nowhere.expect("nothing is written"), None);
    }
}
