//! Our EC2 client beside botocore: the same parameters, the same reading of answers, the same
//! endpoints.

use awsdeck::provider::aws::ec2::{
    Describe, DescribeRegions, Filter, FoundRoutes, InstanceTypes, InternetGateways, List,
    NatGateways, NetworkAcls, Params, Peerings, Regions, RouteTables, SearchRoutes, SecurityGroups,
    Subnets, TransitAttachments, TransitGateways, TransitRouteTables, Variant, Vpcs, Zones,
    default_url,
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
    ];
    // The one operation whose member is called otherwise.
    listings[3].filters = "Filter";
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
            if ask.ids.is_empty() {
                let size =
                    if ["DescribeRouteTables", "DescribeInstanceTypes"].contains(&listing.action) {
                        100
                    } else {
                        1000
                    };
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

#[test]
fn answers_are_read_as_botocore_reads_them() {
    let mut readers: Vec<(&str, Reader)> = listings()
        .into_iter()
        .map(|listing| (listing.action, listing.read))
        .collect();
    readers.push((SearchRoutes::ACTION, read::<FoundRoutes>));
    readers.push(("DescribeRegions", read::<Regions>));
    readers.push(("DescribeAvailabilityZones", read::<Zones>));
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
