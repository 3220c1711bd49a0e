//! Photos' bytes and the state of their upload: draft → local → uploading → stored → verified, or failed for now.

use super::{
    error::{Result, StoreError},
    tx::Tx,
};
use rusqlite::{Connection, MAIN_DB, OptionalExtension, Row as SqlRow};
use shared::{Moment, PhotoId, ids::UploadId, records::PhotoOf, wire::ErrorCode};
use uuid::Uuid;

/// How far a photo has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Belongs to a draft.
    Draft,
    /// Belongs to a saved record; the server has none of its bytes.
    Local,
    /// The server has some of its bytes.
    Uploading,
    /// The server has all bytes and has not checked their hash yet.
    Stored,
    /// The server has all bytes and their hash agrees.
    Verified,
    /// Refused for now; tried again later.
    Failed,
}

impl State {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Local => "local",
            Self::Uploading => "uploading",
            Self::Stored => "stored",
            Self::Verified => "verified",
            Self::Failed => "failed",
        }
    }

    fn of(word: &str) -> Result<Self> {
        let all = [Self::Draft, Self::Local, Self::Uploading, Self::Stored, Self::Verified, Self::Failed];
        all.into_iter().find(|s| s.word() == word).ok_or(StoreError::Unreadable("a photo's state"))
    }
}

/// A photo without its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    pub id: PhotoId,
    /// Lower-case hex.
    pub sha256: String,
    pub mime: String,
    pub width: u32,
    pub height: u32,
    /// Bytes.
    pub size: u64,
    pub taken: Moment,
    pub of: PhotoOf,
    pub caption: Option<String>,
    pub draft: Option<String>,
    pub state: State,
    pub upload: Option<UploadId>,
    /// Bytes that the server has.
    pub sent: u64,
    pub tries: u32,
    pub problem: Option<ErrorCode>,
}

const COLUMNS: &str =
    "id, sha256, mime, width, height, size, taken, of_what, caption, draft, state, upload, sent, tries, problem";

fn read(r: &SqlRow<'_>) -> Result<Meta> {
    Ok(Meta {
        id: PhotoId(Uuid::from_bytes(r.get(0)?)),
        sha256: r.get(1)?,
        mime: r.get(2)?,
        width: r.get(3)?,
        height: r.get(4)?,
        size: r.get(5)?,
        taken: r.get::<_, String>(6)?.parse().map_err(|_| StoreError::Unreadable("a photo's moment"))?,
        of: PhotoOf::from(r.get::<_, String>(7)?.as_str()),
        caption: r.get(8)?,
        draft: r.get(9)?,
        state: State::of(&r.get::<_, String>(10)?)?,
        upload: r.get::<_, Option<[u8; 16]>>(11)?.map(|b| UploadId(Uuid::from_bytes(b))),
        sent: r.get(12)?,
        tries: r.get(13)?,
        problem: r.get::<_, Option<String>>(14)?.map(|w| ErrorCode::from(w.as_str())),
    })
}

fn select(conn: &Connection, condition: &str, params: impl rusqlite::Params) -> Result<Vec<Meta>> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM photo {condition}"))?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        found.push(read(r)?);
    }
    Ok(found)
}

/// Stores a photo with its thumbnail and bytes.
///
/// # Errors
/// When the store cannot be written.
pub fn insert(tx: &mut Tx<'_>, meta: &Meta, thumb: &[u8], bytes: &[u8]) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO photo (id, sha256, mime, width, height, size, taken, of_what, caption, draft, state, thumb, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute((
        meta.id.as_bytes(),
        &meta.sha256,
        &meta.mime,
        meta.width,
        meta.height,
        meta.size,
        meta.taken.to_string(),
        meta.of.word(),
        &meta.caption,
        &meta.draft,
        meta.state.word(),
        thumb,
        bytes,
    ))?;
    Ok(())
}

/// A photo without its bytes.
///
/// # Errors
/// When the store cannot be read.
pub fn get(conn: &Connection, id: PhotoId) -> Result<Option<Meta>> {
    Ok(select(conn, "WHERE id = ?1", [id.as_bytes()])?.pop())
}

/// The photos of a draft, in the order in which they were added.
///
/// # Errors
/// When the store cannot be read.
pub fn of_draft(conn: &Connection, draft: &str) -> Result<Vec<Meta>> {
    select(conn, "WHERE draft = ?1 ORDER BY rowid", [draft])
}

/// The thumbnail: JPEG, at most 240 px.
///
/// # Errors
/// When the store cannot be read.
pub fn thumb(conn: &Connection, id: PhotoId) -> Result<Option<Vec<u8>>> {
    Ok(conn
        .prepare_cached("SELECT thumb FROM photo WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?)
}

/// All bytes; `None` when unknown or released.
///
/// # Errors
/// When the store cannot be read.
pub fn bytes(conn: &Connection, id: PhotoId) -> Result<Option<Vec<u8>>> {
    Ok(conn
        .prepare_cached("SELECT bytes FROM photo WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?
        .flatten())
}

/// At most `len` bytes from `offset` on; empty at the end, `None` when unknown or released.
///
/// # Errors
/// When the store cannot be read.
pub fn bytes_at(conn: &Connection, id: PhotoId, offset: u64, len: usize) -> Result<Option<Vec<u8>>> {
    // Incremental blob I/O: a SQL expression would decrypt the whole photo for each of its chunks.
    let rowid: Option<i64> = conn
        .prepare_cached("SELECT rowid FROM photo WHERE id = ?1 AND bytes IS NOT NULL")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?;
    let Some(rowid) = rowid else { return Ok(None) };
    let blob = conn.blob_open(MAIN_DB, c"photo", c"bytes", rowid, true)?;
    let from = usize::try_from(offset).unwrap_or(usize::MAX).min(blob.len());
    let mut bytes = vec![0; len.min(blob.len() - from)];
    if !bytes.is_empty() {
        blob.read_at_exact(&mut bytes, from)?;
    }
    Ok(Some(bytes))
}

/// Removes a photo that still belongs to a draft; false for one that belongs to a record, or is unknown.
///
/// # Errors
/// When the store cannot be written.
pub fn remove(tx: &mut Tx<'_>, id: PhotoId) -> Result<bool> {
    Ok(tx.prepare_cached("DELETE FROM photo WHERE id = ?1 AND state = 'draft'")?.execute([id.as_bytes()])? > 0)
}

/// Removes the photos of a draft.
///
/// # Errors
/// When the store cannot be written.
pub fn remove_draft(tx: &mut Tx<'_>, draft: &str) -> Result<()> {
    tx.prepare_cached("DELETE FROM photo WHERE draft = ?1 AND state = 'draft'")?.execute([draft])?;
    Ok(())
}

/// A photo of a draft now belongs to a saved record.
///
/// # Errors
/// When the store cannot be written.
pub fn adopt(tx: &mut Tx<'_>, id: PhotoId) -> Result<()> {
    tx.prepare_cached("UPDATE photo SET state = 'local', draft = NULL WHERE id = ?1 AND state = 'draft'")?
        .execute([id.as_bytes()])?;
    Ok(())
}

/// The save of a photo was taken back. Does nothing for the id of another record.
pub(super) fn return_to_draft(tx: &mut Tx<'_>, id: PhotoId, draft: &str) -> Result<()> {
    tx.prepare_cached("UPDATE photo SET state = 'draft', draft = ?2 WHERE id = ?1 AND state = 'local'")?
        .execute((id.as_bytes(), draft))?;
    Ok(())
}

/// Photos to send, the least tried first, then the oldest: only those whose record the server has accepted, so that it
/// knows what the bytes belong to. The operation of an old record may have been compacted; then nothing speaks against
/// it.
///
/// # Errors
/// When the store cannot be read.
pub fn to_send(conn: &Connection, limit: u32) -> Result<Vec<Meta>> {
    select(
        conn,
        "WHERE state IN ('local', 'uploading', 'stored', 'failed')
           AND NOT EXISTS (SELECT 1 FROM op WHERE op.row = photo.id
                           AND (op.acked = 0 OR op.outcome LIKE '{\"rejected\"%'))
         ORDER BY tries, rowid LIMIT ?1",
        [limit],
    )
}

/// Photos for a bundle: those of saved records that the server does not have yet and whose bytes are here, including
/// those whose record is in the same bundle.
///
/// # Errors
/// When the store cannot be read.
pub fn unsent(conn: &Connection) -> Result<Vec<Meta>> {
    select(
        conn,
        "WHERE state IN ('local', 'uploading', 'stored', 'failed') AND bytes IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM op WHERE op.row = photo.id AND op.outcome LIKE '{\"rejected\"%')
         ORDER BY rowid",
        [],
    )
}

/// Stores the progress of the upload.
///
/// # Errors
/// When the store cannot be written.
pub fn set_progress(tx: &mut Tx<'_>, id: PhotoId, upload: Option<UploadId>, sent: u64, state: State) -> Result<()> {
    tx.prepare_cached("UPDATE photo SET upload = ?2, sent = ?3, state = ?4, problem = NULL WHERE id = ?1")?
        .execute((id.as_bytes(), upload.as_ref().map(UploadId::as_bytes), sent, state.word()))?;
    Ok(())
}

/// The server has all bytes of a photo, and their hash agrees.
///
/// # Errors
/// When the store cannot be written.
pub fn set_verified(tx: &mut Tx<'_>, id: PhotoId) -> Result<()> {
    let today = tx.today().number();
    tx.prepare_cached(
        "UPDATE photo SET state = 'verified', sent = size, problem = NULL, verified_on = ?2 WHERE id = ?1",
    )?
    .execute((id.as_bytes(), today))?;
    Ok(())
}

/// Counts a failed try; `restart` forgets the upload, so that the next try begins a new one.
///
/// # Errors
/// When the store cannot be written.
pub fn set_failed(tx: &mut Tx<'_>, id: PhotoId, problem: &ErrorCode, restart: bool) -> Result<()> {
    tx.prepare_cached(
        "UPDATE photo SET state = 'failed', tries = tries + 1, problem = ?2,
           upload = CASE WHEN ?3 THEN NULL ELSE upload END, sent = CASE WHEN ?3 THEN 0 ELSE sent END WHERE id = ?1",
    )?
    .execute((id.as_bytes(), problem.word(), restart))?;
    Ok(())
}

/// After a server was restored: all photos whose bytes are still here are offered again. Returns how many.
///
/// # Errors
/// When the store cannot be written.
pub fn offer_again(tx: &mut Tx<'_>) -> Result<usize> {
    Ok(tx.execute(
        "UPDATE photo SET state = 'local', upload = NULL, sent = 0 WHERE state NOT IN ('draft', 'local') AND bytes IS NOT NULL",
        [],
    )?)
}

/// What the server does not have yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    pub photos: u32,
    /// Bytes still to be sent.
    pub bytes: u64,
    pub failed: u32,
}

/// Counts the photos that the server does not have yet.
///
/// # Errors
/// When the store cannot be read.
pub fn backlog(conn: &Connection) -> Result<Backlog> {
    Ok(conn
        .prepare_cached(
            "SELECT count(*), coalesce(sum(size - sent), 0), coalesce(sum(state = 'failed'), 0) FROM photo
             WHERE state IN ('local', 'uploading', 'stored', 'failed')",
        )?
        .query_row([], |r| Ok(Backlog { photos: r.get(0)?, bytes: r.get(1)?, failed: r.get(2)? }))?)
}
