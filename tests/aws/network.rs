//! Networks as awsdeck reads them, against what boto3 made and reads.

use std::collections::{BTreeMap, BTreeSet};

use awsdeck::{
    model::{
        AccountId, Place,
        network::{Destination, Network, RouteTarget},
    },
    provider::{
        Networks as _,
        aws::{accelerators::Accelerators, network::Networks, session::Sessions},
    },
};
use serde_json::{Value, json};

use super::moto::{Moto, shared};

async fn read(moto: &Moto, account: AccountId) -> Network {
    let sessions = Sessions::open(moto.options()).await.expect("settings");
    let place = Place::new(account, "eu-west-1");
    let network = Networks::new(sessions).network(&place).await;
    network.expect("readable")
}

fn ids<T: ToString>(items: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    items.into_iter().map(|id| id.to_string()).collect()
}

/// What boto3 finds: the `id` of each of `set`.
fn theirs(
    moto: &Moto,
    account: AccountId,
    operation: &str,
    set: &str,
    id: &str,
) -> BTreeSet<String> {
    let answer = moto.boto(Some(account), "ec2", operation, &json!({}));
    let items = answer[set].as_array().expect("a list");
    let text = |item: &Value| item[id].as_str().expect("an id").to_owned();
    items.iter().map(text).collect()
}

#[tokio::test]
async fn a_network_holds_what_boto3_reads() {
    let moto = shared();
    let account = moto.account("prod-shared");
    let network = read(moto, account).await;
    assert_eq!(network.gaps, []);
    let same = |own: BTreeSet<String>, operation, set, id| {
        assert_eq!(
            own,
            theirs(moto, account, operation, set, id),
            "{operation}"
        );
    };
    same(
        ids(network.vpcs.iter().map(|it| &it.id)),
        "describe_vpcs",
        "Vpcs",
        "VpcId",
    );
    same(
        ids(network.subnets.iter().map(|it| &it.id)),
        "describe_subnets",
        "Subnets",
        "SubnetId",
    );
    same(
        ids(network.route_tables.iter().map(|it| &it.id)),
        "describe_route_tables",
        "RouteTables",
        "RouteTableId",
    );
    same(
        ids(network.nat_gateways.iter().map(|it| &it.id)),
        "describe_nat_gateways",
        "NatGateways",
        "NatGatewayId",
    );
    same(
        ids(network.internet_gateways.iter().map(|it| &it.id)),
        "describe_internet_gateways",
        "InternetGateways",
        "InternetGatewayId",
    );
    same(
        ids(network.security_groups.iter().map(|it| &it.id)),
        "describe_security_groups",
        "SecurityGroups",
        "GroupId",
    );
    same(
        ids(network.acls.iter().map(|it| &it.id)),
        "describe_network_acls",
        "NetworkAcls",
        "NetworkAclId",
    );
    same(
        ids(network.peerings.iter().map(|it| &it.id)),
        "describe_vpc_peering_connections",
        "VpcPeeringConnections",
        "VpcPeeringConnectionId",
    );
}

#[tokio::test]
async fn blocks_routes_and_peerings_are_those_of_the_seed() {
    let moto = shared();
    let network = read(moto, moto.account("prod-shared")).await;
    let seeded = &moto.made["networks"]["prod-shared"];
    let vpc = network
        .vpcs
        .iter()
        .find(|vpc| !vpc.default)
        .expect("seeded");
    assert_eq!(vpc.id.as_str(), seeded["vpc"]);
    assert_eq!(vpc.name.as_deref(), Some("prod-shared"));
    let blocks: Vec<String> = vpc.cidrs.iter().map(ToString::to_string).collect();
    assert_eq!(json!(blocks), json!([seeded["cidr"]]));

    let mut tables = network.route_tables.iter();
    let private = tables.find(|table| table.id.as_str() == seeded["tables"]["private"]);
    let private = private.expect("the private table");
    assert_eq!(private.subnets.len(), 2);
    assert!(!private.main);
    let targets: BTreeMap<String, RouteTarget> = private
        .routes
        .iter()
        .map(|route| match &route.destination {
            Destination::Cidr(block) => (block.to_string(), route.target.clone()),
            Destination::PrefixList(list) => (list.clone(), route.target.clone()),
        })
        .collect();
    let own = seeded["cidr"].as_str().expect("a block");
    assert_eq!(targets[own], RouteTarget::Local);
    let nat = seeded["nat"].as_str().expect("an id");
    assert_eq!(targets["0.0.0.0/0"], RouteTarget::NatGateway(nat.into()));
    for (purpose, peer) in [("app", "prod-app"), ("ml", "prod-ml")] {
        let peering = &moto.made["peerings"][format!("prod-shared-{purpose}")];
        let peering = peering.as_str().expect("an id");
        let block = moto.made["networks"][peer]["cidr"]
            .as_str()
            .expect("a block");
        assert_eq!(targets[block], RouteTarget::Peering(peering.into()));

        let mut peerings = network.peerings.iter();
        let found = peerings.find(|found| found.id.as_str() == peering);
        let found = found.expect("seeded");
        assert_eq!(found.status, "active");
        assert_eq!(found.requester.account, moto.account("prod-shared"));
        assert_eq!(found.accepter.account, moto.account(peer));
        assert_eq!(
            found.accepter.vpc.as_str(),
            moto.made["networks"][peer]["vpc"]
        );
        let blocks: Vec<String> = found
            .accepter
            .cidrs
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(blocks, [block]);
    }
}

#[tokio::test]
async fn secondary_and_ipv6_blocks_and_transit_routes_are_read() {
    let moto = Moto::empty();
    let sessions = Sessions::open(moto.options()).await.expect("settings");
    let home = sessions.home().await.expect("signed in").account;
    let ec2 = |operation: &str, input: Value| moto.boto(None, "ec2", operation, &input);
    let vpc = ec2(
        "create_vpc",
        json!({ "CidrBlock": "10.40.0.0/16", "AmazonProvidedIpv6CidrBlock": true }),
    );
    let vpc = &vpc["Vpc"]["VpcId"];
    let second = json!({ "VpcId": vpc, "CidrBlock": "10.41.0.0/16" });
    ec2("associate_vpc_cidr_block", second);
    let subnet = ec2(
        "create_subnet",
        json!({ "VpcId": vpc, "CidrBlock": "10.40.1.0/24" }),
    );
    let gateway = ec2("create_transit_gateway", json!({ "Description": "hub" }));
    let gateway = &gateway["TransitGateway"]["TransitGatewayId"];
    let attachment = ec2(
        "create_transit_gateway_vpc_attachment",
        json!({
            "TransitGatewayId": gateway,
            "VpcId": vpc,
            "SubnetIds": [subnet["Subnet"]["SubnetId"]],
        }),
    );
    let attachment = &attachment["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"];
    let tables = ec2("describe_transit_gateway_route_tables", json!({}));
    let table = &tables["TransitGatewayRouteTables"][0]["TransitGatewayRouteTableId"];
    let route = |block: &str, target: Value| {
        let mut input =
            json!({ "DestinationCidrBlock": block, "TransitGatewayRouteTableId": table });
        input
            .as_object_mut()
            .expect("an object")
            .extend(target.as_object().expect("one").clone());
        ec2("create_transit_gateway_route", input);
    };
    route(
        "10.50.0.0/16",
        json!({ "TransitGatewayAttachmentId": attachment }),
    );
    route("10.51.0.0/16", json!({ "Blackhole": true }));

    let network = read(&moto, home).await;
    let found = network
        .vpcs
        .iter()
        .find(|found| found.id.as_str() == vpc)
        .expect("made");
    let blocks: Vec<String> = found.cidrs.iter().map(ToString::to_string).collect();
    assert_eq!(blocks[..2], ["10.40.0.0/16", "10.41.0.0/16"]);
    assert!(blocks[2].ends_with("::/56"), "{blocks:?}");

    assert_eq!(network.transit_gateways[0].id.as_str(), gateway);
    let attached = &network.attachments[0];
    assert_eq!(attached.id.as_str(), attachment);
    assert_eq!(
        (attached.kind.as_str(), attached.resource.as_deref()),
        ("vpc", vpc.as_str())
    );
    let routes: BTreeMap<String, (bool, usize)> = network.transit_route_tables[0]
        .routes
        .iter()
        .map(|route| {
            let block = route.destination.to_string();
            (block, (route.blackhole, route.attachments.len()))
        })
        .collect();
    let all = json!([{ "Name": "type", "Values": ["static", "propagated"] }]);
    let told = ec2(
        "search_transit_gateway_routes",
        json!({ "TransitGatewayRouteTableId": table, "Filters": all }),
    );
    let told: BTreeMap<String, (bool, usize)> = told["Routes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|route| {
            let attachments = route["TransitGatewayAttachments"].as_array();
            let block = route["DestinationCidrBlock"].as_str().expect("a block");
            let dead = route["State"] == "blackhole";
            (block.to_owned(), (dead, attachments.map_or(0, Vec::len)))
        })
        .collect();
    assert_eq!(routes, told);
    assert!(routes["10.51.0.0/16"].0 && !routes["10.50.0.0/16"].0);
}

#[tokio::test]
async fn accelerators_are_known_by_instance_type() {
    let moto = shared();
    let sessions = Sessions::open(moto.options()).await.expect("settings");
    let place = Place::new(moto.account("prod-ml"), "eu-west-1");
    let types = ["g4dn.xlarge", "t3.medium", "p9.invented"].map(String::from);
    let accelerators = Accelerators::new(sessions);
    let found = accelerators.of(&place, &types).await.expect("readable");
    assert_eq!(found.keys().collect::<Vec<_>>(), ["g4dn.xlarge"]);
    let gpu = &found["g4dn.xlarge"];
    assert_eq!(
        (gpu.maker.as_str(), gpu.model.as_str(), gpu.count),
        ("NVIDIA", "T4", 1)
    );
    let told = moto.boto(
        None,
        "ec2",
        "describe_instance_types",
        &json!({ "InstanceTypes": ["g4dn.xlarge"] }),
    );
    let memory = &told["InstanceTypes"][0]["GpuInfo"]["TotalGpuMemoryInMiB"];
    assert_eq!(json!(gpu.memory_mib), *memory);
}
