//! Discovery: which groups, versions and resources there are.

mod aggregated;
mod legacy;

use std::{fmt::Write, sync::Arc};

use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use super::{
    super::{kinds::Kind, status::Status, world::World},
    Answer, Call, Content,
};

pub(super) fn version() -> Value {
    json!({
        "major": "1",
        "minor": "36",
        "emulationMajor": "1",
        "emulationMinor": "36",
        "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35",
        "gitVersion": "v1.36.2",
        "gitCommit": "$Format:%H$",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "go1.26.3",
        "compiler": "gc",
        "platform": "linux/amd64",
    })
}

pub(super) fn answer(world: &World, call: &Call, path: &str) -> Result<Answer, Status> {
    let kinds = world.kinds.all();
    let wants_all = call.header("accept").contains("as=APIGroupDiscoveryList");
    let words: Vec<&str> = path.trim_matches('/').split('/').collect();
    let found = match words.as_slice() {
        ["api"] if wants_all => return Ok(tagged(call, &aggregated::groups(kinds, true))),
        ["apis"] if wants_all => return Ok(tagged(call, &aggregated::groups(kinds, false))),
        ["api"] => Some(legacy::versions(call.header("host"))),
        ["apis"] => Some(legacy::groups(kinds)),
        ["api", version] => legacy::resources(kinds, "", version),
        ["apis", group] => legacy::group(kinds, group),
        ["apis", group, version] => legacy::resources(kinds, group, version),
        _ => None,
    };
    let found = found.ok_or_else(Status::no_such_path)?;
    Ok(Answer::json(200, found))
}

/// An answer that is sent only when the client has another one.
fn tagged(call: &Call, groups: &Value) -> Answer {
    let text = groups.to_string();
    let mut tag = String::from("\"");
    for byte in Sha512::digest(&text) {
        write!(tag, "{byte:02X}").expect("a string takes everything");
    }
    tag.push('"');
    let mut answer = if call.header("if-none-match") == tag {
        Answer::new(304, Content::Text("".into()))
    } else {
        let mut answer = Answer::new(200, Content::Text(text.into()));
        answer.header(
            "Content-Type",
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        );
        answer
    };
    answer.header("Etag", tag);
    answer.header("Vary", "Accept");
    answer.header("Cache-Control", "public");
    answer
}

/// The groups beside the core group, each with its versions, in the order of discovery.
fn groups(kinds: &[Arc<Kind>]) -> Vec<(&str, Vec<&str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for kind in kinds.iter().filter(|kind| !kind.group.is_empty()) {
        let at = groups.iter().position(|(group, _)| *group == kind.group);
        let at = at.unwrap_or_else(|| {
            groups.push((&kind.group, Vec::new()));
            groups.len() - 1
        });
        let versions = &mut groups[at].1;
        if !versions.contains(&kind.version.as_str()) {
            versions.push(&kind.version);
        }
    }
    groups
}

/// The kinds of a group and version, by the names of their resources.
fn served<'a>(kinds: &'a [Arc<Kind>], group: &str, version: &str) -> Vec<&'a Arc<Kind>> {
    let kinds = kinds.iter();
    let mut served: Vec<&Arc<Kind>> = kinds
        .filter(|kind| kind.group == group && kind.version == version)
        .collect();
    served.sort_by_key(|kind| &kind.plural);
    served
}
