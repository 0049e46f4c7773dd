use super::*;
use crate::{
    config::Environments,
    inventory::{Loaded, Query, Scope, fixture, tables::Lens},
    model::{Trouble, TroubleKind, cluster::Cluster},
};

fn place() -> Place {
    Place::new(fixture::id(1), "eu-west-1")
}

fn found(name: &str) -> Cluster {
    let arn = format!("arn:aws:eks:eu-west-1:111122223333:cluster/{name}");
    let cluster = serde_json::json!({
        "place": place(), "name": name, "arn": arn, "version": "1.34", "status": "ACTIVE",
        "endpoint": null, "public_endpoint": true, "vpc": null, "created": null,
        "issues": [], "pools": [], "tags": {},
    });
    serde_json::from_value(cluster).expect("a cluster")
}

fn inventory(names: &[&str]) -> Inventory {
    let mut inventory = Inventory::new(vec!["eu-west-1".into()]);
    let at = jiff::Timestamp::UNIX_EPOCH;
    let organization = Loaded::Organization(Arc::new(fixture::organization(3)));
    inventory.accept(&Query::Organization, organization, at);
    let clusters = names.iter().map(|name| found(name)).collect();
    let clusters = Loaded::Clusters(Arc::new(clusters));
    inventory.accept(&Query::Clusters(place()), clusters, at);
    inventory
}

#[test]
fn a_thing_is_found_in_its_cluster_although_the_clusters_name_has_slashes() {
    let inventory = inventory(&["ml", "arn:aws:eks:eu-west-1:1:cluster/ml"]);
    for name in ["ml", "arn:aws:eks:eu-west-1:1:cluster/ml"] {
        let cluster = ClusterId::new(place(), name);
        let pod = object("pod", &cluster, &["train", "bert-0"]);
        let (own, path) = pod.in_cluster(&inventory).expect("its cluster");
        assert_eq!((own, path), (cluster, vec!["train", "bert-0"]));
    }
    let other = object("pod", &ClusterId::new(place(), "mlx"), &["train", "bert-0"]);
    assert_eq!(other.in_cluster(&inventory), None);
}

#[test]
fn every_table_of_clusters_says_which_cluster_it_could_not_look_into() {
    let mut inventory = inventory(&["ml", "far"]);
    let connecting = ClusterId::new(place(), "ml");
    let far = ClusterId::new(place(), "far");
    let trouble = Arc::new(Trouble {
        kind: TroubleKind::Unreachable,
        message: "no route to far".into(),
        hint: None,
    });
    for query in [Query::Fleet, Query::Contents, Query::Velero] {
        inventory.begin(&query(connecting.clone()));
        inventory.fail(&query(far.clone()), Arc::clone(&trouble));
    }
    let (scope, environments) = (Scope::default(), Environments::conventional());
    let lens = Lens {
        scope: &scope,
        environments: &environments,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    let names = [
        "gpus",
        "gpu_nodes",
        "gpu_pods",
        "gpu_demand",
        "nodes",
        "namespaces",
        "workloads",
        "pods",
        "events",
        "extensions",
        "roles",
        "connections",
        "velero_backups",
        "velero_restores",
        "velero_schedules",
        "velero_locations",
        "velero_repositories",
    ];
    for name in names {
        let table = super::super::named(name).expect("a table");
        let rows = (table.rows)(&inventory, &lens);
        let told = |cluster: &str, state: State, reason: &str| {
            rows.iter().any(|row| {
                row.object.name == cluster
                    && row.health.state == state
                    && row.health.reason.contains(reason)
            })
        };
        assert!(told("ml", State::Working, "connecting"), "{name}: {rows:?}");
        assert!(
            rows.iter()
                .any(|row| row.object.name == "far" && row.health.reason.contains("no route")),
            "{name}: {rows:?}"
        );
    }
}
