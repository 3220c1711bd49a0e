//! Adds an operation to the outbox.

use crate::{
    reply::Refusal,
    store::{error::StoreError, record, tx::Tx},
};
use shared::{
    Change, Fields, Kind, Op, RowId,
    ids::{OpId, RecipientId, Rev},
    records::{Problem, ProblemCode, recipient_of},
    wire::OP_BYTES_MAX,
};

/// Appends one operation: takes the next number and a stamp, and stores the JSON as it will be sent.
///
/// # Errors
/// [`Refusal::Invalid`] when the operation is too large ever to be sent; [`Refusal::NotEnrolled`];
/// [`Refusal::StorageFull`].
pub fn append_op(tx: &mut Tx<'_>, kind: &Kind, row: RowId, base: Rev, change: Change) -> Result<Op, Refusal> {
    tx.identity()?;
    let recipient = match &change {
        Change::Create(fields) => recipient_of(kind, row, fields),
        _ if *kind == Kind::Recipient => Some(row.into()),
        _ => record::recipient_of_row(tx, row)?,
    };
    let id = OpId(tx.new_id());
    let op = Op { id, no: tx.take_wire_no()?, base, hlc: tx.tick(), kind: kind.clone(), row, change };
    let json = serde_json::to_string(&op).map_err(StoreError::from)?;
    if json.len() > OP_BYTES_MAX {
        return Err(Refusal::Invalid(vec![Problem::new(&largest_field(&op.change), ProblemCode::TooLarge)]));
    }
    let incarnation = tx.incarnation()?;
    tx.prepare_cached(
        "INSERT INTO op (incarnation, wire_no, id, row, recipient, kind, json, saved_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        incarnation.0,
        op.no.0,
        op.id.as_bytes(),
        row.as_bytes(),
        recipient.as_ref().map(RecipientId::as_bytes),
        kind.word(),
        json,
        tx.now().to_string(),
    ))?;
    let no = u64::try_from(tx.last_insert_rowid()).unwrap_or(0);
    tx.note_appended(no);
    tx.ops_changed(row);
    Ok(op)
}

/// The name of the field to shorten.
fn largest_field(change: &Change) -> String {
    let largest = |fields: &Fields| {
        fields.0.iter().max_by_key(|(_, value)| value.to_string().len()).map(|(name, _)| name.clone())
    };
    match change {
        Change::Create(fields) | Change::Set(fields) | Change::Amend { fields, .. } => largest(fields),
        other => other.field_names().into_iter().next(),
    }
    .unwrap_or_default()
}
