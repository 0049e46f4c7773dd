//! Finds the zone and reads the group, with who asks and when.

use jiff::Timestamp;

use super::super::{Arguments, Refusal, World, zones};
use crate::model::{
    AccountId, EnvironmentClass, OrganizationId,
    traffic::{HostedZone, Zones},
};

/// Everything that the plan is made from.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) account: AccountId,
    pub(super) environment: EnvironmentClass,
    pub(super) organization: Option<OrganizationId>,
    /// The account's zones and health checks as they were just read.
    pub(super) zones: Zones,
    pub(super) zone: HostedZone,
    pub(super) author: String,
    pub(super) now: Timestamp,
}

pub(super) async fn observe(wish: &Arguments, world: &World<'_>) -> Result<Observed, Refusal> {
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
