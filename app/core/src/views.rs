//! What screens show: plain data, joined and masked, never a table row. Words are keys of the locale files.

use crate::command::Prefs;
use serde::{Deserialize, Serialize};
use shared::{
    AreaCode, Day, Fields, Moment, Month, NeedId, PhotoId, RecipientId, ReviewId, RowId, UnitId, WorkerId,
    due::Due,
    ids::{DeviceId, OpNo},
    indicators::Figures,
    op::{Outcome, Rejection},
    records::{
        Category, Former, Kind, NeedKind, NeedStatus, PairingRole, ReviewReason, RiskTier, Role, recipient::SelfCare,
    },
    wire::{BundleVerdict, ErrorCode},
};
use std::collections::BTreeMap;

/// The phase of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// First run: no store yet.
    New,
    /// There is a store, and it is locked.
    Locked,
    /// Unlocked, without a server.
    Unenrolled,
    Ready,
    /// Access was withdrawn by the office. Unsent work is kept.
    Revoked,
    /// Too many days without contact: nothing can be read or recorded until one sync succeeds. Unsent work is kept.
    InactivityLocked,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusView {
    pub phase: Phase,
    pub prefs: Prefs,
    /// Seconds until the next PIN may be tried; 0 for now.
    pub pin_delay_s: u64,
    /// Who is enrolled; absent while locked.
    pub me: Option<IdentityView>,
    /// Unsent work that was sealed when access ended; available without the PIN.
    pub sealed: Option<SealedView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedView {
    pub name: String,
    pub ops: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentityView {
    pub worker: WorkerId,
    pub name: String,
    pub role: Role,
    pub area: AreaCode,
    pub area_name: String,
    /// Areas a supervisor answers for.
    pub areas: Vec<AreaCode>,
    pub unit_name: Option<String>,
    pub server: String,
    /// The id by which the office knows this phone.
    pub device: DeviceId,
}

/// The state of a record, for its author.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RecordState {
    /// On the server, and counted there.
    Confirmed,
    /// On this phone; sent when there is signal.
    Waiting,
    /// On the server; a supervisor decides. `applied`: it counts in the meantime.
    InReview { applied: bool },
    /// On the server, with another value in some fields.
    Merged,
    /// Refused by the server; kept on this phone.
    Rejected,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TodayView {
    pub day: Day,
    /// Overdue first, then due today, then the next seven days.
    pub due: Vec<RecipientItem>,
    /// How many are overdue, due today, due within seven days.
    pub overdue: u32,
    pub due_today: u32,
    pub due_soon: u32,
    pub tasks: Vec<TaskItem>,
    pub notices: Vec<NoticeItem>,
    /// Open needs of this worker's recipients, latest first.
    pub needs: Vec<NeedItem>,
    /// Operations and photos not on the server yet.
    pub waiting: u32,
    /// Items that need a look on the sync screen.
    pub attention: u32,
    /// Drafts begun and not saved: key and recipient's name.
    pub drafts: Vec<DraftItem>,
    /// The rule set awaits the bureau's confirmation.
    pub rules_to_be_confirmed: bool,
    pub recipients: u32,
    /// Days until the phone locks for want of contact, once they are few.
    pub locks_in_days: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftItem {
    pub key: String,
    pub name: Option<String>,
    pub updated: Moment,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecipientItem {
    pub id: RecipientId,
    pub name: String,
    pub category: Category,
    pub tags: Vec<String>,
    pub area: AreaCode,
    /// Village or township.
    pub area_name: String,
    pub age: Option<i32>,
    pub minor: bool,
    pub due: Option<Due>,
    /// Days past due; negative before. Absent when nothing is due.
    pub days_over: Option<i32>,
    pub last_seen: Option<Day>,
    pub phone_masked: Option<String>,
    pub open_needs: u32,
    /// An operation about this recipient waits on this phone.
    pub waiting: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecipientsView {
    pub total: u32,
    pub items: Vec<RecipientItem>,
    /// Villages and categories that occur, with counts, for the filter.
    pub villages: Vec<(AreaCode, String, u32)>,
    pub categories: Vec<(Category, u32)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CardView {
    pub item: RecipientItem,
    pub code: String,
    pub sex: Option<shared::id_number::Sex>,
    pub birth: Option<Day>,
    pub address: Option<String>,
    pub id_masked: Option<String>,
    pub guardian: Option<(String, Option<String>, Option<String>)>,
    pub disability: Option<(Option<u8>, Option<u8>)>,
    pub self_care: Option<SelfCare>,
    pub risk: Option<RiskTier>,
    pub note: Option<String>,
    /// Other workers who care for the recipient: name, role.
    pub carers: Vec<(String, PairingRole)>,
    /// Newest first, at most 100.
    pub history: Vec<HistoryItem>,
    pub needs: Vec<NeedItem>,
    /// Former values, newest first.
    pub former: Vec<Former>,
    /// Names of the workers who set them, as far as this phone knows.
    pub former_by: BTreeMap<WorkerId, String>,
    pub household: Vec<(RecipientId, String)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryItem {
    pub row: RowId,
    pub kind: Kind,
    pub happened: Moment,
    /// Locale key of the headline: `mode-home`, `assistance-goods`, `need-heating`.
    pub title: String,
    /// Locale key of a qualifier: `presence-away`.
    pub qualifier: Option<String>,
    pub text: Option<String>,
    /// Fen, where money or goods went.
    pub value: Option<shared::Fen>,
    /// Absent when it is a colleague whose name this phone does not hold.
    pub by: Option<String>,
    pub mine: bool,
    pub problems: u32,
    pub photos: Vec<PhotoId>,
    pub state: RecordState,
    pub void: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeedItem {
    pub id: NeedId,
    pub recipient: RecipientId,
    pub recipient_name: String,
    pub kind: NeedKind,
    pub text: String,
    pub status: NeedStatus,
    pub unit_name: Option<String>,
    pub progress: Option<String>,
    pub happened: Moment,
    pub state: RecordState,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskItem {
    pub id: RowId,
    pub title: String,
    pub text: Option<String>,
    pub due: Day,
    /// How many of this worker's recipients are done, and of how many; 0 of 0 for a task that counts nothing.
    pub done: u32,
    pub of: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeItem {
    pub id: RowId,
    pub title: String,
    pub text: String,
    pub from: Day,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordView {
    pub item: HistoryItem,
    pub recipient_name: Option<String>,
    pub fields: Fields,
    pub former: Vec<Former>,
    /// Names of the workers who set the former values, as far as this phone knows.
    pub former_by: BTreeMap<WorkerId, String>,
    pub void_reason: Option<String>,
    pub outcome: Option<Outcome>,
    /// What a supervisor decided, where the outcome was a review.
    pub decided: Option<DecisionView>,
    /// Saved within the undo window: can be undone without a trace.
    pub undoable: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitView {
    pub id: UnitId,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AreaView {
    pub code: AreaCode,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoView {
    pub id: PhotoId,
    pub width: u32,
    pub height: u32,
    /// Bytes as kept.
    pub size: u64,
    pub caption: Option<String>,
    /// JPEG, base64, 240 px.
    pub thumb: String,
}

/// The state of the sync: what waits, what was counted, what needs attention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyncView {
    /// Own records of this month on the server, and still on this phone (I5).
    pub month_confirmed: u32,
    pub month_waiting: u32,
    /// Operations not acknowledged yet, oldest first, at most 200; and how many there are in all.
    pub waiting: Vec<OutboxItem>,
    pub waiting_total: u32,
    /// Outcomes that need attention: merged, in review, rejected.
    pub attention: Vec<OutboxItem>,
    pub recent: Vec<OutboxItem>,
    /// Bytes of the operations that wait, as JSON.
    pub waiting_bytes: u64,
    pub photos_waiting: u32,
    pub photos_bytes: u64,
    pub photos_failed: u32,
    /// Bytes of the last sync over the network, up and down.
    pub last_up: u64,
    pub last_down: u64,
    pub last_success: Option<Moment>,
    pub next_attempt: Option<Moment>,
    pub last_problem: Option<SyncProblem>,
    pub running: Option<Progress>,
    /// The device's clock is off by so many seconds from the server's, when that is over two minutes.
    pub clock_off_s: Option<i64>,
    /// Why photos are not sent now; absent when they are, or when none waits. How many and how large:
    /// [`SyncView::photos_waiting`] and [`SyncView::photos_bytes`].
    pub photos_held: Option<PhotosHeld>,
    pub photo_space: PhotoSpace,
    /// Colleagues' bundles that this phone hands to the server, the newest first.
    pub relayed_bundles: Vec<RelayedBundleView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhotosHeld {
    /// The connection is metered, and photos wait for one that is not.
    Metered,
}

/// The space that originals take on this device, and how much of it can be released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoSpace {
    pub photos: u32,
    pub bytes: u64,
    pub releasable: u32,
    pub releasable_bytes: u64,
}

/// A colleague's bundle. This phone cannot tell whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RelayedBundleView {
    pub id: i64,
    pub created: Moment,
    pub ops: u32,
    /// Bytes.
    pub size: u64,
    pub state: RelayState,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RelayState {
    /// Goes with the next sync.
    Waiting,
    /// The server has it; its bytes were removed from this phone.
    Delivered,
    /// The server opened it and refused it.
    Refused(BundleVerdict),
    /// The server refused the request.
    Blocked(ErrorCode),
}

/// Unsent work as a file.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct BundleView {
    /// The file's name.
    pub name: String,
    #[serde(with = "crate::command::base64_bytes")]
    pub bytes: Vec<u8>,
    pub ops: u32,
    pub photos: u32,
    /// What did not fit.
    pub ops_left: u32,
    pub photos_left: u32,
}

impl std::fmt::Debug for BundleView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BundleView({}, {} bytes)", self.name, self.bytes.len())
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SyncProblem {
    Offline,
    Refused(ErrorCode),
    BadReply,
    /// Access was withdrawn.
    Revoked,
    StorageFull,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub ops_done: u32,
    pub ops_total: u32,
    pub rows_pulled: u32,
    pub photos_done: u32,
    pub photos_total: u32,
    pub bytes_up: u64,
    pub bytes_down: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboxItem {
    pub op_no: OpNo,
    pub row: RowId,
    pub kind: Kind,
    /// `create`, `set`, `amend` …
    pub change: String,
    /// Locale key of the headline, as in [`HistoryItem::title`].
    pub title: String,
    pub recipient: Option<RecipientId>,
    pub recipient_name: Option<String>,
    pub saved: Moment,
    /// As JSON.
    pub bytes: u64,
    pub state: RecordState,
    pub outcome: Option<Outcome>,
    /// Field, own value and the value in force, for an outcome that has both.
    pub values: Vec<(String, String, String)>,
    /// What a supervisor decided, where the outcome was a review.
    pub decided: Option<DecisionView>,
}

/// A supervisor's decision on a review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionView {
    pub accepted: bool,
    pub reason: String,
    /// Absent when this phone does not know the name.
    pub by: Option<String>,
    pub at: Moment,
}

/// Open and decided reviews.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReviewsView {
    /// Reviews that this worker may decide, oldest first.
    pub open: Vec<ReviewItem>,
    /// About this worker's own changes: open ones first, then the decided, newest first.
    pub own: Vec<ReviewItem>,
    /// Decided in this worker's areas, newest first, at most 30.
    pub done: Vec<ReviewItem>,
    /// False for a supervisor of a county or a city, whose reviews are at the office's console and on no phone.
    pub holds_area: bool,
}

/// One change that no conflict rule may decide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewItem {
    pub id: ReviewId,
    pub reason: ReviewReason,
    /// The record in question.
    pub row: RowId,
    pub kind: Kind,
    /// Locale key of its headline, as in [`HistoryItem::title`].
    pub title: String,
    /// `create`, `set`, `amend` …
    pub change: String,
    pub recipient: Option<RecipientId>,
    pub recipient_name: Option<String>,
    pub area_name: Option<String>,
    pub values: Vec<ReviewValue>,
    pub proposed: Attribution,
    /// Who set the value in force; absent for a new record.
    pub standing: Option<Attribution>,
    /// The author's reason, where the change needs one.
    pub given_reason: Option<String>,
    /// The change is in force until it is decided.
    pub applied: bool,
    /// False where accepting could not apply the change.
    pub acceptable: bool,
    /// The record that a likely duplicate resembles.
    pub twin: Option<HistoryItem>,
    pub decision: Option<DecisionView>,
    /// This worker may decide it.
    pub may_decide: bool,
    /// Decided on this phone and not sent yet.
    pub waiting: bool,
    /// Decided within the undo window.
    pub undoable: bool,
    /// Why the server refused the decision made on this phone.
    pub refused: Option<Rejection>,
}

/// A field with both its values; absent for an empty one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewValue {
    pub field: String,
    pub proposed: Option<serde_json::Value>,
    pub standing: Option<serde_json::Value>,
}

/// Who set a value, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// Absent when it is a colleague whose name this phone does not hold, or the office.
    pub by: Option<String>,
    pub mine: bool,
    pub at: Moment,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonthView {
    pub month: Month,
    pub confirmed: Figures,
    pub waiting: Figures,
    /// Own records of the month, newest first, at most 200.
    pub records: Vec<HistoryItem>,
    /// The recipient's name by record; absent where the record has none, or the recipient left this phone.
    pub people: BTreeMap<RowId, String>,
}
