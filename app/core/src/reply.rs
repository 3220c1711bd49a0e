//! Answers to commands. A refusal is an answer, not a failure of the program: it says why, and what to do next.

use crate::views::{
    BundleView, CardView, MonthView, PhotoView, RecipientsView, RecordView, ReviewItem, ReviewsView, StatusView,
    SyncView, TodayView, UnitView,
};
use serde::{Deserialize, Serialize};
use shared::{
    RowId,
    records::{Problem, RuleSet},
    wire::{ErrorCode, Report},
};

/// The answer to a [`Command`](crate::Command).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Done,
    Status(StatusView),
    /// Durable on the device. The rows created or changed, the subject first.
    Saved {
        rows: Vec<RowId>,
    },
    PhotoAdded(PhotoView),
    /// JPEG bytes, base64 (for a data URL).
    Photo {
        mime: String,
        base64: String,
        /// The original was released: these are the bytes of its thumbnail, and the server has the original.
        #[serde(default)]
        released: bool,
    },
    Draft {
        json: Option<String>,
        photos: Vec<PhotoView>,
    },
    Today(Box<TodayView>),
    Recipients(RecipientsView),
    Card(Box<CardView>),
    Revealed {
        text: Option<String>,
    },
    Record(Box<RecordView>),
    Rules(Box<RuleSet>),
    Units(Vec<UnitView>),
    Sync(Box<SyncView>),
    Month(Box<MonthView>),
    /// `fresh` is false for figures stored earlier.
    Report {
        report: Box<Report>,
        fresh: bool,
    },
    Bundle(Box<BundleView>),
    Reviews(Box<ReviewsView>),
    Review(Box<ReviewItem>),
    Refused(Refusal),
}

/// Why a command was not carried out; nothing was changed. Locale key `refusal-<word>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// Unlock first.
    #[error("the store is locked")]
    Locked,
    #[error("not enrolled yet")]
    NotEnrolled,
    /// `left`: tries until a delay begins.
    #[error("wrong PIN")]
    WrongPin { left: u32 },
    /// Too many wrong PINs: wait this long. Nothing is ever deleted.
    #[error("wait {seconds} s")]
    PinDelay { seconds: u64 },
    /// 4 to 12 digits, not all the same and not a plain sequence.
    #[error("the PIN is too simple")]
    PinTooSimple,
    /// The problems of the fields, in the order of the form.
    #[error("fields are invalid")]
    Invalid(Vec<Problem>),
    #[error("there is no such record on this device")]
    NotFound,
    /// The device's storage is full: free some space. Everything saved before is safe.
    #[error("the storage is full")]
    StorageFull,
    /// Over 40 MB as picked.
    #[error("the photo is too large")]
    PhotoTooLarge,
    /// Not a JPEG, PNG or WebP file, or a truncated one.
    #[error("the photo cannot be read")]
    NotAPhoto,
    /// The server could not be reached; nothing is lost.
    #[error("offline")]
    Offline,
    /// The server refused.
    #[error("the server refused: {0}")]
    Server(ErrorCode),
    /// Access was withdrawn. Unsent work is kept, sealed on this device.
    #[error("revoked")]
    Revoked,
    /// Too many days without contact: one sync unlocks everything.
    #[error("too long without contact")]
    InactivityLocked,
    /// The server's key for bundles is not known yet: sync once with a server that has one.
    #[error("no key to seal to")]
    NoSealKey,
    /// There is nothing to put into a bundle.
    #[error("nothing is unsent")]
    NothingUnsent,
    /// Another file, a truncated bundle, or one of a newer app.
    #[error("not a bundle")]
    NotABundle,
    /// The store could not be read or written. `detail` is technical and holds no personal data.
    #[error("store: {detail}")]
    Store { detail: String },
    /// The command does not fit the phase, or the state of the record.
    #[error("not now")]
    NotNow,
}

impl Refusal {
    /// The last part of the locale key.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::NotEnrolled => "not-enrolled",
            Self::WrongPin { .. } => "wrong-pin",
            Self::PinDelay { .. } => "pin-delay",
            Self::PinTooSimple => "pin-too-simple",
            Self::Invalid(_) => "invalid",
            Self::NotFound => "not-found",
            Self::StorageFull => "storage-full",
            Self::PhotoTooLarge => "photo-too-large",
            Self::NotAPhoto => "not-a-photo",
            Self::Offline => "offline",
            Self::Server(_) => "server",
            Self::Revoked => "revoked",
            Self::InactivityLocked => "inactivity-locked",
            Self::NoSealKey => "no-seal-key",
            Self::NothingUnsent => "nothing-unsent",
            Self::NotABundle => "not-a-bundle",
            Self::Store { .. } => "store",
            Self::NotNow => "not-now",
        }
    }
}
