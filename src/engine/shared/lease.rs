//! Who executes a run. A lease is renewed while its process lives; when nobody renews it, another
//! machine may take the run over. Ages are told by the store's clock, never by a local one.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Error, Result, Shared, log::bytes};
use crate::{
    engine::{RunId, clock::Moment},
    provider::{Object, Put, When},
};

/// Clocks of the store's own machines differ a little.
const GRACE: Duration = Duration::from_secs(10);

/// Who holds a run, as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub run: RunId,
    /// An ARN, or a user of a machine.
    pub by: String,
    pub host: String,
    pub pid: u32,
    /// Told apart from every other taking, so that a lost answer can be found out.
    pub nonce: String,
    pub fence: u64,
    pub since: Timestamp,
    /// Let go in good order: anybody may take it up at once.
    pub parked: bool,
}

/// A lease that this process holds.
#[derive(Clone, Debug)]
pub struct Lease {
    holder: Holder,
    version: String,
    /// When it was last taken or renewed, by this machine's clock.
    renewed: Moment,
    life: Duration,
}

/// A lease, and whether somebody else may still be sending under the one before.
#[derive(Clone, Debug)]
pub struct Taken {
    pub lease: Lease,
    /// How long to wait before anything is located or sent: no call of the one before takes longer.
    pub wait: Duration,
}

/// Longer than any one call of a process that lost its lease may take.
const CALL: Duration = Duration::from_mins(1);
/// So long before the lease runs out nothing new is begun.
const FENCE: u32 = 3;

impl Lease {
    #[must_use]
    pub const fn holder(&self) -> &Holder {
        &self.holder
    }

    /// Whether something new may be begun now. Whoever cannot renew in time fences itself off:
    /// services do not know of leases.
    #[must_use]
    pub fn is_fresh(&self, now: &Moment) -> bool {
        self.renewed.until(now) < self.life / FENCE * (FENCE - 1)
    }

    /// Whether it should be renewed.
    #[must_use]
    pub fn is_due(&self, now: &Moment) -> bool {
        self.renewed.until(now) >= self.life / FENCE
    }
}

impl Shared {
    /// Takes the lease of a run, if nobody holds it or whoever did is gone.
    pub async fn take(&self, holder: Holder, now: Moment) -> Result<Taken> {
        let key = key(holder.run);
        let lease = |holder: Holder, version: String| Lease {
            holder,
            version,
            renewed: now.clone(),
            life: self.life,
        };
        let body = bytes(&key, &holder)?;
        if let Put::Done(version) = self.write(&key, body.clone(), When::Absent).await? {
            let lease = lease(holder, version);
            return Ok(Taken {
                lease,
                wait: Duration::ZERO,
            });
        }
        let Some(object) = self.objects.get(&key).await? else {
            return Err(Error::Lost);
        };
        let known = self::holder(&key, &object)?;
        if known.nonce == holder.nonce {
            // Ours: the answer to the first write was lost.
            let lease = lease(holder, object.version);
            return Ok(Taken {
                lease,
                wait: Duration::ZERO,
            });
        }
        if !self.is_free(&known, &object) {
            return Err(Error::Held(Box::new(known)));
        }
        let holder = Holder {
            fence: holder.fence.max(known.fence + 1),
            ..holder
        };
        let body = bytes(&key, &holder)?;
        match self
            .write(&key, body.clone(), When::Is(object.version))
            .await?
        {
            Put::Done(version) => Ok(Taken {
                lease: lease(holder, version),
                wait: if known.parked {
                    Duration::ZERO
                } else {
                    CALL.min(self.life)
                },
            }),
            // Somebody was faster, or it was us and the answer was lost.
            Put::Lost | Put::Busy => match self.objects.get(&key).await? {
                Some(object) if object.body == body => Ok(Taken {
                    lease: lease(holder, object.version),
                    wait: CALL.min(self.life),
                }),
                Some(object) => {
                    let winner = serde_json::from_slice(&object.body).unwrap_or(known);
                    Err(Error::Held(Box::new(winner)))
                }
                None => Err(Error::Lost),
            },
        }
    }

    /// Renews a lease. [`Error::Lost`] when somebody else has taken it over.
    pub async fn renew(&self, lease: &mut Lease, now: Moment) -> Result<()> {
        let key = key(lease.holder.run);
        let body = bytes(&key, &lease.holder)?;
        let when = When::Is(lease.version.clone());
        match self.write(&key, body.clone(), when).await? {
            Put::Done(version) => {
                lease.version = version;
                lease.renewed = now;
                Ok(())
            }
            Put::Busy => Ok(()),
            Put::Lost => match self.objects.get(&key).await? {
                Some(object) if object.body == body => {
                    lease.version = object.version;
                    lease.renewed = now;
                    Ok(())
                }
                _ => Err(Error::Lost),
            },
        }
    }

    /// Lets go of a run that has not ended: anybody may take it up at once.
    pub async fn park(&self, lease: &Lease) -> Result<()> {
        let key = key(lease.holder.run);
        let parked = Holder {
            parked: true,
            ..lease.holder.clone()
        };
        let when = When::Is(lease.version.clone());
        self.write(&key, bytes(&key, &parked)?, when)
            .await
            .map(drop)
    }

    /// Lets go of a run that has ended.
    pub async fn release(&self, lease: &Lease) -> Result<()> {
        let key = key(lease.holder.run);
        self.objects.delete(&key, &lease.version).await?;
        Ok(())
    }

    /// Who executes a run now, if anybody: not whoever parked it or is gone.
    pub async fn holder(&self, run: RunId) -> Result<Option<Holder>> {
        let key = key(run);
        let Some(object) = self.objects.get(&key).await? else {
            return Ok(None);
        };
        let holder = holder(&key, &object)?;
        Ok((!self.is_free(&holder, &object)).then_some(holder))
    }

    /// Whether nobody renews it any more, told by the store's clock alone.
    fn is_free(&self, known: &Holder, object: &Object) -> bool {
        let age = object.read.duration_since(object.modified);
        let age = Duration::try_from(age).unwrap_or_default() * self.pace;
        known.parked || age > self.life + GRACE.min(self.life)
    }
}

fn holder(key: &str, object: &Object) -> Result<Holder> {
    serde_json::from_slice(&object.body).map_err(|error| Error::Damaged {
        key: key.into(),
        what: error.to_string(),
    })
}

fn key(run: RunId) -> String {
    format!("leases/{run}.json")
}
