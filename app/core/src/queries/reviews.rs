//! Reviews: those that this worker may decide, and those about this worker's own changes.

use crate::{
    core::Core,
    reply::{Refusal, Reply},
    store::{StoreError, record},
    views::{ReviewItem, ReviewsView},
};
use shared::{
    Kind, ReviewId, Row, RowId,
    merge::review::proposed_values,
    records::{Recipient, Review, ReviewStatus},
};
use std::collections::HashSet;

/// 30: decided reviews that a user may want to look up again. All of them are on the office's console.
const DONE_MAX: usize = 30;

impl Core {
    /// The reviews to decide, those about this worker's changes, and the last decided ones.
    pub(crate) fn reviews(&mut self) -> Result<Reply, Refusal> {
        let ids: Vec<RowId> = record::of_kind(self.store()?.conn(), &Kind::Review)?.iter().map(|r| r.id).collect();
        let mut undoable = HashSet::new();
        for id in ids {
            if self.undoable_save(id)?.is_some() {
                undoable.insert(id);
            }
        }
        let ctx = self.query_ctx()?;
        let mut view = ReviewsView { holds_area: ctx.holds_area(), ..ReviewsView::default() };
        let mut cases: Vec<(Row, Review)> = record::of_kind(ctx.conn(), &Kind::Review)?
            .into_iter()
            .filter_map(|row| row.view::<Review>().ok().map(|review| (row, review)))
            .collect();
        // Oldest first; decided ones are sorted again below.
        cases.sort_by_key(|(row, _)| (row.hlc, row.id));
        let worker = ctx.identity.enrolment.worker;
        for (row, review) in &cases {
            let own = review.proposed_by == worker || review.current_by == Some(worker);
            let may = ctx.may_decide(row);
            if !own && !may {
                continue;
            }
            let item = ctx.review_item(row, review, undoable.contains(&row.id), false)?;
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

    /// One review. A supervisor who may decide sees full numbers, and that is logged.
    pub(crate) fn review(&mut self, id: ReviewId) -> Result<Reply, Refusal> {
        let id = RowId(id.0);
        let undoable = self.undoable_save(id)?.is_some();
        let row = record::local_row(self.store()?.conn(), id)?.filter(|r| r.kind == Kind::Review);
        let row = row.ok_or(Refusal::NotFound)?;
        let review: Review = row.view().map_err(StoreError::from)?;
        let today = self.today_day()?;
        if let Some(person) = review.recipient
            && let Some(row) = record::local_row(self.store()?.conn(), person.into())?
            && row.view::<Recipient>().is_ok_and(|r| r.is_minor(today))
        {
            self.log_minor(person)?;
        }
        let may = self.query_ctx()?.may_decide(&row);
        let open = may && review.status == ReviewStatus::Open;
        if let (true, Some(person)) = (open, review.recipient) {
            for pair in proposed_values(&review, None).iter().filter(|p| is_number(&p.field)) {
                self.log_number(person, &pair.field)?;
            }
        }
        let item = self.query_ctx()?.review_item(&row, &review, undoable, open)?;
        Ok(Reply::Review(Box::new(item)))
    }
}

fn is_number(field: &str) -> bool {
    matches!(field, "id_number" | "phone" | "guardian")
}
