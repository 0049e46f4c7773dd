//! Objects in one S3 bucket, written under conditions.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_s3::{
    Client, config,
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeDeserializationInterceptorContextRef},
        orchestrator::HttpResponse,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use jiff::{Timestamp, fmt::rfc2822};

use super::{ec2::overridden, error::Call, session::Sessions, time};
use crate::{
    config::settings::Shared,
    model::Region,
    provider::{self, Error, Kind, Object, Put, Result, When},
};

const SERVICE: &str = "s3";

/// The bucket that operators share.
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
    bucket: String,
    prefix: String,
    region: Region,
}

impl Objects {
    /// The bucket of the settings, with the credentials that were signed in with.
    #[must_use]
    pub fn new(sessions: &Sessions, shared: &Shared) -> Option<Self> {
        let bucket = shared.bucket.clone()?;
        let region = shared.region.clone();
        let region = region.unwrap_or_else(|| sessions.regions()[0].clone());
        let sdk = sessions.home_sdk();
        // Emulators answer at one host, which a bucket's name cannot be put before.
        let emulated = overridden(&sdk, "S3").is_ok_and(|url| url.is_some());
        let builder = config::Builder::from(&sdk)
            .region(config::Region::new(region.to_string()))
            .force_path_style(emulated);
        let mut prefix = shared.prefix.trim_matches('/').to_owned();
        if !prefix.is_empty() {
            prefix.push('/');
        }
        Some(Self {
            client: Client::from_conf(builder.build()),
            bucket,
            prefix,
            region,
        })
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

#[async_trait]
impl provider::Objects for Objects {
    fn name(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }

    fn region(&self) -> Region {
        self.region.clone()
    }

    async fn get(&self, key: &str) -> Result<Option<Object>> {
        let call = Call::unplaced(SERVICE, "GetObject");
        let date = Date::default();
        let request = self.client.get_object().bucket(&self.bucket);
        let request = request.key(self.key(key)).customize();
        let answer = match request.interceptor(date.clone()).send().await {
            Ok(answer) => answer,
            Err(error) if status(&error) == Some(404) => return Ok(None),
            Err(error) => return Err(call.error(error)),
        };
        let modified = answer.last_modified.as_ref().and_then(time::timestamp);
        let version = answer.e_tag.clone().unwrap_or_default();
        let body = answer.body.collect().await.map_err(|error| {
            Error::new(Kind::Unreachable {
                service: SERVICE.into(),
                message: error.to_string(),
            })
        })?;
        let read = date.told().unwrap_or_else(Timestamp::now);
        Ok(Some(Object {
            body: body.to_vec(),
            version,
            modified: modified.unwrap_or(read),
            read,
        }))
    }

    async fn put(&self, key: &str, body: Vec<u8>, when: When) -> Result<Put> {
        let call = Call::unplaced(SERVICE, "PutObject");
        let request = self.client.put_object().bucket(&self.bucket);
        let request = request.key(self.key(key)).body(ByteStream::from(body));
        let request = match when {
            When::Absent => request.if_none_match("*"),
            When::Is(version) => request.if_match(version),
        };
        match request.send().await {
            Ok(answer) => Ok(Put::Done(answer.e_tag.unwrap_or_default())),
            Err(error) => conditional(error, &call),
        }
    }

    async fn delete(&self, key: &str, version: &str) -> Result<Put> {
        let call = Call::unplaced(SERVICE, "DeleteObject");
        let request = self.client.delete_object().bucket(&self.bucket);
        let request = request.key(self.key(key)).if_match(version);
        match request.send().await {
            Ok(_) => Ok(Put::Done(String::new())),
            Err(error) => conditional(error, &call),
        }
    }

    async fn list(&self, prefix: &str, after: &str) -> Result<Vec<String>> {
        let call = Call::unplaced(SERVICE, "ListBucket");
        let request = self.client.list_objects_v2().bucket(&self.bucket);
        let request = request.prefix(self.key(prefix));
        let request = if after.is_empty() {
            request
        } else {
            request.start_after(self.key(after))
        };
        let mut pages = request.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call.error(error))?;
            let found = page.contents.unwrap_or_default().into_iter();
            let found = found.filter_map(|object| object.key);
            keys.extend(
                found.filter_map(|key| key.strip_prefix(&self.prefix).map(ToOwned::to_owned)),
            );
        }
        Ok(keys)
    }
}

/// A condition that does not hold is an answer; the rest is an error.
fn conditional<E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static>(
    error: SdkError<E, HttpResponse>,
    call: &Call<'_>,
) -> Result<Put> {
    match status(&error) {
        // What is to be replaced or removed is not there any more.
        Some(404 | 412) => Ok(Put::Lost),
        Some(409) => Ok(Put::Busy),
        _ => Err(call.error(error)),
    }
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|answer| answer.status().as_u16())
}

/// The time of the store, from the header of an answer.
#[derive(Clone, Debug, Default)]
struct Date(Arc<Mutex<Option<Timestamp>>>);

impl Date {
    fn told(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for Date {
    fn name(&self) -> &'static str {
        "Date"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        let header = context.response().headers().get("date");
        let told = header.and_then(|text| rfc2822::parse(text).ok());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = told.map(|told| told.timestamp());
        Ok(())
    }
}
