//! Answers to commands. A refusal is an answer, not a failure of the program: it says what and what to do next.

use crate::views::*;
use serde::{Deserialize, Serialize};
use shared::{
    PhotoId, RowId,
    records::{Problem, RuleSet},
    wire::{ErrorCode, Report},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Done,
    Status(StatusView),
    /// Durable on the device. The rows made or changed, the subject first.
    Saved {
        rows: Vec<RowId>,
    },
    PhotoAdded(PhotoView),
    /// JPEG bytes, base64 (for a data URL).
    Photo {
        mime: String,
        base64: String,
        /// The original was let go of: only its thumbnail is here, the office has the whole.
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
    /// `fresh` is false for figures kept from an earlier time.
    Report {
        report: Box<Report>,
        fresh: bool,
    },
    Areas(Vec<AreaView>),
    Bundle(Box<BundleView>),
    Reviews(Box<ReviewsView>),
    Review(Box<ReviewItem>),
    Refused(Refusal),
    /// Only from the driver: a photo was stored before the record that it belongs to was saved.
    Gone {
        photo: Option<PhotoId>,
    },
}

/// Why a command was not carried out. Locale key `refusal-<word>`; nothing was changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// Unlock first.
    #[error("the store is locked")]
    Locked,
    #[error("not enrolled yet")]
    NotEnrolled,
    /// `left`: tries before a delay begins.
    #[error("wrong PIN")]
    WrongPin { left: u32 },
    /// Too many wrong PINs: wait this long. Nothing is ever deleted.
    #[error("wait {seconds} s")]
    PinDelay { seconds: u64 },
    /// 4 to 12 digits, not all the same and not a plain sequence.
    #[error("the PIN is too simple")]
    PinTooSimple,
    /// What is wrong with the fields, in the order of the form.
    #[error("fields do not hold")]
    Invalid(Vec<Problem>),
    #[error("there is no such record on this device")]
    NotFound,
    /// The device's storage is full: free some space; everything saved before is safe.
    #[error("the storage is full")]
    StorageFull,
    /// Over 40 MB as picked.
    #[error("the photo is too large")]
    PhotoTooLarge,
    /// Not JPEG, PNG or WebP, or cut short.
    #[error("the photo cannot be read")]
    NotAPhoto,
    /// The server could not be reached; nothing is lost.
    #[error("offline")]
    Offline,
    /// The server said no.
    #[error("the server refused: {0}")]
    Server(ErrorCode),
    /// Access was withdrawn; unsent work is kept, sealed on this device.
    #[error("revoked")]
    Revoked,
    /// Too many days without contact: reach the server once, then everything is open again.
    #[error("too long without contact")]
    InactivityLocked,
    /// The server has not yet said what a bundle is sealed to: sync once with a server that does.
    #[error("no key to seal to")]
    NoSealKey,
    /// Everything was sent.
    #[error("nothing is unsent")]
    NothingUnsent,
    /// Another file, or a bundle that was cut short or is of a newer app.
    #[error("not a bundle")]
    NotABundle,
    /// The store could not be read or written. `detail` is technical and holds no personal data.
    #[error("store: {detail}")]
    Store { detail: String },
    /// A command that does not fit the phase.
    #[error("not now")]
    NotNow,
}

impl Refusal {
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
