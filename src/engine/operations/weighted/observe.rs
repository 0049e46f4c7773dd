//! Finds the zone and reads the group, with who asks and when.

use jiff::Timestamp;

use super::super::{Arguments, Refusal, World, zones};
use crate::model::{
    AccountId, EnvironmentClass, OrganizationId,
    traffic::{HostedZone, Zones},
};

/// Everything that the plan is made from.
#[derive(Clone, Debug)]
pub(in super::super) struct Observed {
    pub(in super::super) account: AccountId,
    pub(in super::super) environment: EnvironmentClass,
    pub(in super::super) organization: Option<OrganizationId>,
    /// The account's zones and health checks as they were just read.
    pub(in super::super) zones: Zones,
    pub(in super::super) zone: HostedZone,
    pub(in super::super) author: String,
    pub(in super::super) now: Timestamp,
}

pub(in super::super) async fn observe(
    wish: &Arguments,
    world: &World<'_>,
) -> Result<Observed, Refusal> {
    let wanted = wish.text("zone");
    let account = match wish.get("account") {
        Some(text) => world.account(text)?,
        None => zones::account_of(wanted, world).await?,
    };
    let read = world.provider.traffic.zones(account).await?;
    let zone = zones::named(&read, wanted)?.clone();
    Ok(Observed {
        account,
        environment: world.class(account),
        organization: world.organization().and_then(|all| all.id.clone()),
        zones: read,
        zone,
        author: world.author.into(),
        now: world.now,
    })
}
