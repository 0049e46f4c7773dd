//! Bodies of answers: whole, written as they are sent, or open for a long time.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::body::{Body, Bytes, Frame, SizeHint};

use super::{
    super::{
        api::{Content, List, Stream},
        store::watch::event,
    },
    gzip::{Gzip, compress, is_worth_it},
};

/// How many bytes are sent at once.
const CHUNK: usize = 64 * 1024;

/// The body of an answer.
pub(super) struct Flow {
    source: Source,
    /// How many bytes may still be sent, when a fault cuts it.
    left: Option<usize>,
}

enum Source {
    Whole(Option<Bytes>),
    Pieces(Box<dyn Iterator<Item = Bytes> + Send>),
    Stream(Stream),
}

impl Flow {
    pub(super) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self {
            source: Source::Whole(Some(bytes.into())),
            left: None,
        }
    }

    /// The body of `content`, and whether it was compressed.
    pub(super) fn new(content: Content, may_compress: bool) -> (Self, bool) {
        let (source, compressed) = match content {
            Content::Text(bytes) => whole(bytes, may_compress),
            Content::Json(value) => {
                let mut text = value.to_string();
                text.push('\n');
                whole(text.into(), may_compress)
            }
            Content::List(list) => pieces(list, may_compress),
            Content::Watch(mut stream) => {
                // What exists is sent in the order in which it is listed.
                stream.existing.reverse();
                (Source::Stream(stream), false)
            }
        };
        let flow = Self { source, left: None };
        (flow, compressed)
    }

    /// Breaks off after some bytes.
    pub(super) fn cut(mut self, bytes: usize) -> Self {
        self.left = Some(bytes);
        self
    }
}

fn whole(bytes: Bytes, may_compress: bool) -> (Source, bool) {
    let compressed = may_compress && is_worth_it(bytes.len());
    let bytes = if compressed { compress(&bytes) } else { bytes };
    (Source::Whole(Some(bytes)), compressed)
}

fn pieces(list: List, may_compress: bool) -> (Source, bool) {
    let sizes = list.items.iter().map(|item| item.size(&list.form) + 1);
    let size: usize = sizes.sum::<usize>() + list.head.len() + list.tail.len();
    let compressed = may_compress && is_worth_it(size);
    let pieces = Pieces {
        list,
        at: 0,
        ended: false,
    };
    let pieces: Box<dyn Iterator<Item = Bytes> + Send> = if compressed {
        Box::new(Gzip::new(pieces))
    } else {
        Box::new(pieces)
    };
    (Source::Pieces(pieces), compressed)
}

/// A list, some items at a time.
struct Pieces {
    list: List,
    at: usize,
    ended: bool,
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        let mut piece = Vec::with_capacity(CHUNK);
        if self.at == 0 {
            piece.extend_from_slice(self.list.head.as_bytes());
        }
        while piece.len() < CHUNK
            && let Some(item) = self.list.items.get(self.at)
        {
            if self.at > 0 {
                piece.push(b',');
            }
            item.write(&self.list.form, &mut piece);
            self.at += 1;
        }
        if self.at == self.list.items.len() {
            piece.extend_from_slice(self.list.tail.as_bytes());
            self.ended = true;
        }
        Some(piece.into())
    }
}

fn poll_stream(stream: &mut Stream, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
    let mut piece = Vec::new();
    while piece.len() < CHUNK
        && let Some(object) = stream.existing.pop()
    {
        piece.extend_from_slice(&event(&stream.form, "ADDED", &object));
    }
    while piece.len() < CHUNK {
        match stream.lines.poll_recv(context) {
            Poll::Ready(Some(line)) => piece.extend_from_slice(&line),
            Poll::Ready(None) if piece.is_empty() => return Poll::Ready(None),
            Poll::Pending if piece.is_empty() => return Poll::Pending,
            Poll::Ready(None) | Poll::Pending => break,
        }
    }
    Poll::Ready(Some(piece.into()))
}

impl Body for Flow {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = match &mut self.source {
            Source::Whole(bytes) => Poll::Ready(bytes.take()),
            Source::Pieces(pieces) => Poll::Ready(pieces.next()),
            Source::Stream(stream) => poll_stream(stream, context),
        };
        let Poll::Ready(next) = next else {
            return Poll::Pending;
        };
        let Some(mut bytes) = next else {
            return Poll::Ready(None);
        };
        match &mut self.left {
            None => {}
            Some(0) => return Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
            Some(left) => {
                bytes.truncate(*left);
                *left -= bytes.len();
                if *left == 0 {
                    self.source = Source::Whole(Some(Bytes::from_static(b"never sent")));
                }
            }
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.source, self.left) {
            (Source::Whole(Some(bytes)), None) => SizeHint::with_exact(bytes.len() as u64),
            _ => SizeHint::default(),
        }
    }
}
