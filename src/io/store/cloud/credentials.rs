//! Opens an object store with what the environment says of it, and keeps what is secret there out of every message.

use std::cell::Cell;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, Checksum};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path;
use object_store::{BackoffConfig, ClientConfigKey, ObjectStore, RetryConfig};
use percent_encoding::percent_decode_str;
use url::Url;

use super::requests::Requests;
use crate::io::store::{Result, StoreError};

/// How long a request may take whose body is small.
const QUICK: Duration = Duration::from_secs(30);
/// How long any other may: several megabytes pass a slow line, sixteen times at once.
const PATIENT: Duration = Duration::from_secs(600);

/// What a value is replaced by that must not be seen.
const HIDDEN: &str = "(hidden)";

/// Parts of the names of variables whose values are secret.
const SECRET: [&str; 7] = ["SECRET", "TOKEN", "PASSWORD", "SAS", "KEY", "CREDENTIAL", "ACCOUNT"];

/// Opens what a URL names. Nothing is asked of it yet.
pub(super) fn open(target: &str) -> Result<Requests> {
    let bad = |help| StoreError::Target(without_secrets(target), help);
    let (scheme, rest) = target.split_once("://").unwrap_or(("", target));
    let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() || folder.contains(['?', '#']) {
        return Err(bad("write it as `s3://BUCKET/FOLDER`, without `?` and `#`"));
    }
    let folder = percent_decode_str(folder).decode_utf8_lossy();
    let folder = Path::parse(folder.trim_end_matches('/'))
        .map_err(|_| bad("its folder holds an empty part, `.` or `..`"))?;
    let failure = |reason| StoreError::Request("open the target".to_owned(), reason);
    // The library takes it for granted that addresses of stores are some.
    let is_wrong = |(name, value): &(String, String)| {
        let is_address = name.ends_with("_ENDPOINT") || name.contains("_ENDPOINT_URL");
        is_address && !value.is_empty() && !Url::parse(value).is_ok_and(|url| url.has_host())
    };
    if let Some((name, _)) = variables().find(is_wrong) {
        let reason = format!("`{name}` is no URL, such as `https://storage.example.com`");
        return Err(failure(reason));
    }
    let url = format!("{scheme}://{bucket}");
    let open = |timeout| {
        let store = store(&scheme.to_ascii_lowercase(), &url, timeout);
        store.map_err(|error| failure(without_secrets(&error.to_string())))
    };
    Ok(Requests {
        store: open(QUICK)?,
        patient: open(PATIENT)?,
        prefix: if folder.is_root() { String::new() } else { format!("{folder}/") },
        obeys_conditions: Cell::new(true),
    })
}

/// The names and values of variables that tell the library of stores.
fn variables() -> impl Iterator<Item = (String, String)> {
    let text = |text: OsString| text.to_string_lossy().into_owned();
    let variables = std::env::vars_os().map(move |(name, value)| (text(name), text(value)));
    variables.filter(|(name, _)| {
        let name = name.to_ascii_uppercase();
        ["AWS_", "GOOGLE_", "AZURE_"].iter().any(|start| name.starts_with(start))
    })
}

/// A store of whose requests each may take so long, its body included.
fn store(scheme: &str, url: &str, timeout: Duration) -> object_store::Result<Arc<dyn ObjectStore>> {
    // On 429, 5xx and broken connections a request is sent again: up to ten times within two minutes, or for as long as one
    // request may take, with waits of up to ten seconds that grow and are random.
    let backoff = BackoffConfig { max_backoff: Duration::from_secs(10), ..Default::default() };
    let retry_timeout = timeout.max(Duration::from_secs(120));
    let retries = RetryConfig { backoff, max_retries: 10, retry_timeout };
    let limit = format!("{}s", timeout.as_secs());
    Ok(match scheme {
        "s3" | "s3a" => Arc::new(
            AmazonS3Builder::from_env()
                .with_url(url)
                .with_checksum_algorithm(Checksum::SHA256)
                .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), limit)
                .with_retry(retries)
                .build()?,
        ),
        "gs" => Arc::new(
            GoogleCloudStorageBuilder::from_env()
                .with_url(url)
                .with_config(GoogleConfigKey::Client(ClientConfigKey::Timeout), limit)
                .with_retry(retries)
                .build()?,
        ),
        _ => Arc::new(
            MicrosoftAzureBuilder::from_env()
                .with_url(url)
                .with_config(AzureConfigKey::Client(ClientConfigKey::Timeout), limit)
                .with_retry(retries)
                .build()?,
        ),
    })
}

/// A text without the values of secret variables, and without the queries of URLs, in which signatures stand.
pub(super) fn without_secrets(text: &str) -> String {
    let mut text = text.to_owned();
    for (name, value) in variables() {
        let name = name.to_ascii_uppercase();
        if value.len() >= 6 && SECRET.iter().any(|part| name.contains(part)) {
            text = text.replace(&value, HIDDEN);
        }
    }
    let words = text.split_inclusive(' ').map(|word| match word.split_once('?') {
        Some((before, _)) if before.contains("://") => format!("{before}?{HIDDEN} "),
        _ => word.to_owned(),
    });
    words.collect::<String>().trim_end().to_owned()
}
