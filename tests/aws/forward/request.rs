//! A request as AWS would understand it: which service, which operation, whose, where, with what.

use std::collections::BTreeMap;

use awsdeck::model::AccountId;
use hyper::{HeaderMap, Method, body::Bytes, header::HeaderValue, http::request::Parts};
use serde_json::Value;

use super::{cbor, keys::Keys, model};

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    /// The query as it was sent, which signatures are over.
    pub(super) raw_query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// As it stands in the signature: `ec2`, `elasticloadbalancing`; `awsssoportal` and
    /// `sso-oauth` where nothing is signed.
    pub(crate) service: String,
    /// As the API reference writes it: `DescribeVpcs`. Empty where no service has such a call.
    pub(crate) operation: String,
    /// The access key that it is signed with.
    pub(crate) key: Option<String>,
    /// Whose that key is.
    pub(crate) account: AccountId,
    /// The role that the key is of, where it is one's.
    pub(crate) role: Option<String>,
    pub(crate) region: String,
    /// What the path says, by the names in the service's model.
    labels: BTreeMap<String, String>,
    /// The JSON or CBOR body; `Null` where there is none.
    pub(crate) document: Value,
}

/// How a service writes requests, answers and errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Ec2,
    Query,
    RestXml,
    S3,
    Json,
    Cbor,
}

impl Request {
    pub(super) fn read(parts: &Parts, body: Bytes, keys: &Keys) -> Self {
        let raw_query = parts.uri.query().unwrap_or_default().to_owned();
        let query = pairs(raw_query.as_bytes());
        let path = parts.uri.path().to_owned();
        let signed = scope(&parts.headers, &query);
        let (key, region, service) = match signed {
            Some([key, _, region, service, ..]) => (Some(key), region, service),
            None => (None, "us-east-1".into(), String::new()),
        };
        let holder = keys.holder(key.as_deref());
        let mut request = Self {
            method: parts.method.clone(),
            path,
            query,
            raw_query,
            headers: parts.headers.clone(),
            document: Value::Null,
            body,
            service,
            operation: String::new(),
            key,
            account: holder.account,
            role: holder.role,
            region,
            labels: BTreeMap::new(),
        };
        request.name();
        request
    }

    /// Finds out which operation it is: by target, by action, by the path of an RPC, or by the
    /// routes of the service.
    fn name(&mut self) {
        let target = self.header("x-amz-target");
        if let Some((_, operation)) = target.and_then(|target| target.rsplit_once('.')) {
            self.operation = operation.into();
            self.document = serde_json::from_slice(&self.body).unwrap_or_default();
            return;
        }
        if let Some((_, operation)) = self.path.rsplit_once("/operation/") {
            self.operation = operation.into();
            self.document = cbor::read(&self.body);
            return;
        }
        if let Some(action) = self.form("Action") {
            self.operation = action;
            if self.service.is_empty() {
                self.service = "sts".into(); // by web identity or SAML: nothing is signed
            }
            return;
        }
        let unsigned = ["awsssoportal", "sso-oauth", "signin"];
        let services = match self.service.as_str() {
            "" => unsigned.to_vec(),
            service => vec![service],
        };
        let found = services.into_iter().find_map(|service| {
            let (operation, labels) = model::operation(service, self)?;
            Some((service.to_owned(), operation, labels))
        });
        if let Some((service, operation, labels)) = found {
            (self.service, self.operation, self.labels) = (service, operation, labels);
        }
        self.document = serde_json::from_slice(&self.body).unwrap_or_default();
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A value by its name in the model, wherever the protocol puts it: path, query, body.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let said = self.labels.get(name).or_else(|| self.query.get(name));
        let in_document = || match &self.document[name] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        said.cloned()
            .or_else(in_document)
            .or_else(|| self.form(name))
    }

    /// [`Self::text`] of something that the model requires.
    pub(crate) fn needed(&self, name: &str) -> String {
        let text = self.text(name);
        text.unwrap_or_else(|| panic!("{} without {name}", self.operation))
    }

    /// A parameter of a query-protocol call, in its body or, presigned, in its query.
    fn form(&self, name: &str) -> Option<String> {
        let of_body = || pairs(&self.body).remove(name);
        self.query.get(name).cloned().or_else(of_body)
    }

    /// Whether `text` stands in its path, query or body.
    pub(crate) fn says(&self, text: &str) -> bool {
        let body = String::from_utf8_lossy(&self.body);
        [&self.path, &self.raw_query, &*body]
            .iter()
            .any(|part| part.contains(text))
    }

    /// Another request of the same caller in the same region, for moto alone.
    pub(super) fn beside(&self, service: &str) -> Self {
        let key = self.key.as_deref().unwrap_or("test");
        let scope = format!("{key}/20260101/{}/{service}/aws4_request", self.region);
        let signed =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        let mut headers = HeaderMap::new();
        headers.insert("authorization", signed.parse().expect("a header"));
        headers.insert("host", HeaderValue::from_static("localhost"));
        Self {
            method: Method::GET,
            path: "/".into(),
            query: BTreeMap::new(),
            raw_query: String::new(),
            headers,
            body: Bytes::new(),
            service: service.into(),
            operation: String::new(),
            labels: BTreeMap::new(),
            document: Value::Null,
            ..self.clone()
        }
    }

    /// The members of a list of a query-protocol call: `ActionNames.member.1`.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let pairs = pairs(&self.body);
        let one = |at: usize| pairs.get(&format!("{name}.member.{at}")).cloned();
        (1..).map_while(one).collect()
    }

    pub(super) fn protocol(&self) -> Protocol {
        let is_cbor = self.header("smithy-protocol") == Some("rpc-v2-cbor");
        match self.service.as_str() {
            "ec2" => Protocol::Ec2,
            "s3" => Protocol::S3,
            "route53" => Protocol::RestXml,
            "sts" | "iam" | "rds" | "elasticloadbalancing" | "autoscaling" | "sns" => {
                Protocol::Query
            }
            _ if is_cbor => Protocol::Cbor,
            _ => Protocol::Json,
        }
    }

    /// The partition of the region: `aws`, `aws-cn`.
    pub(super) fn partition(&self) -> &'static str {
        match self.region.get(..3) {
            Some("cn-") => "aws-cn",
            _ if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The ARN of something of the caller's in the request's region: `arn:aws:eks:…:…:cluster/x`.
    pub(super) fn arn(&self, service: &str, rest: &str) -> String {
        let Self {
            account, region, ..
        } = self;
        format!(
            "arn:{}:{service}:{region}:{account}:{rest}",
            self.partition()
        )
    }
}

fn pairs(form: &[u8]) -> BTreeMap<String, String> {
    let pairs = form_urlencoded::parse(form);
    pairs
        .map(|(key, value)| (key.into(), value.into()))
        .collect()
}

/// Key, date, region, service and the word at the end, of a signed or presigned request.
fn scope(headers: &HeaderMap, query: &BTreeMap<String, String>) -> Option<[String; 5]> {
    let header = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let in_header = header.and_then(|value| {
        let (_, after) = value.split_once("Credential=")?;
        Some(
            after
                .split([',', ' '])
                .next()
                .unwrap_or_default()
                .to_owned(),
        )
    });
    let scope = in_header.or_else(|| query.get("X-Amz-Credential").cloned())?;
    let parts: Vec<String> = scope.split('/').map(str::to_owned).collect();
    parts.try_into().ok()
}
