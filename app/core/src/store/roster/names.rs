//! Names of recipients and areas.

use crate::store::{error::Result, record};
use rusqlite::{Connection, OptionalExtension};
use shared::{AreaCode, ids::RecipientId};
use std::collections::HashMap;

/// The name of a recipient on this device. Read from the record while the roster entry is still to be computed again.
///
/// # Errors
/// When the store cannot be read.
pub fn name(conn: &Connection, id: RecipientId) -> Result<Option<String>> {
    let deferred = conn.prepare_cached("SELECT 1 FROM roster_due WHERE id = ?1")?.exists([id.as_bytes()])?;
    if deferred {
        return record::name_of(conn, id.into());
    }
    Ok(conn
        .prepare_cached("SELECT name FROM roster WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?)
}

/// The name of an area; its code where this device does not know the name.
///
/// # Errors
/// When the store cannot be read.
pub fn area_name(conn: &Connection, code: AreaCode) -> Result<String> {
    let name = conn
        .prepare_cached("SELECT name FROM area WHERE code = ?1")?
        .query_row([code.as_str()], |r| r.get(0))
        .optional()?;
    Ok(name.unwrap_or_else(|| code.to_string()))
}

/// All areas that this device knows, code → name.
///
/// # Errors
/// When the store cannot be read.
pub fn area_names(conn: &Connection) -> Result<HashMap<String, String>> {
    let mut statement = conn.prepare_cached("SELECT code, name FROM area")?;
    let names = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}
