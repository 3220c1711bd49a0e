//! The gate: where the device stands.

use crate::{
    Core, Refusal, Reply,
    store::{Me as Identity, roster},
    views::{Me, StatusView},
};

impl Core {
    pub(super) fn status(&mut self) -> Result<Reply, Refusal> {
        let me = match &self.store {
            Some(store) => match Identity::read(store.conn())? {
                Some(me) => Some(described(store.conn(), me)?),
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

fn described(conn: &rusqlite::Connection, me: Identity) -> Result<Me, Refusal> {
    let unit_name = match me.enrolment.unit {
        Some(unit) => roster::name_of(conn, unit.into())?,
        None => None,
    };
    let e = me.enrolment;
    Ok(Me {
        worker: e.worker,
        name: e.name,
        role: e.role,
        area: e.area,
        area_name: roster::area_name(conn, e.area)?,
        areas: e.areas,
        unit_name,
        server: e.server,
        device: me.device,
    })
}
