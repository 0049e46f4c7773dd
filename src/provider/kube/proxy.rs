//! Which proxy leads to an API server. Decided here for every cluster: the library looks at the
//! environment for kubeconfigs only, and then holds NO_PROXY against the proxy's own address.

use std::net::IpAddr;

use ipnet::IpNet;

/// What the environment says of proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proxies {
    https: Option<String>,
    /// Hosts that are reached without one.
    none: Vec<String>,
}

impl Proxies {
    /// Reads HTTPS_PROXY, ALL_PROXY and NO_PROXY in either spelling, the lower one first, as curl
    /// does.
    pub(super) fn from_env(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| {
            let spellings = [name.to_lowercase(), name.to_uppercase()];
            spellings
                .iter()
                .find_map(|name| variable(name).filter(|value| !value.trim().is_empty()))
        };
        let none = set("no_proxy").unwrap_or_default();
        Self {
            https: set("https_proxy").or_else(|| set("all_proxy")),
            none: none
                .split(',')
                .map(|part| part.trim().to_lowercase())
                .filter(|part| !part.is_empty())
                .collect(),
        }
    }

    /// The proxy for `host`, if any.
    pub(super) fn to(&self, host: &str) -> Option<&str> {
        let proxy = self.https.as_deref()?;
        let host = host.trim_matches(['[', ']']).to_lowercase();
        let direct = self.none.iter().any(|part| covers(part, &host));
        (!direct).then_some(proxy)
    }
}

/// Whether an entry of NO_PROXY covers a host: `*`, a name with everything below it, an address, a
/// network.
fn covers(entry: &str, host: &str) -> bool {
    if entry == "*" {
        return true;
    }
    // A port narrows it further than is asked here.
    let entry = match entry.rsplit_once(':') {
        Some((name, port))
            if !name.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            name
        }
        _ => entry,
    };
    let entry = entry.trim_matches(['[', ']']);
    if let Ok(address) = host.parse::<IpAddr>() {
        let network = entry.parse::<IpNet>();
        return network.is_ok_and(|network| network.contains(&address))
            || entry.parse() == Ok(address);
    }
    let name = entry.trim_start_matches("*.").trim_start_matches('.');
    !name.is_empty()
        && host
            .strip_suffix(name)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::from_env(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    const HOST: &str = "ABC.gr7.eu-west-1.eks.amazonaws.com";

    #[test]
    fn the_clusters_own_host_is_held_against_no_proxy() {
        let with = |none: &str| {
            let proxies = proxies(&[
                ("HTTPS_PROXY", "http://proxy.example:3128"),
                ("NO_PROXY", none),
            ]);
            proxies.to(HOST).map(str::to_owned)
        };
        let proxy = Some("http://proxy.example:3128".to_owned());
        assert_eq!(with(""), proxy);
        assert_eq!(with("proxy.example"), proxy);
        assert_eq!(with("amazonaws.com"), None);
        assert_eq!(with(".amazonaws.com"), None);
        assert_eq!(with("*.eks.amazonaws.com"), None);
        assert_eq!(with("localhost, eks.amazonaws.com:443"), None);
        assert_eq!(with("*"), None);
        assert_eq!(with("zonaws.com"), proxy);
        assert_eq!(with("10.0.0.0/8"), proxy);
    }

    #[test]
    fn addresses_are_held_against_addresses_and_networks() {
        let proxies = proxies(&[
            ("https_proxy", "socks5://127.0.0.1:1080"),
            ("no_proxy", "10.0.0.0/8,127.0.0.1,::1,fd00::/8"),
        ]);
        for host in ["10.1.2.3", "127.0.0.1", "[::1]", "fd00::7"] {
            assert_eq!(proxies.to(host), None, "{host}");
        }
        for host in ["11.1.2.3", "127.0.0.2", "10.example"] {
            assert_eq!(proxies.to(host), Some("socks5://127.0.0.1:1080"), "{host}");
        }
    }

    #[test]
    fn the_lower_spelling_wins_and_nothing_set_is_no_proxy() {
        assert_eq!(proxies(&[]).to(HOST), None);
        let both = proxies(&[("https_proxy", "http://a"), ("HTTPS_PROXY", "http://b")]);
        assert_eq!(both.to(HOST), Some("http://a"));
        let all = proxies(&[("ALL_PROXY", "http://c"), ("HTTPS_PROXY", " ")]);
        assert_eq!(all.to(HOST), Some("http://c"));
    }
}
