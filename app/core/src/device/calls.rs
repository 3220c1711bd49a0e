//! One typed method per command, for screens: `device.today().await?` instead of matching on a receipt.

use super::Device;
use crate::{
    Command, Refusal, Reply,
    command::{NewAssistance, NewNeed, NewVisit, Prefs, RecipientQuery, RevealField},
    views::*,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use shared::{
    AreaCode, Fields, Month, NeedId, PhotoId, RecipientId, ReviewId, RowId, UnitId,
    ids::OpNo,
    records::{FeedbackKind, PhotoOf, RuleSet},
    wire::{Report, ReportRequest},
};

/// What a screen gets: the answer, or why not and what to do next.
pub type Asked<T> = Result<T, Refusal>;

/// A photo's bytes, ready for a data URL or for a file.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoBytes {
    pub mime: String,
    pub base64: String,
    /// Only the thumbnail is here: the office has the original.
    pub released: bool,
}

impl PhotoBytes {
    pub fn data_url(&self) -> String {
        format!("data:{};base64,{}", self.mime, self.base64)
    }
    /// Empty when the core's answer is not base64, which it always is.
    pub fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.base64).unwrap_or_default()
    }
}

/// A draft as it was left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftView {
    pub json: Option<String>,
    pub photos: Vec<PhotoView>,
}

macro_rules! ask {
    ($device:expr, $command:expr, $pattern:pat => $answer:expr) => {
        match $device.call($command).await {
            $pattern => Ok($answer),
            other => Err(refusal(other)),
        }
    };
}

fn refusal(receipt: Reply) -> Refusal {
    match receipt {
        Reply::Refused(refusal) => refusal,
        // Only a core and a handle of different builds can disagree on the kind of an answer.
        _ => Refusal::Store { detail: "an answer of another kind came back".to_owned() },
    }
}

/// The gate.
impl Device {
    pub async fn status(&self) -> Asked<StatusView> {
        ask!(self, Command::Status, Reply::Status(v) => v)
    }
    pub async fn create_vault(&self, pin: &str) -> Asked<StatusView> {
        ask!(self, Command::CreateVault { pin: pin.to_owned() }, Reply::Status(v) => v)
    }
    pub async fn unlock(&self, pin: &str) -> Asked<StatusView> {
        ask!(self, Command::Unlock { pin: pin.to_owned() }, Reply::Status(v) => v)
    }
    pub async fn lock(&self) -> Asked<StatusView> {
        ask!(self, Command::Lock, Reply::Status(v) => v)
    }
    pub async fn change_pin(&self, old: &str, new: &str) -> Asked<()> {
        ask!(self, Command::ChangePin { old: old.to_owned(), new: new.to_owned() }, Reply::Done => ())
    }
    pub async fn set_prefs(&self, prefs: Prefs) -> Asked<StatusView> {
        ask!(self, Command::SetPrefs(prefs), Reply::Status(v) => v)
    }
}

/// With the network.
impl Device {
    /// `code` may be the whole link.
    pub async fn enrol(&self, server: &str, code: &str) -> Asked<StatusView> {
        ask!(self, Command::Enrol { server: server.to_owned(), code: code.to_owned() }, Reply::Status(v) => v)
    }
    /// Waits until nothing is left to send or fetch, or the connection broke; `last_problem` then says so.
    pub async fn sync_now(&self) -> Asked<SyncView> {
        ask!(self, Command::SyncNow, Reply::Sync(v) => *v)
    }
    /// As [`Device::sync_now`], with photos although the connection is metered, this once.
    pub async fn send_photos_now(&self) -> Asked<SyncView> {
        ask!(self, Command::SendPhotosNow, Reply::Sync(v) => *v)
    }
    /// The figures, and whether they are fresh.
    pub async fn report(&self, request: ReportRequest) -> Asked<(Report, bool)> {
        ask!(self, Command::Report(request), Reply::Report { report, fresh } => (*report, fresh))
    }
}

/// Recording. Each gives the rows made or changed, the subject first.
impl Device {
    pub async fn save_visit(&self, visit: NewVisit) -> Asked<Vec<RowId>> {
        self.save(Command::SaveVisit(visit)).await
    }
    pub async fn save_assistance(&self, assistance: NewAssistance) -> Asked<Vec<RowId>> {
        self.save(Command::SaveAssistance(assistance)).await
    }
    pub async fn open_need(&self, need: NewNeed) -> Asked<Vec<RowId>> {
        self.save(Command::OpenNeed(need)).await
    }
    pub async fn advance_need(
        &self,
        need: NeedId,
        to: &str,
        unit: Option<UnitId>,
        note: Option<String>,
    ) -> Asked<Vec<RowId>> {
        self.save(Command::AdvanceNeed { need, to: to.to_owned(), unit, note }).await
    }
    pub async fn edit_recipient(&self, recipient: RecipientId, fields: Fields) -> Asked<Vec<RowId>> {
        self.save(Command::EditRecipient { recipient, fields }).await
    }
    pub async fn edit_tags(&self, recipient: RecipientId, add: Vec<String>, remove: Vec<String>) -> Asked<Vec<RowId>> {
        self.save(Command::EditTags { recipient, add, remove }).await
    }
    pub async fn amend(&self, row: RowId, reason: &str, fields: Fields) -> Asked<Vec<RowId>> {
        self.save(Command::Amend { row, reason: reason.to_owned(), fields }).await
    }
    pub async fn void(&self, row: RowId, reason: &str) -> Asked<Vec<RowId>> {
        self.save(Command::Void { row, reason: reason.to_owned() }).await
    }
    pub async fn reopen_need(&self, need: NeedId, reason: &str) -> Asked<Vec<RowId>> {
        self.save(Command::ReopenNeed { need, reason: reason.to_owned() }).await
    }
    /// `accept`: the proposed change holds; otherwise what stands stays.
    pub async fn resolve(&self, review: ReviewId, accept: bool, reason: &str) -> Asked<Vec<RowId>> {
        self.save(Command::Resolve { review, accept, reason: reason.to_owned() }).await
    }
    /// The last save that touched the row, within seconds.
    pub async fn undo(&self, row: RowId) -> Asked<Vec<RowId>> {
        self.save(Command::Undo { row }).await
    }
    pub async fn send_feedback(&self, kind: FeedbackKind, text: &str) -> Asked<Vec<RowId>> {
        self.save(Command::SendFeedback { kind, text: text.to_owned() }).await
    }
    /// Any of the recording commands, where a screen builds the command itself.
    pub async fn save(&self, command: Command) -> Asked<Vec<RowId>> {
        ask!(self, command, Reply::Saved { rows } => rows)
    }
}

/// Photos and drafts.
impl Device {
    /// `bytes` as picked: checked, turned upright, made smaller and kept under the draft.
    pub async fn add_photo(
        &self,
        draft: &str,
        of: PhotoOf,
        caption: Option<String>,
        bytes: Vec<u8>,
    ) -> Asked<PhotoView> {
        let command = Command::AddPhoto { draft: draft.to_owned(), of, caption, bytes };
        ask!(self, command, Reply::PhotoAdded(v) => v)
    }
    pub async fn remove_photo(&self, photo: PhotoId) -> Asked<()> {
        ask!(self, Command::RemovePhoto { photo }, Reply::Done => ())
    }
    /// `thumb`: at most 240 px, for lists.
    pub async fn photo(&self, photo: PhotoId, thumb: bool) -> Asked<PhotoBytes> {
        ask!(self, Command::Photo { photo, thumb }, Reply::Photo { mime, base64, released } => PhotoBytes { mime, base64, released })
    }
    /// Lets go of originals that the office has had for long enough.
    pub async fn release_photos(&self) -> Asked<SyncView> {
        ask!(self, Command::ReleasePhotos, Reply::Sync(v) => *v)
    }
    pub async fn save_draft(&self, key: &str, json: String) -> Asked<()> {
        ask!(self, Command::SaveDraft { key: key.to_owned(), json }, Reply::Done => ())
    }
    pub async fn load_draft(&self, key: &str) -> Asked<DraftView> {
        let command = Command::LoadDraft { key: key.to_owned() };
        ask!(self, command, Reply::Draft { json, photos } => DraftView { json, photos })
    }
    pub async fn drop_draft(&self, key: &str) -> Asked<()> {
        ask!(self, Command::DropDraft { key: key.to_owned() }, Reply::Done => ())
    }
}

/// Questions.
impl Device {
    pub async fn today(&self) -> Asked<TodayView> {
        ask!(self, Command::Today, Reply::Today(v) => *v)
    }
    pub async fn recipients(&self, query: RecipientQuery) -> Asked<RecipientsView> {
        ask!(self, Command::Recipients(query), Reply::Recipients(v) => v)
    }
    pub async fn card(&self, recipient: RecipientId) -> Asked<CardView> {
        ask!(self, Command::Card { recipient }, Reply::Card(v) => *v)
    }
    /// A full number; `None` where there is none. The look is logged.
    pub async fn reveal(&self, recipient: RecipientId, field: RevealField) -> Asked<Option<String>> {
        ask!(self, Command::Reveal { recipient, field }, Reply::Revealed { text } => text)
    }
    pub async fn record(&self, row: RowId) -> Asked<RecordView> {
        ask!(self, Command::Record { row }, Reply::Record(v) => *v)
    }
    pub async fn rules(&self) -> Asked<RuleSet> {
        ask!(self, Command::Rules, Reply::Rules(v) => *v)
    }
    pub async fn units(&self) -> Asked<Vec<UnitView>> {
        ask!(self, Command::Units, Reply::Units(v) => v)
    }
    pub async fn sync_state(&self) -> Asked<SyncView> {
        ask!(self, Command::SyncState, Reply::Sync(v) => *v)
    }
    pub async fn my_month(&self, month: Month) -> Asked<MonthView> {
        ask!(self, Command::MyMonth { month }, Reply::Month(v) => *v)
    }
    pub async fn reviews(&self) -> Asked<ReviewsView> {
        ask!(self, Command::Reviews, Reply::Reviews(v) => *v)
    }
    pub async fn review(&self, review: ReviewId) -> Asked<ReviewItem> {
        ask!(self, Command::Review { review }, Reply::Review(v) => *v)
    }
    pub async fn areas(&self, under: Option<AreaCode>) -> Asked<Vec<AreaView>> {
        ask!(self, Command::Areas { under }, Reply::Areas(v) => v)
    }
}

/// Unsent work as a file.
impl Device {
    /// Everything unsent, sealed for the server.
    pub async fn export_bundle(&self) -> Asked<BundleView> {
        ask!(self, Command::ExportBundle, Reply::Bundle(v) => *v)
    }
    /// What was sealed when access ended.
    pub async fn sealed_bundle(&self) -> Asked<BundleView> {
        ask!(self, Command::SealedBundle, Reply::Bundle(v) => *v)
    }
    /// A colleague's file, to go with the next sync.
    pub async fn relay_bundle(&self, bytes: Vec<u8>) -> Asked<()> {
        ask!(self, Command::RelayBundle { bytes }, Reply::Done => ())
    }
    pub async fn drop_relayed_bundle(&self, id: i64) -> Asked<()> {
        ask!(self, Command::DropRelayedBundle { id }, Reply::Done => ())
    }
}

/// What is stuck.
impl Device {
    pub async fn resend(&self, op_no: OpNo) -> Asked<Vec<RowId>> {
        self.save(Command::Resend { op_no }).await
    }
    pub async fn acknowledge(&self, op_no: OpNo) -> Asked<()> {
        ask!(self, Command::Acknowledge { op_no }, Reply::Done => ())
    }
}
