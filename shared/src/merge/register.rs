//! Registers: who wins when two devices set the same field.

use super::{
    actor::Actor,
    decide::{Meta, push_former},
    rules::FieldRule,
};
use crate::{
    Fields, Op,
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
    if stamp.rev <= op.base || stamp.device == actor.device {
        Contest::Unopposed
    } else if (meta.hlc, actor.device) > (stamp.hlc, stamp.device) {
        Contest::Won
    } else {
        Contest::Lost
    }
}

/// Sets register fields in `next` and returns the names where another value stands. Values that give way are kept.
pub fn set_fields(next: &mut Row, op: &Op, fields: &Fields, actor: &Actor, meta: &Meta) -> Vec<String> {
    let before = next.clone();
    let mut lost = Vec::new();
    let mut groups: Vec<&str> = Vec::new();
    for (name, value) in &fields.0 {
        let rule = before.kind.rule(name);
        let key = rule.stamp_key(name);
        let verdict = contest(&before, key, op, meta, actor);
        let same = before.fields.get(name) == Some(value).filter(|v| !v.is_null());
        if verdict == Contest::Lost {
            if !same {
                lost.push(name.clone());
                let by = actor.worker;
                push_former(
                    next,
                    Former { field: name.clone(), value: value.clone(), by, hlc: meta.hlc, reason: None },
                );
            }
            continue;
        }
        if verdict == Contest::Won && !same {
            keep_former(next, &before, name, None);
        }
        next.fields.set(name, value.clone());
        next.stamps.insert(
            key.to_owned(),
            Stamp { rev: next.rev, hlc: meta.hlc, device: actor.device, by: actor.worker, removed: false },
        );
        if let FieldRule::Coupled(group) = rule
            && !groups.contains(&group)
        {
            groups.push(group);
        }
    }
    // One register: what a coupled change does not mention is emptied with it.
    for group in groups {
        for (name, rule) in before.kind.rules() {
            if *rule == FieldRule::Coupled(group) && !fields.0.contains_key(*name) && before.fields.get(name).is_some()
            {
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
    let former =
        Former { field: name.to_owned(), value, by: stamp.by, hlc: stamp.hlc, reason: reason.map(str::to_owned) };
    push_former(next, former);
}

/// Adds an element to a set field, or takes it out; the list stays sorted and without doubles.
pub fn put_element(next: &mut Row, field: &str, element: &str, removed: bool) {
    let mut list: Vec<String> = match next.fields.get(field) {
        Some(Value::Array(items)) => items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    };
    list.retain(|e| e != element);
    if !removed {
        list.push(element.to_owned());
    }
    list.sort();
    next.fields.set(field, Value::from(list));
}
