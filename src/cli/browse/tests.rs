use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::{
    cli::Cli,
    config::Environments,
    inventory::{Inventory, Loaded, Query, Scope},
    model::Place,
    provider::{
        Provider,
        demo::{self, DemoOptions},
    },
};

const NOW: &str = "2026-01-15T10:00:00Z";

fn options(faults: Option<&str>) -> DemoOptions {
    DemoOptions {
        clock: NOW.parse().expect("a clock"),
        faults: faults.map(|text| text.parse().expect("faults")),
        ..DemoOptions::default()
    }
}

/// Everything of the simulated organization, as the reader would bring it.
async fn world(faults: Option<&str>) -> Inventory {
    let (provider, _) = demo::in_process(&options(faults));
    let mut inventory = Inventory::new(provider.regions.clone());
    let at: Timestamp = NOW.parse().expect("a time");
    let organization = provider.organizations.organization(&mut |_| ()).await;
    let organization = Arc::new(organization.expect("the organization"));
    inventory.accept(&Query::Organization, Loaded::Organization(organization), at);
    for kinds in [EVERYTHING, INSIDE, &[QueryKind::Price]] {
        for query in inventory.queries(kinds, &Scope::default()) {
            match read(&provider, &query).await {
                Ok(loaded) => inventory.accept(&query, loaded, at),
                Err(error) => inventory.fail(&query, Arc::new(error.trouble())),
            }
        }
    }
    inventory
}

const INSIDE: &[QueryKind] = &[QueryKind::Fleet, QueryKind::Contents, QueryKind::Velero];

async fn read(provider: &Provider, query: &Query) -> crate::provider::Result<Loaded> {
    let place = |place: &Place| place.clone();
    Ok(match query {
        Query::Network(at) => {
            Loaded::Network(Arc::new(provider.networks.network(&place(at)).await?))
        }
        Query::Clusters(at) => Loaded::Clusters(Arc::new(provider.clusters.clusters(at).await?)),
        Query::Protection(at) => {
            Loaded::Protection(Arc::new(provider.protections.protection(at).await?))
        }
        Query::Balancers(at) => Loaded::Balancers(Arc::new(provider.traffic.balancers(at).await?)),
        Query::Zones(account) => Loaded::Zones(Arc::new(provider.traffic.zones(*account).await?)),
        Query::Fleet(cluster) => {
            let fleet = provider.workloads.fleet(cluster, &mut |_| ()).await?;
            Loaded::Fleet(Arc::new(fleet))
        }
        Query::Contents(cluster) => {
            let contents = provider.workloads.contents(cluster, &mut |_| ()).await?;
            Loaded::Contents(Arc::new(contents))
        }
        Query::Velero(cluster) => {
            Loaded::Velero(Arc::new(provider.workloads.velero(cluster).await?))
        }
        Query::Price(at, kind) => Loaded::Price(Arc::new(provider.prices.price(at, kind).await?)),
        Query::Organization | Query::Costs | Query::Results(..) => {
            unreachable!("read elsewhere")
        }
    })
}

fn printed(inventory: &Inventory, line: &str, width: Option<usize>) -> (Exit, String) {
    let words = std::iter::once("awsdeck").chain(line.split_whitespace());
    let cli = Cli::from_arguments(words.map(Into::into)).expect("a command line");
    let command = cli.command.expect("a command");
    let browse = Browse::of(&command).expect("a list");
    let sight = Sight {
        inventory,
        scope: &Scope::default(),
        environments: &Environments::conventional(),
        now: NOW.parse().expect("a time"),
    };
    let page = Page {
        output: cli.global.output,
        width,
        color: false,
    };
    let mut out = Vec::new();
    let exit = print(browse, sight, page, &mut out).expect("no mistake");
    let text = String::from_utf8(out).expect("text");
    (exit.expect("written"), text)
}

#[tokio::test(start_paused = true)]
async fn a_tree_shows_where_every_account_stands_and_what_is_in_it() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "tree", Some(100));
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @"
    NAME                  STATE    ENV      ID             ACCOUNTS  VPCS  CLUSTERS  GPUS  MONTH TO DATE
    Root                  failed            r-2hce               11    14         6    31              –
      Environments        failed            ou-2hce-b13p…         9    13         6    31              –
        Dev               failed            ou-2hce-r4jh…         3     3         2     0              –
          dev-app         failed   dev      111111111111          1     1         1     0              –
          dev-ml          warning  dev      222222222222          1     1         1     0              –
          dev-shared      warning  dev      333333333333          1     1         0     0              –
        Prod              failed            ou-2hce-2lvq…         3     6         2    30              –
          prod-app        failed   prod     777777777777          1     2         1     0              –
          prod-ml         failed   prod     888888888888          1     2         1    30              –
          prod-shared     failed   prod     999999999999          1     2         0     0              –
        Staging           failed            ou-2hce-d457…         3     4         2     1              –
          staging-app     failed   staging  444444444444          1     2         1     0              –
          staging-ml      warning  staging  555555555555          1     1         1     1              –
          staging-shared  failed   staging  666666666666          1     1         0     0              –
      Suspended           off               ou-2hce-mcxc…         1     –         –     –              –
        sandbox-legacy    off      dev      000000000042          1     –         –     –              –
      acme-management     ok       other    123456789012          1     1         0     0              –
    ");
}

#[tokio::test(start_paused = true)]
async fn a_filter_keeps_what_stands_above_its_matches_and_a_sorted_tree_is_a_list() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "tree name=staging-ml", Some(60));
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @r#"
    NAME              STATE    ENV      ID              ACCOUNTS
    Root              failed            r-2hce                11
      Environments    failed            ou-2hce-b13p1…         9
        Staging       failed            ou-2hce-d457h…         3
          staging-ml  warning  staging  555555555555           1
    "#);
    let (exit, text) = printed(&inventory, "tree --sort -gpus gpus>0", Some(60));
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @r#"
    NAME          STATE    ENV      ID            ACCOUNTS  VPCS
    Root          failed            r-2hce              11    14
    Environments  failed            ou-2hce-b13…         9    13
    Prod          failed            ou-2hce-2lv…         3     6
    prod-ml       failed   prod     888888888888         1     2
    Staging       failed            ou-2hce-d45…         3     4
    staging-ml    warning  staging  555555555555         1     1
    "#);
}

#[tokio::test(start_paused = true)]
async fn the_network_names_what_is_wrong_with_each_link() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "network !state=ok kind=peering", None);
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @r#"
    LINK                             STATE    IS          ENV      KIND     A→B         B→A      WHY
    staging-shared ⇄ prod-shared     failed   black hole  staging  peering  black hole  missing  pcx-00245d954093d29da is deleted, but rtb-0bdfa9b42e756ad8b (staging-shared-private-a), rtb-07bf8e40b21134f59 (staging-shared-private-b), 1 more still leads over it
    staging-shared ⇄ staging-legacy  warning  overlap     staging  peering  missing     missing  10.10.0.0/16 of staging-shared overlaps 10.10.0.0/16 of staging-legacy
    dev-shared ⇄ dev-ml              working  pending     dev      peering  missing     missing  waits until account 222222222222 accepts it in eu-west-1
    prod-shared ⇄ prod-ml            warning  one-way     prod     peering  ok          missing  prod-ml has no route to prod-shared (10.20.0.0/16) in rtb-088cd08e8449ec6f2 (prod-ml-public), rtb-07196408c385c7016 (prod-ml-private-a), 2 more
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_packet_is_told_hop_by_hop() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "network trace prod-ml prod-shared", None);
    assert_eq!(exit, Exit::Failed);
    insta::assert_snapshot!(text, @r#"
    from  10.22.8.4 in prod-ml, subnet prod-ml-private-a (888888888888/eu-west-1)
    to    10.20.8.4 in prod-shared, subnet prod-shared-private-a (999999999999/eu-west-1)
    with  tcp 443

    there
      pass    acl          acl-097a7a44ea7607ce3  allows tcp 443 out to 10.20.8.4
      pass    route        rtb-07196408c385c7016  0.0.0.0/0 leads to nat-0a3ed2e83b415bd07
      block   nat gateway  nat-0a3ed2e83b415bd07  10.20.8.4 is private: the internet drops it

    back
      pass    acl          acl-0d9d501d8bf4e9e29  allows tcp 1024–65535 out to 10.22.8.4
      pass    route        rtb-0c5e69c9ec58dce49  10.22.0.0/16 leads to pcx-0a54796b71c2c5e4a
      pass    peering      pcx-0a54796b71c2c5e4a  it is active and leads to prod-ml
      pass    acl          acl-097a7a44ea7607ce3  allows tcp 1024–65535 in from 10.20.8.4

    blocked at nat-0a3ed2e83b415bd07: 10.20.8.4 is private: the internet drops it
    to let it through: add a route to 10.20.8.4 over pcx-0a54796b71c2c5e4a in rtb-07196408c385c7016 (prod-ml-private-a)
    "#);
}

#[tokio::test(start_paused = true)]
async fn clusters_and_the_gpu_fleet_are_listed_over_all_accounts() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "clusters prod", None);
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @r#"
    CLUSTER     STATE   ENV   ACCOUNT   REGION     VERSION  POOLS  NODES  GPUS    AGE  WHY
    prod-app-1  ok      prod  prod-app  eu-west-1  1.34         2      4     0  448 d
    prod-ml-1   failed  prod  prod-ml   eu-west-1  1.34         4     11    30  466 d  h100-train: 2 of 4 nodes are missing: InsufficientInstanceCapacity: could not launch On-Demand Instances. p5.48xlarge is not available in the requested zones at this time
    "#);
    let (exit, text) = printed(&inventory, "gpu idle>0", None);
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @"
    POOL        STATE    ENV   CLUSTER    GPU   UNIT        NODES  GPUS  REQUESTED  FREE  BLOCK  WAITING  SINCE  IDLE/H  FROM       WHY
    a10g-batch  warning  prod  prod-ml-1  A10G  GPU             3    12          2    10      4        0      –  $15.78  on-demand  10 of 12 GPUs are idle
    h200-block  warning  prod  prod-ml-1  H200  GPU             1     8          0     8      8        0      –   $0.00  reserved   8 of 8 GPUs are idle, paid in advance
    l4-infer    ok       prod  prod-ml-1  L4    time-slice      2    32         18    14      8        0      –   $2.43  spot
    ");
}

#[tokio::test(start_paused = true)]
async fn what_is_in_clusters_is_listed_over_all_of_them() {
    let inventory = world(None).await;
    let mut all = String::new();
    for line in [
        "gpu --by unit devices>0",
        "gpu --by demand",
        "nodes h100",
        "workloads state=failed",
        "pods state=failed",
        "velero state=failed",
    ] {
        let (exit, text) = printed(&inventory, line, Some(150));
        assert_eq!(exit, Exit::Done, "{line}");
        all.push_str(&text);
        all.push('\n');
    }
    insta::assert_snapshot!(all, @"
    WHERE                 STATE    ENV      LEVEL    NODES  DEVICES  REQUESTED  IDLE  PODS WAITING  SINCE  IDLE/H  WHY
    Root                  warning           unit        11       47       54 %    21             3    1 h  $18.20  3 pods wait
      Environments        warning           unit        11       47       54 %    21             3    1 h  $18.20  3 pods wait
        Prod              warning           unit        10       46       53 %    21             3    1 h  $18.20  3 pods wait
          prod-ml         warning  prod     account     10       46       53 %    21             3    1 h  $18.20  3 pods wait
            prod-ml-1     warning  prod     cluster     10       46       53 %    21             3    1 h  $18.20  3 pods wait
              a10g-batch  ok       prod     pool         3       12       17 %    10             0      –  $15.78
              gpu         ok       prod     pool         2        2      100 %     0             0      –   $0.00
              h100-train  warning  prod     pool         2       16      100 %     0             3    1 h   $0.00  3 pods wait
              h200-block  ok       prod     pool         1        8        0 %     8             0      –   $0.00
              l4-infer    ok       prod     pool         2        8       56 %     3             0      –   $2.43
        Staging           ok                unit         1        1      100 %     0             0      –   $0.00
          staging-ml      ok       staging  account      1        1      100 %     0             0      –   $0.00
            staging-ml-1  ok       staging  cluster      1        1      100 %     0             0      –   $0.00
              gpu         ok       staging  pool         1        1      100 %     0             0      –   $0.00

    POD                    STATE    ENV   CLUSTER    NAMESPACE  OWNER                WANTS  RESOURCE        POOLS       WAIT            SINCE
    llm-eval-worker-1      warning  prod  prod-ml-1  research   PyTorchJob/llm-eval      8  nvidia.com/gpu  h100-train  unschedulable     1 h
    llm-eval-worker-0      warning  prod  prod-ml-1  research   PyTorchJob/llm-eval      8  nvidia.com/gpu  h100-train  unschedulable  53 min
    sweep-4e7ng833a-d0syy  working  prod  prod-ml-1  research   RayJob/sweep             4  nvidia.com/gpu  h100-train  gated          12 min

    NODE                                    STATE    ENV   CLUSTER    POOL        TYPE          CPU  MEMORY  PODS  GPU   UNIT  GPUS  REQUESTED  FREE   AGE
    ip-10-25-0-70.eu-west-1.compute.inter…  ok       prod  prod-ml-1  h100-train  p5.48xlarge  17 %   6.3 %     3  H100  GPU      8          8     0   3 d
    ip-10-25-1-71.eu-west-1.compute.inter…  warning  prod  prod-ml-1  h100-train  p5.48xlarge  15 %   5.5 %     3  H100  GPU      7          7     0  13 d

    WORKLOAD  STATE   ENV   CLUSTER     NAMESPACE  KIND        WANTED  READY  UPDATED   AGE  WHY
    migrate   failed  dev   dev-app-1   shop       Job              1      0        1  30 d  BackoffLimitExceeded
    checkout  failed  prod  prod-app-1  shop       Deployment       4      3        1  30 d  the rollout is stuck: 1 of 4 updated, 3 ready

    POD                   STATE   ENV      CLUSTER        NAMESPACE  OWNER            READY  RESTARTS     AGE  WHY
    cart-btt9248df-x8r6l  failed  dev      dev-app-1      shop       Deployment/cart  0/1           0  38 min  app: its image cannot be pulled
    migrate-8fxrk         failed  dev      dev-app-1      shop       Job/migrate                    0     2 d  app ended: exit code 1, Error
    api-9zz7tphv9-v71v0   failed  staging  staging-app-1  shop       Deployment/api   0/1          11  38 min  app: crashes: exit code 137, OOMKilled

    BACKUP                          STATE   ENV   CLUSTER     PHASE            SCHEDULE         STARTED  PROGRESS  ERRORS  WARNINGS  EXPIRES  WHY
    payments-hourly-20260115090000  failed  prod  prod-app-1  PartiallyFailed  payments-hourly      1 h  97 of 98       1         0  in 29 d  1 error
    payments-hourly-20260115080000  failed  prod  prod-app-1  PartiallyFailed  payments-hourly      2 h  94 of 95       1         0  in 29 d  1 error
    payments-hourly-20260115070000  failed  prod  prod-app-1  PartiallyFailed  payments-hourly      3 h  74 of 75       1         0  in 29 d  1 error
    payments-hourly-20260115060000  failed  prod  prod-app-1  PartiallyFailed  payments-hourly      4 h  71 of 72       1         0  in 29 d  1 error
    payments-hourly-20260115050000  failed  prod  prod-app-1  PartiallyFailed  payments-hourly      5 h  81 of 82       1         0  in 29 d  1 error

    SCHEDULE         STATE   ENV   CLUSTER     WHEN       LAST GOOD  WANTED  BACKUPS  NAMESPACES  WHY
    payments-hourly  failed  prod  prod-app-1  0 * * * *        6 h  60 min       12  payments    last good backup 6 h ago, 60 min allowed
    ");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_is_looked_into_alone_where_it_is_named_and_programs_get_unknown_as_null() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "nodes h100 --output json", None);
    assert_eq!(exit, Exit::Done);
    let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(read["schema"], "awsdeck/nodes/v1");
    let first = &read["items"][0];
    assert_eq!(
        (&first["kind"], &first["cluster"]),
        (&"node".into(), &"prod-ml-1".into())
    );
    assert_eq!(first["gpus"], 8);
    assert!(first["reservation"].is_null(), "{first}");
    let words = ["awsdeck", "pods", "--cluster", "prod-ml-1"].map(Into::into);
    let cli = Cli::from_arguments(words.into_iter()).expect("a command line");
    let command = cli.command.expect("a command");
    let browse = Browse::of(&command).expect("a list");
    let asked = inventory.queries(&[QueryKind::Contents], &Scope::default());
    let wanted = asked.iter().filter(|query| browse.wants(query)).count();
    assert_eq!((asked.len() > 1, wanted), (true, 1));
}

#[tokio::test(start_paused = true)]
async fn backups_say_what_falls_short() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "backups prod-app rpo=*", None);
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @r#"
    RESOURCE                 STATE   ENV   ACCOUNT   KIND              LAST GOOD  WANTED  COPIES IN     STANDBY  WHY
    acme-prod-app-assets-dr  ok      prod  prod-app  bucket                  now  60 min                no
    catalog-postgres         ok      prod  prod-app  database                now  60 min  eu-central-1  yes
    orders-mysql             ok      prod  prod-app  database                now  60 min  eu-central-1  yes
    checkout-aurora          failed  prod  prod-app  database cluster        4 h  60 min                yes      the backup of 47 min ago failed: Insufficient privileges to perform this action: the key policy of the vault's KMS key does not allow kms:CreateGrant
    acme-prod-app-assets     ok      prod  prod-app  bucket                  now  60 min  eu-central-1  no
    fs-058dca62e19a19d7c     ok      prod  prod-app  EFS                  47 min  60 min  eu-central-1  no
    "#);
}

#[tokio::test(start_paused = true)]
async fn zones_come_with_their_records() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "zones shop.example", None);
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @r#"
    RECORD                     STATE  TYPE   SIDE   ROUTING     SHARE  TARGET                                             TTL S  WHY
    shop.dev.example.com.      ok     CNAME  blue   weight 100  100 %  shop-blue-514701824.eu-west-1.elb.amazonaws.com.     300
    shop.dev.example.com.      ok     CNAME  green  weight 0      0 %  shop-green-568397522.eu-west-1.elb.amazonaws.com.    300
    shop.staging.example.com.  ok     CNAME  blue   weight 100  100 %  shop-blue-628280341.eu-west-1.elb.amazonaws.com.     300
    shop.staging.example.com.  ok     CNAME  green  weight 0      0 %  shop-green-223451386.eu-west-1.elb.amazonaws.com.    300
    shop.example.com.          ok     CNAME  blue   weight 100  100 %  shop-blue-103196157.eu-west-1.elb.amazonaws.com.     300
    shop.example.com.          ok     CNAME  green  weight 0      0 %  shop-green-189632128.eu-west-1.elb.amazonaws.com.    300
    *.preview.example.com.     ok     CNAME         simple      100 %  shop.example.com.                                     60

    CHECKS                               STATE  ENV   ACCOUNT      HEALTHY  CHECKERS  WHY
    HTTPS blue.shop.example.com/health   ok     prod  prod-shared       16        16
    HTTPS green.shop.example.com/health  ok     prod  prod-shared       16        16
    "#);
}

#[tokio::test(start_paused = true)]
async fn search_finds_every_kind_of_object() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "search orders-mysql --limit 4", None);
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @r#"
    KIND            NAME          STATE    ACCOUNT       REGION     ID
    database        orders-mysql  warning  111111111111  eu-west-1  orders-mysql
    database        orders-mysql  ok       444444444444  eu-west-1  orders-mysql
    database        orders-mysql  ok       777777777777  eu-west-1  orders-mysql
    recovery point  orders-mysql  ok       777777777777  eu-west-1  arn:aws:backup:eu-west-1:777777777777:recovery-point:542f9439-c280-42d9-ac2b-7ae129e28f98
    "#);
}

#[tokio::test(start_paused = true)]
async fn values_for_programs_are_exact() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "gpu h100 --output csv", None);
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @"
    kind,name,state,env,cluster,model,unit,nodes,gpus,requested,free,block,pending,oldest,idle_cost,capacity,reason,account,region,path,pool,maker,resource,type,product,zones,installed,unhealthy,schedulable,devices,devices_requested,replicas,ready,cordoned,unknown,wanted,max,unschedulable,gated,unseen,pods_pending,idle,prepaid,price,reserved_until,busy,requested_idle,id,currency
    pool,h100-train,failed,prod,prod-ml-1,H100,GPU,2,15,15,0,0,20,2026-01-15T08:59:00Z,0,on-demand,2 of 4 nodes are missing: InsufficientInstanceCapacity: could not launch On-Demand Instances. p5.48xlarge is not available in the requested zones at this time,prod-ml,eu-west-1,Environments/Prod,h100-train,node group,nvidia.com/gpu,p5.48xlarge,NVIDIA-H100-80GB-HBM3,eu-west-1a eu-west-1b,16,1,0,16,,1,2,0,0,4,8,16,4,0,3,0,0,,,81.0,0,arn:aws:eks:eu-west-1:888888888888:nodegroup/prod-ml-1/h100-train/d6e1e1aa-6951-44b3-ace7-b97c1f7ade4a,USD
    ");
}

#[tokio::test(start_paused = true)]
async fn json_is_one_envelope_with_common_keys() {
    let inventory = world(None).await;
    let (exit, text) = printed(&inventory, "clusters name=prod-ml-1 --output json", None);
    assert_eq!(exit, Exit::Done);
    insta::assert_snapshot!(text, @r#"
    {
      "as_of": "2026-01-15T10:00:00Z",
      "errors": [],
      "items": [
        {
          "account": "888888888888",
          "account_name": "prod-ml",
          "arn": "arn:aws:eks:eu-west-1:888888888888:cluster/prod-ml-1",
          "created": "2024-10-06T10:00:00Z",
          "endpoint": "private",
          "env": "prod",
          "gpus": 30,
          "id": "prod-ml-1",
          "kind": "cluster",
          "name": "prod-ml-1",
          "nodes": 11,
          "pools": 4,
          "reason": "h100-train: 2 of 4 nodes are missing: InsufficientInstanceCapacity: could not launch On-Demand Instances. p5.48xlarge is not available in the requested zones at this time",
          "region": "eu-west-1",
          "state": "failed",
          "status": "ACTIVE",
          "tags": {
            "Name": "prod-ml-1",
            "environment": "prod",
            "team": "ml-platform"
          },
          "version": "1.34",
          "vpc": "vpc-0312b89a8a8e58e31",
          "wanted": 13
        }
      ],
      "partial": false,
      "schema": "awsdeck/clusters/v1",
      "scope": {
        "accounts": [],
        "regions": [],
        "units": []
      }
    }
    "#);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_read_is_told_and_changes_the_exit_code() {
    let inventory = world(Some("deny=888888888888")).await;
    let (exit, text) = printed(&inventory, "clusters prod", None);
    assert_eq!(exit, Exit::Partial);
    insta::assert_snapshot!(text, @r#"
    CLUSTER     STATE   ENV   ACCOUNT   REGION        VERSION  POOLS  NODES  GPUS    AGE  WHY
    prod-app-1  ok      prod  prod-app  eu-west-1     1.34         2      4     0  448 d
    prod-ml     denied  prod  prod-ml   eu-central-1  –            –      –     –      –  `eks:ListClusters` is denied: no role of this session may do it there
    prod-ml     denied  prod  prod-ml   eu-west-1     –            –      –     –      –  `eks:ListClusters` is denied: no role of this session may do it there
    "#);
    let (exit, text) = printed(&inventory, "clusters name=prod-app-1 --output json", None);
    assert_eq!(exit, Exit::Partial);
    insta::assert_snapshot!(text, @r#"
    {
      "as_of": "2026-01-15T10:00:00Z",
      "errors": [
        {
          "account": "888888888888",
          "kind": "denied",
          "message": "`eks:ListClusters` is denied: no role of this session may do it there",
          "region": "eu-central-1",
          "service": "clusters"
        },
        {
          "account": "888888888888",
          "kind": "denied",
          "message": "`eks:ListClusters` is denied: no role of this session may do it there",
          "region": "eu-west-1",
          "service": "clusters"
        }
      ],
      "items": [
        {
          "account": "777777777777",
          "account_name": "prod-app",
          "arn": "arn:aws:eks:eu-west-1:777777777777:cluster/prod-app-1",
          "created": "2024-10-24T10:00:00Z",
          "endpoint": "private",
          "env": "prod",
          "gpus": 0,
          "id": "prod-app-1",
          "kind": "cluster",
          "name": "prod-app-1",
          "nodes": 4,
          "pools": 2,
          "reason": "",
          "region": "eu-west-1",
          "state": "ok",
          "status": "ACTIVE",
          "tags": {
            "Name": "prod-app-1",
            "environment": "prod",
            "team": "storefront"
          },
          "version": "1.34",
          "vpc": "vpc-080c7cbb4bb105a11",
          "wanted": 4
        }
      ],
      "partial": true,
      "schema": "awsdeck/clusters/v1",
      "scope": {
        "accounts": [],
        "regions": [],
        "units": []
      }
    }
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_mistake_in_what_was_asked_is_said_before_anything_is_printed() {
    let inventory = world(None).await;
    for (line, said) in [
        (
            "clusters gpu>4",
            "filter, at 1: no field `gpu` here; do you mean `gpus`?",
        ),
        (
            "clusters --sort size",
            "no column `size` in clusters; there are: name,",
        ),
        (
            "network trace web prod-ml",
            "no VPC, subnet or address `web` in view; VPCs are:",
        ),
        (
            "network trace prod-app prod-ml --protocol smoke",
            "`smoke` is no protocol;",
        ),
    ] {
        let words = std::iter::once("awsdeck").chain(line.split_whitespace());
        let cli = Cli::from_arguments(words.map(Into::into)).expect("a command line");
        let command = cli.command.expect("a command");
        let sight = Sight {
            inventory: &inventory,
            scope: &Scope::default(),
            environments: &Environments::conventional(),
            now: NOW.parse().expect("a time"),
        };
        let page = Page {
            output: Output::Table,
            width: None,
            color: false,
        };
        let mut out = Vec::new();
        let browse = Browse::of(&command).expect("a list");
        let mistake = print(browse, sight, page, &mut out).expect_err(line);
        assert!(mistake.to_string().starts_with(said), "{mistake}");
        assert!(out.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn no_line_is_longer_than_the_terminal_and_nothing_escapes_into_a_pipe() {
    let inventory = world(None).await;
    for line in [
        "tree",
        "network",
        "clusters",
        "gpu",
        "backups",
        "zones",
        "search prod",
    ] {
        for width in [20, 40, 80, 120] {
            let (_, text) = printed(&inventory, line, Some(width));
            let widest = text
                .lines()
                .map(unicode_width::UnicodeWidthStr::width)
                .max();
            assert!(widest.unwrap_or(0) <= width, "{line} at {width}:\n{text}");
            assert!(!text.contains('\u{1b}'));
        }
    }
}

/// The whole command, as the reader brings it; what it said on standard output.
async fn ran(line: &str) -> String {
    let (provider, _) = demo::in_process(&options(None));
    let regions = provider.regions.clone();
    let words = std::iter::once("awsdeck").chain(line.split_whitespace());
    let cli = Cli::from_arguments(words.map(Into::into)).expect("a command line");
    let command = cli.command.expect("a command");
    let mut source =
        crate::inventory::Source::new(Some(provider), &crate::config::Settings::default());
    source.clock = Arc::new(|| NOW.parse().expect("a time"));
    let page = Page {
        output: cli.global.output,
        width: None,
        color: false,
    };
    let (mut out, mut complaints) = (Vec::new(), Vec::new());
    let environments = Environments::conventional();
    let browse = Browse::of(&command).expect("a list");
    let global = &cli.global;
    run(
        browse,
        global,
        source,
        regions,
        &environments,
        page,
        &mut out,
        &mut complaints,
    )
    .await
    .expect("it runs");
    assert!(complaints.is_empty());
    String::from_utf8(out).expect("text")
}

#[tokio::test(start_paused = true)]
async fn costs_end_with_their_sum_and_how_it_was_counted() {
    let text = ran("costs prod-ml cost>1000 --account prod-ml").await;
    let lines: Vec<&str> = text.lines().rev().take(2).collect();
    assert_eq!(
        lines[0],
        "net amortized, Cost Explorer, read now; from 2026-01-14 on days are incomplete and left out of CHANGE"
    );
    assert!(lines[1].starts_with("total $") && lines[1].ends_with(" since 2026-01-01"));
    assert!(text.contains("more than expected since 2026-01-06"));
}

#[tokio::test(start_paused = true)]
async fn the_sum_is_that_of_the_rows_and_money_is_a_decimal_string() {
    let text = ran("costs --output json").await;
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let amount = |value: &serde_json::Value| -> rust_decimal::Decimal {
        value
            .as_str()
            .expect("a string")
            .parse()
            .expect("a decimal")
    };
    let items = document["items"].as_array().expect("items").iter();
    let costs = items.filter(|item| item["kind"] == "cost");
    let sum: rust_decimal::Decimal = costs.map(|item| amount(&item["cost"])).sum();
    assert_eq!(sum, amount(&document["bill"]["total"]));
    assert!(!document["bill"]["forecast"].is_null());
}
