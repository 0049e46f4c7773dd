//! What protects data in any account: RDS, AWS Backup and S3, each as far as it can be read.

use async_trait::async_trait;

use super::{backup, gaps::Gaps, rds, s3::Buckets, session::Sessions};
use crate::{
    model::{Place, protection::Protection},
    provider::{self, Result},
};

#[derive(Clone, Debug)]
pub struct Protections {
    sessions: Sessions,
    buckets: Buckets,
}

impl Protections {
    #[must_use]
    pub fn new(sessions: Sessions) -> Self {
        let buckets = Buckets::new(sessions.clone());
        Self { sessions, buckets }
    }
}

#[async_trait]
impl provider::Protections for Protections {
    async fn protection(&self, place: &Place) -> Result<Protection> {
        let gaps = Gaps::default();
        let mut protection = Protection {
            place: place.clone(),
            databases: Vec::new(),
            snapshots: Vec::new(),
            vaults: Vec::new(),
            plans: Vec::new(),
            recovery_points: Vec::new(),
            jobs: Vec::new(),
            buckets: Vec::new(),
            gaps: Vec::new(),
        };
        let ((databases, snapshots), (), buckets) = tokio::try_join!(
            rds::databases(&self.sessions, place, &gaps),
            backup::fill(&self.sessions, &mut protection, &gaps),
            self.buckets.of(place, &gaps),
        )?;
        protection.databases = databases;
        protection.snapshots = snapshots;
        protection.buckets = buckets;
        protection.gaps = gaps.found();
        Ok(protection)
    }
}
