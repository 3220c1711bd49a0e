//! What happens when the office withdraws this device's access.

use super::failure::SyncFailure;
use crate::{Core, store::meta};

impl Core {
    /// If `failure` says that access ended: records it, so that it holds after a restart, and seals unsent work into a
    /// bundle. True when the phase changed.
    pub(super) fn record_revocation(&mut self, failure: &SyncFailure) -> bool {
        let SyncFailure::Server(error) = failure else { return false };
        let Some(mut ctx) = self.sync_ctx().filter(|_| error.is_revoked()) else { return false };
        ctx.session.schedule.stop();
        let recorded = ctx.write(|tx| Ok(meta::set(tx, meta::key::REVOKED, &true)?)).is_ok();
        // On a full disk no bundle can be written; unlocking tries again, and the store keeps the work meanwhile.
        let _ = self.seal_unsent();
        recorded
    }
}
