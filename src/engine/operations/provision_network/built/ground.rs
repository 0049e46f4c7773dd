//! The VPC itself, its names, its default group, its subnets.

use ipnet::{IpNet, Ipv4Net};

use super::{super::spec::NetworkSpec, Builder, Found, Lot, Side};
use crate::{
    engine::{
        operations::Refusal,
        plan::{NetworkProbe, Precondition, Probe, Step},
    },
    model::{
        Change, Ref, Tags, VpcId,
        change::{DefaultRules, DnsAttribute, Flow, NetworkChange},
        network::{AddressSpace, Holder, SecurityGroup, Subnet},
    },
};

impl<'a> Builder<'a> {
    pub(super) fn vpc(&mut self) -> Ref<VpcId> {
        if let Some(vpc) = &self.found.vpc {
            return Ref::Known(vpc.id.clone());
        }
        let spec = self.spec;
        let change = NetworkChange::CreateVpc {
            at: spec.at.clone(),
            name: spec.name.clone(),
            cidr: spec.block.into(),
            tags: spec.tags.clone(),
        };
        let why = "everything else lies in it";
        let free = Probe::Network(NetworkProbe::Free {
            at: spec.at.clone(),
            block: spec.block.into(),
        });
        let step = Step::change(&self.id("vpc"), Change::Network(change), why);
        let id = self.add(step.needing(Precondition::Holds { probe: free }), &[]);
        Ref::output(id.as_str())
    }

    /// Private names need both switches.
    pub(super) fn names(&mut self, vpc: &Ref<VpcId>) {
        // As EC2 makes a VPC: it resolves, and gives no names.
        let (support, host_names) = match self.found.dns {
            Some(dns) => (dns.support, dns.host_names),
            None => (true, false),
        };
        for (id, attribute, on) in [
            ("dns-support", DnsAttribute::Support, support),
            ("dns-names", DnsAttribute::Hostnames, host_names),
        ] {
            if on {
                continue;
            }
            let change = NetworkChange::SetVpcDns {
                at: self.spec.at.clone(),
                vpc: vpc.clone(),
                attribute,
                from: false,
                to: true,
            };
            let title = format!("turn on {attribute} in {}", self.spec.name);
            let why = "endpoints, clusters and peers are reached by their private names";
            self.change(id, title, why, change, &[]);
            self.goes_with_the_vpc();
        }
    }

    /// Nothing should work because nobody chose a security group.
    pub(super) fn close_default_group(&mut self, vpc: &Ref<VpcId>) {
        for flow in [Flow::Ingress, Flow::Egress] {
            let rules = match &self.found.vpc {
                None => Some(DefaultRules::Open),
                Some(_) => self
                    .default_group()
                    .and_then(|group| DefaultRules::of(group, flow)),
            };
            match rules {
                Some(DefaultRules::Closed) => {}
                Some(DefaultRules::Open) => {
                    let change = NetworkChange::SetDefaultGroup {
                        at: self.spec.at.clone(),
                        vpc: vpc.clone(),
                        flow,
                        from: DefaultRules::Open,
                        to: DefaultRules::Closed,
                    };
                    let name = &self.spec.name;
                    let title = format!("empty the default security group of {name} ({flow})");
                    let why = "what is started without a security group of its own reaches nothing";
                    self.change(&format!("closed-{flow}"), title, why, change, &[]);
                    self.goes_with_the_vpc();
                }
                None => self.warnings.push(format!(
                    "the default security group of {} has {flow} rules of somebody's own, or cannot \
                     be seen: left as it is",
                    self.spec.name
                )),
            }
        }
    }

    fn default_group(&self) -> Option<&'a SecurityGroup> {
        let vpc = self.found.vpc.as_ref()?;
        let mut groups = self.network()?.security_groups.iter();
        groups.find(|group| group.vpc == vpc.id && group.name == SecurityGroup::DEFAULT)
    }

    /// The subnets of one side, one for each zone: by their block, else by their name, else new.
    pub(super) fn subnets(
        &mut self,
        vpc: &Ref<VpcId>,
        side: Side,
    ) -> Result<Vec<Lot<'a>>, Refusal> {
        let spec = self.spec;
        let blocks = match side {
            Side::Public => &spec.layout.public,
            Side::Private => &spec.layout.private,
        };
        let mut lots = Vec::new();
        for (zone, block) in spec.zones.iter().zip(blocks) {
            let letter = spec.letter(zone);
            let label = format!("{side}-{letter}");
            let name = spec.named(&label);
            let there = self.found.subnet(spec, *block, &name);
            let id = match there {
                Some(subnet) if subnet.zone == *zone => Ref::Known(subnet.id.clone()),
                Some(subnet) => {
                    return Err(Refusal::Impossible(format!(
                        "{} ({}) lies in {}, not in {zone}: subnets cannot move",
                        name, subnet.id, subnet.zone
                    )));
                }
                None => self.new_subnet(vpc, side, (*block, &label, &name), zone)?,
            };
            if side == Side::Public && spec.public_addresses {
                self.give_addresses(&id, &label, &name, there);
            }
            lots.push(Lot {
                zone: zone.clone(),
                letter,
                name,
                id,
                there,
            });
        }
        Ok(lots)
    }

    fn new_subnet(
        &mut self,
        vpc: &Ref<VpcId>,
        side: Side,
        (block, label, name): (Ipv4Net, &str, &str),
        zone: &crate::model::ZoneName,
    ) -> Result<Ref<crate::model::SubnetId>, Refusal> {
        let block = self.room(block)?;
        let mut tags = self.spec.tags.clone();
        if self.spec.for_clusters {
            tags.extend(for_balancers(side));
        }
        let change = NetworkChange::CreateSubnet {
            at: self.spec.at.clone(),
            vpc: vpc.clone(),
            name: name.into(),
            cidr: block.into(),
            zone: zone.clone(),
            tags,
        };
        let title = format!("create subnet {name} {block} in {zone}");
        let why = "one public and one private subnet in each zone";
        let id = self.change(label, title, why, change, &[]);
        Ok(Ref::output(id.as_str()))
    }

    /// The block of the layout, or the next free one of that size where other subnets are in the
    /// way.
    fn room(&self, block: Ipv4Net) -> Result<Ipv4Net, Refusal> {
        let mut taken = AddressSpace::default();
        if let (Some(vpc), Some(network)) = (&self.found.vpc, self.network()) {
            let own = network.subnets.iter().filter(|one| one.vpc == vpc.id);
            for subnet in own {
                taken.take(&subnet.cidrs, &Holder::Reserved(subnet.id.to_string()));
            }
        }
        if taken.touching(&block.into()).next().is_none() {
            return Ok(block);
        }
        for planned in self.spec.layout.all().filter(|planned| *planned != block) {
            taken.take(&[planned.into()], &Holder::Reserved("the layout".into()));
        }
        // Two lots that both have to give way must not give way to the same place.
        for step in self.draft.steps.iter().filter_map(Step::changes) {
            if let Change::Network(NetworkChange::CreateSubnet { cidr, .. }) = step {
                taken.take(&[*cidr], &Holder::Reserved("this plan".into()));
            }
        }
        let length = block.prefix_len();
        taken.free(&[self.spec.block], length).ok_or_else(|| {
            Refusal::Impossible(format!(
                "{} has no room for a subnet of /{length}: other subnets are where it should lie; \
                 give a longer --subnet-size",
                self.spec.name
            ))
        })
    }

    fn give_addresses(
        &mut self,
        subnet: &Ref<crate::model::SubnetId>,
        label: &str,
        name: &str,
        there: Option<&Subnet>,
    ) {
        if there.is_some_and(|subnet| subnet.public_addresses) {
            return;
        }
        let change = NetworkChange::SetPublicAddresses {
            at: self.spec.at.clone(),
            subnet: subnet.clone(),
            from: false,
            to: true,
        };
        let title = format!("give public addresses in {name}");
        let why = "what starts there is to be reached from outside";
        self.change(&format!("{label}-addresses"), title, why, change, &[]);
    }
}

impl Found {
    /// The subnet of that name; else the one with that block, if its name is not that of another
    /// one of the network.
    fn subnet(&self, spec: &NetworkSpec, block: Ipv4Net, name: &str) -> Option<&Subnet> {
        let named = self.own().find(|one| one.name.as_deref() == Some(name));
        named.or_else(|| self.by_block(spec, block))
    }

    pub(in super::super) fn by_block(&self, spec: &NetworkSpec, block: Ipv4Net) -> Option<&Subnet> {
        let block = IpNet::V4(block);
        let mut own = self.own();
        own.find(|one| one.cidrs.contains(&block) && !spec.names(one))
    }

    /// The subnets of the VPC.
    pub(in super::super) fn own(&self) -> impl Iterator<Item = &Subnet> {
        let vpc = self.vpc.as_ref().map(|vpc| &vpc.id);
        let subnets = self.network.as_ref().map_or(&[][..], |all| &all.subnets);
        subnets.iter().filter(move |one| Some(&one.vpc) == vpc)
    }
}

/// By these tags the controllers of a cluster find subnets for balancers ("Amazon EKS networking
/// requirements").
fn for_balancers(side: Side) -> Tags {
    let key = match side {
        Side::Public => "kubernetes.io/role/elb",
        Side::Private => "kubernetes.io/role/internal-elb",
    };
    Tags::from([(key.into(), "1".into())])
}
