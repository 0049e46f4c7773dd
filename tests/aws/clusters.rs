//! EKS clusters and their pools as awsdeck reads them, against what boto3 has made.

use awsdeck::{
    model::{Place, cluster::Capacity},
    provider::{
        Clusters as _,
        aws::{eks::Clusters, session::Sessions},
    },
};

use super::moto::shared;

#[tokio::test]
async fn a_cluster_comes_with_its_pools_and_the_gpus_in_them() {
    let moto = shared();
    let sessions = Sessions::open(moto.options()).await.expect("settings");
    let place = Place::new(moto.account("prod-ml"), "eu-west-1");
    let clusters = Clusters::new(sessions).clusters(&place).await;
    let clusters = clusters.expect("readable");
    assert_eq!(clusters.len(), 1);
    let cluster = &clusters[0];
    assert_eq!(cluster.name.as_str(), "prod-ml");
    assert_eq!(cluster.version, "1.33");
    assert_eq!(cluster.status, "ACTIVE");
    assert!(!cluster.public_endpoint);
    assert_eq!(cluster.tags["environment"], "prod");
    assert_eq!(cluster.issues, Vec::<String>::new());

    let pool = |name: &str| {
        let mut pools = cluster.pools.iter();
        pools
            .find(|pool| pool.name.as_str() == name)
            .expect("seeded")
    };
    let main = pool("main");
    assert_eq!((main.min, main.desired, main.max), (2, 2, 4));
    assert_eq!(main.instance_types, ["t3.medium"]);
    assert_eq!(main.accelerator, None);
    let gpu = pool("gpu");
    assert_eq!((gpu.min, gpu.desired, gpu.max), (0, 1, 2));
    assert_eq!(gpu.capacity, Capacity::OnDemand);
    let carried = gpu.accelerator.as_ref().expect("a g4dn has a GPU");
    assert_eq!((carried.model.as_str(), carried.count), ("T4", 1));
    assert_eq!(gpu.subnets.len(), 2);
}

#[tokio::test]
async fn an_account_without_clusters_has_none() {
    let moto = shared();
    let sessions = Sessions::open(moto.options()).await.expect("settings");
    let place = Place::new(moto.account("dev-shared"), "eu-west-1");
    let clusters = Clusters::new(sessions).clusters(&place).await;
    assert_eq!(clusters, Ok(Vec::new()));
}
