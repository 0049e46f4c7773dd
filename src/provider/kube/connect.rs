//! Makes the client of a cluster: where it connects, whom it trusts, how it signs in.

use std::{env, path::Path, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::Uri;
use kube::{
    Client, Config,
    client::ClientBuilder,
    config::{KubeConfigOptions, Kubeconfig},
};

use super::{
    error::Call,
    proxy::Proxies,
    token::{Clock, Life, Signed, Tokens},
};
use crate::{
    config::settings::{ClusterRule, Kubernetes},
    model::ClusterId,
    provider::{ClusterAccess, Endpoint, Error, Handoff, Kind, Result},
};

/// A way into one cluster.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) client: Client,
    /// Where the connection goes, for people.
    pub(super) host: String,
    pub(super) private: bool,
    pub(super) handoff: Handoff,
}

/// What ways are made of.
pub(super) struct Roads {
    pub(super) access: Option<Arc<dyn ClusterAccess>>,
    pub(super) settings: Kubernetes,
    pub(super) proxies: Proxies,
    pub(super) clock: Clock,
}

impl Roads {
    /// The way into `cluster`: by its context where the settings name one, else by its endpoint.
    pub(super) async fn way(&self, cluster: &ClusterId) -> Result<Way> {
        let rule = self.settings.rule(cluster).cloned().unwrap_or_default();
        if let Some(context) = rule.context.clone() {
            return self.by_context(cluster, &rule, context).await;
        }
        let Some(access) = &self.access else {
            let message = "no context of the kubeconfig is named for it".into();
            return Err(Error::new(Kind::Unavailable {
                service: cluster.name.to_string(),
                message,
            }));
        };
        let endpoint = access.endpoint(cluster).await?;
        self.by_endpoint(cluster, &rule, &endpoint, access.clone())
    }

    fn by_endpoint(
        &self,
        cluster: &ClusterId,
        rule: &ClusterRule,
        endpoint: &Endpoint,
        access: Arc<dyn ClusterAccess>,
    ) -> Result<Way> {
        let wrong = |what: &str, problem: &str| wrong(cluster, what, problem);
        let real: Uri = endpoint
            .url
            .parse()
            .map_err(|_| wrong("endpoint", &endpoint.url))?;
        let server: Uri = match &rule.server {
            Some(server) => server.parse().map_err(|_| wrong("server", server))?,
            None => real.clone(),
        };
        let authority = match &rule.certificate_authority {
            Some(file) => read(file).map_err(|problem| wrong("certificate_authority", &problem))?,
            None => endpoint.authority.clone(),
        };
        let host = host_of(&server).ok_or_else(|| wrong("server", "no host in it"))?;
        let mut config = Config::new(server.clone());
        config.root_cert = certificates(&authority);
        // At the near end of a tunnel the certificate is still the endpoint's own.
        config.tls_server_name = rule.tls_server_name.clone().or_else(|| {
            let tunnelled = rule.server.is_some();
            host_of(&real).filter(|_| tunnelled).map(str::to_owned)
        });
        config.proxy_url = self.proxy(cluster, rule, host)?;
        self.limit(&mut config);
        let handoff = Handoff::Server {
            url: server.to_string(),
            authority: Some(authority).filter(|pem| !pem.is_empty()),
            tls_server_name: config.tls_server_name.clone(),
            proxy: config.proxy_url.as_ref().map(ToString::to_string),
        };
        let host = host.to_owned();
        let life = Life {
            whole: self.settings.token_life.as_duration(),
            margin: self.settings.token_margin.as_duration(),
        };
        let tokens = Tokens::new(access, cluster.clone(), life, self.clock.clone());
        let connection = ClientBuilder::try_from(config)
            .map_err(|error| wrong("connection", &error.to_string()))?
            .with_layer(&tower::layer::layer_fn(|below| {
                Signed::new(below, tokens.clone())
            }));
        Ok(Way {
            client: connection.build(),
            host,
            private: endpoint.private && rule.server.is_none(),
            handoff,
        })
    }

    async fn by_context(
        &self,
        cluster: &ClusterId,
        rule: &ClusterRule,
        context: String,
    ) -> Result<Way> {
        let wrong = |problem: &str| wrong(cluster, &format!("context `{context}`"), problem);
        let kubeconfig =
            kubeconfig(self.settings.kubeconfig.as_deref()).map_err(|problem| wrong(&problem))?;
        let own_proxy = own_proxy(&kubeconfig, &context);
        let options = KubeConfigOptions {
            context: Some(context.clone()),
            ..KubeConfigOptions::default()
        };
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .map_err(|error| wrong(&error.to_string()))?;
        if let Some(server) = &rule.server {
            let real = host_of(&config.cluster_url).map(str::to_owned);
            config.tls_server_name = config.tls_server_name.or(real);
            config.cluster_url = server.parse().map_err(|_| wrong(server))?;
        }
        if rule.tls_server_name.is_some() {
            config.tls_server_name.clone_from(&rule.tls_server_name);
        }
        if let Some(file) = &rule.certificate_authority {
            let pem = read(file).map_err(|problem| wrong(&problem))?;
            config.root_cert = certificates(&pem);
        }
        let host = host_of(&config.cluster_url)
            .ok_or_else(|| wrong("no host in its server"))?
            .to_owned();
        // What the kubeconfig says of a proxy holds; else we decide, as for any other cluster.
        if !own_proxy || rule.proxy.is_some() {
            config.proxy_url = self.proxy(cluster, rule, &host)?;
        }
        self.limit(&mut config);
        let handoff = Handoff::Context {
            name: context.clone(),
            kubeconfig: self.settings.kubeconfig.clone(),
        };
        // A plugin that signs in (`aws eks get-token`) runs here, and blocks while it does.
        let made = tokio::task::spawn_blocking(move || Client::try_from(config));
        let made = tokio::time::timeout(PLUGIN, made)
            .await
            .map_err(|_| wrong("its plugin does not come to an end"))?
            .map_err(|error| wrong(&error.to_string()))?;
        Ok(Way {
            client: made.map_err(|error| wrong(&error.to_string()))?,
            host,
            private: false,
            handoff,
        })
    }

    fn limit(&self, config: &mut Config) {
        config.connect_timeout = Some(self.settings.connect_timeout.as_duration());
        // Retries are counted where pages are asked for; in here they would be endless.
        config.default_retry = false;
    }

    fn proxy(&self, cluster: &ClusterId, rule: &ClusterRule, host: &str) -> Result<Option<Uri>> {
        let proxy = match rule.proxy.as_deref() {
            Some("none") => None,
            Some(proxy) => Some(proxy),
            None => self.proxies.to(host),
        };
        proxy
            .map(|proxy| {
                // A bare host and port is an HTTP proxy, as everywhere.
                let whole = if proxy.contains("://") {
                    proxy.replacen("socks5h://", "socks5://", 1)
                } else {
                    format!("http://{proxy}")
                };
                whole.parse().map_err(|_| wrong(cluster, "proxy", proxy))
            })
            .transpose()
    }
}

/// A client of any HTTP server, that signs in nowhere: for signed URLs.
pub(super) fn bare(url: &Uri, authority: Option<&str>) -> std::result::Result<Client, String> {
    let host = host_of(url).ok_or("no host in the address")?;
    let scheme = url.scheme_str().unwrap_or("https");
    let port = url
        .port_u16()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let base = format!("{scheme}://{host}{port}");
    let mut config = Config::new(base.parse().map_err(|_| format!("{base} is no address"))?);
    config.root_cert = authority.and_then(certificates);
    config.connect_timeout = Some(Duration::from_secs(3));
    config.default_retry = false;
    // What is packed is unpacked by whoever reads it.
    config.disable_compression = true;
    let proxies = Proxies::from_env(|name| std::env::var(name).ok());
    config.proxy_url = proxies
        .to(host)
        .filter(|_| scheme == "https")
        .and_then(|proxy| proxy.parse().ok());
    Client::try_from(config).map_err(|error| error.to_string())
}

/// A plugin may open a browser, and nobody waits for ever.
const PLUGIN: Duration = Duration::from_secs(30);

fn wrong(cluster: &ClusterId, what: &str, problem: &str) -> Error {
    let call = Call {
        cluster,
        action: "connect",
        host: "",
        private: false,
    };
    call.placed(Kind::Service {
        service: cluster.name.to_string(),
        code: "Connection".into(),
        message: format!("{what}: {problem}"),
    })
}

fn host_of(uri: &Uri) -> Option<&str> {
    uri.host()
}

fn read(file: &Path) -> std::result::Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// The kubeconfig of that file, else of KUBECONFIG, else `~/.kube/config`.
pub(super) fn kubeconfig(file: Option<&Path>) -> std::result::Result<Kubeconfig, String> {
    let read = match file {
        Some(file) => Kubeconfig::read_from(file),
        None => Kubeconfig::read(),
    };
    read.map_err(|error| error.to_string())
}

/// Whether there is a kubeconfig: one that is named, or one where `kubectl` looks.
pub(super) fn is_named(file: Option<&Path>) -> bool {
    let named = file.is_some() || env::var_os("KUBECONFIG").is_some_and(|names| !names.is_empty());
    let usual = || env::home_dir().is_some_and(|home| home.join(".kube/config").exists());
    named || usual()
}

/// Whether the cluster of a context names a proxy of its own.
fn own_proxy(kubeconfig: &Kubeconfig, context: &str) -> bool {
    let found = kubeconfig
        .contexts
        .iter()
        .find(|named| named.name == context);
    let cluster = found.and_then(|named| Some(&named.context.as_ref()?.cluster));
    let own = kubeconfig
        .clusters
        .iter()
        .find(|named| Some(&named.name) == cluster)
        .and_then(|named| named.cluster.as_ref()?.proxy_url.as_ref());
    own.is_some_and(|url| !url.is_empty())
}

/// The certificates in a PEM text, as the library takes them; `None` trusts the system's.
pub(super) fn certificates(pem: &str) -> Option<Vec<Vec<u8>>> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let blocks = pem.split(BEGIN).skip(1);
    let found: Vec<Vec<u8>> = blocks
        .filter_map(|block| block.split(END).next())
        .filter_map(|block| {
            let whole: String = block.split_whitespace().collect();
            BASE64_STANDARD.decode(whole).ok()
        })
        .collect();
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_taken_out_of_their_pem() {
        let block = |text: &str| {
            let body = BASE64_STANDARD.encode(text);
            format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
        };
        let pem = format!("# two\n{}{}", block("one"), block("two"));
        assert_eq!(
            certificates(&pem),
            Some(vec![b"one".to_vec(), b"two".to_vec()])
        );
        assert_eq!(certificates("nothing"), None);
    }
}
