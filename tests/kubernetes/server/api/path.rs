//! Paths of the API.

/// What a path is of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Something that is no object: health, version, discovery.
    Path,
    Object(Resource),
}

/// Objects of a kind, or one of them; what is not named is empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) plural: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// The subresource; of a proxy, with the path behind it.
    pub(crate) part: String,
}

pub(crate) fn parse(path: &str) -> Target {
    let words: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (group, version, rest) = match words.as_slice() {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return Target::Path,
    };
    let (namespace, rest) = match rest {
        [] => return Target::Path,
        ["namespaces", namespace, plural, rest @ ..] if !is_part_of_namespace(plural) => {
            (*namespace, [&[*plural], rest].concat())
        }
        rest => ("", rest.to_vec()),
    };
    let own = |word: Option<&&str>| word.copied().unwrap_or_default().to_owned();
    Target::Object(Resource {
        group: group.into(),
        version: version.into(),
        plural: own(rest.first()),
        namespace: namespace.into(),
        name: own(rest.get(1)),
        part: rest.get(2..).unwrap_or_default().join("/"),
    })
}

fn is_part_of_namespace(word: &str) -> bool {
    matches!(word, "status" | "finalize")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_what_they_are_of() {
        let object = |path| match parse(path) {
            Target::Object(found) => [
                found.group,
                found.version,
                found.namespace,
                found.plural,
                found.name,
                found.part,
            ]
            .join("|"),
            Target::Path => "path".into(),
        };
        assert_eq!(object("/api/v1/pods"), "|v1||pods||");
        assert_eq!(object("/api/v1/namespaces/ml"), "|v1||namespaces|ml|");
        assert_eq!(
            object("/api/v1/namespaces/ml/status"),
            "|v1||namespaces|ml|status"
        );
        assert_eq!(
            object("/api/v1/namespaces/ml/pods/a/log"),
            "|v1|ml|pods|a|log"
        );
        assert_eq!(
            object("/apis/apps/v1/deployments"),
            "apps|v1||deployments||"
        );
        assert_eq!(
            object("/api/v1/namespaces/m/services/p:9090/proxy/api/v1/query"),
            "|v1|m|services|p:9090|proxy/api/v1/query"
        );
        for path in ["/", "/version", "/api", "/api/v1", "/apis", "/apis/apps/v1"] {
            assert_eq!(object(path), "path", "{path}");
        }
    }
}
