//! A new epoch means that the server was restored from a backup and may have lost what it acknowledged. This device
//! downloads every scope again, and offers again the operations that were acknowledged in the 30 days before the last
//! contact. Operations that the server still has are recognised by their id and dropped there.
//!
//! ```text
//!   acknowledged    ···├───── 30 days ─────┤ last contact       restored   noticed
//!   in the backup ◄────┘ offered again ────►                       ×          ×
//! ```
//!
//! The 30 days count acknowledgement and not saving: an operation saved weeks ago may have been acknowledged an hour
//! before the server broke. They end at the last contact and not today: the phone may lie in a drawer for weeks before
//! it notices.

use super::failure::SyncFailure;
use crate::store::{Tx, clock_offset, compact, member, meta, outbox, photo};
use shared::{Moment, ids::Epoch};

/// 30 days: a backup is at most that old when it is restored (I9).
const OFFER_AGAIN_DAYS: i32 = 30;

/// Key of the local number after which operations are being offered again; absent once all are acknowledged.
const OFFERING_AFTER: &str = "offering_again_after";

/// Records the epoch of a reply. True when it differs from the known one: every cursor is gone then, and operations
/// wait again.
///
/// # Errors
/// When the store cannot be read or written.
pub(super) fn record(tx: &mut Tx<'_>, epoch: Epoch) -> Result<bool, SyncFailure> {
    let known: Option<Epoch> = meta::get(tx, meta::key::EPOCH)?;
    if known == Some(epoch) {
        return Ok(false);
    }
    meta::set(tx, meta::key::EPOCH, &epoch)?;
    if known.is_none() {
        return Ok(false);
    }
    for scope in member::cursors(tx)?.keys() {
        member::drop_scope(tx, scope)?;
    }
    // The backup may be older than the exchange of signing keys.
    meta::remove(tx, meta::key::SIGN_KEY_SENT)?;
    // The earlier of the two clocks: offering too much does no harm.
    let offset = clock_offset(tx, tx.now())?;
    let today = Moment::shanghai(tx.now().utc_ms.min(tx.now().utc_ms.saturating_add(offset))).day().number();
    let after = compact::forget_since(tx, today, OFFER_AGAIN_DAYS)?;
    meta::set(tx, OFFERING_AFTER, &after)?;
    let present = tx.incarnation()?;
    let elsewhere = outbox::acked_elsewhere(tx, present, after)?;
    outbox::unack_behind(tx, after)?;
    if elsewhere {
        // Some have numbers of an earlier incarnation, and a push is gapless under one incarnation. The server does not
        // know the next one, so it assigns a new one, under which all are numbered from 1.
        outbox::restart(tx, present.next())?;
    }
    photo::offer_again(tx)?;
    Ok(true)
}

/// The local number after which operations are being offered again.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn offering_after(tx: &Tx<'_>) -> Result<Option<u64>, SyncFailure> {
    Ok(meta::get(tx, OFFERING_AFTER)?)
}

/// Every operation that was offered again is acknowledged.
///
/// # Errors
/// When the store cannot be written.
pub(super) fn finish_offering(tx: &Tx<'_>) -> Result<(), SyncFailure> {
    Ok(meta::remove(tx, OFFERING_AFTER)?)
}
