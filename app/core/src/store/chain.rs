//! The running hash over this device's operations, and the numbers that it runs over. Reading only needs a connection,
//! so that pushes and bundles compute the same chain from the same bytes.

use super::{
    error::{Result, StoreError},
    meta,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use shared::{
    chain::Chain,
    ids::{Incarnation, OpNo},
};

/// Up to where the outbox of an incarnation was compacted: everything up to `no` is in `chain`, and may be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainBase {
    pub incarnation: Incarnation,
    pub no: OpNo,
    pub chain: Chain,
}

/// Key of [`ChainBase`].
const BASE: &str = "outbox_base";

/// The chain up to the last acknowledged operation, so that a push need not hash the whole outbox.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct ChainHead {
    incarnation: Incarnation,
    no: OpNo,
    chain: Chain,
}

/// Key of [`ChainHead`].
const HEAD: &str = "chain";

/// Where this incarnation was compacted; its beginning, if it was not.
///
/// # Errors
/// When the store cannot be read.
pub fn base(conn: &Connection, incarnation: Incarnation) -> Result<ChainBase> {
    let known: Option<ChainBase> = meta::get(conn, BASE)?;
    Ok(known.filter(|b| b.incarnation == incarnation).unwrap_or(ChainBase {
        incarnation,
        no: OpNo(0),
        chain: Chain::default(),
    }))
}

pub(super) fn set_base(conn: &Connection, base: &ChainBase) -> Result<()> {
    meta::set(conn, BASE, base)
}

/// Notes the chain up to the last acknowledged operation of an incarnation.
///
/// # Errors
/// When the store cannot be written.
pub fn set_head(conn: &Connection, incarnation: Incarnation, no: OpNo, chain: Chain) -> Result<()> {
    meta::set(conn, HEAD, &ChainHead { incarnation, no, chain })
}

/// The value of the chain before operation `first`.
///
/// # Errors
/// When the store cannot be read.
pub fn chain_before(conn: &Connection, incarnation: Incarnation, first: OpNo) -> Result<Chain> {
    let known: Option<ChainHead> = meta::get(conn, HEAD)?;
    match known {
        Some(head) if head.incarnation == incarnation && head.no.next() == first => Ok(head.chain),
        // After a redirect: from where the outbox was compacted, over the same bytes as then.
        _ => {
            let ChainBase { no, mut chain, .. } = base(conn, incarnation)?;
            each_between(conn, incarnation, no, first, |json| chain = chain.then(json))?;
            Ok(chain)
        }
    }
}

/// The last number used by an incarnation; 0 for none.
///
/// # Errors
/// When the store cannot be read.
pub fn last_wire_no(conn: &Connection, incarnation: Incarnation) -> Result<OpNo> {
    let last: i64 = conn
        .prepare_cached("SELECT coalesce(max(wire_no), 0) FROM op WHERE incarnation = ?1")?
        .query_row([incarnation.0], |r| r.get(0))?;
    Ok(OpNo(u64::try_from(last).unwrap_or(0)).max(base(conn, incarnation)?.no))
}

/// The JSON of the operations of an incarnation between two numbers, neither included, in order.
fn each_between(
    conn: &Connection,
    incarnation: Incarnation,
    after: OpNo,
    before: OpNo,
    mut each: impl FnMut(&str),
) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "SELECT json FROM op WHERE incarnation = ?1 AND wire_no > ?2 AND wire_no < ?3 ORDER BY wire_no",
    )?;
    let mut rows = statement.query((incarnation.0, after.0, before.0))?;
    while let Some(r) = rows.next()? {
        each(r.get_ref(0)?.as_str().map_err(|_| StoreError::Unreadable("an operation is not text"))?);
    }
    Ok(())
}
