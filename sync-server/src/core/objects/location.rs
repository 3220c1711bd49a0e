//! The location of photos as `serve --objects` names it: a folder, or `s3://bucket/prefix`. Endpoint, region and keys
//! of S3 come from the environment (`AWS_…`), because every user of the machine can read a command line.

use super::{http::Connector, stored::StoredObjects};
use object_store::{
    BackoffConfig, ClientConfigKey, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    path::Path,
    prefix::PrefixStore,
};
use reqwest::{Certificate, Url};
use std::{io, path::PathBuf, str::FromStr, time::Duration};

/// 2 retries: the phone waits meanwhile and retries by itself.
const RETRIES: usize = 2;
/// 20 s for all tries of one call: the phone gets the error before it gives up.
const RETRY_WITHIN: Duration = Duration::from_secs(20);

/// Where photos are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectsLocation {
    Folder(PathBuf),
    S3 { bucket: String, prefix: String },
}

/// Why a location cannot be used. The storage itself was not called yet.
#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    #[error("'{0}' is neither a folder nor s3://bucket/prefix")]
    Malformed(String),
    #[error("the folder {0}: {1}")]
    Folder(PathBuf, io::Error),
    /// Keys and photos would be sent unencrypted.
    #[error("the endpoint {0} is in the clear")]
    InTheClear(String),
    #[error("the certificates in {0}: {1}")]
    Authorities(PathBuf, String),
    #[error("{0}")]
    Settings(String),
}

impl FromStr for ObjectsLocation {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let wrong = || LocationError::Malformed(text.to_owned());
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.is_empty() { Err(wrong()) } else { Ok(Self::Folder(text.into())) };
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if scheme != "s3" || bucket.is_empty() || !bucket.bytes().all(plain) || Path::parse(prefix).is_err() {
            return Err(wrong());
        }
        Ok(Self::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
    }
}

impl ObjectsLocation {
    /// Prepares a folder, or reads the environment. Storage behind a network is not called yet.
    ///
    /// # Errors
    ///
    /// The folder cannot be created, or the settings of S3 are incomplete or insecure.
    pub fn open(&self) -> Result<StoredObjects, LocationError> {
        let authorities = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()).map(PathBuf::from);
        self.open_with(AmazonS3Builder::from_env(), authorities)
    }

    /// As [`ObjectsLocation::open`], with the given settings for S3.
    ///
    /// # Errors
    ///
    /// As [`ObjectsLocation::open`].
    pub fn open_with(
        &self,
        settings: AmazonS3Builder,
        bundle: Option<PathBuf>,
    ) -> Result<StoredObjects, LocationError> {
        let (bucket, prefix) = match self {
            Self::Folder(folder) => {
                return StoredObjects::folder(folder).map_err(|e| LocationError::Folder(folder.clone(), e));
            }
            Self::S3 { bucket, prefix } => (bucket, prefix),
        };
        let value = |key| settings.get_config_value(&key);
        let endpoint = value(AmazonS3ConfigKey::S3Endpoint).or_else(|| value(AmazonS3ConfigKey::Endpoint));
        let allowed = value(AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp))
            .is_some_and(|v| v.eq_ignore_ascii_case("true"));
        let loopback = endpoint.as_deref().is_some_and(is_loopback);
        if let Some(endpoint) = &endpoint
            && !endpoint.starts_with("https://")
            && !allowed
            && !loopback
        {
            return Err(LocationError::InTheClear(endpoint.clone()));
        }
        let backoff = BackoffConfig { max_backoff: Duration::from_secs(4), ..BackoffConfig::default() };
        let store = settings
            .with_bucket_name(bucket)
            .with_allow_http(allowed || loopback)
            .with_retry(RetryConfig { backoff, max_retries: RETRIES, retry_timeout: RETRY_WITHIN })
            .with_http_connector(Connector { authorities: authorities(bundle)?, loopback })
            .build()
            .map_err(|e| LocationError::Settings(e.to_string()))?;
        Ok(match prefix.as_str() {
            "" => StoredObjects::over(store),
            prefix => StoredObjects::over(PrefixStore::new(store, prefix)),
        })
    }
}

fn authorities(bundle: Option<PathBuf>) -> Result<Vec<Certificate>, LocationError> {
    let Some(path) = bundle else { return Ok(Vec::new()) };
    let failed = |why: String| LocationError::Authorities(path.clone(), why);
    let pem = std::fs::read(&path).map_err(|e| failed(e.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|e| failed(e.to_string()))?;
    if found.is_empty() { Err(failed("no certificate in it".to_owned())) } else { Ok(found) }
}

fn is_loopback(endpoint: &str) -> bool {
    let Ok(url) = Url::parse(endpoint) else { return false };
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_folder_or_a_bucket_with_or_without_a_prefix() {
        let s3 = |bucket: &str, prefix: &str| ObjectsLocation::S3 { bucket: bucket.into(), prefix: prefix.into() };
        for (text, location) in [
            ("photos", ObjectsLocation::Folder("photos".into())),
            ("/srv/lianxin/photos", ObjectsLocation::Folder("/srv/lianxin/photos".into())),
            ("s3://photos", s3("photos", "")),
            ("s3://photos/", s3("photos", "")),
            ("s3://county.photos/6208/a", s3("county.photos", "6208/a")),
        ] {
            assert_eq!(text.parse::<ObjectsLocation>().unwrap(), location, "{text}");
        }
        for text in ["", "s3://", "s3:///a", "http://x/y", "s3://a b", "s3://a/../b"] {
            assert!(matches!(text.parse::<ObjectsLocation>(), Err(LocationError::Malformed(_))), "{text}");
        }
    }

    #[test]
    fn an_unencrypted_endpoint_is_refused_except_on_this_machine_or_when_allowed() {
        let open = |endpoint: &str, allow: &str| {
            let settings = AmazonS3Builder::new()
                .with_access_key_id("k")
                .with_secret_access_key("s")
                .with_endpoint(endpoint)
                .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp), allow);
            "s3://photos/x".parse::<ObjectsLocation>().unwrap().open_with(settings, None)
        };
        for endpoint in ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000", "https://s3.example"] {
            assert!(open(endpoint, "false").is_ok(), "{endpoint}");
        }
        for endpoint in ["http://s3.example", "http://10.0.0.5:9000", "http://localhost.example:9000", "s3.example"] {
            assert!(matches!(open(endpoint, "false"), Err(LocationError::InTheClear(_))), "{endpoint}");
        }
        assert!(open("http://10.0.0.5:9000", "true").is_ok());
    }

    #[test]
    fn a_bundle_without_a_certificate_is_refused() {
        let temp = crate::testing::TempDir::new();
        let file = temp.path().join("authorities.pem");
        std::fs::write(&file, "no certificate").unwrap();
        let settings = || AmazonS3Builder::new().with_access_key_id("k").with_secret_access_key("s");
        let location: ObjectsLocation = "s3://photos".parse().unwrap();
        for bundle in [file, temp.path().join("missing.pem")] {
            assert!(matches!(location.open_with(settings(), Some(bundle)), Err(LocationError::Authorities(..))));
        }
    }
}
