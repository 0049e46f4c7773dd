//! Velero's objects, and what a finished backup or restore has to say.

use std::{collections::BTreeMap, io::Read, time::Duration};

use http::Request;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{
    client::{Cluster, body},
    connect,
    fleet::{gap, is_absent},
    objects::{
        Backup, BackupRepository, BackupStorageLocation, DownloadRequest, Restore, Schedule, Slim,
    },
};
use crate::{
    model::{
        Gap,
        velero::{Location, Messages, Results, Velero, read_effects},
    },
    provider::{ClusterAccess, Kind, Outcome, Result},
};

/// Velero answers a request for a file within this, or not at all.
const ANSWER: Duration = Duration::from_secs(20);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(200);
/// More than any results of a restore; a larger file is no such thing.
const LARGEST: u64 = 64 << 20;

/// Reads all of it; a cluster that does not know its kinds has none.
pub(super) async fn read(cluster: &Cluster) -> Result<Velero> {
    let mut velero = Velero::absent((*cluster.id).clone());
    let backups = match cluster.all::<Backup>().await {
        Ok((backups, malformed)) => {
            velero.malformed += malformed;
            backups
        }
        Err(error) if is_absent(&error) => return Ok(velero),
        Err(error) => return Err(error),
    };
    velero.installed = true;
    velero.backups = backups.into_iter().map(Backup::backup).collect();
    let (restores, schedules, locations, repositories) = tokio::join!(
        cluster.all::<Restore>(),
        cluster.all::<Schedule>(),
        cluster.all::<BackupStorageLocation>(),
        cluster.all::<BackupRepository>(),
    );
    velero.restores = take(&mut velero.gaps, restores, Restore::restore);
    velero.schedules = take(&mut velero.gaps, schedules, Schedule::schedule);
    velero.locations = take(&mut velero.gaps, locations, BackupStorageLocation::location);
    velero.repositories = take(&mut velero.gaps, repositories, BackupRepository::repository);
    Ok(velero)
}

fn take<T: Slim, U>(gaps: &mut Vec<Gap>, read: Result<(Vec<T>, u32)>, of: fn(T) -> U) -> Vec<U> {
    match read {
        Ok((objects, _)) => objects.into_iter().map(of).collect(),
        Err(error) if is_absent(&error) => Vec::new(),
        Err(error) => {
            gaps.push(gap(&T::plural(&()), &error));
            Vec::new()
        }
    }
}

/// Errors and warnings in full, and what a restore did. By Velero itself where it may be asked; else,
/// and where it or its URL is out of reach, straight from the bucket.
pub(super) async fn results(
    cluster: &Cluster,
    of: &Outcome,
    access: Option<&dyn ClusterAccess>,
    read_only: bool,
) -> Result<Results> {
    let mut refusal = None;
    if !read_only {
        match by_velero(cluster, of).await {
            Ok(results) => return Ok(results),
            Err(error) => refusal = Some(error),
        }
    }
    match by_bucket(cluster, of, access).await {
        Ok(results) => Ok(results),
        // Why Velero did not give it says more than that there is no bucket to read.
        Err(error) => Err(refusal.unwrap_or(error)),
    }
}

/// Kinds of files as a DownloadRequest names them.
const fn targets(restore: bool) -> (&'static str, Option<&'static str>) {
    if restore {
        ("RestoreResults", Some("RestoreResourceList"))
    } else {
        ("BackupResults", None)
    }
}

async fn by_velero(cluster: &Cluster, of: &Outcome) -> Result<Results> {
    let (results, effects) = targets(of.restore);
    let authority = authority(cluster, of).await;
    let mut read = messages(
        &download(cluster, of, results, authority.as_deref()).await?,
        cluster,
    )?;
    if let Some(effects) = effects
        && let Ok(list) = download(cluster, of, effects, authority.as_deref()).await
    {
        let list: BTreeMap<String, Vec<String>> = json_of(&list, cluster)?;
        read.effects = Some(read_effects(&list));
    }
    read.from = "Velero".into();
    Ok(read)
}

/// Asks Velero for a file by an object of its own, and fetches the file where it says.
async fn download(
    cluster: &Cluster,
    of: &Outcome,
    target: &str,
    authority: Option<&str>,
) -> Result<Vec<u8>> {
    let path = format!(
        "/apis/velero.io/v1/namespaces/{}/downloadrequests",
        of.namespace
    );
    let name = format!("{}-{}", cut(&of.name), uuid::Uuid::now_v7());
    let wish = json!({
        "apiVersion": "velero.io/v1",
        "kind": "DownloadRequest",
        "metadata": { "namespace": of.namespace, "name": name },
        "spec": { "target": { "kind": target, "name": of.name } },
    });
    let request = Request::post(format!("{path}?fieldValidation=Strict"))
        .header(http::header::CONTENT_TYPE, "application/json")
        .header(http::header::ACCEPT, "application/json")
        .body(wish.to_string().into_bytes())
        .unwrap_or_default();
    let made: DownloadRequest = cluster.ask(request, "create downloadrequests").await?;
    let asked = Instant::now();
    let mut url = made.url().map(str::to_owned);
    while url.is_none() {
        if asked.elapsed() > ANSWER {
            return Err(cluster.call("").placed(Kind::Unreachable {
                service: "velero".into(),
                message: format!(
                    "no answer to the request for a file within {} s",
                    ANSWER.as_secs()
                ),
            }));
        }
        sleep(LOOK).await;
        let now: DownloadRequest = cluster
            .get(&format!("{path}/{name}"), "get downloadrequests")
            .await?;
        url = now.url().map(str::to_owned);
    }
    fetch(cluster, &url.unwrap_or_default(), authority).await
}

/// Names of objects have room for so many characters beside a number of ours.
fn cut(name: &str) -> &str {
    let end = name.len().min(200);
    name.get(..end).unwrap_or(name)
}

/// The authorities of the object store of a backup or restore, where its location names any.
async fn authority(cluster: &Cluster, of: &Outcome) -> Option<String> {
    use base64::{Engine, prelude::BASE64_STANDARD};

    let (locations, _) = cluster.all::<BackupStorageLocation>().await.ok()?;
    let own = locations
        .iter()
        .filter(|location| location.head().namespace == of.namespace)
        .find_map(BackupStorageLocation::authority)?;
    let pem = BASE64_STANDARD.decode(own).ok()?;
    String::from_utf8(pem).ok()
}

/// Gets a file by its signed URL, without a token of the cluster's, and unpacks it.
async fn fetch(cluster: &Cluster, url: &str, authority: Option<&str>) -> Result<Vec<u8>> {
    let call = cluster.call("get a file of Velero's");
    let unreachable = |message: String| {
        call.placed(Kind::Unreachable {
            service: "the object store".into(),
            message,
        })
    };
    let whole: http::Uri = url
        .parse()
        .map_err(|_| unreachable(format!("{url} is no address")))?;
    let host = whole.host().unwrap_or_default().to_owned();
    let base = connect::bare(&whole, authority).map_err(&unreachable)?;
    let path = whole.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path).body(kube::client::Body::empty());
    let request = request.map_err(|error| unreachable(error.to_string()))?;
    let call = super::error::Call {
        host: &host,
        private: false,
        ..call
    };
    let answer = base
        .send(request)
        .await
        .map_err(|error| call.error(&error))?;
    unpacked(&body(answer, &call).await?).map_err(unreachable)
}

async fn by_bucket(
    cluster: &Cluster,
    of: &Outcome,
    access: Option<&dyn ClusterAccess>,
) -> Result<Results> {
    let call = cluster.call("get a file of Velero's");
    let nowhere = |message: &str| {
        call.placed(Kind::Unavailable {
            service: "velero".into(),
            message: message.into(),
        })
    };
    let access = access.ok_or_else(|| nowhere("this cluster's bucket cannot be read from here"))?;
    let location = location(cluster, of).await?;
    if !location.is_s3() {
        return Err(nowhere(&format!(
            "storage location {} is not in S3, and Velero is not asked in a read-only deck",
            location.name
        )));
    }
    let name = &of.name;
    let (results, effects) = if of.restore {
        (
            format!("restores/{name}/restore-{name}-results.gz"),
            Some(format!(
                "restores/{name}/restore-{name}-resource-list.json.gz"
            )),
        )
    } else {
        (format!("backups/{name}/{name}-results.gz"), None)
    };
    let fetch = |object: String| {
        let key = location.key(&object);
        let location = &location;
        async move { access.object(&cluster.id, location, &key).await }
    };
    let packed = fetch(results).await?.ok_or_else(|| {
        nowhere("there are no results in the bucket: an older Velero, or it is not over")
    })?;
    let unreadable = |problem: String| nowhere(&problem);
    let mut read = messages(&unpacked(&packed).map_err(unreadable)?, cluster)?;
    if let Some(effects) = effects
        && let Some(packed) = fetch(effects).await?
    {
        let list: BTreeMap<String, Vec<String>> = json_of(
            &unpacked(&packed).map_err(|problem| nowhere(&problem))?,
            cluster,
        )?;
        read.effects = Some(read_effects(&list));
    }
    read.from = format!("s3://{}/{}", location.bucket, location.prefix);
    Ok(read)
}

/// Where the files of a backup, or of the backup of a restore, are.
async fn location(cluster: &Cluster, of: &Outcome) -> Result<Location> {
    let velero = read(cluster).await?;
    let missing = |what: &str| {
        cluster.call("").placed(Kind::NotFound {
            kind: what.into(),
            name: of.name.clone(),
        })
    };
    let backup = if of.restore {
        velero
            .restores
            .iter()
            .find(|restore| restore.namespace == of.namespace && restore.name == of.name)
            .ok_or_else(|| missing("restore"))?
            .backup
            .clone()
    } else {
        Some(of.name.clone())
    };
    let own = velero
        .backups
        .iter()
        .find(|known| known.namespace == of.namespace && Some(&known.name) == backup.as_ref());
    let name = own.and_then(|backup| backup.location.as_deref());
    let found = match name {
        Some(name) => velero.location(&of.namespace, name),
        // The backup may be gone; its files are where new ones go.
        None => velero
            .locations
            .iter()
            .find(|location| location.namespace == of.namespace && location.default),
    };
    found.cloned().ok_or_else(|| missing("storage location of"))
}

fn messages(text: &[u8], cluster: &Cluster) -> Result<Results> {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Raw {
        errors: Messages,
        warnings: Messages,
    }
    let raw: Raw = json_of(text, cluster)?;
    Ok(Results {
        errors: raw.errors,
        warnings: raw.warnings,
        ..Results::default()
    })
}

fn json_of<T: serde::de::DeserializeOwned>(text: &[u8], cluster: &Cluster) -> Result<T> {
    super::client::read(text, &cluster.call("read results"))
}

/// Unpacks what is packed; some stores unpack it themselves.
fn unpacked(bytes: &[u8]) -> std::result::Result<Vec<u8>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes.to_vec());
    }
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes)
        .take(LARGEST)
        .read_to_end(&mut text)
        .map_err(|error| format!("the file cannot be unpacked: {error}"))?;
    Ok(text)
}
