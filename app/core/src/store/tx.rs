//! One transaction and what its steps share: clocks, the enrolled worker, the rules, and which changes
//! [`Tx::commit`] has to follow up.

use super::{
    chain,
    changes::Changes,
    clock::clock_offset,
    error::Result,
    identity::Identity,
    meta::{self, Enrolment},
    rules::RuleBook,
};
use crate::{env::Env, reply::Refusal};
use rusqlite::{Connection, Transaction};
use shared::{
    Day, Hlc, HlcClock, Moment, RowId,
    hlc::SKEW_TOLERATED_MS,
    ids::{Incarnation, OpNo, RecipientId, uuid_v7},
};
use std::{
    ops::Deref,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use uuid::Uuid;

/// Reads and writes of one command or one reply. All of it holds after [`Tx::commit`]; dropped before, none of it does.
pub struct Tx<'a> {
    sql: Transaction<'a>,
    env: &'a mut dyn Env,
    now: Moment,
    offset_ms: i64,
    clock: HlcClock,
    clock_before: HlcClock,
    incarnation: Option<Incarnation>,
    next_wire_no: Option<OpNo>,
    identity: Option<Option<Rc<Identity>>>,
    rules: Option<Rc<RuleBook>>,
    pub(super) changes: Changes,
    included_through: u64,
    unsettled: Option<bool>,
    appended: Option<(u64, u64)>,
    dropped_draft: Option<DroppedDraft>,
    /// Rows changed on this connection before this transaction, and the counter of commits that are durable on return.
    changes_before: u64,
    durable: Option<Arc<AtomicU64>>,
}

/// The draft that a save removed, so that undo can bring it back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DroppedDraft {
    pub key: String,
    pub json: Option<String>,
}

impl<'a> Tx<'a> {
    pub(super) fn new(sql: Transaction<'a>, env: &'a mut dyn Env, durable: Option<Arc<AtomicU64>>) -> Result<Self> {
        let clock: HlcClock = meta::get(&sql, meta::key::CLOCK)?.unwrap_or_default();
        let now = env.now();
        let offset_ms = clock_offset(&sql, now)?;
        let changes_before = sql.total_changes();
        Ok(Self {
            sql,
            env,
            now,
            offset_ms,
            clock,
            clock_before: clock,
            incarnation: None,
            next_wire_no: None,
            identity: None,
            rules: None,
            changes: Changes::default(),
            included_through: 0,
            unsettled: None,
            appended: None,
            dropped_draft: None,
            changes_before,
            durable,
        })
    }

    /// Commits the SQL transaction alone. Everything else goes through [`Tx::commit`].
    pub(super) fn finish(self) -> Result<()> {
        let changed = self.sql.total_changes() != self.changes_before;
        self.sql.commit()?;
        if let Some(durable) = self.durable.filter(|_| changed) {
            durable.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Time, randomness and stamps.
impl Tx<'_> {
    /// The device's clock when the transaction began; one value for all of it.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// The same by the server's clock, as far as it is known: when something happens now. A device whose clock is a day
    /// off still puts its visits on the right day.
    pub fn server_now(&self) -> Moment {
        Moment { utc_ms: self.now.utc_ms.saturating_add(self.offset_ms), ..self.now }
    }

    /// The day of [`Tx::server_now`].
    pub fn today(&self) -> Day {
        self.server_now().day()
    }

    pub fn monotonic_ms(&self) -> u64 {
        self.env.monotonic_ms()
    }

    pub fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.env.random(&mut bytes);
        bytes
    }

    /// A fresh UUIDv7.
    pub fn new_id(&mut self) -> Uuid {
        let random = self.random();
        uuid_v7(self.now.utc_ms, random)
    }

    /// A stamp for something that happens now.
    pub fn tick(&mut self) -> Hlc {
        self.clock.tick(self.now.utc_ms)
    }

    /// Advances the clock past a stamp seen in a row from the server.
    pub fn observe(&mut self, seen: Hlc) {
        self.clock.observe(seen, self.now.utc_ms, SKEW_TOLERATED_MS);
    }

    /// The clock, where it differs from the stored one.
    pub(super) fn changed_clock(&self) -> Option<HlcClock> {
        (self.clock != self.clock_before).then_some(self.clock)
    }
}

/// The enrolled worker and the rules.
impl Tx<'_> {
    /// The enrolled worker.
    ///
    /// # Errors
    /// [`Refusal::NotEnrolled`]; [`Refusal::Store`] when the store cannot be read.
    pub fn identity(&mut self) -> Result<Rc<Identity>, Refusal> {
        self.identity_if_any()?.ok_or(Refusal::NotEnrolled)
    }

    /// The enrolled worker; `None` before the device is enrolled.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn identity_if_any(&mut self) -> Result<Option<Rc<Identity>>> {
        if self.identity.is_none() {
            self.identity = Some(Identity::read(&self.sql)?.map(Rc::new));
        }
        Ok(self.identity.clone().flatten())
    }

    /// Stores who is enrolled.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn set_enrolment(&mut self, enrolment: &Enrolment) -> Result<()> {
        meta::set(&self.sql, meta::key::ENROLMENT, enrolment)?;
        // The roster says who is in this worker's care: it is computed anew at the next query.
        meta::remove(&self.sql, meta::key::ROSTER_DAY)?;
        self.identity = None;
        Ok(())
    }

    /// The rule sets as of this transaction.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn rules(&mut self) -> Result<Rc<RuleBook>> {
        if self.rules.is_none() {
            self.rules = Some(Rc::new(RuleBook::read(&self.sql)?));
        }
        Ok(self.rules.clone().unwrap_or_default())
    }
}

/// Numbers of the outbox.
impl Tx<'_> {
    /// The incarnation that operations are numbered under.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn incarnation(&mut self) -> Result<Incarnation> {
        match self.incarnation {
            Some(incarnation) => Ok(incarnation),
            None => {
                let incarnation = meta::incarnation(&self.sql)?;
                self.incarnation = Some(incarnation);
                Ok(incarnation)
            }
        }
    }

    /// Takes the next free number of this incarnation.
    pub(super) fn take_wire_no(&mut self) -> Result<OpNo> {
        let next = match self.next_wire_no {
            Some(next) => next,
            None => {
                let incarnation = self.incarnation()?;
                chain::last_wire_no(&self.sql, incarnation)?.next()
            }
        };
        self.next_wire_no = Some(next.next());
        Ok(next)
    }

    /// Drops the cached numbers after operations were renumbered or the incarnation changed.
    pub(super) fn forget_numbers(&mut self) {
        self.incarnation = None;
        self.next_wire_no = None;
    }

    /// Local numbers of the first and last operation appended by this transaction.
    pub fn appended(&self) -> Option<(u64, u64)> {
        self.appended
    }

    pub(super) fn note_appended(&mut self, no: u64) {
        self.appended = Some((self.appended.map_or(no, |(first, _)| first), no));
    }

    /// Server rows of this transaction already include the operations acknowledged up to this local number.
    pub fn set_included_through(&mut self, no: u64) {
        self.included_through = no;
    }

    pub(super) fn included_through(&self) -> i64 {
        i64::try_from(self.included_through).unwrap_or(i64::MAX)
    }

    /// Whether any operation is still to be replayed over server rows. Read once, before the first row of a page.
    pub(super) fn has_unsettled(&mut self) -> Result<bool> {
        match self.unsettled {
            Some(known) => Ok(known),
            None => {
                let sql = "SELECT EXISTS (SELECT 1 FROM op INDEXED BY op_unsettled WHERE settled = 0)";
                let found = self.prepare_cached(sql)?.query_row([], |r| r.get(0))?;
                self.unsettled = Some(found);
                Ok(found)
            }
        }
    }
}

/// Notes of what changed, for [`Tx::commit`].
impl Tx<'_> {
    /// The operations of a row, or their outcomes, changed.
    pub(super) fn ops_changed(&mut self, row: RowId) {
        self.changes.rows.insert(row);
    }

    /// Something that the recipient's roster entry is computed from changed.
    pub(super) fn recipient_changed(&mut self, recipient: RecipientId) {
        self.changes.recipients.insert(recipient);
    }

    /// A rule set changed.
    pub(super) fn rules_changed(&mut self) {
        self.rules = None;
        self.changes.rules = true;
    }

    /// This save removes a draft.
    pub fn note_dropped_draft(&mut self, key: &str, json: Option<String>) {
        self.dropped_draft = Some(DroppedDraft { key: key.to_owned(), json });
    }

    pub fn take_dropped_draft(&mut self) -> Option<DroppedDraft> {
        self.dropped_draft.take()
    }
}

impl Deref for Tx<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.sql
    }
}
