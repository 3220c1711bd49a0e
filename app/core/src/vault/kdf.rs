//! From PIN to wrapped key: Argon2id derives a key from the PIN, XChaCha20-Poly1305 wraps the store's key with it.

use crate::{
    env::Env,
    store::{Result, StoreError, StoreKey},
};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    XChaCha20Poly1305,
    aead::{Aead, KeyInit, Payload},
};

/// The cost of a try. Stored with the wrapped key, so that a later build may raise it and still read older ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// KiB.
    pub memory: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Cost {
    /// 19 MiB, two passes, one lane: the least that OWASP's password storage guide recommends for Argon2id. A phone of
    /// 2 GB has the memory to spare, and unlocking takes it a few tenths of a second.
    pub const PHONE: Self = Self { memory: 19 * 1024, passes: 2, lanes: 1 };

    /// As cheap as Argon2 allows. Only for tests and simulations, whose PINs protect nothing.
    #[doc(hidden)]
    pub fn cheap_for_tests() -> Self {
        Self { memory: 8, passes: 1, lanes: 1 }
    }
}

/// The store's key, wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    pub cost: Cost,
    pub salt: [u8; 16],
    pub nonce: [u8; 24],
    pub sealed: Vec<u8>,
}

impl WrappedKey {
    /// Authenticated with the key, so that costs cannot be lowered in the file.
    fn context(cost: Cost) -> Vec<u8> {
        format!("lianxin vault 1 m={} t={} p={}", cost.memory, cost.passes, cost.lanes).into_bytes()
    }
}

pub fn wrap_key(key: &StoreKey, pin: &str, cost: Cost, env: &mut dyn Env) -> Result<WrappedKey> {
    let (mut salt, mut nonce) = ([0; 16], [0; 24]);
    env.random(&mut salt);
    env.random(&mut nonce);
    let aad = WrappedKey::context(cost);
    let sealed =
        cipher(pin, &salt, cost)?.encrypt(&nonce.into(), Payload { msg: &key.0, aad: &aad }).map_err(|_| broken())?;
    Ok(WrappedKey { cost, salt, nonce, sealed })
}

/// `None` for a wrong PIN.
pub fn unwrap_key(wrapped: &WrappedKey, pin: &str) -> Result<Option<StoreKey>> {
    let aad = WrappedKey::context(wrapped.cost);
    let opened = cipher(pin, &wrapped.salt, wrapped.cost)?
        .decrypt(&wrapped.nonce.into(), Payload { msg: &wrapped.sealed, aad: &aad });
    match opened {
        Ok(key) => Ok(Some(StoreKey(key.try_into().map_err(|_| broken())?))),
        Err(_) => Ok(None),
    }
}

fn cipher(pin: &str, salt: &[u8; 16], cost: Cost) -> Result<XChaCha20Poly1305> {
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(32)).map_err(|_| broken())?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.as_bytes(), salt, &mut key)
        .map_err(|_| broken())?;
    Ok(XChaCha20Poly1305::new(&key.into()))
}

/// An error without its cause, which could tell something about key or PIN.
fn broken() -> StoreError {
    StoreError::Unreadable("the wrapped key")
}
