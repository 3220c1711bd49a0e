//! Lines of the sync screen: operations with what became of them, both values readable where two met.

use super::items::{state_of_op, title};
use crate::{
    store::{
        Result, outbox,
        outbox::{Entry, Part},
        record, roster,
    },
    views::OutboxItem,
};
use rusqlite::Connection;
use serde_json::Value;
use shared::{Change, Fields, Op, Outcome, ids::OpNo, merge::decide::touched};

/// At most `limit` of one part of the outbox, in its order.
pub(crate) fn outbox_items(conn: &Connection, part: Part, limit: u32) -> Result<Vec<OutboxItem>> {
    outbox::list(conn, part, limit)?.iter().map(|entry| item(conn, entry)).collect()
}

fn item(conn: &Connection, entry: &Entry) -> Result<OutboxItem> {
    let op = entry.op()?;
    let shown = record::doc(conn, op.row)?;
    let own = own_fields(&op);
    let fields = shown.as_ref().map_or(&own, |row| &row.fields);
    let recipient_name = match entry.recipient {
        Some(recipient) => roster::name(conn, recipient)?,
        None => None,
    };
    Ok(OutboxItem {
        op_no: OpNo(entry.no),
        row: op.row,
        title: title(&op.kind, fields).0,
        recipient: entry.recipient,
        recipient_name,
        saved: entry.saved,
        bytes: entry.json.len() as u64,
        state: state_of_op(entry),
        values: values(&op, entry.outcome.as_ref(), &own, fields),
        outcome: entry.outcome.clone(),
        change: op.change.name().to_owned(),
        kind: op.kind,
    })
}

/// What the author set.
fn own_fields(op: &Op) -> Fields {
    match &op.change {
        Change::Create(fields) | Change::Set(fields) | Change::Amend { fields, .. } => fields.clone(),
        Change::Elements { field, add, .. } => Fields::new().with(field, add.clone()),
        Change::Advance { to, fields, .. } => fields.clone().with("status", to.clone()),
        Change::Void { .. } | Change::Reopen { .. } | Change::Resolve { .. } => Fields::new(),
    }
}

/// Field, own value, the one that stands: where they differ.
fn values(op: &Op, outcome: Option<&Outcome>, own: &Fields, stands: &Fields) -> Vec<(String, String, String)> {
    let fields: Vec<String> = match outcome {
        Some(Outcome::Merged { lost }) => lost.clone(),
        Some(Outcome::InReview { applied: false, .. }) if !matches!(op.change, Change::Create(_)) => {
            touched(&op.change)
        }
        _ => return Vec::new(),
    };
    let both = fields.into_iter().map(|field| {
        // A lost element is named `tags/<word>`.
        let name = field.split('/').next().unwrap_or_default().to_owned();
        (field, shown(&name, own.get(&name)), shown(&name, stands.get(&name)))
    });
    both.filter(|(_, own, stands)| own != stands).collect()
}

fn shown(field: &str, value: Option<&Value>) -> String {
    let Some(mut value) = value.cloned() else { return String::new() };
    super::card::mask(field, &mut value);
    match value {
        Value::String(text) => text,
        Value::Array(items) => {
            items.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
