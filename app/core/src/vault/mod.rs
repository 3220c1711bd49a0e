//! The vault: a tiny file beside the store that can be read before unlocking. It holds the store's key, wrapped by the
//! PIN, the count of wrong PINs, and the preferences that the PIN screen itself needs.
//!
//! - [`kdf`]: PIN → key → wrapped key; [`delay`]: growing waits after wrong PINs; [`pin`]: which PINs are too simple
//!
//! It protects the store of a phone that is lost or sold, and of its backup. It cannot protect a short PIN against an
//! attacker who copies the files and tries all PINs elsewhere; each try costs 19 MiB of memory and two passes.

mod delay;
mod kdf;
mod pin;
mod table;

pub use kdf::Cost;
pub use pin::check as check_pin;

use crate::{
    command::Prefs,
    env::Env,
    reply::Refusal,
    store::{Result, StoreKey},
};
use delay::PinGuard;
use rusqlite::Connection;
use std::path::Path;

/// The open vault. Unlocking gives the store's key and leaves the vault unchanged.
pub struct Vault {
    conn: Connection,
    cost: Cost,
    guard: PinGuard,
}

impl Vault {
    /// Opens or creates the vault at `path`; `None` keeps it in memory.
    ///
    /// # Errors
    /// [`Newer`](crate::store::StoreError::Newer) for a vault of a later build; a file or database error.
    pub fn open(path: Option<&Path>, cost: Cost, env: &dyn Env) -> Result<Self> {
        let mut conn = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        table::prepare(&mut conn)?;
        let guard = PinGuard::read(&conn, env.monotonic_ms())?;
        Ok(Self { conn, cost, guard })
    }

    /// True once a PIN was chosen.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn exists(&self) -> Result<bool> {
        Ok(table::wrapped(&self.conn)?.is_some())
    }

    /// First run: a random key, wrapped by `pin`, durable when this returns.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] when there is one already; [`Refusal::PinTooSimple`]; [`Refusal::StorageFull`].
    pub fn create(&mut self, pin: &str, env: &mut dyn Env) -> Result<StoreKey, Refusal> {
        if self.exists()? {
            return Err(Refusal::NotNow);
        }
        pin::check(pin)?;
        let mut key = StoreKey([0; 32]);
        env.random(&mut key.0);
        table::put_wrapped(&self.conn, &kdf::wrap_key(&key, pin, self.cost, env)?)?;
        Ok(key)
    }

    /// Checks `pin` and gives the store's key. A try is counted, durably, before it is checked: pulling the battery
    /// does not win another.
    ///
    /// # Errors
    /// [`Refusal::WrongPin`], [`Refusal::PinDelay`], [`Refusal::NotNow`] before there is a vault.
    pub fn unlock(&mut self, pin: &str, env: &dyn Env) -> Result<StoreKey, Refusal> {
        let wrapped = table::wrapped(&self.conn)?.ok_or(Refusal::NotNow)?;
        self.guard.begin_try(&self.conn, env.monotonic_ms())?;
        match kdf::unwrap_key(&wrapped, pin)? {
            Some(key) => {
                self.guard.succeeded(&self.conn)?;
                Ok(key)
            }
            None => Err(self.guard.failed(&self.conn, env.monotonic_ms())?),
        }
    }

    /// Wraps the same key by another PIN, in one transaction: a power cut leaves the old PIN in force.
    ///
    /// # Errors
    /// [`Refusal::PinTooSimple`] for the new PIN; as [`Vault::unlock`] for the old one.
    pub fn change_pin(&mut self, old: &str, new: &str, env: &mut dyn Env) -> Result<(), Refusal> {
        pin::check(new)?;
        let key = self.unlock(old, env)?;
        table::put_wrapped(&self.conn, &kdf::wrap_key(&key, new, self.cost, env)?)?;
        Ok(())
    }

    /// Whole seconds until the next PIN may be tried, rounded up; 0 for now.
    ///
    /// # Errors
    /// When the vault cannot be read or written.
    pub fn delay_s(&mut self, env: &dyn Env) -> Result<u64> {
        Ok(self.guard.remaining_ms(&self.conn, env.monotonic_ms())?.div_ceil(1000))
    }

    /// The preferences.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn prefs(&self) -> Result<Prefs> {
        table::prefs(&self.conn)
    }

    /// Stores the preferences.
    ///
    /// # Errors
    /// When the vault cannot be written.
    pub fn set_prefs(&self, prefs: &Prefs) -> Result<()> {
        table::put_prefs(&self.conn, prefs)
    }
}

#[cfg(test)]
mod tests;
