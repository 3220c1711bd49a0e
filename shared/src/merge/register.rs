//! Registers: who wins when two devices set the same field.

use super::{
    actor::Actor,
    decide::{Meta, push_former},
    rules::FieldRule,
};
use crate::{
    Fields, Op,
    ids::Rev,
    records::{Former, Row, Stamp},
};
use serde_json::Value;

/// How a new value meets the one that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contest {
    /// Nobody else changed it since the author saw it, or this device set it last.
    Unopposed,
    /// Someone else did, and the new value is the later one.
    Won,
    /// Someone else did, and theirs is the later one.
    Lost,
}

/// Compares the operation with the stamp under `key`.
pub fn contest(row: &Row, key: &str, op: &Op, meta: &Meta, actor: &Actor) -> Contest {
    let stamp = row.stamp(key);
    // A revision that this record never had (the server was restored from a backup) proves nothing was seen.
    let seen = if op.base > row.rev { Rev(0) } else { op.base };
    if stamp.rev <= seen || stamp.device == actor.device {
        Contest::Unopposed
    } else if (meta.hlc, actor.device) > (stamp.hlc, stamp.device) {
        Contest::Won
    } else {
        Contest::Lost
    }
}

/// Notes under `key` that the actor set it in `next`. A change that saw the one before it gets the later stamp even when
/// its clock is behind, so that a third, older change cannot come between them.
pub fn put_stamp(next: &mut Row, before: &Row, key: String, meta: &Meta, actor: &Actor, removed: bool) {
    let hlc = match before.stamps.get(&key) {
        // A device's own stamps grow; the same change heard twice keeps its stamp.
        Some(old) if old.device == actor.device => meta.hlc.max(old.hlc),
        // Later by its own stamp: moved on, it would pass over a third change of the same moment that is later still.
        Some(old) if (meta.hlc, actor.device) > (old.hlc, old.device) => meta.hlc,
        Some(old) => meta.hlc.max(old.hlc.successor()),
        None => meta.hlc,
    };
    next.stamps.insert(key, Stamp { rev: next.rev, hlc, device: actor.device, by: actor.worker, removed });
}

/// Sets register fields in `next` and returns the names where another value stands. Values that give way are kept.
pub fn set_fields(next: &mut Row, op: &Op, fields: &Fields, actor: &Actor, meta: &Meta) -> Vec<String> {
    // `next` has its new revision already; the change is held against the record as it stood.
    let before = Row { rev: Rev(next.rev.0.saturating_sub(1)), ..next.clone() };
    let mut lost = Vec::new();
    let mut groups: Vec<(&str, Contest)> = Vec::new();
    for (name, value) in &fields.0 {
        let rule = before.kind.rule(name);
        let key = rule.stamp_key(name);
        let verdict = contest(&before, key, op, meta, actor);
        let same = before.fields.get(name) == Some(value).filter(|v| !v.is_null());
        if verdict == Contest::Lost {
            if !same {
                lost.push(name.clone());
                let by = actor.worker;
                let value = value.clone();
                push_former(next, Former { field: name.clone(), value, by, hlc: meta.hlc, reason: None });
            }
            continue;
        }
        if verdict == Contest::Won && !same {
            keep_former(next, &before, name, None);
        }
        next.fields.set(name, value.clone());
        put_stamp(next, &before, key.to_owned(), meta, actor, false);
        if let FieldRule::Coupled(group) = rule
            && !groups.iter().any(|(known, _)| *known == group)
        {
            groups.push((group, verdict));
        }
    }
    // One register: what a coupled change does not mention is emptied with it.
    for (group, verdict) in groups {
        for (name, rule) in before.kind.rules() {
            if *rule == FieldRule::Coupled(group) && !fields.0.contains_key(*name) && before.fields.get(name).is_some()
            {
                if verdict == Contest::Won {
                    keep_former(next, &before, name, None);
                }
                next.fields.set(name, Value::Null);
            }
        }
    }
    lost
}

/// Puts the value that stands into the history.
pub fn keep_former(next: &mut Row, before: &Row, name: &str, reason: Option<&str>) {
    let stamp = before.stamp(before.kind.rule(name).stamp_key(name));
    let value = before.fields.0.get(name).cloned().unwrap_or(Value::Null);
    let reason = reason.map(str::to_owned);
    push_former(next, Former { field: name.to_owned(), value, by: stamp.by, hlc: stamp.hlc, reason });
}

/// The elements of a set field.
pub fn elements(row: &Row, field: &str) -> Vec<String> {
    match row.fields.get(field) {
        Some(Value::Array(items)) => items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// Adds an element to a set field, or takes it out; the list stays sorted and without doubles.
pub fn put_element(next: &mut Row, field: &str, element: &str, removed: bool) {
    let mut list = elements(next, field);
    list.retain(|e| e != element);
    if !removed {
        list.push(element.to_owned());
    }
    list.sort();
    next.fields.set(field, Value::from(list));
}
