//! What the platform says of the connection, and what follows for photos: records are small and always go; photos wait
//! while every megabyte is paid for, unless somebody says otherwise.

use crate::{Core, Refusal, Reply};

impl Core {
    /// `None`: the platform does not say, and nothing is held back on a guess.
    pub(super) fn set_connection(&mut self, metered: Option<bool>) -> Reply {
        let held = self.photos_held();
        self.metered = metered;
        self.photos_may_go_again(held);
        Reply::Done
    }

    /// The photos' wait is over: a sync follows at once. `held`: whether they waited before.
    pub(super) fn photos_may_go_again(&mut self, held: bool) {
        if held && !self.photos_held() {
            self.sync_soon();
        }
    }

    /// Photos wait for a connection that is not metered. A preference that cannot be read is as if never set.
    pub(crate) fn photos_held(&self) -> bool {
        self.metered == Some(true) && !self.vault.prefs().is_ok_and(|prefs| prefs.photos_on_metered)
    }

    pub(super) fn set_prefs(&mut self, prefs: &crate::command::Prefs) -> Result<(), Refusal> {
        let held = self.photos_held();
        self.vault.set_prefs(prefs)?;
        self.photos_may_go_again(held);
        Ok(())
    }
}
