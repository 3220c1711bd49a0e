//! Former values: what gave way stays readable inside the record.

use crate::records::{Former, Row};
use serde_json::Value;

/// 20 former values per record; the server's operation log holds all of them.
const FORMER_MAX: usize = 20;

/// 64 KiB of former values in a record: a quarter of what a record may weigh.
const FORMER_BYTES_MAX: usize = 64 << 10;

/// Adds a former value, and drops the oldest ones beyond [`FORMER_MAX`] and [`FORMER_BYTES_MAX`].
pub fn push_former(row: &mut Row, former: Former) {
    let weight = |f: &Former| f.value.as_str().map_or(100, str::len);
    row.former.push(former);
    while row.former.len() > FORMER_MAX || row.former.iter().map(weight).sum::<usize>() > FORMER_BYTES_MAX {
        row.former.remove(0);
    }
}

/// Adds the value that field `name` has in `before` to the history of `next`.
pub fn keep_former(next: &mut Row, before: &Row, name: &str, reason: Option<&str>) {
    let stamp = before.stamp(before.kind.rule(name).stamp_key(name));
    let value = before.fields.0.get(name).cloned().unwrap_or(Value::Null);
    let reason = reason.map(str::to_owned);
    push_former(next, Former { field: name.to_owned(), value, by: stamp.by, hlc: stamp.hlc, reason });
}
