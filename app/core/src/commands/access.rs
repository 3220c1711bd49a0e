//! The status of the device: its phase, its preferences and who is enrolled.

use crate::{
    core::Core,
    reply::{Refusal, Reply},
    store::{Identity, record, roster},
    views::{IdentityView, StatusView},
};

impl Core {
    pub(super) fn status(&mut self) -> Result<Reply, Refusal> {
        let me = match &self.store {
            Some(store) => match Identity::read(store.conn())? {
                Some(identity) => Some(identity_view(store.conn(), identity)?),
                None => None,
            },
            None => None,
        };
        Ok(Reply::Status(StatusView {
            phase: self.phase()?,
            prefs: self.vault.prefs()?,
            pin_delay_s: self.vault.delay_s(&*self.env)?,
            me,
            sealed: self.sealed_view(),
        }))
    }
}

fn identity_view(conn: &rusqlite::Connection, identity: Identity) -> Result<IdentityView, Refusal> {
    let unit_name = match identity.enrolment.unit {
        Some(unit) => record::name_of(conn, unit.into())?,
        None => None,
    };
    let e = identity.enrolment;
    Ok(IdentityView {
        worker: e.worker,
        name: e.name,
        role: e.role,
        area: e.area,
        area_name: roster::area_name(conn, e.area)?,
        areas: e.areas,
        unit_name,
        server: e.server,
        device: identity.device,
    })
}
