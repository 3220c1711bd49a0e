//! Computes what screens show of a record: its server row with the operations replayed that the server row does not
//! include yet, by the same rules as on the server.

use super::{
    error::Result,
    identity::Identity,
    member,
    outbox::entry,
    record,
    record_write::{delete, write},
    tx::Tx,
};
use rusqlite::{Connection, OptionalExtension};
use shared::{
    AreaCode, Change, Fields, Kind, Row, RowId, domain,
    ids::{Rev, ReviewId},
    merge::{OpContext, decide},
    op::Op,
    records::{Audience, Category},
};
use std::collections::BTreeMap;

/// Computes and stores the local row. `None`, and the record deleted, when neither a server row nor an operation is
/// left.
///
/// # Errors
/// When the store cannot be read or written.
pub fn replay(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Row>> {
    let stored: Option<(u64, String, Option<String>)> = tx
        .prepare_cached("SELECT rev, local_row, server_row FROM record WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    let existed = stored.is_some();
    let (rev, server_json) = match stored {
        None => (Rev(0), None),
        Some((rev, local, None)) => (Rev(rev), Some(local)),
        Some((rev, _, Some(server))) => (Rev(rev), Some(server).filter(|json| !json.is_empty())),
    };
    let entries = entry::unsettled(tx, id)?;
    let server_row: Option<Row> = server_json.as_deref().map(serde_json::from_str).transpose()?;
    let Some(identity) = tx.identity_if_any()? else { return Ok(server_row) };

    let mut local_row = server_row;
    for entry in &entries {
        // An operation of a newer build that this one cannot read shows nothing; it is sent all the same.
        if entry.in_force()
            && let Ok(op) = entry.op()
        {
            let meta = op_context(tx, &op, &identity)?;
            let effect = decide(local_row.as_ref(), &op, &identity.actor(), &meta).into_effect(|| ReviewId::NIL);
            if let Some(next) = effect.row {
                local_row = Some(*next);
            }
        }
    }
    let counts = local_row.is_some();
    if local_row.is_none() {
        local_row = creation_not_in_force(tx, id, &identity)?;
    }
    // Kinds that the server never sends back (the access log) are in the outbox only.
    let local_row = local_row.filter(|row| row.kind.audience() != Audience::Server);
    match &local_row {
        Some(row) => {
            let json = serde_json::to_string(row)?;
            match (&server_json, entries.is_empty()) {
                // Byte for byte as received, so that fields of a newer server survive.
                (Some(server), true) => write(tx, row, rev, server, None, counts)?,
                (Some(server), false) => write(tx, row, rev, &json, Some(server), counts)?,
                (None, _) => write(tx, row, rev, &json, Some(""), counts)?,
            }
        }
        None if existed => delete(tx, id)?,
        None => {}
    }
    Ok(local_row)
}

/// The facts that merging asks for, as far as this device knows them.
fn op_context(conn: &Connection, op: &Op, identity: &Identity) -> Result<OpContext> {
    let mut context = OpContext { hlc: op.hlc, area: None, category: None, likely_duplicate: false };
    if let Change::Create(fields) = &op.change {
        (context.area, context.category) = counted_under(conn, &op.kind, op.row, fields, identity)?;
    }
    Ok(context)
}

/// The area and category under which a new record counts, as far as this device knows its recipient.
fn counted_under(
    conn: &Connection,
    kind: &Kind,
    id: RowId,
    fields: &Fields,
    identity: &Identity,
) -> Result<(Option<AreaCode>, Option<Category>)> {
    let recipient = match shared::records::recipient_of(kind, id, fields) {
        Some(recipient) if *kind != Kind::Recipient => record::local_row(conn, recipient.into())?,
        _ => None,
    };
    let place = recipient.as_ref().and_then(domain::recipient_place);
    Ok(domain::counted_under(kind, fields, place, Some(identity.enrolment.area)))
}

/// A creation that was refused, or is held for a supervisor, still shows what was recorded until its author has put the
/// outcome aside. If instead the server applied it and sent no row, the record is in no scope of this device, and may
/// be evicted.
fn creation_not_in_force(tx: &mut Tx<'_>, id: RowId, identity: &Identity) -> Result<Option<Row>> {
    let entries = entry::of_row(tx, id)?;
    let mut creations = Vec::new();
    for entry in &entries {
        let Ok(op) = entry.op() else { continue };
        if let (Change::Create(fields), false) = (&op.change, entry.is_over()) {
            creations.push((op.clone(), fields.clone()));
        }
    }
    let Some((op, fields)) = creations.pop() else { return Ok(None) };
    let (area, category) = counted_under(tx, &op.kind, id, &fields, identity)?;
    member::mark_for_eviction(tx, id)?;
    Ok(Some(Row {
        kind: op.kind,
        id,
        rev: Rev(0),
        author: identity.enrolment.worker,
        device: identity.device,
        hlc: op.hlc,
        area,
        category,
        unit: identity.enrolment.unit,
        fields,
        stamps: BTreeMap::new(),
        void: None,
        former: Vec::new(),
        extra: BTreeMap::new(),
    }))
}
