//! Our EC2 client beside botocore: the same parameters, the same reading of answers, the same
//! endpoints.

use awsdeck::{
    model::Tags,
    provider::aws::ec2::{
        Addresses, Describe, DescribeRegions, Endpoints, Filter, FlowLogs, FoundRoutes,
        InstanceTypes, InternetGateways, IpRange, Ipv6Range, List, NatGateways, NetworkAcls,
        Params, PeerOptions, Peerings, Permission, PrefixList, Regions, RouteTables, RouteTo,
        SearchRoutes, SecurityGroups, Set, Subnets, TransitAttachments, TransitGateways,
        TransitRouteTables, UserGroup, Variant, VpcAttribute, VpcSwitch, Vpcs, Write, Written,
        Zones, default_url,
    },
};
use proptest::{
    collection::vec,
    option,
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::moto::run;

/// Generated inputs and answers of each operation.
const CASES: usize = 25;

/// One operation that lists in pages, and what its members are called in the API reference.
struct Listing {
    action: &'static str,
    ids: &'static str,
    filters: &'static str,
    page: Option<u32>,
    params: fn(&Describe, Option<&str>) -> Params,
    read: Reader,
}

/// Reads an answer and gives it back under the names of the XML.
type Reader = fn(&str) -> Value;

fn listing<L: List>(ids: &'static str) -> Listing {
    Listing {
        action: L::ACTION,
        ids,
        filters: "Filters",
        page: L::PAGE_SIZE,
        params: |ask, token| ask.params::<L>(token),
        read: read::<L::Page>,
    }
}

fn listings() -> Vec<Listing> {
    let mut listings = vec![
        listing::<Vpcs>("VpcIds"),
        listing::<Subnets>("SubnetIds"),
        listing::<RouteTables>("RouteTableIds"),
        listing::<NatGateways>("NatGatewayIds"),
        listing::<InternetGateways>("InternetGatewayIds"),
        listing::<Peerings>("VpcPeeringConnectionIds"),
        listing::<TransitGateways>("TransitGatewayIds"),
        listing::<TransitAttachments>("TransitGatewayAttachmentIds"),
        listing::<TransitRouteTables>("TransitGatewayRouteTableIds"),
        listing::<SecurityGroups>("GroupIds"),
        listing::<NetworkAcls>("NetworkAclIds"),
        listing::<InstanceTypes>("InstanceTypes"),
        listing::<Addresses>("AllocationIds"),
        listing::<Endpoints>("VpcEndpointIds"),
        listing::<FlowLogs>("FlowLogIds"),
    ];
    // Two operations whose member is called otherwise.
    for listing in &mut listings {
        if ["DescribeNatGateways", "DescribeFlowLogs"].contains(&listing.action) {
            listing.filters = "Filter";
        }
    }
    listings
}

fn read<T: DeserializeOwned + Serialize>(xml: &str) -> Value {
    let parsed: T = quick_xml::de::from_reader(xml.as_bytes()).expect("readable");
    serde_json::to_value(parsed).expect("plain data")
}

/// The same inputs in every run.
fn generated<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    let one = |_| strategy.new_tree(&mut runner).expect("a value").current();
    (0..CASES).map(one).collect()
}

fn filters() -> impl Strategy<Value = Vec<Filter>> {
    let filter = ("[a-z:-]{1,12}", vec("[ -~äß✓]{0,9}", 1..4));
    vec(
        filter.prop_map(|(name, values)| Filter { name, values }),
        0..3,
    )
}

fn asks() -> Vec<(Describe, Option<String>)> {
    let ask = (vec("[a-z]{3}-[0-9a-f]{17}", 0..4), filters());
    let ask = ask.prop_map(|(ids, filters)| Describe { ids, filters });
    generated((ask, option::of("[a-zA-Z0-9+/=]{1,20}")))
}

/// What botocore sends for each case, beside what we send.
fn assert_same_parameters(cases: &[(Value, Params)]) {
    let lines: Vec<String> = cases.iter().map(|(case, _)| case.to_string()).collect();
    let theirs = run("oracle.py", &["serialize"], &lines.join("\n"));
    for ((case, params), theirs) in cases.iter().zip(theirs.as_array().expect("a list")) {
        let mut ours = params.clone();
        ours.set("Action", case["op"].as_str().expect("a name"));
        ours.set("Version", "2016-11-15");
        assert_eq!(json!(ours.sorted()), *theirs, "{case}");
    }
    assert_eq!(theirs.as_array().map(Vec::len), Some(cases.len()));
}

#[test]
fn lists_are_asked_for_as_botocore_asks() {
    let mut cases = Vec::new();
    for listing in listings() {
        for (ask, token) in asks() {
            let token = token.filter(|_| listing.page.is_some());
            let params = (listing.params)(&ask, token.as_deref());
            let mut input = serde_json::Map::new();
            let filter = |f: &Filter| json!({ "Name": f.name, "Values": f.values });
            if !ask.ids.is_empty() {
                input.insert(listing.ids.into(), json!(ask.ids));
            }
            if !ask.filters.is_empty() {
                let filters: Vec<Value> = ask.filters.iter().map(filter).collect();
                input.insert(listing.filters.into(), json!(filters));
            }
            // The largest page that EC2 takes.
            let size = match listing.action {
                "DescribeAddresses" => None,
                "DescribeRouteTables" | "DescribeInstanceTypes" => Some(100),
                _ => Some(1000),
            };
            assert_eq!(listing.page, size, "{}", listing.action);
            if let Some(size) = size.filter(|_| ask.ids.is_empty()) {
                input.insert("MaxResults".into(), json!(size));
            }
            if let Some(token) = token {
                input.insert("NextToken".into(), json!(token));
            }
            cases.push((json!({ "op": listing.action, "input": input }), params));
        }
    }
    assert_same_parameters(&cases);
}

#[test]
fn routes_and_regions_are_asked_for_as_botocore_asks() {
    let mut cases = Vec::new();
    for (table, filters, token) in
        generated(("tgw-rtb-[0-9a-f]{17}", filters(), option::of("[a-z]{8}")))
    {
        let ask = SearchRoutes { table, filters };
        let params = ask.params(token.as_deref());
        let named: Vec<Value> = ask
            .filters
            .iter()
            .map(|f| json!({ "Name": f.name, "Values": f.values }))
            .collect();
        let mut input = json!({
            "TransitGatewayRouteTableId": ask.table,
            "Filters": named,
        });
        if let Some(token) = token {
            input["NextToken"] = json!(token);
        }
        cases.push((
            json!({ "op": SearchRoutes::ACTION, "input": input }),
            params,
        ));
    }
    for all in [false, true] {
        let input = json!({ "AllRegions": all });
        let params = DescribeRegions { all }.params();
        cases.push((json!({ "op": "DescribeRegions", "input": input }), params));
    }
    let zones = json!({ "op": "DescribeAvailabilityZones", "input": {} });
    cases.push((zones, Params::default()));
    assert_same_parameters(&cases);
}

/// A change and what botocore would be told for it.
fn written(op: &'static str, write: Write, input: &Value) -> (Value, Params) {
    assert_eq!(write.action, op);
    (json!({ "op": op, "input": input }), write.params)
}

/// Tags as botocore takes them.
fn specified(kind: &str, tags: &Tags) -> Value {
    let pairs = tags.iter();
    let pairs: Vec<Value> = pairs
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    json!([{ "ResourceType": kind, "Tags": pairs }])
}

#[test]
fn creations_are_sent_as_botocore_sends_them() {
    let tag = ("[a-zA-Z:]{1,12}", "[ -~äß✓]{0,20}");
    let mut cases = Vec::new();
    for pairs in generated(vec(tag, 1..6)) {
        let tags: Tags = pairs.into_iter().collect();
        let t = |kind| specified(kind, &tags);
        cases.extend([
            written(
                "CreateVpc",
                Write::create_vpc("10.1.0.0/16", &tags),
                &json!({ "CidrBlock": "10.1.0.0/16", "TagSpecifications": t("vpc") }),
            ),
            written(
                "CreateSubnet",
                Write::create_subnet("vpc-1", "10.1.0.0/24", "eu-west-1a", &tags),
                &json!({
                    "VpcId": "vpc-1",
                    "CidrBlock": "10.1.0.0/24",
                    "AvailabilityZone": "eu-west-1a",
                    "TagSpecifications": t("subnet"),
                }),
            ),
            written(
                "CreateInternetGateway",
                Write::create_internet_gateway(&tags),
                &json!({ "TagSpecifications": t("internet-gateway") }),
            ),
            written(
                "AllocateAddress",
                Write::allocate_address(&tags),
                &json!({ "Domain": "vpc", "TagSpecifications": t("elastic-ip") }),
            ),
            written(
                "CreateNatGateway",
                Write::create_nat_gateway("subnet-1", "eipalloc-1", "KEY", &tags),
                &json!({
                    "SubnetId": "subnet-1",
                    "AllocationId": "eipalloc-1",
                    "ClientToken": "KEY",
                    "TagSpecifications": t("natgateway"),
                }),
            ),
            written(
                "CreateRouteTable",
                Write::create_route_table("vpc-1", "KEY", &tags),
                &json!({
                    "VpcId": "vpc-1",
                    "ClientToken": "KEY",
                    "TagSpecifications": t("route-table"),
                }),
            ),
            written(
                "CreateVpcEndpoint",
                Write::create_endpoint(
                    "vpc-1",
                    "com.amazonaws.x.s3",
                    &["rtb-1", "rtb-2"],
                    "KEY",
                    &tags,
                ),
                &json!({
                    "VpcEndpointType": "Gateway",
                    "VpcId": "vpc-1",
                    "ServiceName": "com.amazonaws.x.s3",
                    "RouteTableIds": ["rtb-1", "rtb-2"],
                    "ClientToken": "KEY",
                    "TagSpecifications": t("vpc-endpoint"),
                }),
            ),
            written(
                "CreateFlowLogs",
                Write::create_flow_log("vpc-1", "arn:x:s3:::logs/a", "KEY", &tags),
                &json!({
                    "ResourceIds": ["vpc-1"],
                    "ResourceType": "VPC",
                    "TrafficType": "ALL",
                    "LogDestinationType": "s3",
                    "LogDestination": "arn:x:s3:::logs/a",
                    "ClientToken": "KEY",
                    "TagSpecifications": t("vpc-flow-log"),
                }),
            ),
            written(
                "CreateVpcPeeringConnection",
                Write::create_peering("vpc-1", ("222222222222", "eu-west-2", "vpc-2"), &tags),
                &json!({
                    "VpcId": "vpc-1",
                    "PeerOwnerId": "222222222222",
                    "PeerRegion": "eu-west-2",
                    "PeerVpcId": "vpc-2",
                    "TagSpecifications": t("vpc-peering-connection"),
                }),
            ),
        ]);
    }
    let bare = Write::create_vpc("10.1.0.0/16", &Tags::new());
    cases.push(written(
        "CreateVpc",
        bare,
        &json!({ "CidrBlock": "10.1.0.0/16" }),
    ));
    assert_same_parameters(&cases);
}

#[test]
fn joins_are_sent_as_botocore_sends_them() {
    let mut cases = Vec::new();
    for on in [false, true] {
        cases.extend([
            written(
                "ModifyVpcAttribute",
                Write::set_dns_support("vpc-1", on),
                &json!({ "VpcId": "vpc-1", "EnableDnsSupport": { "Value": on } }),
            ),
            written(
                "ModifyVpcAttribute",
                Write::set_dns_hostnames("vpc-1", on),
                &json!({ "VpcId": "vpc-1", "EnableDnsHostnames": { "Value": on } }),
            ),
            written(
                "ModifySubnetAttribute",
                Write::set_public_addresses("subnet-1", on),
                &json!({ "SubnetId": "subnet-1", "MapPublicIpOnLaunch": { "Value": on } }),
            ),
        ]);
        for (side, member) in [
            (PeerOptions::Requester, "RequesterPeeringConnectionOptions"),
            (PeerOptions::Accepter, "AccepterPeeringConnectionOptions"),
        ] {
            let mut input = json!({ "VpcPeeringConnectionId": "pcx-1" });
            input[member] = json!({ "AllowDnsResolutionFromRemoteVpc": on });
            let write = Write::set_peering_dns("pcx-1", side, on);
            cases.push(written("ModifyVpcPeeringConnectionOptions", write, &input));
        }
    }
    for (block, member) in [
        ("10.2.0.0/16", "DestinationCidrBlock"),
        ("2001:db8::/56", "DestinationIpv6CidrBlock"),
    ] {
        let cidr = block.parse().expect("a block");
        for (to, target) in [
            (RouteTo::InternetGateway("x-1"), "GatewayId"),
            (RouteTo::NatGateway("x-1"), "NatGatewayId"),
            (RouteTo::Peering("x-1"), "VpcPeeringConnectionId"),
            (RouteTo::TransitGateway("x-1"), "TransitGatewayId"),
        ] {
            let mut input = json!({ "RouteTableId": "rtb-1" });
            input[member] = json!(block);
            input[target] = json!("x-1");
            let create = Write::create_route("rtb-1", &cidr, to);
            let replace = Write::replace_route("rtb-1", &cidr, to);
            cases.push(written("CreateRoute", create, &input));
            cases.push(written("ReplaceRoute", replace, &input));
        }
        let mut input = json!({ "RouteTableId": "rtb-1" });
        input[member] = json!(block);
        let delete = Write::delete_route("rtb-1", &cidr);
        cases.push(written("DeleteRoute", delete, &input));
    }
    let joined = json!({ "InternetGatewayId": "igw-1", "VpcId": "vpc-1" });
    let table = json!({ "RouteTableId": "rtb-1", "SubnetId": "subnet-1" });
    cases.extend([
        written(
            "AttachInternetGateway",
            Write::attach_internet_gateway("igw-1", "vpc-1"),
            &joined,
        ),
        written(
            "DetachInternetGateway",
            Write::detach_internet_gateway("igw-1", "vpc-1"),
            &joined,
        ),
        written(
            "AssociateRouteTable",
            Write::associate_route_table("rtb-1", "subnet-1"),
            &table,
        ),
        written(
            "DisassociateRouteTable",
            Write::disassociate_route_table("rtbassoc-1"),
            &json!({ "AssociationId": "rtbassoc-1" }),
        ),
        written(
            "ModifyVpcEndpoint",
            Write::add_table_to_endpoint("vpce-1", "rtb-1"),
            &json!({ "VpcEndpointId": "vpce-1", "AddRouteTableIds": ["rtb-1"] }),
        ),
        written(
            "ModifyVpcEndpoint",
            Write::remove_table_from_endpoint("vpce-1", "rtb-1"),
            &json!({ "VpcEndpointId": "vpce-1", "RemoveRouteTableIds": ["rtb-1"] }),
        ),
        written(
            "AcceptVpcPeeringConnection",
            Write::accept_peering("pcx-1"),
            &json!({ "VpcPeeringConnectionId": "pcx-1" }),
        ),
    ]);
    for switch in [VpcSwitch::DnsSupport, VpcSwitch::DnsHostnames] {
        let attribute = match switch {
            VpcSwitch::DnsSupport => "enableDnsSupport",
            VpcSwitch::DnsHostnames => "enableDnsHostnames",
        };
        let input = json!({ "VpcId": "vpc-1", "Attribute": attribute });
        cases.push((
            json!({ "op": VpcSwitch::ACTION, "input": input }),
            switch.params("vpc-1"),
        ));
    }
    assert_same_parameters(&cases);
}

fn permission() -> impl Strategy<Value = (Permission, Value)> {
    let protocol = proptest::sample::select(vec!["-1", "tcp", "udp", "icmp"]);
    let blocks = vec("10[.][0-9]{1,2}[.]0[.]0/16", 0..3);
    let six = vec("2001:db8:[0-9]{1,3}::/64", 0..2);
    let groups = vec("sg-[0-9a-f]{8}", 0..3);
    let lists = vec("pl-[0-9a-f]{8}", 0..2);
    let ports = option::of((0..100_i32, 100..200_i32));
    (protocol, ports, blocks, six, groups, lists).prop_map(
        |(protocol, ports, blocks, six, groups, lists)| {
            let mut input = json!({ "IpProtocol": protocol });
            if let Some((from, to)) = ports {
                input["FromPort"] = json!(from);
                input["ToPort"] = json!(to);
            }
            let mut member = |name: &str, key: &str, values: &[String]| {
                let items: Vec<Value> = values.iter().map(|value| json!({ key: value })).collect();
                if !items.is_empty() {
                    input[name] = json!(items);
                }
            };
            member("IpRanges", "CidrIp", &blocks);
            member("Ipv6Ranges", "CidrIpv6", &six);
            member("UserIdGroupPairs", "GroupId", &groups);
            member("PrefixListIds", "PrefixListId", &lists);
            let permission = Permission {
                ip_protocol: protocol.into(),
                from_port: ports.map(|(from, _)| from),
                to_port: ports.map(|(_, to)| to),
                groups: Set {
                    item: groups
                        .into_iter()
                        .map(|id| UserGroup { group_id: Some(id) })
                        .collect(),
                },
                ip_ranges: Set {
                    item: blocks
                        .into_iter()
                        .map(|cidr_ip| IpRange { cidr_ip })
                        .collect(),
                },
                ipv6_ranges: Set {
                    item: six
                        .into_iter()
                        .map(|cidr_ipv6| Ipv6Range { cidr_ipv6 })
                        .collect(),
                },
                prefix_list_ids: Set {
                    item: lists
                        .into_iter()
                        .map(|prefix_list_id| PrefixList { prefix_list_id })
                        .collect(),
                },
            };
            (permission, input)
        },
    )
}

type Removal = fn(&str) -> Write;

#[test]
fn rules_and_removals_are_sent_as_botocore_sends_them() {
    type Rules = fn(&str, &[Permission]) -> Write;
    let kinds: [(&str, Rules); 4] = [
        ("AuthorizeSecurityGroupIngress", Write::authorize_ingress),
        ("AuthorizeSecurityGroupEgress", Write::authorize_egress),
        ("RevokeSecurityGroupIngress", Write::revoke_ingress),
        ("RevokeSecurityGroupEgress", Write::revoke_egress),
    ];
    let mut cases = Vec::new();
    for rules in generated(vec(permission(), 1..4)) {
        let (permissions, inputs): (Vec<Permission>, Vec<Value>) = rules.into_iter().unzip();
        let input = json!({ "GroupId": "sg-1", "IpPermissions": inputs });
        for (op, make) in kinds {
            cases.push(written(op, make("sg-1", &permissions), &input));
        }
    }
    let removals: [(&str, &str, Removal); 7] = [
        ("DeleteVpc", "VpcId", Write::delete_vpc),
        ("DeleteSubnet", "SubnetId", Write::delete_subnet),
        (
            "DeleteInternetGateway",
            "InternetGatewayId",
            Write::delete_internet_gateway,
        ),
        ("ReleaseAddress", "AllocationId", Write::release_address),
        (
            "DeleteNatGateway",
            "NatGatewayId",
            Write::delete_nat_gateway,
        ),
        (
            "DeleteRouteTable",
            "RouteTableId",
            Write::delete_route_table,
        ),
        (
            "DeleteVpcPeeringConnection",
            "VpcPeeringConnectionId",
            Write::delete_peering,
        ),
    ];
    for (op, member, make) in removals {
        cases.push(written(op, make("x-1"), &json!({ member: "x-1" })));
    }
    let lists: [(&str, &str, Removal); 2] = [
        (
            "DeleteVpcEndpoints",
            "VpcEndpointIds",
            Write::delete_endpoint,
        ),
        ("DeleteFlowLogs", "FlowLogIds", Write::delete_flow_log),
    ];
    for (op, member, make) in lists {
        cases.push(written(op, make("x-1"), &json!({ member: ["x-1"] })));
    }
    assert_same_parameters(&cases);
}

/// Operations that answer with more than that they were done.
const ANSWERING: &[&str] = &[
    "AcceptVpcPeeringConnection",
    "AllocateAddress",
    "AssociateRouteTable",
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CreateFlowLogs",
    "CreateInternetGateway",
    "CreateNatGateway",
    "CreateRoute",
    "CreateRouteTable",
    "CreateSubnet",
    "CreateVpc",
    "CreateVpcEndpoint",
    "CreateVpcPeeringConnection",
    "DeleteFlowLogs",
    "DeleteNatGateway",
    "DeleteVpcEndpoints",
    "DeleteVpcPeeringConnection",
    "ModifyVpcEndpoint",
    "ModifyVpcPeeringConnectionOptions",
    "RevokeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
];

/// Reads the answer to a change. botocore keeps the id of the request elsewhere.
fn read_written(xml: &str) -> Value {
    let mut read = read::<Written>(xml);
    let id = read
        .as_object_mut()
        .and_then(|read| read.remove("requestId"));
    assert_eq!(id, Some(json!("r-1")));
    read
}

#[test]
fn answers_are_read_as_botocore_reads_them() {
    let mut readers: Vec<(&str, Reader)> = listings()
        .into_iter()
        .map(|listing| (listing.action, listing.read))
        .collect();
    readers.push((SearchRoutes::ACTION, read::<FoundRoutes>));
    readers.push(("DescribeRegions", read::<Regions>));
    readers.push(("DescribeAvailabilityZones", read::<Zones>));
    readers.push((VpcSwitch::ACTION, read::<VpcAttribute>));
    readers.extend(ANSWERING.iter().map(|op| (*op, read_written as Reader)));
    let cases: Vec<_> = readers
        .iter()
        .flat_map(|reader| (0..CASES).map(move |seed| (reader, seed)))
        .collect();
    let lines: Vec<String> = cases
        .iter()
        .map(|((action, _), seed)| json!({ "op": action, "seed": seed }).to_string())
        .collect();
    let answers = run("oracle.py", &["parse"], &lines.join("\n"));
    let mut compared = 0;
    for (((action, read), seed), answer) in cases.iter().zip(answers.as_array().expect("a list")) {
        let ours = read(answer["xml"].as_str().expect("a text"));
        compared += compare(&ours, &answer["read"], &format!("{action} {seed}"));
    }
    assert!(compared > 5000, "only {compared} values were compared");
}

/// Holds every value that we read to botocore's; what botocore did not find must be empty in ours.
/// Returns how many values were equal.
fn compare(ours: &Value, theirs: &Value, path: &str) -> usize {
    match (ours, theirs) {
        (Value::Object(set), Value::Array(items)) => {
            let own = set["item"].as_array().expect("a set");
            assert_eq!(own.len(), items.len(), "{path}");
            let pairs = own.iter().zip(items).enumerate();
            pairs
                .map(|(at, (ours, theirs))| compare(ours, theirs, &format!("{path}[{at}]")))
                .sum()
        }
        (Value::Object(own), Value::Object(found)) => {
            let nothing = Value::Null;
            let member = |(name, ours): (&String, &Value)| {
                let theirs = found.get(name).unwrap_or(&nothing);
                compare(ours, theirs, &format!("{path}.{name}"))
            };
            own.iter().map(member).sum()
        }
        (ours, Value::Null) => {
            assert!(is_empty(ours), "{path}: {ours} out of nothing");
            0
        }
        (ours, theirs) => {
            assert_eq!(ours, theirs, "{path}");
            1
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(yes) => !yes,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
    }
}

#[test]
fn endpoints_are_those_of_botocores_rules() {
    let theirs = run("oracle.py", &["endpoints"], "");
    let theirs: Vec<(String, bool, bool, Option<String>)> =
        serde_json::from_value(theirs).expect("endpoints");
    assert!(theirs.len() > 150, "only {} endpoints", theirs.len());
    for (region, fips, dual_stack, url) in theirs {
        let ours = default_url(&region, Variant { fips, dual_stack });
        let at = format!("{region}, FIPS {fips}, dual stack {dual_stack}");
        assert_eq!(Some(ours), url, "{at}");
    }
}
