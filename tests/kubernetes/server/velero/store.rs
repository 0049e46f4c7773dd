//! The store of objects: buckets with files, which clusters can share.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use hyper::body::Bytes;

/// Buckets and their files. Clones are the same store: give one to two servers, and each sees the
/// backups of the other.
#[derive(Clone, Default)]
pub(crate) struct ObjectStore {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    buckets: BTreeSet<String>,
    /// By `bucket/key`.
    files: BTreeMap<String, Bytes>,
}

impl ObjectStore {
    /// A store that has these buckets.
    pub(crate) fn with_buckets(names: &[&str]) -> Self {
        let store = Self::default();
        store.lock().buckets = names.iter().map(|name| (*name).to_owned()).collect();
        store
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn has_bucket(&self, name: &str) -> bool {
        self.lock().buckets.contains(name)
    }

    /// Takes a bucket away, files and all, or makes it.
    pub(crate) fn set_bucket(&self, name: &str, present: bool) {
        let mut inner = self.lock();
        if present {
            inner.buckets.insert(name.into());
        } else {
            inner.buckets.remove(name);
            let prefix = format!("{name}/");
            inner.files.retain(|key, _| !key.starts_with(&prefix));
        }
    }

    /// The file at `bucket/key`.
    pub(crate) fn get(&self, path: &str) -> Option<Bytes> {
        self.lock().files.get(path).cloned()
    }

    pub(crate) fn put(&self, path: &str, bytes: impl Into<Bytes>) {
        let mut inner = self.lock();
        // The recorded plugin made a missing bucket on the first write.
        let bucket = path.split('/').next().unwrap_or_default().to_owned();
        inner.buckets.insert(bucket);
        inner.files.insert(path.into(), bytes.into());
    }

    pub(crate) fn put_compressed(&self, path: &str, text: &str) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder
            .write_all(text.as_bytes())
            .expect("writing to memory");
        self.put(path, encoder.finish().expect("writing to memory"));
    }

    /// The paths that begin with `prefix`.
    pub(crate) fn paths(&self, prefix: &str) -> Vec<String> {
        let inner = self.lock();
        let paths = inner.files.keys().filter(|path| path.starts_with(prefix));
        paths.cloned().collect()
    }

    /// Deletes everything that begins with `prefix`.
    pub(crate) fn delete(&self, prefix: &str) {
        self.lock()
            .files
            .retain(|path, _| !path.starts_with(prefix));
    }
}

/// What a compressed file says.
pub(crate) fn decompress(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    std::io::copy(&mut GzDecoder::new(bytes), &mut plain).expect("a file that was compressed here");
    plain
}
