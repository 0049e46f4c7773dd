//! A loopback server that records what is sent and answers as it is told.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The request line and the headers.
    head: String,
    body: String,
}

pub(crate) struct Recorder {
    address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A status and an XML or JSON body.
pub(crate) type Answer = (u16, String);

impl Recorder {
    /// Listens until the test process ends.
    pub(crate) fn start(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (log, answer) = (seen.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (log.clone(), answer.clone());
                thread::spawn(move || serve(&stream, &log, answer.as_ref()));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    /// The calls of one action.
    pub(crate) fn calls(&self, action: &str) -> Vec<Seen> {
        let mut seen = self.seen();
        seen.retain(|seen| seen.parameter("Action").as_deref() == Some(action));
        seen
    }
}

impl Seen {
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        let found = headers.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(found.1.trim())
    }

    /// A parameter of a query-protocol call.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.body.as_bytes());
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into())
    }

    /// The access key that it was signed with.
    pub(crate) fn key(&self) -> Option<&str> {
        let (_, after) = self.header("authorization")?.split_once("Credential=")?;
        after.split('/').next()
    }
}

fn serve(stream: &TcpStream, log: &Mutex<Vec<Seen>>, answer: &dyn Fn(&Seen) -> Answer) {
    let mut reader = BufReader::new(stream);
    while let Some(seen) = read(&mut reader) {
        log.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(seen.clone());
        let (status, body) = answer(&seen);
        let kind = if body.starts_with('{') {
            "application/json"
        } else {
            "text/xml"
        };
        let answer = format!(
            "HTTP/1.1 {status} Told\r\ncontent-type: {kind}\r\nx-amzn-requestid: req-1\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut writer = stream;
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Seen> {
    let mut head = String::new();
    loop {
        let before = head.len();
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
        if head[before..].trim().is_empty() {
            break;
        }
    }
    let mut seen = Seen {
        head,
        body: String::new(),
    };
    let length = seen
        .header("content-length")
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8_lossy(&body).into();
    Some(seen)
}

/// STS as far as sign-in needs it: AssumeRole gives a key that ends in the role's name, and every
/// caller is account 111122223333.
pub(crate) fn sts(seen: &Seen) -> Answer {
    let body = match seen.parameter("Action").as_deref() {
        Some("AssumeRole") => {
            let arn = seen.parameter("RoleArn").unwrap_or_default();
            let role = arn.rsplit('/').next().unwrap_or_default();
            format!(
                "<AssumeRoleResponse><AssumeRoleResult><Credentials>\
                 <AccessKeyId>ASIA{role}</AccessKeyId><SecretAccessKey>planted</SecretAccessKey>\
                 <SessionToken>planted</SessionToken>\
                 <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
                 </AssumeRoleResult></AssumeRoleResponse>"
            )
        }
        Some("GetCallerIdentity") => "<GetCallerIdentityResponse><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::111122223333:user/ann</Arn><UserId>u</UserId>\
             <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
            .into(),
        _ => return refusal(400, "InvalidAction", "not known"),
    };
    (200, body)
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>req-1</RequestId></ErrorResponse>"
    );
    (status, body)
}
