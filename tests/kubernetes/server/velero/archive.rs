//! The archive of a backup: a compressed tar file with one JSON file for each object.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use hyper::body::Bytes;
use serde_json::Value;

use super::{super::json::text, store::decompress};

/// Bytes of a block of a tar file.
const BLOCK: usize = 512;

/// An object in a backup.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// `deployments.apps`.
    pub(super) resource: String,
    pub(super) object: Value,
}

impl Item {
    pub(super) fn namespace(&self) -> &str {
        text(&self.object, "/metadata/namespace")
    }

    pub(super) fn name(&self) -> &str {
        text(&self.object, "/metadata/name")
    }

    pub(super) fn kind(&self) -> &str {
        text(&self.object, "/kind")
    }

    /// `apps/v1/Deployment`, as resource lists have it.
    pub(super) fn type_name(&self) -> String {
        format!("{}/{}", text(&self.object, "/apiVersion"), self.kind())
    }

    fn path(&self) -> String {
        let place = match self.namespace() {
            "" => "cluster".into(),
            namespace => format!("namespaces/{namespace}"),
        };
        format!("resources/{}/{place}/{}.json", self.resource, self.name())
    }
}

pub(super) fn write(items: &[Item]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut add = |path: &str, body: &[u8]| {
        let padding = body.len().next_multiple_of(BLOCK) - body.len();
        encoder
            .write_all(&[&header(path, body.len()), body, &vec![0; padding]].concat())
            .expect("writing to memory");
    };
    add("metadata/version", b"1.1.0\n");
    for item in items {
        add(&item.path(), item.object.to_string().as_bytes());
    }
    encoder
        .write_all(&[0; 2 * BLOCK])
        .expect("writing to memory");
    encoder.finish().expect("writing to memory").into()
}

fn header(path: &str, size: usize) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    // Paths are at most 100 bytes in a name and 155 in a prefix that ends before a slash.
    let split = path.len().saturating_sub(100);
    let cut = path[split..]
        .find('/')
        .filter(|_| split > 0)
        .map_or(0, |at| split + at + 1);
    let (prefix, name) = path.split_at(cut);
    let mut put =
        |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{size:011o}\0"));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    put(345, prefix.trim_end_matches('/'));
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// The objects of an archive.
pub(super) fn read(archive: &[u8]) -> Vec<Item> {
    let plain = decompress(archive);
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(header) = plain.get(at..at + BLOCK).filter(|header| header[0] != 0) {
        let field = |range: std::ops::Range<usize>| {
            let bytes = &header[range];
            let end = bytes
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(bytes.len());
            String::from_utf8_lossy(&bytes[..end]).into_owned()
        };
        let size = usize::from_str_radix(field(124..136).trim(), 8).unwrap_or_default();
        let path = format!("{}/{}", field(345..500), field(0..100));
        let body = &plain[at + BLOCK..at + BLOCK + size];
        let resource = path
            .trim_start_matches('/')
            .split('/')
            .nth(1)
            .unwrap_or_default();
        if let Ok(object) = serde_json::from_slice::<Value>(body)
            && object.is_object()
        {
            items.push(Item {
                resource: resource.into(),
                object,
            });
        }
        at += BLOCK + size.next_multiple_of(BLOCK);
    }
    items
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let object = |namespace: &str, name: &str| {
            json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"namespace": namespace, "name": name},
            })
        };
        let long = "n".repeat(63);
        let items = [object("a", "one"), object(&long, &"x".repeat(80))].map(|object| Item {
            resource: "configmaps".into(),
            object,
        });
        let read = read(&write(&items));
        let names: Vec<&str> = read.iter().map(Item::name).collect();
        assert_eq!(names, ["one", &"x".repeat(80)]);
        assert_eq!(read[1].object, items[1].object);
        assert_eq!(read[1].resource, "configmaps");
    }
}
