//! Parts that several screens show: a recipient, a need, an entry of a history, a photo.

use super::ctx::QueryCtx;
use crate::{
    reply::Refusal,
    store::{self, StoreError, outbox, photo, record, roster},
    views::{HistoryItem, NeedItem, PhotoView, RecipientItem, RecordState},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rusqlite::Connection;
use shared::{
    Fields, Kind, Outcome, PhotoId, Row, RowId, WorkerId,
    id_number::masked_phone,
    ids::{HandoutId, RecipientId},
    records::{Assistance, Finding, Need, Pairing, Recipient},
};
use std::collections::{BTreeMap, HashMap};

impl QueryCtx<'_> {
    pub fn recipient_item(&self, entry: &roster::Entry) -> Result<RecipientItem, Refusal> {
        let row = record::local_row(self.conn(), entry.id.into())?;
        let recipient = row.and_then(|r| r.view::<Recipient>().ok());
        let due = entry.due(&self.rules.in_force(entry.area));
        Ok(RecipientItem {
            id: entry.id,
            name: entry.name.clone(),
            category: entry.category.clone(),
            tags: entry.tags.clone(),
            area: entry.area,
            area_name: roster::area_name(self.conn(), entry.area)?,
            age: recipient.as_ref().and_then(|r| r.age(self.today)),
            minor: recipient.as_ref().is_some_and(|r| r.is_minor(self.today)),
            days_over: due.as_ref().map(|d| d.days_over(self.today)),
            due,
            last_seen: entry.last_seen(),
            phone_masked: recipient.and_then(|r| r.phone).map(|p| masked_phone(&p)),
            open_needs: record::open_needs(self.conn(), entry.id)?,
            waiting: self.waiting.contains(&entry.id),
        })
    }

    /// A need; `None` for one that this build cannot read.
    pub fn need_item(&self, row: &Row) -> Result<Option<NeedItem>, Refusal> {
        let Ok(need) = row.view::<Need>() else { return Ok(None) };
        let unit_name = match need.unit {
            Some(unit) => record::name_of(self.conn(), unit.into())?,
            None => None,
        };
        Ok(Some(NeedItem {
            id: row.id.into(),
            recipient: need.recipient,
            recipient_name: roster::name(self.conn(), need.recipient)?.unwrap_or_default(),
            kind: need.kind,
            text: need.text,
            status: need.status,
            unit_name,
            progress: need.progress,
            happened: need.happened,
            state: state_of(&outbox::of_row(self.conn(), row.id)?),
        }))
    }

    pub fn history_item(&self, row: &Row, names: &Names, photos: &Photos) -> Result<HistoryItem, Refusal> {
        let (title, qualifier) = title(&row.kind, &row.fields);
        let aid = (row.kind == Kind::Assistance).then(|| row.view::<Assistance>().ok()).flatten();
        let findings: Vec<Finding> =
            row.fields.get("findings").and_then(|f| serde_json::from_value(f.clone()).ok()).unwrap_or_default();
        let text = ["note", "text", "reason"].iter().find_map(|name| row.fields.text(name));
        let mine = row.author == self.identity.enrolment.worker;
        Ok(HistoryItem {
            row: row.id,
            kind: row.kind.clone(),
            happened: row.happened(),
            title,
            qualifier,
            text: text.map(str::to_owned),
            value: aid.as_ref().map(Assistance::value).filter(|v| *v > shared::Fen::ZERO),
            by: if mine { Some(self.identity.enrolment.name.clone()) } else { names.get(self.conn(), row.author)? },
            mine,
            problems: u32::try_from(findings.iter().filter(|f| !f.good).count()).unwrap_or(u32::MAX),
            photos: photos.of(row.id, aid.and_then(|a| a.handout)),
            state: state_of(&outbox::of_row(self.conn(), row.id)?),
            void: row.is_void(),
        })
    }
}

impl QueryCtx<'_> {
    /// The name of a colleague, or of this worker; `None` where this device does not know it.
    pub fn name_of(&self, worker: WorkerId, names: &Names) -> Result<Option<String>, Refusal> {
        if worker == self.identity.enrolment.worker {
            return Ok(Some(self.identity.enrolment.name.clone()));
        }
        Ok(if worker.is_nil() { None } else { names.get(self.conn(), worker)? })
    }

    pub fn names_of(
        &self,
        workers: impl Iterator<Item = WorkerId>,
        names: &Names,
    ) -> Result<BTreeMap<WorkerId, String>, Refusal> {
        let mut found = BTreeMap::new();
        for worker in workers {
            if let Some(name) = self.name_of(worker, names)? {
                found.insert(worker, name);
            }
        }
        Ok(found)
    }
}

/// Locale keys of a record's headline, and of a qualifier.
pub fn title(kind: &Kind, fields: &Fields) -> (String, Option<String>) {
    let word = |name| fields.text(name).unwrap_or_default();
    match kind {
        Kind::Visit => {
            let presence = word("presence");
            (format!("mode-{}", word("mode")), (presence != "found").then(|| format!("presence-{presence}")))
        }
        Kind::Assistance => (format!("assistance-{}", word("kind")), None),
        Kind::Need => (format!("need-{}", word("kind")), Some(format!("status-{}", word("status")))),
        Kind::Receipt => (format!("receipt-{}", word("mode")), None),
        Kind::Activity => (format!("activity-{}", word("kind")), None),
        other => (format!("kind-{}", other.word()), None),
    }
}

/// The state of a record, from the operations on it, in order.
pub fn state_of(entries: &[outbox::Entry]) -> RecordState {
    if entries.iter().any(|e| !e.acked) {
        return RecordState::Waiting;
    }
    // The last outcome that needs attention. An outcome that was put aside counts as confirmed.
    entries.iter().rev().find(|e| !e.seen && e.outcome.is_some()).map_or(RecordState::Confirmed, state_of_entry)
}

/// The state that follows from one acknowledged operation.
pub fn state_of_entry(entry: &outbox::Entry) -> RecordState {
    match (&entry.outcome, &entry.decided) {
        (None | Some(Outcome::Applied), _) => RecordState::Confirmed,
        (Some(Outcome::Rejected(_)), _) => RecordState::Rejected,
        (Some(Outcome::InReview { applied, .. }), None) => RecordState::InReview { applied: *applied },
        // One that was in force until it was declined is void now, which the record itself shows.
        (Some(Outcome::InReview { applied, .. }), Some(decided)) if decided.accepted || *applied => {
            RecordState::Confirmed
        }
        (Some(Outcome::InReview { .. }), Some(_)) if entry.creates() => RecordState::Rejected,
        // On the server with another value, or with an outcome that only a newer build understands.
        (Some(_), _) => RecordState::Merged,
    }
}

/// Names of colleagues: from pairings, which include them, else from worker records where the device has them.
#[derive(Default)]
pub struct Names(HashMap<WorkerId, String>);

impl Names {
    pub fn of_pairings(pairings: &[Pairing]) -> Self {
        Self(pairings.iter().filter_map(|p| Some((p.worker, p.worker_name.clone()?))).collect())
    }

    pub fn get(&self, conn: &Connection, worker: WorkerId) -> store::Result<Option<String>> {
        match self.0.get(&worker) {
            Some(name) => Ok(Some(name.clone())),
            None => record::name_of(conn, worker.into()),
        }
    }
}

/// Photos by the record or the hand-out that they belong to.
#[derive(Default)]
pub struct Photos {
    of_row: HashMap<RowId, Vec<PhotoId>>,
    of_handout: HashMap<HandoutId, Vec<PhotoId>>,
}

impl Photos {
    /// The photos of a recipient, and those of hand-outs, which belong to no single recipient.
    pub fn read(conn: &Connection, recipient: Option<RecipientId>) -> Result<Self, StoreError> {
        let mut rows = record::without_recipient(conn, &Kind::Photo)?;
        if let Some(recipient) = recipient {
            rows.extend(record::of_recipient(conn, recipient, &Kind::Photo, 1000)?);
        }
        let mut photos = Self::default();
        for row in rows.iter().rev().filter(|r| !r.is_void()) {
            if let Some(of) = row.fields.parsed::<RowId>("row") {
                photos.of_row.entry(of).or_default().push(row.id.into());
            } else if let Some(handout) = row.fields.parsed::<HandoutId>("handout") {
                photos.of_handout.entry(handout).or_default().push(row.id.into());
            }
        }
        Ok(photos)
    }

    fn of(&self, row: RowId, handout: Option<HandoutId>) -> Vec<PhotoId> {
        let own = self.of_row.get(&row).into_iter().flatten();
        let shared = handout.and_then(|h| self.of_handout.get(&h)).into_iter().flatten();
        own.chain(shared).copied().collect()
    }
}

/// A photo with its thumbnail.
pub(crate) fn photo_view(conn: &Connection, meta: &photo::Meta) -> store::Result<PhotoView> {
    let thumb = photo::thumb(conn, meta.id)?.unwrap_or_default();
    Ok(PhotoView {
        id: meta.id,
        width: meta.width,
        height: meta.height,
        size: meta.size,
        caption: meta.caption.clone(),
        thumb: STANDARD.encode(thumb),
    })
}
