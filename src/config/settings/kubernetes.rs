//! `[kubernetes]`: how clusters are reached from within.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Period;
use crate::model::{AccountId, ClusterId, Region};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Kubernetes {
    /// Instead of `KUBECONFIG` and `~/.kube/config`, for clusters with a `context`.
    pub kubeconfig: Option<PathBuf>,
    /// A cluster that has not answered by then is told to be out of reach.
    pub connect_timeout: Period,
    /// After this a request that was not answered is given up; a list is asked for page by page.
    pub request_timeout: Period,
    /// How long a token is used; EKS takes one for 15 minutes.
    pub token_life: Period,
    /// A token is renewed so long before its end.
    pub token_margin: Period,
    /// A watch is begun anew after this, so that a dropped tunnel is noticed.
    pub watch_timeout: Period,
    /// Clusters that are listed at once.
    #[schemars(range(min = 1, max = 256))]
    pub max_clusters: usize,
    /// What is particular to some clusters; the first that matches wins.
    pub cluster: Vec<ClusterRule>,
}

/// How one cluster, or some of like name, are reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterRule {
    /// The cluster's name; `*` stands for anything.
    pub name: String,
    /// Only in this account.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    pub account: Option<AccountId>,
    /// Only in this region.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    pub region: Option<Region>,
    /// Where its API server is reached instead of its endpoint: the local end of a tunnel, as
    /// `https://127.0.0.1:8443`. The certificate is still held to the endpoint's name.
    #[serde(default)]
    pub server: Option<String>,
    /// The name that the certificate must have, where it is not the endpoint's.
    #[serde(default)]
    pub tls_server_name: Option<String>,
    /// A PEM file with the authorities to trust instead of the cluster's own.
    #[serde(default)]
    pub certificate_authority: Option<PathBuf>,
    /// `http://…`, `https://…`, `socks5://…`; `none` for no proxy. Else HTTPS_PROXY and NO_PROXY
    /// decide.
    #[serde(default)]
    pub proxy: Option<String>,
    /// Signs in by this context of the kubeconfig. With `account` and `region` such a cluster need
    /// not be one of EKS: it is shown there.
    #[serde(default)]
    pub context: Option<String>,
    /// Reads these namespaces only: where no more may be read, or the cluster is very large.
    #[serde(default)]
    pub namespaces: Vec<String>,
    /// The Prometheus that has the figures of DCGM, as `namespace/service:port`; `none` asks no
    /// one. Else a service that looks like one is looked for.
    #[serde(default)]
    pub prometheus: Option<String>,
}

impl Kubernetes {
    /// What is particular to a cluster, if anything.
    #[must_use]
    pub fn rule(&self, cluster: &ClusterId) -> Option<&ClusterRule> {
        self.cluster.iter().find(|rule| rule.holds(cluster))
    }
}

impl ClusterRule {
    fn holds(&self, cluster: &ClusterId) -> bool {
        let place = &cluster.place;
        self.account.is_none_or(|account| account == place.account)
            && self
                .region
                .as_ref()
                .is_none_or(|region| *region == place.region)
            && matches(&self.name, cluster.name.as_str())
    }

    /// The cluster that this rule brings into the organization: one of a kubeconfig, whose place it
    /// names.
    #[must_use]
    pub fn brings(&self) -> Option<(AccountId, &Region, &str)> {
        let whole = self.context.is_some() && !self.name.contains('*');
        Some((self.account?, self.region.as_ref()?, self.name.as_str())).filter(|_| whole)
    }
}

/// Whether `text` has the form of `pattern`, in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, rest)) => text.strip_prefix(before).is_some_and(|after| {
            (0..=after.len())
                .filter(|at| after.is_char_boundary(*at))
                .any(|at| matches(rest, &after[at..]))
        }),
    }
}

impl Default for Kubernetes {
    fn default() -> Self {
        Self {
            kubeconfig: None,
            connect_timeout: Period::from_secs(3),
            request_timeout: Period::from_secs(30),
            token_life: Period::from_secs(14 * 60),
            token_margin: Period::from_secs(60),
            watch_timeout: Period::from_secs(45),
            max_clusters: 16,
            cluster: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Settings, model::Place};

    fn cluster(name: &str) -> ClusterId {
        let account = "111122223333".parse().expect("an account");
        ClusterId::new(Place::new(account, "eu-west-1"), name)
    }

    #[test]
    fn the_first_rule_that_matches_says_how_a_cluster_is_reached() {
        let text = r#"
[kubernetes]
connect_timeout = "2s"
[[kubernetes.cluster]]
name = "prod-ml-1"
account = "111122223333"
server = "https://127.0.0.1:8443"
[[kubernetes.cluster]]
name = "prod-*"
proxy = "http://proxy.example:3128"
[[kubernetes.cluster]]
name = "kind-lab"
account = "111122223333"
region = "eu-west-1"
context = "kind-lab"
namespaces = ["shop"]
"#;
        let settings = Settings::parse(text, std::path::Path::new("config.toml")).expect("fine");
        let kubernetes = &settings.kubernetes;
        let rule = |name: &str| kubernetes.rule(&cluster(name));
        let server = rule("prod-ml-1").and_then(|rule| rule.server.as_deref());
        assert_eq!(server, Some("https://127.0.0.1:8443"));
        assert!(rule("prod-app-1").is_some_and(|rule| rule.proxy.is_some()));
        assert_eq!(rule("dev-app-1"), None);
        let brought: Vec<&str> = kubernetes
            .cluster
            .iter()
            .filter_map(|rule| Some(rule.brings()?.2))
            .collect();
        assert_eq!(brought, ["kind-lab"]);
        assert_eq!(kubernetes.connect_timeout.as_duration().as_secs(), 2);
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, wanted) in [
            ("prod-*", "prod-ml-1", true),
            ("*-ml-*", "prod-ml-1", true),
            ("*", "", true),
            ("prod", "prod-ml-1", false),
            ("*-app", "prod-ml-1", false),
            ("é*", "éa", true),
        ] {
            assert_eq!(matches(pattern, text), wanted, "{pattern} {text}");
        }
    }
}
