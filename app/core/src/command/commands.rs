//! The commands. Each is answered with a [`Reply`](crate::Reply), named after the arrow; those under "With the network"
//! are begun by the core and carried on by a driver, all others are carried out at once.

use super::{
    base64_bytes,
    forms::{NewAssistance, NewNeed, NewVisit, Prefs, RecipientQuery, RevealField},
};
use serde::{Deserialize, Serialize};
use shared::{
    Fields, Month, NeedId, PhotoId, RecipientId, ReviewId, RowId, UnitId,
    ids::OpNo,
    records::{FeedbackKind, PhotoOf},
    wire::ReportRequest,
};

/// One request of a screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    // Access. Allowed in every phase.
    /// → `Status`
    Status,
    /// First run: creates the encrypted store and its key. → `Status`
    CreateVault { pin: String },
    /// → `Status`, or `Refused(WrongPin)` / `Refused(PinDelay)`
    Unlock { pin: String },
    /// → `Status`
    Lock,
    /// → `Done`
    ChangePin { old: String, new: String },
    /// Language, text size, contrast, photos over mobile data; readable before unlocking. → `Status`
    SetPrefs(Prefs),
    /// Whether the connection is metered, which makes photos wait. `None` where the platform does not tell, which holds
    /// nothing back. → `Done`
    SetConnection { metered: Option<bool> },

    // With the network.
    /// → `Status` once enrolled. A link in `code` overrides `server`.
    Enrol { server: String, code: String },
    /// Push, pull, then photos, until nothing is left or the connection breaks. → `Sync`
    SyncNow,
    /// As `SyncNow`, and sends photos too although the connection is metered, this once. → `Sync`
    SendPhotosNow,
    /// Figures from the server, else the last ones stored. → `Report`
    Report(ReportRequest),

    // Recording. Each is one transaction; `Saved` means durable.
    /// → `Saved`
    SaveVisit(NewVisit),
    /// One record and one receipt for each recipient. → `Saved`
    SaveAssistance(NewAssistance),
    /// → `Saved`
    OpenNeed(NewNeed),
    /// A step of a need: assigned to a unit, in progress, solved, cannot. → `Saved`
    AdvanceNeed { need: NeedId, to: String, unit: Option<UnitId>, note: Option<String> },
    /// A supervisor reopens a finished need. → `Saved`
    ReopenNeed { need: NeedId, reason: String },
    /// A supervisor resolves a review: accepts the proposed change, or keeps the value in force. → `Saved`
    Resolve { review: ReviewId, accept: bool, reason: String },
    /// Fields of a recipient that a worker may set (phone, address, note …). → `Saved`
    EditRecipient { recipient: RecipientId, fields: Fields },
    /// → `Saved`
    EditTags { recipient: RecipientId, add: Vec<String>, remove: Vec<String> },
    /// A correction of a saved record. → `Saved`
    Amend { row: RowId, reason: String, fields: Fields },
    /// Withdraws a saved record. Within seconds of saving, it is undone without a trace instead. → `Saved`
    Void { row: RowId, reason: String },
    /// Takes back the last save that changed a record, within seconds and without a trace.
    /// → `Saved`, or `Refused(NotNow)` when it is too late
    Undo { row: RowId },
    /// → `Saved`
    SendFeedback { kind: FeedbackKind, text: String },

    // Photos before they belong to a record.
    /// Checks a photo, encodes it at most once (see `media`) and stores it encrypted under `draft`. → `PhotoAdded`
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
    /// Releases originals that the server verified long enough ago; thumbnails stay. → `Sync`
    ReleasePhotos,

    // Drafts: saved as typed, restored after a kill. `key` is the screen and its subject, `visit:<recipient>`.
    /// → `Done`
    SaveDraft { key: String, json: String },
    /// → `Draft`
    LoadDraft { key: String },
    /// Removes a draft and its photos. → `Done`
    DropDraft { key: String },

    // Queries.
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
    /// Reviews to decide, and reviews about this worker's own changes. → `Reviews`
    Reviews,
    /// One review with both values. → `Review`
    Review { review: ReviewId },

    // Unsent work as a file.
    /// Everything unsent, sealed for the server; marks nothing as sent. → `Bundle`
    ExportBundle,
    /// The bundle that was sealed when access ended; needs no PIN. → `Bundle`
    SealedBundle,
    /// Stores a colleague's bundle, to be handed to the server at the next sync. → `Done`
    RelayBundle {
        #[serde(with = "base64_bytes")]
        bytes: Vec<u8>,
    },
    /// Removes a colleague's bundle. → `Done`
    DropRelayedBundle { id: i64 },

    // Operations that need attention.
    /// Sends a rejected operation again as a new one, after its cause was removed. → `Saved`
    Resend { op_no: OpNo },
    /// Puts an outcome aside: the operation stays in the outbox and no longer needs attention. → `Done`
    Acknowledge { op_no: OpNo },
}
