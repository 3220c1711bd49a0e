//! Another epoch: the server was restored from a backup and may have forgotten what it acknowledged. The mirror is
//! fetched anew, and the last 30 days' work is offered again; what the server still has falls away by its id.

use super::session::Trouble;
use crate::store::{Tx, clock_offset, member, meta, outbox, photo};
use shared::ids::{Epoch, Incarnation};

/// 30 days: backups are kept for at least as long (I9).
const OFFER_AGAIN_MS: i64 = 30 * 24 * 3_600_000;

/// Key of the moment (UTC ms) since which work is being offered again; absent once all of it was acknowledged.
const OFFERING_SINCE: &str = "offering_again_since";

/// Notes the epoch a reply spoke of. True when it is another than the one the cursors belong to.
pub(super) fn note(tx: &mut Tx<'_>, told: Epoch) -> Result<bool, Trouble> {
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
    meta::remove(tx, meta::key::SIGN_KEY_TOLD)?;
    // By whichever of the two clocks is behind: what is offered too much falls away by its id.
    let offset = clock_offset(tx, tx.now())?;
    let since = tx.now().utc_ms.min(tx.now().utc_ms.saturating_add(offset)).saturating_sub(OFFER_AGAIN_MS);
    meta::set(tx, OFFERING_SINCE, &since)?;
    if let Some(oldest) = outbox::unack_since(tx, since)? {
        let present = tx.incarnation()?;
        if oldest != present {
            // Some of it was acknowledged under numbers of an earlier incarnation, and a push is gapless under one. The
            // server has not heard of this one: it offers a fresh one, and all of it goes there from number 1.
            outbox::restart(tx, Incarnation(present.0.saturating_add(1)))?;
        }
    }
    photo::offer_again(tx)?;
    Ok(true)
}

/// Since when work is being offered again, if it is.
pub(super) fn offering_since(tx: &Tx<'_>) -> Result<Option<i64>, Trouble> {
    Ok(meta::get(tx, OFFERING_SINCE)?)
}

/// All of it was acknowledged.
pub(super) fn offered(tx: &Tx<'_>) -> Result<(), Trouble> {
    Ok(meta::remove(tx, OFFERING_SINCE)?)
}
