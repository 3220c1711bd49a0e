//! Who uses this device: the enrolled worker and the device's id.

use super::{
    error::Result,
    meta::{self, Enrolment},
};
use rusqlite::Connection;
use shared::{
    ids::DeviceId,
    merge::actor::{Actor, Relation},
    records::Role,
};

/// The enrolled worker on this device.
#[derive(Clone, Debug)]
pub struct Identity {
    pub enrolment: Enrolment,
    pub device: DeviceId,
}

impl Identity {
    /// `None` before the device is enrolled.
    ///
    /// # Errors
    /// When the store cannot be read or holds no device id.
    pub fn read(conn: &Connection) -> Result<Option<Self>> {
        let Some(enrolment) = meta::enrolment(conn)? else { return Ok(None) };
        Ok(Some(Self { enrolment, device: meta::device(conn)? }))
    }

    /// How the server will most likely see the author of this device's operations; a guess until it answers.
    pub fn actor(&self) -> Actor {
        let relation = match self.enrolment.role {
            Role::Supervisor | Role::Administrator => Relation::Supervisor,
            _ => Relation::InCare,
        };
        Actor { worker: self.enrolment.worker, device: self.device, unit: self.enrolment.unit, relation }
    }
}

impl Enrolment {
    /// True for those who supervise an area instead of, or beside, caring for recipients.
    pub fn is_supervisor(&self) -> bool {
        matches!(self.role, Role::Supervisor | Role::Administrator)
    }
}
