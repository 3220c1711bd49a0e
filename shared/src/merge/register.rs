//! Registers and sets: which value stands when two devices change the same field.

use super::{
    actor::Actor,
    history::{keep_former, push_former},
    rules::ConcurrentChange,
    types::OpContext,
};
use crate::{
    Fields, Op,
    ids::Rev,
    records::{FieldRule, Former, Row, Stamp},
};
use serde_json::Value;

/// Compares the operation with the stamp under `key`, that is, without a look at values: never
/// [`ConcurrentChange::Same`].
pub fn concurrent_change(row: &Row, key: &str, op: &Op, ctx: &OpContext, actor: &Actor) -> ConcurrentChange {
    let stamp = row.stamp(key);
    // A revision that this record never had (the server was restored from a backup) proves nothing was seen.
    let seen = if op.base > row.rev { Rev(0) } else { op.base };
    if stamp.rev <= seen || stamp.device == actor.device {
        ConcurrentChange::Nothing
    } else if (ctx.hlc, actor.device) > (stamp.hlc, stamp.device) {
        ConcurrentChange::Earlier
    } else {
        ConcurrentChange::Later
    }
}

/// Stamps `key` in `next` with this actor. A change whose author saw the previous one gets the later stamp even when
/// the author's clock is behind, so that an older third change cannot come between them.
pub fn put_stamp(next: &mut Row, before: &Row, key: String, ctx: &OpContext, actor: &Actor, removed: bool) {
    let hlc = match before.stamps.get(&key) {
        // A device's own stamps grow; the same change applied twice keeps its stamp.
        Some(old) if old.device == actor.device => ctx.hlc.max(old.hlc),
        // Already later. A stamp raised further would beat a third change that is later still.
        Some(old) if (ctx.hlc, actor.device) > (old.hlc, old.device) => ctx.hlc,
        Some(old) => ctx.hlc.max(old.hlc.successor()),
        None => ctx.hlc,
    };
    next.stamps.insert(key, Stamp { rev: next.rev, hlc, device: actor.device, by: actor.worker, removed });
}

/// Sets register fields in `next`, whose revision is already raised. Returns the names of the fields where the other
/// value stands. Values that give way are kept in the history.
pub fn set_fields(next: &mut Row, op: &Op, fields: &Fields, actor: &Actor, ctx: &OpContext) -> Vec<String> {
    // The change is compared with the record before it, not with fields that it has just set.
    let before = Row { rev: Rev(next.rev.0.saturating_sub(1)), ..next.clone() };
    let mut lost = Vec::new();
    let mut groups: Vec<(&str, ConcurrentChange)> = Vec::new();
    for (name, value) in &fields.0 {
        let rule = before.kind.rule(name);
        let key = rule.stamp_key(name);
        let concurrent = concurrent_change(&before, key, op, ctx, actor);
        let same = before.fields.get(name) == Some(value).filter(|v| !v.is_null());
        if concurrent == ConcurrentChange::Later {
            if !same {
                lost.push(name.clone());
                let by = actor.worker;
                let value = value.clone();
                push_former(next, Former { field: name.clone(), value, by, hlc: ctx.hlc, reason: None });
            }
            continue;
        }
        if concurrent == ConcurrentChange::Earlier && !same {
            keep_former(next, &before, name, None);
        }
        next.fields.set(name, value.clone());
        put_stamp(next, &before, key.to_owned(), ctx, actor, false);
        if let FieldRule::Coupled(group) = rule
            && !groups.iter().any(|(known, _)| *known == group)
        {
            groups.push((group, concurrent));
        }
    }
    // Coupled fields are one register: a change empties those of the group that it does not name.
    for (group, concurrent) in groups {
        for (name, rule) in before.kind.rules() {
            if *rule == FieldRule::Coupled(group) && !fields.0.contains_key(*name) && before.fields.get(name).is_some()
            {
                if concurrent == ConcurrentChange::Earlier {
                    keep_former(next, &before, name, None);
                }
                next.fields.set(name, Value::Null);
            }
        }
    }
    lost
}

/// The elements of a set field.
pub fn elements(row: &Row, field: &str) -> Vec<String> {
    match row.fields.get(field) {
        Some(Value::Array(items)) => items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// Adds an element to a set field or removes it. The list stays sorted and without duplicates.
pub fn put_element(next: &mut Row, field: &str, element: &str, removed: bool) {
    let mut list = elements(next, field);
    list.retain(|e| e != element);
    if !removed {
        list.push(element.to_owned());
    }
    list.sort();
    next.fields.set(field, Value::from(list));
}
