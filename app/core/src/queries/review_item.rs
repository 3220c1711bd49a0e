//! A review, and a decision on it, as screens show them.

use super::{
    ctx::QueryCtx,
    items::{Names, Photos, title},
    mask::mask,
};
use crate::{
    reply::Refusal,
    store::{self, outbox, record, roster},
    views::{Attribution, DecisionView, HistoryItem, ReviewItem, ReviewValue},
};
use rusqlite::Connection;
use serde_json::Value;
use shared::{
    Change, Hlc, Kind, Moment, Outcome, ReviewId, Row, WorkerId,
    area::AreaLevel,
    merge::review::{ReviewDecision, current_author, decision_of, proposed_values},
    records::{Assistance, Pairing, Review, ReviewReason, recipient_of},
};

/// A decision as screens show it.
pub fn decision_view(conn: &Connection, decided: &ReviewDecision) -> store::Result<DecisionView> {
    let by = match &decided.by_name {
        Some(name) => Some(name.clone()),
        None if decided.by.is_nil() => None,
        None => record::name_of(conn, decided.by.into())?,
    };
    Ok(DecisionView {
        accepted: decided.accepted,
        reason: decided.reason.clone(),
        by,
        at: Moment::shanghai(decided.hlc.ms()),
    })
}

impl QueryCtx<'_> {
    /// Whether the server will most likely accept a decision of this worker.
    pub(super) fn may_decide(&self, review: &Row) -> bool {
        self.identity.enrolment.is_supervisor()
            && review.area.is_some_and(|area| self.identity.enrolment.areas.iter().any(|a| a.contains(&area)))
    }

    fn decision(&self, decided: &ReviewDecision) -> Result<DecisionView, Refusal> {
        let mut view = decision_view(self.conn(), decided)?;
        // A decision of this worker that was not sent yet has no name from the server.
        if view.by.is_none() && decided.by == self.identity.enrolment.worker {
            view.by = Some(self.identity.enrolment.name.clone());
        }
        Ok(view)
    }

    /// Whether reviews of the supervised areas come to this device: those of villages and townships do, of counties
    /// never.
    pub(super) fn holds_area(&self) -> bool {
        let small = |level| matches!(level, AreaLevel::Township | AreaLevel::Village);
        self.identity.enrolment.areas.iter().any(|a| small(a.level()))
    }

    /// A review as screens show it; `full` shows numbers unmasked.
    pub(super) fn review_item(
        &self,
        row: &Row,
        review: &Review,
        undoable: bool,
        full: bool,
    ) -> Result<ReviewItem, Refusal> {
        let conn = self.conn();
        let target = record::local_row(conn, review.row)?;
        let about = review.recipient;
        let pairings: Vec<Pairing> = match about {
            Some(person) => {
                record::of_recipient(conn, person, &Kind::Pairing, 100)?.iter().filter_map(|r| r.view().ok()).collect()
            }
            None => Vec::new(),
        };
        let names = Names::of_pairings(&pairings);
        let attribution = |by: WorkerId, given: Option<&String>, hlc: Hlc| -> Result<Attribution, Refusal> {
            let name = match given {
                Some(name) => Some(name.clone()),
                None => self.name_of(by, &names)?,
            };
            Ok(Attribution { by: name, mine: by == self.identity.enrolment.worker, at: Moment::shanghai(hlc.ms()) })
        };
        let fields = match (&target, &review.op.change) {
            (_, Change::Create(fields)) => fields.clone(),
            (Some(target), _) => target.fields.clone(),
            (None, _) => shared::Fields::new(),
        };
        let recipient_name = match about {
            Some(person) => roster::name(conn, person)?,
            None => None,
        };
        // The name of a proposed recipient is in the proposal.
        let proposed_name = || match (&review.row_kind, &review.op.change) {
            (Kind::Recipient, Change::Create(fields)) => fields.text("name").map(str::to_owned),
            _ => None,
        };
        let own: Vec<outbox::Entry> = outbox::of_row(conn, row.id)?;
        let refused = own.iter().rev().find_map(|e| match &e.outcome {
            Some(Outcome::Rejected(why)) if !e.seen => Some(why.clone()),
            _ => None,
        });
        Ok(ReviewItem {
            id: ReviewId(row.id.0),
            reason: review.reason.clone(),
            row: review.row,
            kind: review.row_kind.clone(),
            title: title(&review.row_kind, &fields).0,
            change: review.op.change.name().to_owned(),
            recipient: about,
            recipient_name: recipient_name.or_else(proposed_name),
            area_name: row.area.map(|a| roster::area_name(conn, a)).transpose()?,
            values: self.values(review, target.as_ref(), full)?,
            proposed: attribution(review.proposed_by, review.proposed_name.as_ref(), review.proposed_hlc)?,
            standing: current_author(review, target.as_ref())
                .map(|(by, hlc)| attribution(by, None, hlc))
                .transpose()?,
            given_reason: review.op.change.reason().map(str::to_owned),
            applied: review.applied,
            acceptable: review.can_be_accepted(),
            twin: self.twin(review, &names)?,
            decision: decision_of(row).map(|d| self.decision(&d)).transpose()?,
            may_decide: self.may_decide(row),
            waiting: own.iter().any(|e| !e.acked),
            undoable,
            refused,
        })
    }

    /// Both values of each field, masked unless `full`; a unit by its name.
    fn values(&self, review: &Review, target: Option<&Row>, full: bool) -> Result<Vec<ReviewValue>, Refusal> {
        let shown = |field: &str, value: Option<Value>| -> Result<Option<Value>, Refusal> {
            let Some(mut value) = value else { return Ok(None) };
            if !full {
                mask(field, &mut value);
            }
            if field == "unit"
                && let Some(id) = value.as_str().and_then(|id| id.parse().ok())
                && let Some(name) = record::name_of(self.conn(), id)?
            {
                value = name.into();
            }
            Ok(Some(value))
        };
        let mut values = Vec::new();
        for pair in proposed_values(review, target) {
            let (proposed, standing) = (shown(&pair.field, pair.proposed)?, shown(&pair.field, pair.current)?);
            values.push(ReviewValue { field: pair.field, proposed, standing });
        }
        Ok(values)
    }

    /// The record that a likely duplicate resembles: same recipient, day, kind and value.
    fn twin(&self, review: &Review, names: &Names) -> Result<Option<HistoryItem>, Refusal> {
        let (ReviewReason::LikelyDuplicate, Change::Create(fields)) = (&review.reason, &review.op.change) else {
            return Ok(None);
        };
        let (Some(person), Ok(new)) = (recipient_of(&review.row_kind, review.row, fields), fields.view::<Assistance>())
        else {
            return Ok(None);
        };
        let alike = |row: &&Row| {
            let same =
                |a: Assistance| (a.happened.day(), &a.kind, a.value()) == (new.happened.day(), &new.kind, new.value());
            row.id != review.row && !row.is_void() && row.view::<Assistance>().is_ok_and(same)
        };
        let rows = record::of_recipient(self.conn(), person, &Kind::Assistance, 200)?;
        let photos = Photos::default();
        rows.iter().find(alike).map(|row| self.history_item(row, names, &photos)).transpose()
    }
}
