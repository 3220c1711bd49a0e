//! Bundles: unsent work as a file, and colleagues' files.

use crate::{Core, Receipt, Refusal, store::carried};
use shared::wire::{
    BUNDLE_BYTES_MAX,
    bundle::{BadBundle, Bundle},
};

impl Core {
    pub(super) fn export_bundle(&mut self) -> Result<Receipt, Refusal> {
        self.make_bundle().map(|view| Receipt::Bundle(Box::new(view)))
    }

    /// Looks at the frame only: what is in it is not this phone's to know.
    pub(super) fn carry_bundle(&mut self, bytes: &[u8]) -> Result<Receipt, Refusal> {
        if bytes.len() > BUNDLE_BYTES_MAX {
            return Err(Refusal::NotABundle);
        }
        let header = match Bundle::parse(bytes) {
            Ok(bundle) => bundle.header,
            Err(BadBundle::Damaged | BadBundle::NewerFormat(_)) => return Err(Refusal::NotABundle),
        };
        self.write(|tx| Ok(carried::add(tx, &header, bytes)?))?;
        Ok(Receipt::Done)
    }

    pub(super) fn drop_carried(&mut self, id: i64) -> Result<Receipt, Refusal> {
        let known = self.write(|tx| Ok(carried::remove(tx, id)?))?;
        if known { Ok(Receipt::Done) } else { Err(Refusal::NotFound) }
    }
}
