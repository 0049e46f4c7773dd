//! Compression of large answers.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use hyper::body::Bytes;

/// Smaller bodies, in bytes, are sent as they are.
const SMALLEST: usize = 128 * 1024;
/// How many compressed bytes are sent at once.
const CHUNK: usize = 32 * 1024;

pub(super) fn is_worth_it(bytes: usize) -> bool {
    bytes >= SMALLEST
}

pub(super) fn compress(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory").into()
}

/// The compressed form of pieces, as they come.
pub(super) struct Gzip<I> {
    pieces: I,
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl<I> Gzip<I> {
    pub(super) fn new(pieces: I) -> Self {
        Self {
            pieces,
            encoder: Some(GzEncoder::new(Vec::new(), Compression::fast())),
        }
    }
}

impl<I: Iterator<Item = Bytes>> Iterator for Gzip<I> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut encoder = self.encoder.take()?;
        for piece in self.pieces.by_ref() {
            encoder.write_all(&piece).expect("writing to memory");
            if encoder.get_ref().len() >= CHUNK {
                let compressed = std::mem::take(encoder.get_mut());
                self.encoder = Some(encoder);
                return Some(compressed.into());
            }
        }
        Some(encoder.finish().expect("writing to memory").into())
    }
}
