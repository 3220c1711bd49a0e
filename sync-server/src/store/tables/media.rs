//! Photos, their bytes and uploads; and what was handed out.

use crate::store::table::table;
use shared::{DeviceId, HandoutId, RecipientId, RowId, UploadId};

table! {
    /// Money and goods handed out, to notice when two devices record the same handout.
    Aid = "aid" key(row: RowId) {
        row: RowId,
        recipient: RecipientId,
        day: i32,
        kind: String,
        fen: i64,
        device: DeviceId,
        handout: Option<HandoutId>,
    }
}

table! {
    /// Photos that were recorded, to know which bytes are missing.
    PhotoRef = "photo_ref" key(row: RowId) {
        row: RowId,
        sha256: String,
        mime: String,
        area: String,
        missing: bool,
    }
}

table! {
    /// Photo bytes that are stored and verified.
    Media = "media" key(sha256: String) {
        sha256: String,
        size: u64,
        mime: String,
        verified: i64,
    }
}

table! {
    /// Uploads that were begun, and those finished lately. `touched` is the day (since 1970, in Shanghai) of the last
    /// byte.
    Upload = "upload" key(id: UploadId) {
        id: UploadId,
        device: DeviceId,
        sha256: String,
        size: u64,
        mime: String,
        offset: u64,
        begun: i64,
        touched: i32,
    }
}
