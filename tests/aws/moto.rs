//! A moto server, an AWS that we did not write, with the reference architecture in it.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use awsdeck::{model::AccountId, provider::aws::session::Options};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Changed together with the pins: another list makes another environment.
const PACKAGES: [&str; 2] = ["moto[server]==5.2.5", "boto3==1.44.5"];

/// Where the tests' scripts are.
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/aws");

/// A seeded or empty AWS.
pub(crate) struct Moto {
    _server: Server,
    endpoint: String,
    folder: TempDir,
    /// What the seed has made; `Null` in an empty server.
    pub(crate) made: Value,
}

/// The server with the reference architecture that all reading tests share.
pub(crate) fn shared() -> &'static Moto {
    static SHARED: OnceLock<Moto> = OnceLock::new();
    SHARED.get_or_init(Moto::seeded)
}

/// The one that writing tests share: each writes only to things that it has made itself.
pub(crate) fn written() -> &'static Moto {
    static WRITTEN: OnceLock<Moto> = OnceLock::new();
    WRITTEN.get_or_init(Moto::seeded)
}

impl Moto {
    /// An empty server.
    pub(crate) fn empty() -> Self {
        let (server, port) = serve("serve.py", &[]);
        Self {
            _server: server,
            endpoint: format!("http://127.0.0.1:{port}"),
            folder: tempfile::tempdir().expect("a folder"),
            made: Value::Null,
        }
    }

    /// A server of its own with the reference architecture.
    pub(crate) fn seeded() -> Self {
        let mut moto = Self::empty();
        moto.made = run("seed.py", &[&moto.endpoint], "");
        moto
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// How awsdeck reaches it: a profile of its own, as a user of an emulator would write it.
    pub(crate) fn options(&self) -> Options {
        self.options_at(&self.endpoint)
    }

    /// The same by way of another server.
    pub(crate) fn options_at(&self, endpoint: &str) -> Options {
        let name = endpoint.replace(['/', ':'], "-");
        let file = self.folder.path().join(name);
        let profile = format!(
            "[profile moto]\nregion = eu-west-1\nendpoint_url = {endpoint}\n\
             aws_access_key_id = test\naws_secret_access_key = test\n"
        );
        fs::write(&file, profile).expect("written");
        Options {
            profile: Some("moto".into()),
            config_file: Some(file),
            user: "tester".into(),
            ..Options::default()
        }
    }

    /// The number of an account that the seed has made: `prod-ml`.
    pub(crate) fn account(&self, name: &str) -> AccountId {
        let id = self.made["accounts"][name].as_str();
        id.expect("a seeded account").parse().expect("an account")
    }

    /// One call by boto3, so that what awsdeck has done is seen by another program; `None` is the
    /// management account.
    pub(crate) fn boto(
        &self,
        account: Option<AccountId>,
        service: &str,
        operation: &str,
        parameters: &Value,
    ) -> Value {
        boto(&self.endpoint, account, service, operation, parameters)
    }

    /// Sets weights in the zone of the seed: name, side, weight and address of each record.
    pub(crate) fn weigh(&self, records: &[(&str, &str, u8, &str)]) {
        let upsert = |(name, side, weight, address): &(&str, &str, u8, &str)| {
            json!({
                "Action": "UPSERT",
                "ResourceRecordSet": {
                    "Name": name,
                    "Type": "A",
                    "SetIdentifier": side,
                    "Weight": weight,
                    "TTL": 60,
                    "ResourceRecords": [{ "Value": address }],
                },
            })
        };
        let changes: Vec<Value> = records.iter().map(upsert).collect();
        let zone = &self.made["zone"]["id"];
        let batch = json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": changes } });
        let account = Some(self.account("prod-shared"));
        self.boto(account, "route53", "change_resource_record_sets", &batch);
    }

    /// All weights in that zone by name and side, as boto3 sees them.
    pub(crate) fn weights(&self) -> BTreeMap<(String, String), u64> {
        let account = Some(self.account("prod-shared"));
        let zone = json!({ "HostedZoneId": self.made["zone"]["id"] });
        let told = self.boto(account, "route53", "list_resource_record_sets", &zone);
        let records = told["ResourceRecordSets"].as_array().expect("a list");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let weight = |record: &Value| {
            let weight = record["Weight"].as_u64()?;
            Some((
                (text(&record["Name"])?, text(&record["SetIdentifier"])?),
                weight,
            ))
        };
        records.iter().filter_map(weight).collect()
    }
}

/// One call by boto3 at any endpoint.
pub(crate) fn boto(
    endpoint: &str,
    account: Option<AccountId>,
    service: &str,
    operation: &str,
    parameters: &Value,
) -> Value {
    let account = account.map_or_else(|| "-".into(), |id| id.to_string());
    let call = [endpoint, &account, "eu-west-1", service, operation];
    run("call.py", &call, &parameters.to_string())
}

/// A script that serves until this value or the test process ends, however that ends.
pub(crate) struct Server(Child);

/// Starts a script that prints the port that it serves on, and serves until its input closes.
pub(crate) fn serve(script: &str, arguments: &[&str]) -> (Server, u16) {
    let mut child = script_of(script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the environment's Python runs");
    let out = child.stdout.take().expect("piped");
    let mut port = String::new();
    BufReader::new(out)
        .read_line(&mut port)
        .expect("the server tells its port");
    let port = port.trim().parse().expect("the server started");
    (Server(child), port)
}

/// A script that leaves nothing beside itself.
fn script_of(name: &str) -> Command {
    let mut command = Command::new(python());
    command.arg("-B").arg(format!("{SCRIPTS}/{name}"));
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends when its input closes; killing only makes it quicker.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Runs one of the tests' scripts and reads the JSON that it prints.
pub(crate) fn run(script: &str, arguments: &[&str], input: &str) -> Value {
    run_in(&[], script, arguments, input)
}

/// [`run`] with other variables.
pub(crate) fn run_in(
    variables: &[(&'static str, String)],
    script: &str,
    arguments: &[&str],
    input: &str,
) -> Value {
    let mut child = script_of(script)
        .args(arguments)
        .envs(variables.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the environment's Python runs");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("input written");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {errors}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Where the environment has its packages, botocore's models among them.
pub(crate) fn packages() -> &'static Path {
    static PACKAGES: OnceLock<PathBuf> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let home = python().parent().and_then(Path::parent);
        let versions = home.expect("an environment").join("lib");
        let mut versions = fs::read_dir(versions).expect("a library").flatten();
        let packages = versions.find_map(|version| {
            let packages = version.path().join("site-packages");
            packages.is_dir().then_some(packages)
        });
        packages.expect("packages")
    })
}

/// The Python of an environment with moto in it, made on first use; several test processes may ask
/// at once.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        fs::create_dir_all(tmp).expect("a folder for the tests");
        let lock = fs::File::create(tmp.join("moto.lock")).expect("a lock file");
        lock.lock().expect("a lock");
        let home = tmp.join("moto");
        let python = home.join("bin/python");
        let stamp = home.join("installed");
        let wanted = PACKAGES.join("\n");
        if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            return python;
        }
        install(
            Command::new("python3").args(["-m", "venv"]).arg(&home),
            "python3 with its venv module is needed: install `python3-venv`",
        );
        install(
            Command::new(&python)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                ])
                .args(PACKAGES),
            "moto could not be installed from the package index",
        );
        fs::write(stamp, wanted).expect("written");
        python
    })
}

fn install(command: &mut Command, problem: &str) {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{problem} ({error})"));
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().last().unwrap_or_default();
    assert!(output.status.success(), "{problem} ({last})");
}
