//! Opens an object store with what the environment says of it, and keeps what is secret there out of every message.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, Checksum};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};
use percent_encoding::percent_decode_str;

use crate::io::store::StoreError;

/// A store, and the folder in it that a target names.
pub(super) struct Opened {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) prefix: Path,
}

/// What a value is replaced by that must not be seen.
const HIDDEN: &str = "(hidden)";

/// Parts of the names of variables whose values are secret.
const SECRET: [&str; 7] = ["SECRET", "TOKEN", "PASSWORD", "SAS", "KEY", "CREDENTIAL", "ACCOUNT"];

/// Opens what a URL names. Nothing is asked of it yet.
pub(super) fn open(target: &str) -> Result<Opened, StoreError> {
    let bad = |help| StoreError::Target(without_secrets(target), help);
    let (scheme, rest) = target.split_once("://").unwrap_or(("", target));
    let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() || folder.contains(['?', '#']) {
        return Err(bad("write it as `s3://BUCKET/FOLDER`, without `?` and `#`"));
    }
    let folder = percent_decode_str(folder).decode_utf8_lossy();
    let prefix = Path::parse(folder.trim_end_matches('/'))
        .map_err(|_| bad("its folder holds an empty part, `.` or `..`"))?;
    let url = format!("{scheme}://{bucket}");
    let store: Result<Arc<dyn ObjectStore>, _> = match scheme.to_ascii_lowercase().as_str() {
        "s3" | "s3a" => AmazonS3Builder::from_env()
            .with_url(url)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_retry(retries())
            .build()
            .map(|store| Arc::new(store) as _),
        "gs" => GoogleCloudStorageBuilder::from_env()
            .with_url(url)
            .with_retry(retries())
            .build()
            .map(|store| Arc::new(store) as _),
        _ => MicrosoftAzureBuilder::from_env()
            .with_url(url)
            .with_retry(retries())
            .build()
            .map(|store| Arc::new(store) as _),
    };
    let store = store.map_err(|error| {
        let reason = error.to_string();
        StoreError::Request("open the target".to_owned(), without_secrets(&reason))
    })?;
    Ok(Opened { store, prefix })
}

/// On 429, 5xx and broken connections a request is sent again: up to ten times within two minutes, with waits of up to
/// ten seconds that grow and are random.
fn retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(10),
            base: 2.0,
        },
        max_retries: 10,
        retry_timeout: Duration::from_secs(120),
    }
}

/// A text without the values of secret variables, and without the queries of URLs, in which signatures stand.
pub(super) fn without_secrets(text: &str) -> String {
    let mut text = text.to_owned();
    for (name, value) in std::env::vars_os() {
        let name = name.to_string_lossy().to_ascii_uppercase();
        let is_store = ["AWS_", "GOOGLE_", "AZURE_"].iter().any(|start| name.starts_with(start));
        let value = value.to_string_lossy();
        if is_store && value.len() >= 6 && SECRET.iter().any(|part| name.contains(part)) {
            text = text.replace(&*value, HIDDEN);
        }
    }
    let mut words = text.split_inclusive(' ').map(|word| match word.split_once('?') {
        Some((before, _)) if before.contains("://") => format!("{before}?{HIDDEN} "),
        _ => word.to_owned(),
    });
    let joined: String = words.by_ref().collect();
    joined.trim_end().to_owned()
}
