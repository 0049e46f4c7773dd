//! Sign-in and permission.

use std::collections::VecDeque;

use jiff::SignedDuration;
use serde_json::json;

use super::{
    super::{history::History, recording::Recording, replay::Act},
    load, play,
};
use crate::kubernetes::server::{AccessKey, Effect, Fault, Server, Status, User};

/// The version of these recordings.
const VERSION: u64 = 2_471;

pub(super) fn set(
    server: &Server,
    history: &History,
    name: &str,
    recording: &Recording,
    tokens: &mut VecDeque<String>,
) -> Vec<(i64, Act)> {
    people(server);
    roles(server);
    if name == "restorer-200-list-restores" {
        // One that no other recording shows.
        load(
            server,
            json!({
                "apiVersion": "velero.io/v1",
                "kind": "Restore",
                "metadata": {"name": "mixed-1-r", "namespace": "velero"},
            }),
        );
    }
    play(
        server,
        history,
        if name == "eks-token" { 2_506 } else { VERSION },
    );
    if name == "eks-token" {
        *tokens = eks_tokens(server);
    }
    if name == "too-many-requests-429" {
        for (step, seconds) in recording.steps.iter().zip([1, 1, 2]) {
            let refuse = Effect::Refuse(Status::too_many_requests(seconds));
            server.fault(Fault::on("", step.path(), refuse));
        }
    }
    Vec::new()
}

/// Two tokens that are good, one for another cluster, one that is older than its life.
fn eks_tokens(server: &Server) -> VecDeque<String> {
    let me = "arn:aws:sts::111122223333:assumed-role/Ops/me";
    let key = AccessKey {
        id: "AKIDEXAMPLE".into(),
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
        session_token: Some("FwoG+tok/en==".into()),
        entry: Some(User::new(me, &["system:masters"])),
    };
    let life = 60;
    let now = server.now();
    server.world(|world| {
        world.people.set_cluster("my-cluster");
        world.people.set_token_life(life);
        world.people.trust(key.clone());
    });
    let token =
        |cluster, age| key.token(cluster, "us-east-1", now - SignedDuration::from_secs(age));
    [
        token("my-cluster", 0),
        token("my-cluster", 0),
        token("another", 0),
        token("my-cluster", life + 1),
    ]
    .into()
}

fn people(server: &Server) {
    server.world(|world| {
        for (token, user) in [
            (
                "<dev-token>",
                User::new("dev@example.com", &["developers"]).uid("u-dev"),
            ),
            (
                "<restorer-token>",
                User::new("restorer@example.com", &["restorers"]),
            ),
            ("<throttled-token>", User::new("throttled@example.com", &[])),
        ] {
            world.people.add(token, user);
        }
    });
}

fn roles(server: &Server) {
    let role = |namespace: &str, name: &str, rules: serde_json::Value| {
        load(
            server,
            json!({
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "Role",
                "metadata": {"namespace": namespace, "name": name},
                "rules": rules,
            }),
        );
        load(
            server,
            json!({
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "metadata": {"namespace": namespace, "name": name},
                "subjects": [{"kind": "Group", "name": match name {
                    "dev" => "developers",
                    _ => "restorers",
                }}],
                "roleRef": {"kind": "Role", "name": name},
            }),
        );
    };
    role(
        "ml",
        "dev",
        json!([
            {"verbs": ["get", "list", "watch"], "apiGroups": [""], "resources": ["pods", "pods/log", "events"]},
            {"verbs": ["get", "list", "watch", "patch"], "apiGroups": ["apps"], "resources": ["deployments"]},
            {"verbs": ["get", "patch"], "apiGroups": ["apps"], "resources": ["deployments/scale"], "resourceNames": ["infer"]},
        ]),
    );
    role(
        "velero",
        "restorer",
        json!([
            {"verbs": ["get", "list", "watch"], "apiGroups": ["velero.io"],
             "resources": ["backups", "restores", "schedules", "backupstoragelocations"]},
            {"verbs": ["create"], "apiGroups": ["velero.io"], "resources": ["restores", "downloadrequests"]},
        ]),
    );
}
