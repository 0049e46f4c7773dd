//! What IAM would allow, without trying it.

use super::{super::keys::role_of, Answer, Invention, Request, Rules};

pub(super) const SIMULATION: Invention = Invention {
    service: "iam",
    operations: &["SimulatePrincipalPolicy"],
    what: "moto decides nothing: here all is allowed that this server is not told to deny, whatever \
           the policies say",
};

const SPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

pub(super) fn answer(rules: &Rules, request: &Request) -> Answer {
    let Some((account, role)) = role_of(&request.needed("PolicySourceArn")) else {
        let message = "PolicySourceArn names no user, group or role";
        return Answer::refusal(request, 400, "InvalidInput", message);
    };
    let resources = request.list("ResourceArns");
    let resource = resources.first().map_or("*", String::as_str);
    let result = |action: String| {
        let decision = if rules.denies(account, &role, &action) {
            "implicitDeny"
        } else {
            "allowed"
        };
        format!(
            "<member><EvalActionName>{action}</EvalActionName>\
             <EvalResourceName>{resource}</EvalResourceName>\
             <EvalDecision>{decision}</EvalDecision><MatchedStatements/>\
             <MissingContextValues/></member>"
        )
    };
    let actions = request.list("ActionNames").into_iter();
    let results = actions.map(result).collect::<Vec<_>>().concat();
    let inside =
        format!("<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>");
    Answer::result(request, SPACE, &inside)
}
