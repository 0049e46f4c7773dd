//! Gateway endpoints and flow logs.

use super::{Builder, Table};
use crate::{
    engine::plan::Step,
    model::{Change, Ref, VpcId, change::NetworkChange, network::VpcEndpoint},
};

impl<'a> Builder<'a> {
    /// S3 and DynamoDB without a NAT gateway, which bills by volume.
    pub(super) fn endpoints(&mut self, vpc: &Ref<VpcId>, tables: &[Table<'a>]) {
        for short in &self.spec.endpoints {
            let service = self.spec.service(short);
            match self.endpoint(&service) {
                Some(endpoint) => self.complete(short, endpoint, tables),
                None => self.new_endpoint(vpc, short, service, tables),
            }
        }
    }

    fn endpoint(&self, service: &str) -> Option<&'a VpcEndpoint> {
        let vpc = self.found.vpc.as_ref()?;
        let mut endpoints = self.network()?.endpoints.iter();
        endpoints.find(|one| {
            let lives = matches!(one.state.as_str(), "available" | "pending");
            lives && one.vpc == vpc.id && one.kind == "Gateway" && one.service == service
        })
    }

    fn new_endpoint(
        &mut self,
        vpc: &Ref<VpcId>,
        short: &str,
        service: String,
        tables: &[Table<'a>],
    ) {
        let name = self.spec.named(short);
        let change = NetworkChange::CreateEndpoint {
            at: self.spec.at.clone(),
            vpc: vpc.clone(),
            name: name.clone(),
            service_name: service,
            tables: tables.iter().map(|table| table.id.clone()).collect(),
            tags: self.spec.tags.clone(),
        };
        let id = self.id(&format!("endpoint-{short}"));
        let why = "traffic to it costs nothing and stays inside";
        let step = Step::change(&id, Change::Network(change), why);
        let step = Step {
            title: format!("create gateway endpoint {name}"),
            ..step.settling(2, 300).taking(5, 60)
        };
        self.add(step, &[]);
    }

    /// Lets private tables lead to an endpoint that does not know them yet.
    fn complete(&mut self, short: &str, endpoint: &VpcEndpoint, tables: &[Table<'a>]) {
        for table in tables {
            let known = table
                .id
                .known()
                .is_some_and(|id| endpoint.tables.contains(id));
            if known {
                continue;
            }
            let change = NetworkChange::AddEndpointTable {
                at: self.spec.at.clone(),
                endpoint: Ref::Known(endpoint.id.clone()),
                table: table.id.clone(),
            };
            let title = format!("let {} lead to {}", table.name, endpoint.service);
            let why = "traffic to it costs nothing and stays inside";
            let id = format!("endpoint-{short}-{}", table.label);
            self.change(&id, title, why, change, &[]);
        }
    }

    pub(super) fn flow_logs(&mut self, vpc: &Ref<VpcId>) {
        let Some(bucket) = &self.spec.flow_logs else {
            return;
        };
        let logs = self.network().map_or(&[][..], |all| &all.flow_logs);
        let own = vpc.known().and_then(|vpc| {
            logs.iter().find(|log| {
                log.resource == vpc.as_str() && log.destination.as_ref() == Some(bucket)
            })
        });
        match own {
            Some(log) => {
                if let Some(problem) = &log.delivery_error {
                    self.warnings
                        .push(format!("{} does not arrive: {problem}", log.id));
                }
            }
            None => {
                let name = self.spec.named("flows");
                let change = NetworkChange::CreateFlowLog {
                    at: self.spec.at.clone(),
                    vpc: vpc.clone(),
                    name,
                    destination: bucket.clone(),
                    tags: self.spec.tags.clone(),
                };
                let title = format!("log the flows of {} to {bucket}", self.spec.name);
                let why = "who talked to whom is asked after an incident";
                self.change("flow-logs", title, why, change, &[]);
            }
        }
    }

    pub(super) fn warn_of_missing_logs(&mut self) {
        let logs = self.network().map_or(&[][..], |all| &all.flow_logs);
        let vpc = self.found.vpc.as_ref().map(|vpc| vpc.id.as_str());
        let logged = logs.iter().any(|log| Some(log.resource.as_str()) == vpc);
        if self.spec.flow_logs.is_none() && !logged && !self.draft.is_empty() {
            self.warnings.push(format!(
                "no flow logs: give --flow-logs with the ARN of a bucket to keep those of {}",
                self.spec.name
            ));
        }
    }
}
