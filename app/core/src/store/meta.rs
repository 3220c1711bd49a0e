//! Single values, one JSON document per key: the enrolment, clocks, the epoch, and what the sync remembers.

use super::error::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    AreaCode,
    ids::{DeviceId, Incarnation, UnitId, WorkerId},
    records::Role,
    wire::Token,
};

/// The incarnation of a new device, and the one that the server assumes when it enrols.
pub const FIRST_INCARNATION: Incarnation = Incarnation(1);

/// Keys in use. A module may add its own; each key is written by one module only.
pub mod key {
    /// [`shared::ids::DeviceId`]; created with the store.
    pub const DEVICE: &str = "device";
    /// [`super::Enrolment`]; absent until the device is enrolled.
    pub const ENROLMENT: &str = "enrolment";
    /// `true` once the server has said that this device's access ended.
    pub const REVOKED: &str = "revoked";
    /// [`shared::ids::Incarnation`]; absent for [`super::FIRST_INCARNATION`].
    pub const INCARNATION: &str = "incarnation";
    /// [`shared::ids::Epoch`] that the cursors belong to.
    pub const EPOCH: &str = "epoch";
    /// [`shared::HlcClock`].
    pub const CLOCK: &str = "clock";
    /// `i64`: server's clock − this device's, in ms, as of the last reply.
    pub const CLOCK_OFFSET_MS: &str = "clock_offset_ms";
    /// The server's clock (UTC ms) at the last reply, to the minute.
    pub const SERVER_SPOKE_MS: &str = "server_spoke_ms";
    /// [`shared::seal::SignSecret`] in hex: what this device signs bundles with.
    pub const SIGN_KEY: &str = "sign_key";
    /// `true` once the server knows the public half of it.
    pub const SIGN_KEY_SENT: &str = "sign_key_sent";
    /// [`shared::seal::SealPublic`]: what bundles are sealed to, as of the server's last reply.
    pub const SEAL_KEY: &str = "seal_key";
    /// The day of the last bundle and its number on that day, for file names.
    pub const BUNDLE_NO: &str = "bundle_no";
    /// The count of time without contact, see `inactivity_timer`.
    pub const INACTIVITY: &str = "inactivity";
    /// [`shared::Day`] for which the roster's "in my care" was last computed.
    pub const ROSTER_DAY: &str = "roster_day";
}

/// Whose device this is, as the server replied to the enrolment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Base address of the server.
    pub server: String,
    pub token: Token,
    pub worker: WorkerId,
    pub name: String,
    pub role: Role,
    pub area: AreaCode,
    #[serde(default)]
    pub areas: Vec<AreaCode>,
    #[serde(default)]
    pub unit: Option<UnitId>,
}

/// The value of a key; `None` when it is absent.
///
/// # Errors
/// When the store cannot be read, or the value is not a `T`.
pub fn get<T: DeserializeOwned>(conn: &Connection, key: &str) -> Result<Option<T>> {
    let text: Option<String> =
        conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |r| r.get(0)).optional()?;
    Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
}

/// Sets the value of a key.
///
/// # Errors
/// When the store cannot be written.
pub fn set<T: Serialize>(conn: &Connection, key: &str, value: &T) -> Result<()> {
    conn.prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")?
        .execute((key, serde_json::to_string(value)?))?;
    Ok(())
}

/// Removes a key.
///
/// # Errors
/// When the store cannot be written.
pub fn remove(conn: &Connection, key: &str) -> Result<()> {
    conn.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// The enrolment; `None` before the device is enrolled.
///
/// # Errors
/// When the store cannot be read.
pub fn enrolment(conn: &Connection) -> Result<Option<Enrolment>> {
    get(conn, key::ENROLMENT)
}

/// This device's id.
///
/// # Errors
/// [`StoreError::Unreadable`] for a store without one, which [`super::Store::open`] rules out.
pub fn device(conn: &Connection) -> Result<DeviceId> {
    get(conn, key::DEVICE)?.ok_or(StoreError::Unreadable("the store has no device id"))
}

/// The incarnation that operations are numbered under.
///
/// # Errors
/// When the store cannot be read.
pub fn incarnation(conn: &Connection) -> Result<Incarnation> {
    Ok(get(conn, key::INCARNATION)?.unwrap_or(FIRST_INCARNATION))
}
