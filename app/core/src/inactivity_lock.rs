//! The inactivity lock: after a number of days without contact to the server the device locks, since a phone that is
//! silent for so long may be lost or sold, and only its PIN guards it. The rule set says how many days. One successful
//! contact unlocks it; unsent work is kept, can be sent, and can be saved as a bundle. How time is counted:
//! [`inactivity_timer`](crate::inactivity_timer).

use crate::{
    core::Core,
    inactivity_timer::{DAY_MS, InactivityCount, InactivityTimer},
    reply::Refusal,
    store::{self, meta, rules::RuleBook},
};
use rusqlite::Connection;
use shared::AreaCode;

impl Core {
    /// Reads the clocks. Cheap: it writes every ten minutes at most, and a full or closed store loses only those.
    pub(crate) fn tick(&mut self) -> Result<(), Refusal> {
        if self.store.is_none() {
            self.inactivity = None;
            return Ok(());
        }
        let (wall, mono) = (self.env.now().utc_ms, self.env.monotonic_ms());
        match &mut self.inactivity {
            Some(timer) => timer.tick(wall, mono),
            None => {
                let conn = self.store()?.conn();
                let Some(enrolment) = meta::enrolment(conn)? else { return Ok(()) };
                let stored: Option<InactivityCount> = meta::get(conn, meta::key::INACTIVITY)?;
                let limit_ms = limit(conn, enrolment.area)?;
                self.inactivity = Some(InactivityTimer::resume(stored, wall, mono, limit_ms));
            }
        }
        self.store_inactivity_count();
        Ok(())
    }

    /// The server replied: the count starts again.
    pub(crate) fn record_contact(&mut self) {
        // Right after the enrolment there is no timer yet.
        let _ = self.tick();
        let (wall, mono) = (self.env.now().utc_ms, self.env.monotonic_ms());
        if let Some(timer) = &mut self.inactivity {
            timer.restart(wall, mono);
            self.store_inactivity_count();
        }
    }

    /// Records arrived, perhaps another rule set among them: reads the limit again.
    pub(crate) fn reload_inactivity_limit(&mut self) {
        let Ok(store) = self.store() else { return };
        let found = meta::enrolment(store.conn()).map(|e| e.map(|e| limit(store.conn(), e.area)));
        if let (Ok(Some(Ok(limit_ms))), Some(timer)) = (found, &mut self.inactivity) {
            timer.set_limit(limit_ms);
        }
    }

    /// Days until the device locks, once they are few.
    pub(crate) fn locks_in_days(&self) -> Option<u32> {
        self.inactivity.as_ref().and_then(InactivityTimer::days_left)
    }

    fn store_inactivity_count(&mut self) {
        let Some(count) = self.inactivity.as_ref().and_then(InactivityTimer::to_store) else { return };
        // On a full disk the count continues in memory; the next start counts by the wall clock.
        if self.write(|tx| Ok(meta::set(tx, meta::key::INACTIVITY, &count)?)).is_ok()
            && let Some(timer) = &mut self.inactivity
        {
            timer.note_stored(count);
        }
    }
}

/// Milliseconds by the rule set in force in the worker's area.
fn limit(conn: &Connection, area: AreaCode) -> store::Result<Option<u64>> {
    let days = RuleBook::read(conn)?.in_force(area).lock_after_days;
    // 0 would lock every phone at once and for good: it means never.
    Ok(days.filter(|days| *days > 0).map(|days| u64::from(days) * DAY_MS))
}
