//! Everything a screen can ask of the core. Each answers with a [`crate::Reply`]; none touches the network except the
//! four under "With the network", which the driver carries on for.

use serde::{Deserialize, Serialize};
use shared::{
    AreaCode, Day, Fen, Fields, Month, NeedId, PhotoId, RecipientId, ReviewId, RowId, UnitId,
    ids::OpNo,
    records::{
        AssistanceKind, Category, FeedbackKind, Finding, GoodsLine, NeedKind, PhotoOf, Presence, ReceiptMode, Service,
        VisitMode,
    },
    wire::ReportRequest,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    // The gate. Allowed in every phase.
    /// → `Status`
    Status,
    /// First run: makes the encrypted store and its key. → `Status`
    CreateVault { pin: String },
    /// → `Status`, or `Refused(WrongPin)` / `Refused(PinDelay)`
    Unlock { pin: String },
    /// → `Status`
    Lock,
    /// → `Done`
    ChangePin { old: String, new: String },
    /// Language, text size, contrast, photos over mobile data; readable before unlocking. → `Status`
    SetPrefs(Prefs),
    /// What the platform says of the connection: photos wait while it is metered. `None` where it does not say, which
    /// holds nothing back. → `Done`
    SetConnection { metered: Option<bool> },

    // With the network.
    /// → `Status` once enrolled. A link in `code` overrides `server`.
    Enrol { server: String, code: String },
    /// Push, pull, then photos, until nothing is left or the connection breaks. → `Sync`
    SyncNow,
    /// As `SyncNow`, and photos go too although the connection is metered, this once. → `Sync`
    SendPhotosNow,
    /// The freshest figures that can be had: from the server, else the last ones kept. → `Report`
    Report(ReportRequest),

    // Recording. Each is one transaction; `Saved` means durable.
    /// → `Saved`
    SaveVisit(NewVisit),
    /// One record and one receipt for each recipient. → `Saved`
    SaveAssistance(NewAssistance),
    /// → `Saved`
    OpenNeed(NewNeed),
    /// A step of a need: to a unit, in hand, solved, cannot. → `Saved`
    AdvanceNeed { need: NeedId, to: String, unit: Option<UnitId>, note: Option<String> },
    /// A supervisor opens a finished need again. → `Saved`
    ReopenNeed { need: NeedId, reason: String },
    /// A supervisor decides what no rule may: the proposed change holds, or what stands stays. → `Saved`
    Resolve { review: ReviewId, accept: bool, reason: String },
    /// Fields of a recipient that a worker may set (phone, address, note …). → `Saved`
    EditRecipient { recipient: RecipientId, fields: Fields },
    /// → `Saved`
    EditTags { recipient: RecipientId, add: Vec<String>, remove: Vec<String> },
    /// A correction of a saved record. → `Saved`
    Amend { row: RowId, reason: String, fields: Fields },
    /// A saved record is withdrawn. Within seconds of saving and not sent yet, it is as if it had never been. → `Saved`
    Void { row: RowId, reason: String },
    /// The last save that touched a record, whatever it did, is taken back within seconds and without a trace.
    /// → `Saved`, or `Refused(NotNow)` when it is too late
    Undo { row: RowId },
    /// → `Saved`
    SendFeedback { kind: FeedbackKind, text: String },

    // Photos before they belong to a record.
    /// Checked, turned upright, downsized, stripped of EXIF, encrypted, kept under `draft`. → `PhotoAdded`
    AddPhoto {
        draft: String,
        of: PhotoOf,
        caption: Option<String>,
        #[serde(with = "base64_bytes")]
        bytes: Vec<u8>,
    },
    /// → `Done`
    RemovePhoto { photo: PhotoId },
    /// → `Photo`; `thumb` for lists (240 px).
    Photo { photo: PhotoId, thumb: bool },
    /// Lets go of the originals that the office has had for long enough; thumbnails stay. → `Sync`
    ReleasePhotos,

    // Drafts: saved as typed, restored after a kill. `key` names the screen and its subject, `visit:<recipient>`.
    /// → `Done`
    SaveDraft { key: String, json: String },
    /// → `Draft`
    LoadDraft { key: String },
    /// → `Done`; photos kept under the draft go with it.
    DropDraft { key: String },

    // Questions.
    /// → `Today`
    Today,
    /// → `Recipients`
    Recipients(RecipientQuery),
    /// → `Card`
    Card { recipient: RecipientId },
    /// A full number, shown on demand and logged. → `Revealed`
    Reveal { recipient: RecipientId, field: RevealField },
    /// One record with everything, for its detail page. → `Record`
    Record { row: RowId },
    /// The rule set in force for this worker. → `Rules`
    Rules,
    /// Units to assign a need to. → `Units`
    Units,
    /// → `Sync`
    SyncState,
    /// → `Month`
    MyMonth { month: Month },
    /// The areas a supervisor may report on, with names. → `Areas`
    Areas { under: Option<AreaCode> },
    /// What waits for a supervisor's decision, to decide and about one's own work. → `Reviews`
    Reviews,
    /// One of them with both values. → `Review`
    Review { review: ReviewId },

    // Unsent work as a file.
    /// Everything unsent, sealed for the server; marks nothing as sent. → `Bundle`
    ExportBundle,
    /// What was sealed when access ended; needs no PIN. → `Bundle`
    SealedBundle,
    /// A colleague's bundle, to be handed to the server at the next sync. → `Done`
    RelayBundle {
        #[serde(with = "base64_bytes")]
        bytes: Vec<u8>,
    },
    /// Lets go of a colleague's bundle. → `Done`
    DropRelayedBundle { id: i64 },

    // What is stuck.
    /// Sends a rejected operation again as a new one, after the cause was mended. → `Saved`
    Resend { op_no: OpNo },
    /// Puts a rejected or reviewed item aside: it stays in the log and no longer asks for attention. → `Done`
    Acknowledge { op_no: OpNo },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewVisit {
    /// Several of one household at once.
    pub recipients: Vec<RecipientId>,
    pub mode: VisitMode,
    pub presence: Presence,
    /// Absent for now. Never in the future.
    pub happened: Option<shared::Moment>,
    pub findings: Vec<Finding>,
    pub services: Vec<Service>,
    pub note: Option<String>,
    pub follow_up: Option<String>,
    /// A need raised by this visit, for the first recipient.
    pub need: Option<NeedText>,
    /// Draft whose photos go with it; the draft is dropped in the same transaction.
    pub draft: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeedText {
    pub kind: NeedKind,
    pub text: String,
    pub unit: Option<UnitId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewNeed {
    pub recipient: RecipientId,
    pub need: NeedText,
    pub draft: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewAssistance {
    pub kind: AssistanceKind,
    pub happened: Option<shared::Moment>,
    pub policy: Option<String>,
    pub note: Option<String>,
    pub donor: Option<String>,
    /// 解决困难: the need it closes; without one, a need is opened and solved at once from `note`.
    pub need: Option<NeedId>,
    pub shares: Vec<Share>,
    pub draft: Option<String>,
}

/// What one recipient gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub recipient: RecipientId,
    pub amount: Option<Fen>,
    pub lines: Vec<GoodsLine>,
    pub receipt: Option<NewReceipt>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewReceipt {
    pub mode: ReceiptMode,
    pub happened: Option<shared::Moment>,
    /// Drawn signature or photographed paper, added before under the draft.
    pub photo: Option<PhotoId>,
    pub name: Option<String>,
    pub relation: Option<String>,
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecipientQuery {
    /// Part of a name, or pinyin initials: `gj` finds 谷军.
    pub search: String,
    pub category: Option<Category>,
    pub tag: Option<String>,
    /// Only who is due or overdue.
    pub due: bool,
    pub village: Option<AreaCode>,
    pub offset: u32,
    /// 0 means 50.
    pub limit: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RevealField {
    IdNumber,
    Phone,
    GuardianPhone,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prefs {
    /// `zh-CN` (when absent) or `en`.
    #[serde(default)]
    pub lang: Option<String>,
    #[serde(default)]
    pub large_text: bool,
    #[serde(default)]
    pub high_contrast: bool,
    #[serde(default)]
    pub dark: bool,
    /// Photos are sent over metered connections as well.
    #[serde(default)]
    pub photos_on_metered: bool,
}

/// A day for "when did it happen" shortcuts is turned into a moment by the screen; here only for tests and demos.
pub fn noon(day: Day) -> shared::Moment {
    shared::Moment::shanghai(day.start_utc_ms() + 12 * 3_600_000)
}

/// Bytes as base64, so that a command can cross a message channel as JSON.
pub(crate) mod base64_bytes {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer};
    pub fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(bytes))
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}
