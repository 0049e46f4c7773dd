//! Copy as…: the ways to take an object elsewhere.

use super::{Entry, Picker, facts};
use crate::{
    inventory::tables::Object,
    tui::{Effect, State},
};

/// Each form of the object, with the text itself shown beside it, so that it can be selected by
/// hand where the terminal has no clipboard.
#[must_use]
pub fn picker(object: &Object, state: &State) -> Picker {
    let mut entries = Vec::new();
    let mut add = |label: &str, text: Option<String>| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            entries.push(Entry {
                label: label.to_owned(),
                detail: text.lines().take(3).collect::<Vec<_>>().join(" "),
                effects: vec![Effect::Copy(text, label.to_owned())],
                ..Entry::default()
            });
        }
    };
    add("id", Some(object.id.clone()));
    add(
        "name",
        Some(object.name.clone()).filter(|name| *name != object.id),
    );
    add("ARN", object.arn.as_ref().map(ToString::to_string));
    add("account", object.account.map(|account| account.to_string()));
    add("AWS CLI command", command(object));
    add("console link", console(object));
    add("JSON", facts::json_text(&state.inventory, object));
    Picker::new("copy", "Copy as", entries)
}

/// The AWS CLI command that shows the object.
fn command(object: &Object) -> Option<String> {
    let id = &object.id;
    let call = match object.kind {
        "vpc" => format!("ec2 describe-vpcs --vpc-ids {id}"),
        "subnet" => format!("ec2 describe-subnets --subnet-ids {id}"),
        "route_table" => format!("ec2 describe-route-tables --route-table-ids {id}"),
        "peering" => {
            format!("ec2 describe-vpc-peering-connections --vpc-peering-connection-ids {id}")
        }
        "nat_gateway" => format!("ec2 describe-nat-gateways --nat-gateway-ids {id}"),
        "transit_gateway" => {
            format!("ec2 describe-transit-gateways --transit-gateway-ids {id}")
        }
        "cluster" => format!("eks describe-cluster --name {}", object.name),
        "database" => format!("rds describe-db-clusters --db-cluster-identifier {id}"),
        "zone" => format!("route53 get-hosted-zone --id {id}"),
        "account" => format!("organizations describe-account --account-id {id}"),
        "unit" => {
            format!("organizations describe-organizational-unit --organizational-unit-id {id}")
        }
        "policy" => format!("organizations describe-policy --policy-id {id}"),
        "vault" => format!(
            "backup describe-backup-vault --backup-vault-name {}",
            object.name
        ),
        _ => return None,
    };
    let region = object
        .region
        .as_ref()
        .filter(|region| **region != crate::model::Region::global());
    Some(match region {
        Some(region) => format!("aws {call} --region {region}"),
        None => format!("aws {call}"),
    })
}

/// The object's page in the console of its partition.
fn console(object: &Object) -> Option<String> {
    let partition = object.arn.as_ref().and_then(|arn| arn.partition());
    let region = object
        .region
        .as_ref()
        .map_or("us-east-1", |region| region.as_str());
    let host = match partition {
        Some("aws-cn") => "console.amazonaws.cn",
        Some("aws-us-gov") => "console.amazonaws-us-gov.com",
        _ if region.starts_with("cn-") => "console.amazonaws.cn",
        _ if region.starts_with("us-gov-") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    };
    let id = &object.id;
    let path = match object.kind {
        "vpc" => format!("vpcconsole/home?region={region}#VpcDetails:VpcId={id}"),
        "subnet" => format!("vpcconsole/home?region={region}#SubnetDetails:subnetId={id}"),
        "route_table" => {
            format!("vpcconsole/home?region={region}#RouteTableDetails:RouteTableId={id}")
        }
        "peering" => {
            format!(
                "vpcconsole/home?region={region}#PeeringConnectionDetails:vpcPeeringConnectionId={id}"
            )
        }
        "nat_gateway" => {
            format!("vpcconsole/home?region={region}#NatGatewayDetails:natGatewayId={id}")
        }
        "cluster" => format!("eks/home?region={region}#/clusters/{}", object.name),
        "database" => format!("rds/home?region={region}#database:id={id};is-cluster=true"),
        "zone" => format!("route53/v2/hostedzones#ListRecordSets/{id}"),
        "account" => format!("organizations/v2/home/accounts/{id}"),
        "vault" => format!(
            "backup/home?region={region}#/backupvaults/details/{}",
            object.name
        ),
        _ => return None,
    };
    Some(format!("https://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Arn, Region};

    #[test]
    fn links_and_commands_stay_in_their_partition() {
        let object = Object {
            kind: "cluster",
            account: None,
            region: Some(Region::from("cn-north-1")),
            id: "arn".into(),
            name: "ml".into(),
            arn: Some(Arn::from(
                "arn:aws-cn:eks:cn-north-1:111122223333:cluster/ml",
            )),
        };
        assert_eq!(
            command(&object).as_deref(),
            Some("aws eks describe-cluster --name ml --region cn-north-1")
        );
        let link = console(&object).expect("a link");
        assert!(link.starts_with("https://console.amazonaws.cn/eks/"));
    }
}
