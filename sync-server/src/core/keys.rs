//! The keys of bundles: the server's own pair, generated once and stored with the data, so that a backup contains it
//! and several processes share it; and the key that each device signs with.

use super::{env::Env, error::CoreError};
use crate::store::{
    Job, StoreError, Txn,
    tables::{Device, Meta},
};
use shared::{
    DeviceId,
    seal::{SealSecret, SignPublic},
};

const SEAL_KEY: &str = "seal_key";

/// Returns the key that opens bundles; generates it if the store has none.
pub struct EnsureSealKey(SealSecret);

impl EnsureSealKey {
    /// Offers a new key.
    pub fn fresh(env: &dyn Env) -> Self {
        let mut random = [0; 32];
        env.random(&mut random);
        Self(SealSecret::derive(random))
    }
}

impl Job for EnsureSealKey {
    type Out = SealSecret;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<SealSecret, StoreError> {
        let known = txn.get::<Meta>(&[(SEAL_KEY.to_owned(),)]).await?.into_iter().next().flatten();
        if let Some(known) = known {
            // An unreadable key is never replaced: sealed files may be on their way.
            let key = SealSecret::from_hex(&known.value);
            return key.ok_or_else(|| StoreError::Corrupt("the key that bundles are opened with".into()));
        }
        txn.put(&[Meta { name: SEAL_KEY.to_owned(), value: self.0.to_hex() }]).await?;
        Ok(self.0)
    }
}

/// Stores the key that a device signs with, unless one is stored: only a new enrolment code may change it.
pub struct SaveSignKey {
    pub device: DeviceId,
    pub key: SignPublic,
}

impl Job for SaveSignKey {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let device = txn.get::<Device>(&[(self.device,)]).await?.into_iter().next().flatten();
        if let Some(device) = device.filter(|d| d.sign_key.is_none()) {
            txn.put(&[Device { sign_key: Some(self.key.0), ..device }]).await?;
        }
        Ok(())
    }
}
