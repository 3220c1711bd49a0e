//! Another epoch: the server was restored from a backup and may have forgotten what it acknowledged. The mirror is
//! fetched anew, and work is offered again that it acknowledged in the 30 days before it was last heard of; what it still
//! has falls away by its id.
//!
//! ```text
//!   acknowledged    ···├───── 30 days ─────┤ last heard of      restored   noticed
//!   in the backup ◄────┘ offered again ────►                       ×          ×
//! ```
//!
//! Not since it was saved: what lay in a drawer for weeks may have been acknowledged an hour before the server broke. And
//! not before today: a phone may lie in a drawer for weeks after that, too.

use super::session::SyncFailure;
use crate::store::{Tx, clock_offset, compact, member, meta, outbox, photo};
use shared::{Moment, ids::Epoch};

/// 30 days: backups are no older than that when they are put back (I9).
const OFFER_AGAIN_DAYS: i32 = 30;

/// Key of the local number after which work is being offered again; absent once all of it was acknowledged.
const OFFERING_AFTER: &str = "offering_again_after";

/// Notes the epoch a reply spoke of. True when it is another than the one the cursors belong to.
pub(super) fn note(tx: &mut Tx<'_>, told: Epoch) -> Result<bool, SyncFailure> {
    let known: Option<Epoch> = meta::get(tx, meta::key::EPOCH)?;
    if known == Some(told) {
        return Ok(false);
    }
    meta::set(tx, meta::key::EPOCH, &told)?;
    if known.is_none() {
        return Ok(false);
    }
    for scope in member::cursors(tx)?.keys() {
        member::drop_scope(tx, scope)?;
    }
    // What this device signs with may have come after the backup.
    meta::remove(tx, meta::key::SIGN_KEY_SENT)?;
    // By whichever of the two clocks is behind: what is offered too much falls away by its id.
    let offset = clock_offset(tx, tx.now())?;
    let today = Moment::shanghai(tx.now().utc_ms.min(tx.now().utc_ms.saturating_add(offset))).day().number();
    let after = compact::forget_since(tx, today, OFFER_AGAIN_DAYS)?;
    meta::set(tx, OFFERING_AFTER, &after)?;
    let present = tx.incarnation()?;
    let elsewhere = outbox::acked_elsewhere(tx, present, after)?;
    outbox::unack_behind(tx, after)?;
    if elsewhere {
        // Some of it has numbers of an earlier incarnation, and a push is gapless under one. The server has not heard of the
        // next: it offers a fresh one, and all of it goes there from number 1.
        outbox::restart(tx, present.next())?;
    }
    photo::offer_again(tx)?;
    Ok(true)
}

/// After which local number work is being offered again, if it is.
pub(super) fn offering_after(tx: &Tx<'_>) -> Result<Option<u64>, SyncFailure> {
    Ok(meta::get(tx, OFFERING_AFTER)?)
}

/// All of it was acknowledged.
pub(super) fn offered(tx: &Tx<'_>) -> Result<(), SyncFailure> {
    Ok(meta::remove(tx, OFFERING_AFTER)?)
}
