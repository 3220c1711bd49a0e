//! Reads records. Each has two sides: the server row, as the server sent it, and the local row that screens show, which
//! is the server row with this device's unsettled operations replayed over it.
//!
//! ```text
//!   server ──pull──▶ server_row ──┐
//!                                 ├─ replay: shared::merge::decide, in order ──▶ local_row ──▶ screens
//!   screen ──op───▶ outbox ───────┘   (operations that the server row does not include yet)
//! ```

use super::error::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension};
use shared::{
    Day, Hlc, Kind, Row, RowId, WorkerId,
    ids::{RecipientId, Rev},
};
use uuid::Uuid;

/// The record as screens show it.
///
/// # Errors
/// When the store cannot be read.
pub fn local_row(conn: &Connection, id: RowId) -> Result<Option<Row>> {
    let text: Option<String> = conn
        .prepare_cached("SELECT local_row FROM record WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?;
    Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
}

/// The server's revision that this device has seen; 0 for none.
///
/// # Errors
/// When the store cannot be read.
pub fn rev(conn: &Connection, id: RowId) -> Result<Rev> {
    let rev: Option<u64> = conn
        .prepare_cached("SELECT rev FROM record WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?;
    Ok(Rev(rev.unwrap_or(0)))
}

/// The recipient that a stored record is about.
///
/// # Errors
/// When the store cannot be read.
pub fn recipient_of_row(conn: &Connection, id: RowId) -> Result<Option<RecipientId>> {
    let bytes: Option<Option<[u8; 16]>> = conn
        .prepare_cached("SELECT recipient FROM record WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?;
    Ok(bytes.flatten().map(|b| RecipientId(Uuid::from_bytes(b))))
}

/// Both sides of a record, as totals need them.
#[derive(Clone, Debug)]
pub struct RecordPair {
    pub local_row: Row,
    /// False for a refused or held creation, which is shown and never counted.
    pub counts: bool,
    /// `None` while the server does not know the record.
    pub server_row: Option<Row>,
}

impl RecordPair {
    fn read(local_row: &str, server_row: Option<&str>, counts: bool) -> Result<Self> {
        let local_row: Row = serde_json::from_str(local_row)?;
        let server_row = match server_row {
            None => Some(local_row.clone()),
            Some("") => None,
            Some(text) => Some(serde_json::from_str(text)?),
        };
        Ok(Self { local_row, counts, server_row })
    }
}

/// Both sides of one record.
///
/// # Errors
/// When the store cannot be read.
pub fn pair(conn: &Connection, id: RowId) -> Result<Option<RecordPair>> {
    let found = conn
        .prepare_cached("SELECT local_row, server_row, counts FROM record WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, Option<String>>(1)?, r.get::<_, bool>(2)?))
        })
        .optional()?;
    found.map(|(local, server, counts)| RecordPair::read(&local, server.as_deref(), counts)).transpose()
}

/// Records of an author whose local row counts for a day in `from..=to`, and all of the author's whose sides differ,
/// since their server row may count for a day in that range. Newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn of_author(conn: &Connection, author: WorkerId, from: Day, to: Day) -> Result<Vec<RecordPair>> {
    let mut statement = conn.prepare_cached(
        "SELECT local_row, server_row, counts, happened FROM record WHERE author = ?1 AND day BETWEEN ?2 AND ?3
         UNION
         SELECT local_row, server_row, counts, happened FROM record WHERE server_row IS NOT NULL AND author = ?1
         ORDER BY happened DESC",
    )?;
    let mut rows = statement.query((author.as_bytes(), from.number(), to.number()))?;
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        let (local, server): (String, Option<String>) = (r.get(0)?, r.get(1)?);
        found.push(RecordPair::read(&local, server.as_deref(), r.get(2)?)?);
    }
    Ok(found)
}

/// A recipient's records of one kind, newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn of_recipient(conn: &Connection, recipient: RecipientId, kind: &Kind, limit: u32) -> Result<Vec<Row>> {
    let mut statement = conn.prepare_cached(
        "SELECT local_row FROM record WHERE recipient = ?1 AND kind = ?2 ORDER BY happened DESC LIMIT ?3",
    )?;
    collect(statement.query((recipient.as_bytes(), kind.word(), limit))?)
}

/// A recipient's visits, assistance and needs, newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn history(conn: &Connection, recipient: RecipientId, limit: u32) -> Result<Vec<Row>> {
    let mut statement = conn.prepare_cached(
        "SELECT local_row FROM record WHERE recipient = ?1 AND kind IN ('visit', 'assistance', 'need')
         ORDER BY happened DESC LIMIT ?2",
    )?;
    collect(statement.query((recipient.as_bytes(), limit))?)
}

/// How many needs of a recipient are open.
///
/// # Errors
/// When the store cannot be read.
pub fn open_needs(conn: &Connection, recipient: RecipientId) -> Result<u32> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM record WHERE recipient = ?1 AND open = 1")?
        .query_row([recipient.as_bytes()], |r| r.get(0))?)
}

/// Open needs, newest first: of recipients in this worker's care, or of all recipients on the device.
///
/// # Errors
/// When the store cannot be read.
pub fn all_open_needs(conn: &Connection, mine: bool, limit: u32) -> Result<Vec<Row>> {
    let mut statement = conn.prepare_cached(
        "SELECT r.local_row FROM record r JOIN roster o ON o.id = r.recipient
         WHERE r.open = 1 AND (o.mine = 1 OR NOT ?1) ORDER BY r.happened DESC LIMIT ?2",
    )?;
    collect(statement.query((mine, limit))?)
}

/// The condition of the index by kind: kinds with many records, which are never listed by kind alone, are not in it.
const LISTED: &str = "kind NOT IN ('recipient', 'household', 'pairing', 'visit', 'assistance', 'receipt', 'need')";

/// Records of a listed kind that belong to no recipient (photos of a hand-out), newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn without_recipient(conn: &Connection, kind: &Kind) -> Result<Vec<Row>> {
    let sql = format!(
        "SELECT local_row FROM record WHERE {LISTED} AND kind = ?1 AND recipient IS NULL ORDER BY happened DESC"
    );
    collect(conn.prepare_cached(&sql)?.query([kind.word()])?)
}

/// All records of a listed kind, newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn of_kind(conn: &Connection, kind: &Kind) -> Result<Vec<Row>> {
    let sql = format!("SELECT local_row FROM record WHERE {LISTED} AND kind = ?1 ORDER BY happened DESC");
    collect(conn.prepare_cached(&sql)?.query([kind.word()])?)
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Row>> {
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        let text = r.get_ref(0)?.as_str().map_err(|_| StoreError::Unreadable("a record is not text"))?;
        found.push(serde_json::from_str(text)?);
    }
    Ok(found)
}

/// The `name` field of a record: of a recipient, a unit or a colleague.
///
/// # Errors
/// When the store cannot be read.
pub fn name_of(conn: &Connection, id: RowId) -> Result<Option<String>> {
    Ok(local_row(conn, id)?.and_then(|r| r.fields.text("name").map(str::to_owned)))
}

/// The largest stamp in a row, for [`observe`](super::Tx::observe).
pub fn latest_stamp(row: &Row) -> Hlc {
    let stamps = row.stamps.values().map(|s| s.hlc);
    stamps.chain(row.void.as_ref().map(|v| v.hlc)).fold(row.hlc, Hlc::max)
}
