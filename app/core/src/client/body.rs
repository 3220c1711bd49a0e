//! Bodies: JSON, compressed with zstd in both directions.

use serde::{Serialize, de::DeserializeOwned};
use shared::wire::SyncError;
use std::io::Read;

/// 3: zstd's default; higher levels win a few percent on pushes of this size and cost a slow phone ten times the work.
const LEVEL: i32 = 3;

/// 8 MiB: sixteen times the largest page a server may send, so that one of a later version still fits.
pub const REPLY_BYTES_MAX: usize = 8 << 20;

/// JSON of `value`, compressed.
///
/// # Errors
/// [`SyncError::BadReply`] when `value` cannot be serialised or compressed, which no request of this build causes.
pub fn compress_json<T: Serialize>(value: &T) -> Result<Vec<u8>, SyncError> {
    let json = serde_json::to_vec(value).map_err(|e| SyncError::BadReply(format!("request: {e}")))?;
    compress(&json).map_err(|e| SyncError::BadReply(format!("zstd: {e}")))
}

/// # Errors
/// Those of zstd, such as a lack of memory.
pub fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::encode_all(bytes, LEVEL)
}

/// Decompresses at most [`REPLY_BYTES_MAX`]: more is no reply of this protocol but an attempt to fill a phone's memory.
///
/// # Errors
/// [`SyncError::BadReply`] for bytes that are no whole zstd frame, or that decompress to more.
pub fn decompress(bytes: &[u8]) -> Result<Vec<u8>, SyncError> {
    let bad = |e: std::io::Error| SyncError::BadReply(format!("zstd: {e}"));
    let mut out = Vec::new();
    zstd::stream::read::Decoder::new(bytes)
        .map_err(bad)?
        .take(REPLY_BYTES_MAX as u64 + 1)
        .read_to_end(&mut out)
        .map_err(bad)?;
    if out.len() > REPLY_BYTES_MAX {
        return Err(SyncError::BadReply("the reply decompresses to more than 8 MiB".to_owned()));
    }
    Ok(out)
}

/// Parses JSON.
///
/// # Errors
/// [`SyncError::BadReply`] for JSON that does not fit `T`.
pub fn parse_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, SyncError> {
    // Names the kind and position of the fault, never a value: values are personal data.
    serde_json::from_slice(json)
        .map_err(|e| SyncError::BadReply(format!("{:?} at {}:{}", e.classify(), e.line(), e.column())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_survives_compression() {
        let compressed = compress_json(&vec!["走访"; 1000]).unwrap();
        assert!(compressed.len() < 100);
        assert_eq!(parse_json::<Vec<String>>(&decompress(&compressed).unwrap()).unwrap().len(), 1000);
    }

    #[test]
    fn a_small_reply_that_decompresses_without_end_is_refused() {
        let bomb = zstd::encode_all(std::io::repeat(b' ').take(REPLY_BYTES_MAX as u64 + 1), 3).unwrap();
        assert!(bomb.len() < 10_000);
        assert!(matches!(decompress(&bomb), Err(SyncError::BadReply(_))));
        let largest = zstd::encode_all(std::io::repeat(b' ').take(REPLY_BYTES_MAX as u64), 3).unwrap();
        assert_eq!(decompress(&largest).unwrap().len(), REPLY_BYTES_MAX);
    }

    #[test]
    fn a_truncated_reply_is_an_error_without_personal_data() {
        let compressed = compress_json(&"身份证号 620802199001011234").unwrap();
        assert!(decompress(&compressed[..compressed.len() - 3]).is_err());
        let error = parse_json::<Vec<u32>>("[\"620802199001011234\"]".as_bytes()).unwrap_err();
        assert!(!error.to_string().contains("6208"));
    }
}
