//! A visit, call or message: one record for each recipient, and the need that it raised.

use super::{
    need::create_need,
    saving::{PhotoTarget, create, filled, find_recipient, finish_draft, happened, invalid},
};
use crate::{command::NewVisit, reply::Refusal, store::Tx};
use shared::{
    RowId,
    records::{PhotoOf, ProblemCode, Visit},
};

/// 50: more than any household or room of a care home; limits the damage of a slip.
const RECIPIENTS_MAX: usize = 50;

pub fn save(tx: &mut Tx<'_>, new: NewVisit) -> Result<Vec<RowId>, Refusal> {
    let mut recipients = new.recipients;
    let mut seen = std::collections::HashSet::new();
    recipients.retain(|r| seen.insert(*r));
    let Some(first) = recipients.first().copied() else { return Err(invalid("recipient", ProblemCode::Missing)) };
    if recipients.len() > RECIPIENTS_MAX {
        return Err(invalid("recipient", ProblemCode::TooMany));
    }
    let happened = happened(tx, new.happened)?;
    let mut visit = Visit {
        recipient: first,
        mode: new.mode,
        happened,
        presence: new.presence,
        findings: new.findings,
        services: new.services,
        note: filled(new.note),
        follow_up: filled(new.follow_up),
        position: None,
    };
    let mut rows = Vec::new();
    for recipient in recipients {
        find_recipient(tx, recipient)?;
        visit.recipient = recipient;
        let id = RowId(tx.new_id());
        create(tx, id, &visit)?;
        rows.push(id);
    }
    let subject = rows[0];
    let mut need_row = None;
    if let Some(need) = new.need {
        let id = create_need(tx, first, need, happened)?;
        need_row = Some(id);
        rows.push(id);
    }
    let photos = finish_draft(tx, new.draft.as_deref(), |photo| {
        let of_need = photo.of == PhotoOf::Need;
        PhotoTarget { row: need_row.filter(|_| of_need).or(Some(subject)), handout: None, recipient: Some(first) }
    })?;
    rows.extend(photos);
    Ok(rows)
}
