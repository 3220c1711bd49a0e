//! Assistance: for each recipient one record, and a receipt where one was given. The records of a hand-out to several
//! households share a hand-out id, and so do photos that show the whole hand-out rather than one home.

use super::{
    need,
    saving::{PhotoTarget, create, filled, find_recipient, finish_draft, happened, invalid},
};
use crate::{
    command::{NewAssistance, NewReceipt, RecipientShare},
    reply::Refusal,
    store::{Tx, photo},
};
use shared::{
    AssistanceId, Fields, HandoutId, Moment, NeedId, PhotoId, RecipientId, RowId,
    records::{Assistance, AssistanceKind, NeedStatus, PhotoOf, ProblemCode, Receipt},
};
use std::collections::{HashMap, HashSet};

/// 500 households: a whole village; with three operations each still few enough for one sync.
const SHARES_MAX: usize = 500;

pub fn save(tx: &mut Tx<'_>, new: NewAssistance) -> Result<Vec<RowId>, Refusal> {
    check_shares(tx, &new.shares)?;
    let happened_at = happened(tx, new.happened)?;
    let note = filled(new.note);
    let photos = match &new.draft {
        Some(key) => photo::of_draft(tx, key)?,
        None => Vec::new(),
    };
    let together = new.shares.len() > 1 || photos.iter().any(|p| p.of == PhotoOf::Handout);
    let handout = together.then(|| HandoutId(tx.new_id()));
    if let Some(id) = new.need {
        solve(tx, id, &new.shares, note.as_deref(), happened_at)?;
    }

    let mut rows = Vec::new();
    let mut receipt_photos: HashMap<PhotoId, PhotoTarget> = HashMap::new();
    for share in new.shares {
        let recipient = share.recipient;
        let need = match (&new.kind, new.need) {
            (AssistanceKind::Solve, None) => {
                let text = note.clone().ok_or_else(|| invalid("note", ProblemCode::Missing))?;
                Some(need::create_solved(tx, recipient, text, happened_at)?)
            }
            (_, given) => given,
        };
        let id = AssistanceId(tx.new_id());
        let assistance = Assistance {
            recipient,
            kind: new.kind.clone(),
            happened: happened_at,
            policy: filled(new.policy.clone()),
            note: note.clone(),
            amount: share.amount,
            lines: share.lines,
            handout,
            need,
            donor: filled(new.donor.clone()),
        };
        create(tx, id.into(), &assistance)?;
        rows.push(id.into());
        if let Some(new) = share.receipt {
            if let Some(shown) = new.photo
                && !photos.iter().any(|p| p.id == shown)
            {
                return Err(invalid("photo", ProblemCode::Missing));
            }
            let shown = new.photo;
            let receipt = save_receipt(tx, new, id, recipient, handout, happened_at)?;
            if let Some(shown) = shown {
                receipt_photos.insert(shown, PhotoTarget { row: Some(receipt), handout, recipient: Some(recipient) });
            }
            rows.push(receipt);
        }
    }
    // A photo that no receipt names shows the hand-out as a whole, or the only home.
    let only = (!together).then(|| rows.first().copied()).flatten();
    let recipient = only.and(first_recipient(tx, only)?);
    let target = PhotoTarget { row: only, handout, recipient };
    let photos = finish_draft(tx, new.draft.as_deref(), |p| receipt_photos.get(&p.id).copied().unwrap_or(target))?;
    rows.extend(photos);
    Ok(rows)
}

fn first_recipient(tx: &Tx<'_>, row: Option<RowId>) -> Result<Option<RecipientId>, Refusal> {
    match row {
        Some(row) => Ok(crate::store::record::recipient_of_row(tx, row)?),
        None => Ok(None),
    }
}

fn check_shares(tx: &Tx<'_>, shares: &[RecipientShare]) -> Result<(), Refusal> {
    if shares.is_empty() {
        return Err(invalid("recipient", ProblemCode::Missing));
    }
    let mut seen = HashSet::new();
    // The same household twice in one hand-out is a slip, not a second share.
    if shares.len() > SHARES_MAX || !shares.iter().all(|s| seen.insert(s.recipient)) {
        return Err(invalid("recipient", ProblemCode::TooMany));
    }
    for share in shares {
        find_recipient(tx, share.recipient)?;
    }
    Ok(())
}

/// Closes the need that the assistance solves.
fn solve(
    tx: &mut Tx<'_>,
    id: NeedId,
    shares: &[RecipientShare],
    note: Option<&str>,
    happened: Moment,
) -> Result<(), Refusal> {
    let row = need::find_need(tx, id)?;
    if shares.len() != 1 || row.recipient() != Some(shares[0].recipient) {
        return Err(invalid("need", ProblemCode::WrongShape));
    }
    let fields = note.map_or_else(Fields::new, |n| Fields::new().with("progress", n));
    need::step(tx, &row, &NeedStatus::Solved, fields, happened)
}

fn save_receipt(
    tx: &mut Tx<'_>,
    new: NewReceipt,
    assistance: AssistanceId,
    recipient: RecipientId,
    handout: Option<HandoutId>,
    given: Moment,
) -> Result<RowId, Refusal> {
    let happened = match new.happened {
        Some(_) => happened(tx, new.happened)?,
        None => given,
    };
    let id = RowId(tx.new_id());
    let receipt = Receipt {
        recipient,
        assistance,
        handout,
        mode: new.mode,
        happened,
        photo: new.photo,
        name: filled(new.name),
        relation: filled(new.relation),
        reason: filled(new.reason),
    };
    create(tx, id, &receipt)?;
    Ok(id)
}
