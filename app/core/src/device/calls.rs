//! Typed methods for commands: `device.today().await?` instead of matching on a reply. Commands that screens build
//! themselves go through [`Device::save`].

use super::handle::Device;
use crate::{
    command::{Command, NewAssistance, NewVisit, Prefs, RecipientQuery, RevealField},
    reply::{Refusal, Reply},
    views::{
        BundleView, CardView, MonthView, PhotoView, RecipientsView, RecordView, ReviewItem, ReviewsView, StatusView,
        SyncView, TodayView, UnitView,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use shared::{
    Fields, Month, PhotoId, RecipientId, ReviewId, RowId,
    ids::OpNo,
    records::{PhotoOf, RuleSet},
    wire::{Report, ReportRequest},
};

/// The result of a call: the data, or why the command was refused.
///
/// # Errors
/// Every method of this module fails with the core's [`Refusal`] of its command.
pub type CallResult<T> = Result<T, Refusal>;

/// A photo's bytes, ready for a data URL or for a file.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoBytes {
    pub mime: String,
    pub base64: String,
    /// Only the thumbnail is here: the office has the original.
    pub released: bool,
}

impl PhotoBytes {
    /// As the source of an `img` element.
    pub fn data_url(&self) -> String {
        format!("data:{};base64,{}", self.mime, self.base64)
    }
    /// The bytes; empty if they were not base64, which the core rules out.
    pub fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.base64).unwrap_or_default()
    }
}

/// A draft as it was last saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftView {
    pub json: Option<String>,
    pub photos: Vec<PhotoView>,
}

macro_rules! call {
    ($device:expr, $command:expr, $pattern:pat => $answer:expr) => {
        match $device.call($command).await {
            $pattern => Ok($answer),
            other => Err(refusal(other)),
        }
    };
}

fn refusal(reply: Reply) -> Refusal {
    match reply {
        Reply::Refused(refusal) => refusal,
        // Core and handle disagree on the kind of a reply only if they are of different builds.
        _ => Refusal::Store { detail: "an answer of another kind came back".to_owned() },
    }
}

/// Access.
impl Device {
    pub async fn status(&self) -> CallResult<StatusView> {
        call!(self, Command::Status, Reply::Status(v) => v)
    }
    pub async fn create_vault(&self, pin: &str) -> CallResult<StatusView> {
        call!(self, Command::CreateVault { pin: pin.to_owned() }, Reply::Status(v) => v)
    }
    pub async fn unlock(&self, pin: &str) -> CallResult<StatusView> {
        call!(self, Command::Unlock { pin: pin.to_owned() }, Reply::Status(v) => v)
    }
    pub async fn lock(&self) -> CallResult<StatusView> {
        call!(self, Command::Lock, Reply::Status(v) => v)
    }
    pub async fn change_pin(&self, old: &str, new: &str) -> CallResult<()> {
        call!(self, Command::ChangePin { old: old.to_owned(), new: new.to_owned() }, Reply::Done => ())
    }
    pub async fn set_prefs(&self, prefs: Prefs) -> CallResult<StatusView> {
        call!(self, Command::SetPrefs(prefs), Reply::Status(v) => v)
    }
}

/// With the network.
impl Device {
    /// `code` may be the whole link.
    pub async fn enrol(&self, server: &str, code: &str) -> CallResult<StatusView> {
        call!(self, Command::Enrol { server: server.to_owned(), code: code.to_owned() }, Reply::Status(v) => v)
    }
    /// Waits until nothing is left to send or fetch, or the connection broke; `last_problem` then says so.
    pub async fn sync_now(&self) -> CallResult<SyncView> {
        call!(self, Command::SyncNow, Reply::Sync(v) => *v)
    }
    /// As [`Device::sync_now`], with photos although the connection is metered, this once.
    pub async fn send_photos_now(&self) -> CallResult<SyncView> {
        call!(self, Command::SendPhotosNow, Reply::Sync(v) => *v)
    }
    /// The figures, and whether they are the server's current ones.
    pub async fn report(&self, request: ReportRequest) -> CallResult<(Report, bool)> {
        call!(self, Command::Report(request), Reply::Report { report, fresh } => (*report, fresh))
    }
}

/// Recording. Each returns the rows created or changed, the subject first.
impl Device {
    pub async fn save_visit(&self, visit: NewVisit) -> CallResult<Vec<RowId>> {
        self.save(Command::SaveVisit(visit)).await
    }
    pub async fn save_assistance(&self, assistance: NewAssistance) -> CallResult<Vec<RowId>> {
        self.save(Command::SaveAssistance(assistance)).await
    }
    pub async fn edit_recipient(&self, recipient: RecipientId, fields: Fields) -> CallResult<Vec<RowId>> {
        self.save(Command::EditRecipient { recipient, fields }).await
    }
    pub async fn void(&self, row: RowId, reason: &str) -> CallResult<Vec<RowId>> {
        self.save(Command::Void { row, reason: reason.to_owned() }).await
    }
    /// Takes back the last save that changed the row, within seconds.
    pub async fn undo(&self, row: RowId) -> CallResult<Vec<RowId>> {
        self.save(Command::Undo { row }).await
    }
    /// Any recording command.
    pub async fn save(&self, command: Command) -> CallResult<Vec<RowId>> {
        call!(self, command, Reply::Saved { rows } => rows)
    }
}

/// Photos and drafts.
impl Device {
    /// `bytes`: the picked file, unchanged. It is checked, encoded at most once and stored under the draft.
    pub async fn add_photo(
        &self,
        draft: &str,
        of: PhotoOf,
        caption: Option<String>,
        bytes: Vec<u8>,
    ) -> CallResult<PhotoView> {
        let command = Command::AddPhoto { draft: draft.to_owned(), of, caption, bytes };
        call!(self, command, Reply::PhotoAdded(v) => v)
    }
    pub async fn remove_photo(&self, photo: PhotoId) -> CallResult<()> {
        call!(self, Command::RemovePhoto { photo }, Reply::Done => ())
    }
    /// `thumb`: at most 240 px, for lists.
    pub async fn photo(&self, photo: PhotoId, thumb: bool) -> CallResult<PhotoBytes> {
        call!(self, Command::Photo { photo, thumb }, Reply::Photo { mime, base64, released } => PhotoBytes { mime, base64, released })
    }
    /// Releases originals that the server verified long enough ago.
    pub async fn release_photos(&self) -> CallResult<SyncView> {
        call!(self, Command::ReleasePhotos, Reply::Sync(v) => *v)
    }
    pub async fn save_draft(&self, key: &str, json: String) -> CallResult<()> {
        call!(self, Command::SaveDraft { key: key.to_owned(), json }, Reply::Done => ())
    }
    pub async fn load_draft(&self, key: &str) -> CallResult<DraftView> {
        let command = Command::LoadDraft { key: key.to_owned() };
        call!(self, command, Reply::Draft { json, photos } => DraftView { json, photos })
    }
    pub async fn drop_draft(&self, key: &str) -> CallResult<()> {
        call!(self, Command::DropDraft { key: key.to_owned() }, Reply::Done => ())
    }
}

/// Queries.
impl Device {
    pub async fn today(&self) -> CallResult<TodayView> {
        call!(self, Command::Today, Reply::Today(v) => *v)
    }
    pub async fn recipients(&self, query: RecipientQuery) -> CallResult<RecipientsView> {
        call!(self, Command::Recipients(query), Reply::Recipients(v) => v)
    }
    pub async fn card(&self, recipient: RecipientId) -> CallResult<CardView> {
        call!(self, Command::Card { recipient }, Reply::Card(v) => *v)
    }
    /// A full number; `None` where there is none. The access is logged.
    pub async fn reveal(&self, recipient: RecipientId, field: RevealField) -> CallResult<Option<String>> {
        call!(self, Command::Reveal { recipient, field }, Reply::Revealed { text } => text)
    }
    pub async fn record(&self, row: RowId) -> CallResult<RecordView> {
        call!(self, Command::Record { row }, Reply::Record(v) => *v)
    }
    pub async fn rules(&self) -> CallResult<RuleSet> {
        call!(self, Command::Rules, Reply::Rules(v) => *v)
    }
    pub async fn units(&self) -> CallResult<Vec<UnitView>> {
        call!(self, Command::Units, Reply::Units(v) => v)
    }
    pub async fn sync_state(&self) -> CallResult<SyncView> {
        call!(self, Command::SyncState, Reply::Sync(v) => *v)
    }
    pub async fn my_month(&self, month: Month) -> CallResult<MonthView> {
        call!(self, Command::MyMonth { month }, Reply::Month(v) => *v)
    }
    pub async fn reviews(&self) -> CallResult<ReviewsView> {
        call!(self, Command::Reviews, Reply::Reviews(v) => *v)
    }
    pub async fn review(&self, review: ReviewId) -> CallResult<ReviewItem> {
        call!(self, Command::Review { review }, Reply::Review(v) => *v)
    }
}

/// Unsent work as a file.
impl Device {
    /// Everything unsent, sealed for the server.
    pub async fn export_bundle(&self) -> CallResult<BundleView> {
        call!(self, Command::ExportBundle, Reply::Bundle(v) => *v)
    }
    /// The bundle that was sealed when access ended.
    pub async fn sealed_bundle(&self) -> CallResult<BundleView> {
        call!(self, Command::SealedBundle, Reply::Bundle(v) => *v)
    }
    /// Stores a colleague's bundle, to be handed in with the next sync.
    pub async fn relay_bundle(&self, bytes: Vec<u8>) -> CallResult<()> {
        call!(self, Command::RelayBundle { bytes }, Reply::Done => ())
    }
    pub async fn drop_relayed_bundle(&self, id: i64) -> CallResult<()> {
        call!(self, Command::DropRelayedBundle { id }, Reply::Done => ())
    }
}

/// Operations that need attention.
impl Device {
    pub async fn resend(&self, op_no: OpNo) -> CallResult<Vec<RowId>> {
        self.save(Command::Resend { op_no }).await
    }
    pub async fn acknowledge(&self, op_no: OpNo) -> CallResult<()> {
        call!(self, Command::Acknowledge { op_no }, Reply::Done => ())
    }
}
