//! STS as the service that a presigned request is shown to: the signature is computed again.

use super::{Answer, Invention, Request, World};
use crate::support::sigv4;

pub(super) const CALLER: Invention = Invention {
    service: "sts",
    operations: &["GetCallerIdentity"],
    what: "moto looks at no signature: that of a presigned request is computed again here, with the \
           headers that it covers and within its time; all other requests are moto's as they are",
};

const SPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    if !request.query.contains_key("X-Amz-Signature") {
        return world.really(request).await;
    }
    let holder = world.keys.holder(request.key.as_deref());
    let presigned = sigv4::Presigned {
        method: request.method.as_str(),
        path: &request.path,
        query: &request.raw_query,
        header: &|name| request.header(name),
    };
    if let Err(problem) = presigned.verify(&holder.secret, super::now()) {
        let message = problem.to_string();
        return Answer::refusal(request, 403, "SignatureDoesNotMatch", &message);
    }
    let (account, partition) = (holder.account, request.partition());
    let who = match (&holder.role, &holder.session) {
        (Some(role), Some(session)) => format!("assumed-role/{role}/{session}"),
        _ => "user/moto".into(),
    };
    let told = format!(
        "<Arn>arn:{partition}:sts::{account}:{who}</Arn><UserId>AIDAFORWARD</UserId>\
         <Account>{account}</Account>"
    );
    Answer::result(request, SPACE, &told)
}
