//! The store's own facts, one JSON value per key: who is enrolled, clocks, epoch, and what the sync remembers.

use super::Result;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    AreaCode,
    ids::{UnitId, WorkerId},
    records::Role,
    wire::Token,
};

/// What a device begins as, and what the server takes it for when it enrols.
pub const FIRST_INCARNATION: shared::ids::Incarnation = shared::ids::Incarnation(1);

/// Keys in use. A sync step may add its own; each is written by one module only.
pub mod key {
    /// [`shared::ids::DeviceId`]; made with the store.
    pub const DEVICE: &str = "device";
    /// [`super::Enrolment`]; absent before.
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
    /// The server's clock (UTC ms) when it last spoke, to the minute.
    pub const SERVER_SPOKE_MS: &str = "server_spoke_ms";
    /// [`shared::seal::SignSecret`] in hex: what this device signs bundles with.
    pub const SIGN_KEY: &str = "sign_key";
    /// `true` once the server knows the public half of it.
    pub const SIGN_KEY_TOLD: &str = "sign_key_told";
    /// [`shared::seal::SealPublic`]: what bundles are sealed to, as the server said last.
    pub const SEAL_KEY: &str = "seal_key";
    /// The day of the last bundle and its number on it: for names.
    pub const BUNDLE_NO: &str = "bundle_no";
    /// [`crate::inactivity_lock::Count`]: time without contact.
    pub const SILENCE: &str = "silence";
    /// [`shared::Day`] for which the roster's "in my care" was last worked out.
    pub const ROSTER_DAY: &str = "roster_day";
}

/// Whose device this is, as the server answered to the enrolment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Base address.
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

pub fn get<T: DeserializeOwned>(conn: &Connection, key: &str) -> Result<Option<T>> {
    let text: Option<String> =
        conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |r| r.get(0)).optional()?;
    Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
}

pub fn set<T: Serialize>(conn: &Connection, key: &str, value: &T) -> Result<()> {
    conn.prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")?
        .execute((key, serde_json::to_string(value)?))?;
    Ok(())
}

pub fn remove(conn: &Connection, key: &str) -> Result<()> {
    conn.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}

pub fn enrolment(conn: &Connection) -> Result<Option<Enrolment>> {
    get(conn, key::ENROLMENT)
}
