//! What the sync screen shows: which work is safe, what counts, and what the user must do.

use super::history::{SYNC_HISTORY, SyncHistory};
use crate::{
    Core, Refusal,
    queries::{decision_view, state_of_entry},
    store::{
        meta,
        outbox::{self, Entry, Part},
        photo, record,
        relayed_bundle::{self, RelayedBundle},
        roster,
    },
    views::{OutboxItem, Phase, PhotosHeld, RecordState, RelayState, RelayedBundleView, SyncProblem, SyncView},
};
use rusqlite::Connection;
use shared::{Change, Fields, Kind, Moment, Op, Outcome, hlc::SKEW_TOLERATED_MS, ids::OpNo};

/// 200: as many as a person scrolls through; the view also holds the total.
const WAITING_MAX: u32 = 200;
/// 50 of the operations settled last.
const RECENT_MAX: u32 = 50;

impl Core {
    /// The state of the sync. Cheap enough to compute after every event.
    ///
    /// # Errors
    /// [`Refusal::Locked`], and those of the store.
    pub(crate) fn sync_view(&self) -> Result<SyncView, Refusal> {
        let conn = self.store()?.conn();
        let history: SyncHistory = meta::get(conn, SYNC_HISTORY)?.unwrap_or_default();
        let (waiting_total, waiting_bytes) = outbox::waiting(conn)?;
        let debt = photo::backlog(conn)?;
        let (month_confirmed, month_waiting) = self.month_counts()?;
        let phase = self.phase()?;
        let revoked = phase == Phase::Revoked;
        // In other phases no record may be read; the counts may.
        let items = |conn, part, limit| if phase == Phase::Ready { items(conn, part, limit) } else { Ok(Vec::new()) };
        let off_ms: i64 = meta::get(conn, meta::key::CLOCK_OFFSET_MS)?.unwrap_or(0);
        Ok(SyncView {
            month_confirmed,
            month_waiting,
            waiting: items(conn, Part::Waiting, WAITING_MAX)?,
            waiting_total,
            attention: items(conn, Part::Attention, WAITING_MAX)?,
            recent: items(conn, Part::Recent, RECENT_MAX)?,
            waiting_bytes,
            photos_waiting: debt.photos,
            photos_bytes: debt.bytes,
            photos_failed: debt.failed,
            last_up: history.bytes_up,
            last_down: history.bytes_down,
            last_success: history.last_success,
            next_attempt: self.next_attempt(revoked),
            last_problem: if revoked { Some(SyncProblem::Revoked) } else { history.last_problem },
            running: self.session.run.as_ref().map(|run| run.progress),
            relayed_bundles: relayed_bundle::list(conn)?.into_iter().map(relayed_bundle_view).collect(),
            // Stored as the server's clock minus this one; shown as how far this one is ahead.
            clock_off_s: (off_ms.abs() > SKEW_TOLERATED_MS).then_some(-off_ms / 1000),
            photos_held: (debt.photos > 0 && self.photos_held_now()).then_some(PhotosHeld::Metered),
            photo_space: self.photo_space()?,
        })
    }

    /// The worker's own records of this month: how many the server has, and how many it does not have yet.
    fn month_counts(&self) -> Result<(u32, u32), Refusal> {
        let Ok(me) = self.identity() else { return Ok((0, 0)) };
        let month = self.today_day()?.month();
        let own = record::of_author(self.store()?.conn(), me.enrolment.worker, month.first_day(), month.last_day())?;
        let (mut confirmed, mut waiting) = (0, 0);
        for both in own {
            let record = both.server_row.as_ref().unwrap_or(&both.local_row);
            let counted = matches!(record.kind, Kind::Visit | Kind::Assistance | Kind::Need | Kind::Activity);
            if !counted || record.is_void() || record.happened().day().month() != month {
                continue;
            }
            match both.server_row {
                Some(_) => confirmed += 1,
                None if both.counts => waiting += 1,
                None => {}
            }
        }
        Ok((confirmed, waiting))
    }

    /// On the wall clock.
    fn next_attempt(&self, revoked: bool) -> Option<Moment> {
        let due = self.session.schedule.due().filter(|_| !revoked && self.session.run.is_none())?;
        let now = self.env.now();
        let in_ms = i64::try_from(due.saturating_sub(self.env.monotonic_ms())).unwrap_or(0);
        Some(Moment::new(now.utc_ms.saturating_add(in_ms), now.offset_min))
    }
}

fn relayed_bundle_view(file: RelayedBundle) -> RelayedBundleView {
    let state = match (file.verdict, file.error) {
        (Some(verdict), _) if verdict.is_delivered() => RelayState::Delivered,
        (Some(verdict), _) => RelayState::Refused(verdict),
        (None, Some(error)) => RelayState::Blocked(error),
        (None, None) => RelayState::Waiting,
    };
    let created = Moment::shanghai(file.created_ms);
    RelayedBundleView { id: file.id, created, ops: file.ops, size: file.size, state }
}

fn items(conn: &Connection, part: Part, limit: u32) -> Result<Vec<OutboxItem>, Refusal> {
    outbox::list(conn, part, limit)?.iter().map(|entry| item(conn, entry)).collect()
}

/// One operation of the outbox.
fn item(conn: &Connection, entry: &Entry) -> Result<OutboxItem, Refusal> {
    // An operation of a newer build that this one cannot read is listed by the kind and change in its JSON.
    let op = entry.op().ok();
    let shown = record::local_row(conn, entry.row)?;
    let fields = match (&shown, op.as_ref().map(|op| &op.change)) {
        (Some(row), _) => Some(&row.fields),
        (None, Some(Change::Create(fields))) => Some(fields),
        (None, _) => None,
    };
    let (kind, change) = match &op {
        Some(op) => (op.kind.clone(), op.change.name().to_owned()),
        None => kind_and_change(&entry.json),
    };
    let recipient_name = match entry.recipient {
        Some(id) => roster::name(conn, id)?,
        None => None,
    };
    Ok(OutboxItem {
        // The local number: it stays when a new incarnation renumbers operations on the wire.
        op_no: OpNo(entry.no),
        row: entry.row,
        title: crate::queries::title(&kind, fields.unwrap_or(&Fields::default())).0,
        kind,
        change,
        recipient: entry.recipient,
        recipient_name,
        saved: entry.saved,
        bytes: entry.json.len() as u64,
        state: state(entry),
        outcome: entry.outcome.clone(),
        values: op.as_ref().map(|op| values(op, fields, entry.outcome.as_ref())).unwrap_or_default(),
        decided: entry.decided.as_ref().map(|d| decision_view(conn, d)).transpose()?,
    })
}

/// Kind and change of an operation that this build cannot read as a whole.
fn kind_and_change(json: &str) -> (Kind, String) {
    let op: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let change = op["change"].as_object().and_then(|c| c.keys().next()).cloned().unwrap_or_default();
    (Kind::from(op["kind"].as_str().unwrap_or_default()), change)
}

fn state(entry: &Entry) -> RecordState {
    match &entry.outcome {
        _ if !entry.acked => RecordState::Waiting,
        // This build cannot read the outcome, but the operation is acknowledged.
        Some(Outcome::Other(_)) => RecordState::Confirmed,
        _ => state_of_entry(entry),
    }
}

/// Field, own value and the value in force, for fields whose own value was not accepted.
fn values(op: &Op, shown: Option<&Fields>, outcome: Option<&Outcome>) -> Vec<(String, String, String)> {
    let own = match &op.change {
        Change::Set(fields) | Change::Amend { fields, .. } | Change::Advance { fields, .. } => fields,
        _ => return Vec::new(),
    };
    let lost: Vec<&str> = match outcome {
        Some(Outcome::Merged { lost }) => lost.iter().map(String::as_str).collect(),
        Some(Outcome::InReview { applied: false, .. } | Outcome::Rejected(_)) => own.names().collect(),
        _ => return Vec::new(),
    };
    let text = |fields: Option<&Fields>, name: &str| match fields.and_then(|f| f.get(name)) {
        None => String::new(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    lost.into_iter().map(|name| (name.to_owned(), text(Some(own), name), text(shown, name))).collect()
}
