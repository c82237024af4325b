//! Opens an object store with what the environment says of it, and keeps what is secret there out of every message.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, Checksum};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path;
use object_store::{BackoffConfig, ClientConfigKey, ObjectStore, RetryConfig};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::io::store::StoreError;

/// A store, and the folder in it that a target names.
pub(super) struct Opened {
    pub(super) store: Arc<dyn ObjectStore>,
    /// The same, with time for contents of any size.
    pub(super) patient: Arc<dyn ObjectStore>,
    pub(super) prefix: Path,
}

/// How long a request may take whose body is small.
const QUICK: Duration = Duration::from_secs(30);
/// How long any other may: several megabytes pass a slow line, sixteen times at once.
const PATIENT: Duration = Duration::from_secs(600);

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
    endpoints()?;
    let open = |timeout| {
        store(&scheme.to_ascii_lowercase(), &url, timeout).map_err(|error| {
            let reason = error.to_string();
            StoreError::Request("open the target".to_owned(), without_secrets(&reason))
        })
    };
    Ok(Opened { store: open(QUICK)?, patient: open(PATIENT)?, prefix })
}

/// Refuses addresses of stores that are none, which the library takes for granted.
fn endpoints() -> Result<(), StoreError> {
    for (name, value) in std::env::vars_os() {
        let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
        let is_store = ["AWS_", "GOOGLE_", "AZURE_"].iter().any(|start| name.starts_with(start));
        let is_address = name.ends_with("_ENDPOINT") || name.contains("_ENDPOINT_URL");
        let is_url = || Url::parse(&value).is_ok_and(|url| url.has_host());
        if is_store && is_address && !value.is_empty() && !is_url() {
            let reason = format!("`{name}` is no URL, such as `https://storage.example.com`");
            return Err(StoreError::Request("open the target".to_owned(), reason));
        }
    }
    Ok(())
}

/// A store of whose requests each may take so long, its body included.
fn store(scheme: &str, url: &str, timeout: Duration) -> object_store::Result<Arc<dyn ObjectStore>> {
    let (retries, limit) = (retries(timeout), format!("{}s", timeout.as_secs()));
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

/// On 429, 5xx and broken connections a request is sent again: up to ten times within two minutes, or for as long as one
/// request may take, with waits of up to ten seconds that grow and are random.
fn retries(timeout: Duration) -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(10),
            base: 2.0,
        },
        max_retries: 10,
        retry_timeout: timeout.max(Duration::from_secs(120)),
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
