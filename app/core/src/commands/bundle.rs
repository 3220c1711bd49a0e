//! Bundles: unsent work as a file, and colleagues' bundles.

use crate::{
    core::Core,
    reply::{Refusal, Reply},
    store::relayed_bundle,
};
use shared::wire::{
    BUNDLE_BYTES_MAX,
    bundle::{BadBundle, Bundle},
};

impl Core {
    pub(super) fn export_bundle(&mut self) -> Result<Reply, Refusal> {
        self.make_bundle().map(|view| Reply::Bundle(Box::new(view)))
    }

    /// Reads the header only: the content is sealed for the server.
    pub(super) fn relay_bundle(&mut self, bytes: &[u8]) -> Result<Reply, Refusal> {
        if bytes.len() > BUNDLE_BYTES_MAX {
            return Err(Refusal::NotABundle);
        }
        let header = match Bundle::parse(bytes) {
            Ok(bundle) => bundle.header,
            Err(BadBundle::Damaged | BadBundle::NewerFormat(_)) => return Err(Refusal::NotABundle),
        };
        self.write(|tx| Ok(relayed_bundle::add(tx, &header, bytes)?))?;
        Ok(Reply::Done)
    }

    pub(super) fn drop_relayed_bundle(&mut self, id: i64) -> Result<Reply, Refusal> {
        let known = self.write(|tx| Ok(relayed_bundle::remove(tx, id)?))?;
        if known { Ok(Reply::Done) } else { Err(Refusal::NotFound) }
    }
}
