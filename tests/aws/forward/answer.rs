//! What is answered, and refusals in the words of each protocol.

use http_body_util::Full;
use hyper::{
    HeaderMap, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
    http::response::Parts,
};
use serde_json::{Value, json};

use super::{Request, cbor, request::Protocol};

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// moto's own.
    pub(super) fn of(parts: &Parts, body: Bytes) -> Self {
        let mut headers = parts.headers.clone();
        for of_the_connection in [header::CONNECTION, header::TRANSFER_ENCODING, header::DATE] {
            headers.remove(of_the_connection);
        }
        Self {
            status: parts.status.as_u16(),
            headers,
            body,
        }
    }

    fn new(status: u16, kind: &'static str, body: Vec<u8>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert("x-amzn-requestid", HeaderValue::from_static("forward"));
        let body = Bytes::from(body);
        Self {
            status,
            headers,
            body,
        }
    }

    /// A document, in JSON or in CBOR as it was asked.
    pub(super) fn value(request: &Request, value: &Value) -> Self {
        Self::document(request, 200, value)
    }

    fn document(request: &Request, status: u16, value: &Value) -> Self {
        if request.protocol() == Protocol::Cbor {
            let mut answer = Self::new(status, "application/cbor", cbor::write(value));
            let protocol = HeaderValue::from_static("rpc-v2-cbor");
            answer.headers.insert("smithy-protocol", protocol);
            return answer;
        }
        let kind = "application/x-amz-json-1.1";
        Self::new(status, kind, value.to_string().into_bytes())
    }

    /// The result of a query-protocol call, inside the two elements that all of them have.
    pub(super) fn result(request: &Request, space: &str, inside: &str) -> Self {
        let operation = &request.operation;
        let text = format!(
            "<{operation}Response xmlns=\"{space}\"><{operation}Result>{inside}</{operation}Result>\
             <ResponseMetadata><RequestId>forward</RequestId></ResponseMetadata>\
             </{operation}Response>"
        );
        Self::new(200, "text/xml", text.into_bytes())
    }

    /// The answer to a call of EC2, inside the element that all of them have.
    pub(super) fn ec2(request: &Request, inside: &str) -> Self {
        let operation = &request.operation;
        Self::xml(format!(
            "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
             <requestId>forward</requestId>{inside}</{operation}Response>"
        ))
    }

    pub(super) fn xml(text: String) -> Self {
        Self::new(200, "text/xml", text.into_bytes())
    }

    pub(super) fn refusal(request: &Request, status: u16, code: &str, message: &str) -> Self {
        let text = match request.protocol() {
            Protocol::Json | Protocol::Cbor => {
                let told = json!({ "__type": code, "message": message });
                return Self::refused(request, status, code, &told);
            }
            Protocol::Ec2 => format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>\
                 </Errors><RequestID>forward</RequestID></Response>"
            ),
            Protocol::S3 => format!(
                "<Error><Code>{code}</Code><Message>{message}</Message>\
                 <RequestId>forward</RequestId></Error>"
            ),
            Protocol::Query | Protocol::RestXml => format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>forward</RequestId></ErrorResponse>"
            ),
        };
        Self::new(status, "text/xml", text.into_bytes())
    }

    /// A refusal with a document of its own.
    pub(super) fn refused(request: &Request, status: u16, code: &str, told: &Value) -> Self {
        let mut answer = Self::document(request, status, told);
        let code = HeaderValue::from_str(code).expect("a code");
        answer.headers.insert("x-amzn-errortype", code);
        answer
    }

    /// IAM's no.
    pub(super) fn denial(request: &Request) -> Self {
        let code = match request.protocol() {
            Protocol::Ec2 => "UnauthorizedOperation",
            Protocol::Json | Protocol::Cbor => "AccessDeniedException",
            Protocol::Query | Protocol::RestXml | Protocol::S3 => "AccessDenied",
        };
        let Request {
            service,
            operation,
            account,
            role,
            ..
        } = request;
        let who = match role {
            Some(role) => format!("assumed-role/{role}/session"),
            None => "user/moto".into(),
        };
        let on = request.text("RoleArn");
        let on = on
            .map(|arn| format!(" on resource: {arn}"))
            .unwrap_or_default();
        let partition = request.partition();
        let message = format!(
            "User: arn:{partition}:sts::{account}:{who} is not authorized to perform: \
             {service}:{operation}{on}"
        );
        Self::refusal(request, 403, code, &message)
    }

    /// The service's no to those who ask too often.
    pub(super) fn throttle(request: &Request) -> Self {
        let (status, code) = match request.protocol() {
            Protocol::Ec2 => (503, "RequestLimitExceeded"),
            Protocol::S3 => (503, "SlowDown"),
            Protocol::Json | Protocol::Cbor => (400, "ThrottlingException"),
            Protocol::Query | Protocol::RestXml => (400, "Throttling"),
        };
        Self::refusal(request, status, code, "Rate exceeded")
    }

    /// The document of an answer in JSON.
    pub(super) fn read(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) const fn is_good(&self) -> bool {
        self.status < 300
    }
}

impl From<Answer> for Response<Full<Bytes>> {
    fn from(answer: Answer) -> Self {
        let mut response = Self::new(Full::new(answer.body));
        *response.headers_mut() = answer.headers;
        *response.status_mut() = StatusCode::from_u16(answer.status).expect("a status");
        response
    }
}
