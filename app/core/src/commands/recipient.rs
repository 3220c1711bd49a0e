//! Changes of a recipient's fields and tags.

use super::saving::{change, find_recipient, invalid};
use crate::{reply::Refusal, store::Tx};
use serde_json::Value;
use shared::{Change, Fields, RecipientId, RowId, records::ProblemCode};

/// 30 characters: the longest tag known has 23.
const TAG_MAX: usize = 30;

pub fn edit(tx: &mut Tx<'_>, recipient: RecipientId, fields: Fields) -> Result<Vec<RowId>, Refusal> {
    let row = find_recipient(tx, recipient)?;
    // An unchanged field is left out: it would only compete with a change that somebody else made.
    let changed = fields.0.into_iter().filter(|(name, value)| {
        row.fields.0.get(name).filter(|v| !v.is_null()) != Some(value).filter(|v| !v.is_null())
    });
    let changed = Fields(changed.collect());
    if !changed.is_empty() {
        change(tx, &row, Change::Set(with_companions(&row.fields, changed)))?;
    }
    Ok(vec![row.id])
}

/// Address and position are coupled: a change clears the one that it does not mention. So an edit of the position sends
/// the address along; an edit of the address clears the position, which belonged to the old address.
fn with_companions(before: &Fields, mut changed: Fields) -> Fields {
    if changed.0.contains_key("position")
        && !changed.0.contains_key("address")
        && let Some(address) = before.text("address")
    {
        changed.set("address", Value::from(address));
    }
    changed
}

pub fn edit_tags(
    tx: &mut Tx<'_>,
    recipient: RecipientId,
    add: Vec<String>,
    remove: Vec<String>,
) -> Result<Vec<RowId>, Refusal> {
    let row = find_recipient(tx, recipient)?;
    let has: Vec<&str> = match row.fields.get("tags") {
        Some(Value::Array(tags)) => tags.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let trimmed = |tags: Vec<String>| tags.into_iter().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let add: Vec<String> = trimmed(add).filter(|t| !has.contains(&t.as_str())).collect();
    let remove: Vec<String> = trimmed(remove).filter(|t| has.contains(&t.as_str())).collect();
    if add.iter().any(|t| t.chars().count() > TAG_MAX) {
        return Err(invalid("tags", ProblemCode::TooLong));
    }
    if !add.is_empty() || !remove.is_empty() {
        change(tx, &row, Change::Elements { field: "tags".to_owned(), add, remove })?;
    }
    Ok(vec![row.id])
}
