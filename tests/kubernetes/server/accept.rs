//! Content negotiation: the whole object, or its metadata alone.

use super::status::Status;

/// The shape in which a client wants objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Whole,
    Metadata,
}

/// The first shape of an `Accept` header that the server can give.
pub(crate) fn negotiate(accept: &str) -> Result<Shape, Status> {
    if accept.is_empty() {
        return Ok(Shape::Whole);
    }
    let mut ranges = accept.split(',').map(str::trim);
    ranges
        .find_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next()?;
            if !matches!(media, "application/json" | "application/*" | "*/*") {
                return None;
            }
            match parts.find_map(|part| part.strip_prefix("as=")) {
                None => Some(Shape::Whole),
                Some("PartialObjectMetadata" | "PartialObjectMetadataList") => {
                    Some(Shape::Metadata)
                }
                Some(_) => None,
            }
        })
        .ok_or_else(Status::not_acceptable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_range_that_can_be_served_counts() {
        let metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
        for (accept, expected) in [
            ("", Some(Shape::Whole)),
            ("*/*", Some(Shape::Whole)),
            (metadata, Some(Shape::Metadata)),
            (
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
                Some(Shape::Whole),
            ),
            ("text/csv", None),
        ] {
            assert_eq!(negotiate(accept).ok(), expected, "{accept}");
        }
    }
}
