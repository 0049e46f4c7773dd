//! How a server is set up before it starts.

use jiff::Timestamp;

use super::{
    auth::{AccessKey, People, User},
    clock::Pace,
    cluster::Parts,
    fixtures::Scale,
    kinds::Custom,
    velero::ObjectStore,
};

/// The name of the certificate: an endpoint of EKS, so that tunnels can be tested.
pub(crate) const ENDPOINT: &str =
    "ABCDEF0123456789ABCDEF0123456789.gr7.us-east-1.eks.amazonaws.com";

/// What a server starts with.
pub(crate) struct Options {
    pub(super) pace: Pace,
    pub(super) start: Timestamp,
    pub(super) people: People,
    pub(super) names: Vec<String>,
    pub(super) parts: Parts,
    pub(super) velero: bool,
    pub(super) store: ObjectStore,
    pub(super) customs: Vec<Custom>,
    pub(super) scale: Option<Scale>,
    pub(super) gzip: bool,
}

impl Options {
    /// An empty cluster at the present time, which runs with the wall clock but is never waited for.
    pub(crate) fn new() -> Self {
        Self {
            pace: Pace::Leaping,
            start: Timestamp::now(),
            people: People::default(),
            names: vec![ENDPOINT.into(), "localhost".into(), "127.0.0.1".into()],
            parts: Parts::ALL,
            velero: false,
            store: ObjectStore::default(),
            customs: Vec::new(),
            scale: None,
            gzip: true,
        }
    }

    /// How time passes.
    pub(crate) fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Starts at a time of the past or the future.
    pub(crate) fn at(mut self, start: Timestamp) -> Self {
        self.start = start;
        self
    }

    /// Lets a user in with a bearer token. A member of `system:masters` may do everything.
    pub(crate) fn user(mut self, token: &str, user: User) -> Self {
        self.people.add(token, user);
        self
    }

    /// Names the cluster, whose EKS tokens are good for some seconds.
    pub(crate) fn eks(mut self, cluster: &str, token_life: i64) -> Self {
        self.people.set_cluster(cluster);
        self.people.set_token_life(token_life);
        self
    }

    /// Lets in whoever signs with this key.
    pub(crate) fn key(mut self, key: AccessKey) -> Self {
        self.people.trust(key);
        self
    }

    /// Shows a certificate for the EKS endpoint alone: 127.0.0.1 is reached through a tunnel only.
    pub(crate) fn tunnelled(mut self) -> Self {
        self.names = vec![ENDPOINT.into()];
        self
    }

    /// Leaves some of the cluster's own work undone.
    pub(crate) fn parts(mut self, parts: Parts) -> Self {
        self.parts = parts;
        self
    }

    /// Installs Velero, with its store of objects.
    pub(crate) fn velero(mut self, store: ObjectStore) -> Self {
        self.velero = true;
        self.store = store;
        self
    }

    /// Installs a custom kind.
    pub(crate) fn custom(mut self, custom: Custom) -> Self {
        self.customs.push(custom);
        self
    }

    /// Fills the cluster with nodes and pods; nothing in it moves by itself then.
    pub(crate) fn scale(mut self, scale: Scale) -> Self {
        self.scale = Some(scale);
        self.parts(Parts::NONE)
    }

    /// Sends everything uncompressed.
    pub(crate) fn uncompressed(mut self) -> Self {
        self.gzip = false;
        self
    }
}
