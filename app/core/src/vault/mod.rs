//! The vault: a tiny file beside the store that can be read before unlocking. It holds the store's key, wrapped by the
//! PIN, the count of wrong PINs, and the preferences that the PIN screen itself needs.
//!
//! - [`kdf`]: PIN → key → wrapped key; [`delay`]: growing waits after wrong PINs; [`pin`]: which PINs are too simple
//!
//! What it protects: a phone that is lost or sold, and its backup. What it cannot: a PIN of a few digits against someone
//! who copied the files and tries all PINs on their own machine; that costs them 19 MiB and two passes a try.

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
    store::{Result, StoreError, StoreKey},
};
use delay::Guard;
use rusqlite::Connection;
use std::path::Path;

/// The open vault. Unlocking does not change it; what it hands out is the store's key.
pub struct Vault {
    conn: Connection,
    cost: Cost,
    guard: Guard,
}

impl Vault {
    /// Opens or makes the vault at `path`; `None` keeps it in memory.
    pub fn open(path: Option<&Path>, cost: Cost, env: &dyn Env) -> Result<Self> {
        let mut conn = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        table::prepare(&mut conn)?;
        let guard = Guard::read(&conn, env.monotonic_ms())?;
        Ok(Self { conn, cost, guard })
    }

    /// True once a PIN was chosen.
    pub fn exists(&self) -> Result<bool> {
        Ok(table::wrapped(&self.conn)?.is_some())
    }

    /// First run: a random key, wrapped by `pin`, durable when this returns.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] when there is one already, [`Refusal::PinTooSimple`].
    pub fn create(&mut self, pin: &str, env: &mut dyn Env) -> Result<StoreKey, Refusal> {
        if self.exists()? {
            return Err(Refusal::NotNow);
        }
        pin::check(pin)?;
        let mut key = StoreKey([0; 32]);
        env.random(&mut key.0);
        table::put_wrapped(&self.conn, &kdf::wrap(&key, pin, self.cost, env)?)?;
        Ok(key)
    }

    /// Checks `pin` and gives the store's key. A try is counted, durably, before it is checked: pulling the battery
    /// does not win another.
    ///
    /// # Errors
    /// [`Refusal::WrongPin`], [`Refusal::PinDelay`], [`Refusal::NotNow`] before there is a vault.
    pub fn unlock(&mut self, pin: &str, env: &dyn Env) -> Result<StoreKey, Refusal> {
        let wrapped = table::wrapped(&self.conn)?.ok_or(Refusal::NotNow)?;
        self.guard.before_try(&self.conn, env.monotonic_ms())?;
        match kdf::unwrap(&wrapped, pin)? {
            Some(key) => {
                self.guard.right(&self.conn)?;
                Ok(key)
            }
            None => Err(self.guard.wrong(&self.conn, env.monotonic_ms())?),
        }
    }

    /// Wraps the same key by another PIN, in one transaction: a cut in the middle leaves the old PIN in force.
    pub fn change_pin(&mut self, old: &str, new: &str, env: &mut dyn Env) -> Result<(), Refusal> {
        pin::check(new)?;
        let key = self.unlock(old, env)?;
        table::put_wrapped(&self.conn, &kdf::wrap(&key, new, self.cost, env)?)?;
        Ok(())
    }

    /// Whole seconds until the next PIN may be tried, rounded up; 0 for now.
    pub fn delay_s(&mut self, env: &dyn Env) -> Result<u64> {
        Ok(self.guard.remaining_ms(&self.conn, env.monotonic_ms())?.div_ceil(1000))
    }

    pub fn prefs(&self) -> Result<Prefs> {
        table::prefs(&self.conn)
    }

    pub fn set_prefs(&self, prefs: &Prefs) -> Result<()> {
        table::put_prefs(&self.conn, prefs)
    }
}

/// A refusal without the cause: it would say something about key or PIN.
fn broken() -> StoreError {
    StoreError::Unreadable("the wrapped key")
}

#[cfg(test)]
mod tests;
