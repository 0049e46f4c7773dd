//! The sign-in service behind `aws login`: a refresh token for the next credentials.

use std::sync::Mutex;

use serde_json::json;

use super::{Answer, Invention, Request, World, credentials, id, lock};

pub(super) const LOGIN: Invention = Invention {
    service: "signin",
    operations: &["CreateOAuth2Token"],
    what: "moto has no sign-in service: a refresh token is good once and gives the next; that the \
           request carries a proof of possession is asked for, its signature is not computed again",
};

/// The role whose credentials a person gets.
const ROLE: &str = "Console";

/// How long the credentials are good, in seconds.
const LASTS: u32 = 900;

/// The refresh token that is good now.
pub(super) struct Login(Mutex<String>);

impl Default for Login {
    fn default() -> Self {
        Self(Mutex::new("first-login-token".into()))
    }
}

impl World {
    /// The refresh token of `aws login` that is good now.
    pub(crate) fn login_token(&self) -> String {
        lock(&self.login.0).clone()
    }
}

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    let asked = &request.document;
    let good =
        asked["grantType"] == "refresh_token" && asked["refreshToken"] == world.login_token();
    if !good || request.header("dpop").is_none() {
        let told = json!({ "error": "TOKEN_EXPIRED", "message": "The token is good no longer" });
        return Answer::refused(request, 400, "AccessDeniedException", &told);
    }
    let given = credentials(world, request, request.account, ROLE).await;
    let refresh = format!("login-{}", id());
    lock(&world.login.0).clone_from(&refresh);
    let told = json!({
        "accessToken": {
            "accessKeyId": given.key,
            "secretAccessKey": given.secret,
            "sessionToken": given.token,
        },
        "tokenType": "aws_sigv4",
        "expiresIn": LASTS,
        "refreshToken": refresh,
    });
    Answer::value(request, &told)
}
