//! What waits for a supervisor's decision: what this device's holder may decide, and what became of their own changes.

use super::{
    Ask,
    card::mask,
    items::{Names, Photos, title},
    today::is_office,
};
use crate::{
    Core, Refusal, Reply,
    store::{self, outbox, record, roster},
    views::{DecisionView, HistoryItem, ReviewItem, ReviewValue, ReviewsView, Said},
};
use rusqlite::Connection;
use serde_json::Value;
use shared::{
    Change, Hlc, Kind, Moment, Outcome, ReviewId, Row, RowId, WorkerId,
    area::AreaLevel,
    merge::review::{ReviewDecision, current_author, decision_of, proposed_values},
    records::{Assistance, Pairing, Recipient, Review, ReviewReason, ReviewStatus, recipient_of},
};

/// 30 decided cases: what one may want to look up again. All of them are at the office's console.
const DONE_MAX: usize = 30;

/// A decision as screens show it.
pub fn decision_view(conn: &Connection, decided: &ReviewDecision) -> store::Result<DecisionView> {
    let by = match &decided.by_name {
        Some(name) => Some(name.clone()),
        None if decided.by.is_nil() => None,
        None => roster::name_of(conn, decided.by.into())?,
    };
    Ok(DecisionView {
        accepted: decided.accepted,
        reason: decided.reason.clone(),
        by,
        at: Moment::shanghai(decided.hlc.ms()),
    })
}

impl Core {
    pub(crate) fn reviews(&mut self) -> Result<Reply, Refusal> {
        let fresh = |core: &Self, id: RowId| core.fresh_batch(id).map(|b| b.is_some());
        let ids: Vec<RowId> = record::of_kind(self.store()?.conn(), &Kind::Review)?.iter().map(|r| r.id).collect();
        let mut undoable = std::collections::HashSet::new();
        for id in ids {
            if fresh(self, id)? {
                undoable.insert(id);
            }
        }
        let ask = self.ask()?;
        let mut view = ReviewsView { holds_area: ask.holds_area(), ..ReviewsView::default() };
        let mut cases: Vec<(Row, Review)> = record::of_kind(ask.conn(), &Kind::Review)?
            .into_iter()
            .filter_map(|row| row.view::<Review>().ok().map(|review| (row, review)))
            .collect();
        // Oldest first; the decided are turned round below.
        cases.sort_by_key(|(row, _)| (row.hlc, row.id));
        let me = ask.me.enrolment.worker;
        for (row, review) in &cases {
            let own = review.proposed_by == me || review.current_by == Some(me);
            let may = ask.may_decide(row);
            if !own && !may {
                continue;
            }
            let item = ask.review_item(row, review, undoable.contains(&row.id), false)?;
            let open = review.status == ReviewStatus::Open;
            match (open, may) {
                (true, true) => view.open.push(item.clone()),
                (false, true) => view.done.push(item.clone()),
                _ => {}
            }
            if own {
                view.own.push(item);
            }
        }
        let decided_at = |item: &ReviewItem| item.decision.as_ref().map(|d| d.at.utc_ms);
        view.done.sort_by_key(|item| std::cmp::Reverse(decided_at(item)));
        view.done.truncate(DONE_MAX);
        view.own.sort_by_key(|item| (item.decision.is_some(), std::cmp::Reverse(decided_at(item))));
        Ok(Reply::Reviews(Box::new(view)))
    }

    /// One case. To whoever decides it full numbers are shown, and each look is logged.
    pub(crate) fn review(&mut self, id: ReviewId) -> Result<Reply, Refusal> {
        let id = RowId(id.0);
        let undoable = self.fresh_batch(id)?.is_some();
        let row = record::doc(self.store()?.conn(), id)?.filter(|r| r.kind == Kind::Review);
        let row = row.ok_or(Refusal::NotFound)?;
        let review: Review = row.view().map_err(store::StoreError::from)?;
        let today = self.today_day()?;
        if let Some(person) = review.recipient
            && let Some(doc) = record::doc(self.store()?.conn(), person.into())?
            && doc.view::<Recipient>().is_ok_and(|r| r.is_minor(today))
        {
            self.log_minor(person)?;
        }
        let may = self.ask()?.may_decide(&row);
        let open = may && review.status == ReviewStatus::Open;
        if let (true, Some(person)) = (open, review.recipient) {
            for pair in proposed_values(&review, None).iter().filter(|p| is_number(&p.field)) {
                self.log_number(person, &pair.field)?;
            }
        }
        let item = self.ask()?.review_item(&row, &review, undoable, open)?;
        Ok(Reply::Review(Box::new(item)))
    }
}

fn is_number(field: &str) -> bool {
    matches!(field, "id_number" | "phone" | "guardian")
}

impl Ask<'_> {
    /// Whether the server will most likely take a decision from here.
    fn may_decide(&self, review: &Row) -> bool {
        is_office(self) && review.area.is_some_and(|area| self.me.enrolment.areas.iter().any(|a| a.contains(&area)))
    }

    fn decision(&self, decided: &ReviewDecision) -> Result<DecisionView, Refusal> {
        let mut view = decision_view(self.conn(), decided)?;
        // One's own decision has no name from the server before it was sent.
        if view.by.is_none() && decided.by == self.me.enrolment.worker {
            view.by = Some(self.me.enrolment.name.clone());
        }
        Ok(view)
    }

    /// Villages and townships come to a phone; a county never does.
    fn holds_area(&self) -> bool {
        let small = |level| matches!(level, AreaLevel::Township | AreaLevel::Village);
        self.me.enrolment.areas.iter().any(|a| small(a.level()))
    }

    fn review_item(&self, row: &Row, review: &Review, undoable: bool, full: bool) -> Result<ReviewItem, Refusal> {
        let conn = self.conn();
        let target = record::doc(conn, review.row)?;
        let about = review.recipient;
        let pairings: Vec<Pairing> = match about {
            Some(person) => {
                record::of_recipient(conn, person, &Kind::Pairing, 100)?.iter().filter_map(|r| r.view().ok()).collect()
            }
            None => Vec::new(),
        };
        let names = Names::of_pairings(&pairings);
        let said = |by: WorkerId, given: Option<&String>, hlc: Hlc| -> Result<Said, Refusal> {
            let name = match given {
                Some(name) => Some(name.clone()),
                None => self.name_of(by, &names)?,
            };
            Ok(Said { by: name, mine: by == self.me.enrolment.worker, at: Moment::shanghai(hlc.ms()) })
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
        // Somebody who is only proposed yet has a name in the proposal.
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
            proposed: said(review.proposed_by, review.proposed_name.as_ref(), review.proposed_hlc)?,
            standing: current_author(review, target.as_ref()).map(|(by, hlc)| said(by, None, hlc)).transpose()?,
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

    /// RecordPair values of each field, masked unless `full`; a unit by its name.
    fn values(&self, review: &Review, target: Option<&Row>, full: bool) -> Result<Vec<ReviewValue>, Refusal> {
        let shown = |field: &str, value: Option<Value>| -> Result<Option<Value>, Refusal> {
            let Some(mut value) = value else { return Ok(None) };
            if !full {
                mask(field, &mut value);
            }
            if field == "unit"
                && let Some(id) = value.as_str().and_then(|id| id.parse().ok())
                && let Some(name) = roster::name_of(self.conn(), id)?
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

    /// The record that a likely duplicate may double: same person, day, kind and value.
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
