//! 照片: immutable evidence. The record identifies the bytes, which travel separately.

use super::{Audience, Creator, FieldRule, Kind, Problem, ProblemCode, Record, problem::Checks};
use crate::{HandoutId, Moment, RecipientId, RowId, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    /// What a photo shows.
    PhotoOf {
        Visit = "visit",
        Assistance = "assistance",
        Receipt = "receipt",
        Need = "need",
        Handout = "handout",
        Signature = "signature",
    }
}

/// 8 MiB: a 1600-pixel JPEG has about 0.3 MiB; this app makes no larger photo.
pub const PHOTO_BYTES_MAX: u64 = 8 << 20;

/// A photo, without its bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Photo {
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
    pub mime: String,
    pub width: u32,
    pub height: u32,
    /// When it was taken.
    pub happened: Moment,
    pub of: PhotoOf,
    /// The record to which it belongs, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handout: Option<HandoutId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<RecipientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

impl Record for Photo {
    const KIND: Kind = Kind::Photo;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("sha256", FieldRule::Fixed),
        ("size", FieldRule::Fixed),
        ("mime", FieldRule::Fixed),
        ("width", FieldRule::Fixed),
        ("height", FieldRule::Fixed),
        ("happened", FieldRule::Fixed),
        ("of", FieldRule::Fixed),
        ("row", FieldRule::Fixed),
        ("handout", FieldRule::Fixed),
        ("recipient", FieldRule::Fixed),
        ("caption", FieldRule::Register),
    ];
    const CREATOR: Creator = Creator::Worker;
    const AUDIENCE: Audience = Audience::Recipient;
    fn problems(&self) -> Vec<Problem> {
        let hex = self.sha256.len() == 64 && self.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        Checks::default()
            .that(hex, "sha256", ProblemCode::WrongShape)
            .that(self.size > 0, "size", ProblemCode::NotPositive)
            .that(self.size <= PHOTO_BYTES_MAX, "size", ProblemCode::TooLarge)
            .longest("caption", self.caption.as_deref().unwrap_or_default(), 200)
            .done()
    }
}
