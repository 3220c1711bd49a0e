//! Commands.

use crate::{Command, Core, Receipt, Refusal};

impl Core {
    pub(crate) fn carry_out(&mut self, _command: Command) -> Result<Receipt, Refusal> {
        Err(Refusal::NotNow)
    }
}
