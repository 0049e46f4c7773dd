//! The versioning of buckets, in the shape that S3 gives it.

use super::{Answer, Invention, Request, World};

pub(super) const VERSIONING: Invention = Invention {
    service: "s3",
    operations: &["GetBucketVersioning"],
    what: "moto's answer under the name of element that S3 gives it: strict readers take no other",
};

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    let answer = world.really(request).await;
    if !answer.is_good() {
        return answer;
    }
    let wrong = "GetBucketVersioningResponse";
    Answer::xml(answer.text().replace(wrong, "VersioningConfiguration"))
}
