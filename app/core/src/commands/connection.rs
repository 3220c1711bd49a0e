//! Whether the connection is metered. Records are small and always sent; photos wait while the connection is metered,
//! unless a preference, or a command, says otherwise.

use crate::{
    core::Core,
    reply::{Refusal, Reply},
};

impl Core {
    /// `None`: the platform does not tell, and nothing is held back.
    pub(super) fn set_connection(&mut self, metered: Option<bool>) -> Reply {
        let held = self.photos_held();
        self.metered = metered;
        self.sync_released_photos(held);
        Reply::Done
    }

    /// If photos no longer wait, a sync follows at once. `held`: whether they waited before.
    pub(super) fn sync_released_photos(&mut self, held: bool) {
        if held && !self.photos_held() {
            self.sync_soon();
        }
    }

    /// Whether photos wait for a connection that is not metered. A preference that cannot be read counts as not set.
    pub(crate) fn photos_held(&self) -> bool {
        self.metered == Some(true) && !self.vault.prefs().is_ok_and(|prefs| prefs.photos_on_metered)
    }

    pub(super) fn set_prefs(&mut self, prefs: &crate::command::Prefs) -> Result<(), Refusal> {
        let held = self.photos_held();
        self.vault.set_prefs(prefs)?;
        self.sync_released_photos(held);
        Ok(())
    }
}
