//! Bodies: JSON, packed with zstd both ways.

use serde::{Serialize, de::DeserializeOwned};
use shared::wire::SyncError;
use std::io::Read;

/// 3: zstd's default; higher levels win a few percent on pushes of this size and cost a slow phone ten times the work.
const LEVEL: i32 = 3;

/// 8 MiB: sixteen times the largest page a server may send, so that one of a later version still fits.
pub const REPLY_BYTES_MAX: usize = 8 << 20;

pub fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, SyncError> {
    let json = serde_json::to_vec(value).map_err(|e| SyncError::BadReply(format!("request: {e}")))?;
    pack_bytes(&json).map_err(|e| SyncError::BadReply(format!("zstd: {e}")))
}

pub fn pack_bytes(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::encode_all(bytes, LEVEL)
}

/// Unpacks up to [`REPLY_BYTES_MAX`]; more is not a reply of this protocol but an attempt to fill a phone's memory.
pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, SyncError> {
    let bad = |e: std::io::Error| SyncError::BadReply(format!("zstd: {e}"));
    let mut out = Vec::new();
    zstd::stream::read::Decoder::new(bytes)
        .map_err(bad)?
        .take(REPLY_BYTES_MAX as u64 + 1)
        .read_to_end(&mut out)
        .map_err(bad)?;
    if out.len() > REPLY_BYTES_MAX {
        return Err(SyncError::BadReply("the reply unfolds to more than 8 MiB".to_owned()));
    }
    Ok(out)
}

pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, SyncError> {
    // The error names line and kind of the fault, never a value.
    serde_json::from_slice(json)
        .map_err(|e| SyncError::BadReply(format!("{:?} at {}:{}", e.classify(), e.line(), e.column())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_survives_the_way_out_and_in() {
        let packed = pack(&vec!["走访"; 1000]).unwrap();
        assert!(packed.len() < 100);
        assert_eq!(read::<Vec<String>>(&unpack(&packed).unwrap()).unwrap().len(), 1000);
    }

    #[test]
    fn a_small_reply_that_unfolds_without_end_is_refused() {
        let bomb = zstd::encode_all(std::io::repeat(b' ').take(REPLY_BYTES_MAX as u64 + 1), 3).unwrap();
        assert!(bomb.len() < 10_000);
        assert!(matches!(unpack(&bomb), Err(SyncError::BadReply(_))));
        let largest = zstd::encode_all(std::io::repeat(b' ').take(REPLY_BYTES_MAX as u64), 3).unwrap();
        assert_eq!(unpack(&largest).unwrap().len(), REPLY_BYTES_MAX);
    }

    #[test]
    fn a_reply_cut_short_is_an_error_that_holds_no_value() {
        let packed = pack(&"身份证号 620802199001011234").unwrap();
        assert!(unpack(&packed[..packed.len() - 3]).is_err());
        let error = read::<Vec<u32>>("[\"620802199001011234\"]".as_bytes()).unwrap_err();
        assert!(!error.to_string().contains("6208"));
    }
}
