//! The portal of IAM Identity Center: accounts and roles of a person, credentials for them, and the
//! renewal of the token that is shown for it.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::{Answer, Invention, Request, World, id, lock};

pub(super) const PORTAL: Invention = Invention {
    service: "awsssoportal",
    operations: &["ListAccounts", "ListAccountRoles", "GetRoleCredentials"],
    what: "moto has no portal: the person has two permission sets in every account of the \
           organization; credentials are those that moto's AssumeRole gives",
};

pub(super) const TOKENS: Invention = Invention {
    service: "sso-oauth",
    operations: &["CreateToken"],
    what: "moto has no token service: a refresh token is good once and gives the next one; the \
           access token before is good no longer",
};

/// Those that a person has in every account.
const PERMISSION_SETS: [&str; 2] = ["AwsdeckReadOnly", "AwsdeckOperator"];

/// How long credentials of the portal are good.
const CREDENTIALS_LAST: i64 = 3600;

/// The tokens that are good now.
pub(crate) struct Sessions(Mutex<Tokens>);

struct Tokens {
    access: String,
    refresh: String,
}

impl Default for Sessions {
    fn default() -> Self {
        Self(Mutex::new(Tokens {
            access: "first-access-token".into(),
            refresh: "first-refresh-token".into(),
        }))
    }
}

impl World {
    /// The access token and the refresh token that are good now.
    pub(crate) fn tokens(&self) -> (String, String) {
        let tokens = lock(&self.portal.0);
        (tokens.access.clone(), tokens.refresh.clone())
    }
}

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    if request.operation == "CreateToken" {
        return renew(world, request);
    }
    if request.header("x-amz-sso_bearer_token") != Some(world.tokens().0.as_str()) {
        let message = "Session token not found or invalid";
        return Answer::refusal(request, 401, "UnauthorizedException", message);
    }
    match request.operation.as_str() {
        "ListAccounts" => {
            let accounts = world.accounts(request).await;
            let told = accounts.iter().map(|(id, name)| {
                let address = format!("{name}@example.com");
                json!({ "accountId": id, "accountName": name, "emailAddress": address })
            });
            let told: Vec<Value> = told.collect();
            Answer::value(request, &json!({ "accountList": told }))
        }
        "ListAccountRoles" => {
            let account = request.needed("account_id");
            let told = |role| json!({ "roleName": role, "accountId": account });
            let roles: Vec<Value> = PERMISSION_SETS.iter().map(told).collect();
            Answer::value(request, &json!({ "roleList": roles }))
        }
        _ => credentials(world, request).await,
    }
}

async fn credentials(world: &World, request: &Request) -> Answer {
    let (account, role) = (request.needed("account_id"), request.needed("role_name"));
    if !PERMISSION_SETS.contains(&role.as_str()) {
        return Answer::refusal(request, 403, "ForbiddenException", "No access");
    }
    let account = account.parse().expect("an account");
    let given = super::credentials(world, request, account, &role).await;
    let told = json!({ "roleCredentials": {
        "accessKeyId": given.key,
        "secretAccessKey": given.secret,
        "sessionToken": given.token,
        "expiration": (super::now() + CREDENTIALS_LAST) * 1000,
    } });
    Answer::value(request, &told)
}

fn renew(world: &World, request: &Request) -> Answer {
    let asked = &request.document;
    let mut tokens = lock(&world.portal.0);
    if asked["grantType"] != "refresh_token" || asked["refreshToken"] != tokens.refresh {
        let told =
            json!({ "error": "invalid_grant", "error_description": "Invalid refresh token" });
        return Answer::refused(request, 400, "InvalidGrantException", &told);
    }
    *tokens = Tokens {
        access: format!("access-{}", id()),
        refresh: format!("refresh-{}", id()),
    };
    let told = json!({
        "accessToken": tokens.access,
        "tokenType": "Bearer",
        "expiresIn": 28800,
        "refreshToken": tokens.refresh,
    });
    Answer::value(request, &told)
}
