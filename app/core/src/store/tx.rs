//! One transaction with what its steps share: the clock, who "I" am, the rules, and which recipients to refresh.

use super::{Result, StoreError, compact, meta, meta::Enrolment, roster, rules::RuleBook, undo};
use crate::{Env, Refusal};
use rusqlite::{Connection, Transaction};
use shared::{
    Day, Hlc, HlcClock, Moment,
    hlc::SKEW_TOLERATED_MS,
    ids::{DeviceId, Incarnation, OpNo, RecipientId, uuid_v7},
    merge::actor::{Actor, Relation},
    records::Role,
};
use std::{
    collections::BTreeSet,
    ops::Deref,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use uuid::Uuid;

/// Reads and writes of one command or one reply; all of it holds after [`Tx::commit`], none of it otherwise.
pub struct Tx<'a> {
    sql: Transaction<'a>,
    env: &'a mut dyn Env,
    now: Moment,
    offset_ms: i64,
    clock: HlcClock,
    clock_before: HlcClock,
    incarnation: Option<Incarnation>,
    next_wire_no: Option<OpNo>,
    me: Option<Option<Rc<Me>>>,
    rules: Option<Rc<RuleBook>>,
    touched: BTreeSet<RecipientId>,
    mirrored_through: u64,
    unsettled: Option<bool>,
    all_due: bool,
    /// Operations appended by this transaction: first and last local number.
    pub(super) appended: Option<(u64, u64)>,
    dropped_draft: Option<undo::DroppedDraft>,
    /// Rows changed on this connection before it, and where to count it if its commit waits for the disk.
    changes_before: u64,
    durable: Option<Arc<AtomicU64>>,
}

/// Who speaks from this device.
#[derive(Clone, Debug)]
pub struct Me {
    pub enrolment: Enrolment,
    pub device: DeviceId,
}

impl Me {
    pub fn read(conn: &Connection) -> Result<Option<Self>> {
        let Some(enrolment) = meta::enrolment(conn)? else { return Ok(None) };
        let device = meta::get(conn, meta::key::DEVICE)?.ok_or(StoreError::Unreadable("the store has no device id"))?;
        Ok(Some(Self { enrolment, device }))
    }

    /// How the server will most likely see this device's author; only a guess for the time until it answers.
    pub fn actor(&self) -> Actor {
        let relation = match self.enrolment.role {
            Role::Supervisor | Role::Administrator => Relation::Supervisor,
            _ => Relation::InCare,
        };
        Actor { worker: self.enrolment.worker, device: self.device, unit: self.enrolment.unit, relation }
    }
}

/// What to add to this device's clock: how far the server's was ahead when it last spoke, where that is more than the
/// tolerated skew; phones on network time need no help. A clock that was set back since cannot be right: it is no earlier
/// than when the server last spoke.
pub fn clock_offset(conn: &Connection, now: Moment) -> Result<i64> {
    let offset: i64 = meta::get(conn, meta::key::CLOCK_OFFSET_MS)?.unwrap_or(0);
    let offset = if offset.abs() > SKEW_TOLERATED_MS { offset } else { 0 };
    let spoke: Option<i64> = meta::get(conn, meta::key::SERVER_SPOKE_MS)?;
    let behind = spoke.map_or(0, |ms| ms.saturating_sub(now.utc_ms.saturating_add(offset)));
    Ok(if behind > SKEW_TOLERATED_MS { offset.saturating_add(behind) } else { offset })
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
            me: None,
            rules: None,
            touched: BTreeSet::new(),
            mirrored_through: 0,
            unsettled: None,
            all_due: false,
            appended: None,
            dropped_draft: None,
            changes_before,
            durable,
        })
    }

    /// The device's clock when the transaction began; one value for all of it.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// The time by the server's clock, as far as it is known: when something happens now. A device a day off still puts
    /// its visits on the right day.
    pub fn true_now(&self) -> Moment {
        Moment { utc_ms: self.now.utc_ms.saturating_add(self.offset_ms), ..self.now }
    }

    pub fn today(&self) -> Day {
        self.true_now().day()
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

    /// Notes a stamp seen in a row from the server.
    pub fn observe(&mut self, seen: Hlc) {
        self.clock.observe(seen, self.now.utc_ms, SKEW_TOLERATED_MS);
    }

    /// Who is enrolled.
    ///
    /// # Errors
    /// [`Refusal::NotEnrolled`]
    pub fn me(&mut self) -> Result<Rc<Me>, Refusal> {
        self.me_if_any()?.ok_or(Refusal::NotEnrolled)
    }

    pub fn me_if_any(&mut self) -> Result<Option<Rc<Me>>> {
        if self.me.is_none() {
            self.me = Some(Me::read(&self.sql)?.map(Rc::new));
        }
        Ok(self.me.clone().flatten())
    }

    /// Writes who is enrolled.
    pub fn set_enrolment(&mut self, enrolment: &Enrolment) -> Result<()> {
        meta::set(&self.sql, meta::key::ENROLMENT, enrolment)?;
        // Whose care the roster speaks of changed: it is worked out anew at the next question.
        meta::remove(&self.sql, meta::key::ROSTER_DAY)?;
        self.me = None;
        Ok(())
    }

    pub fn rules(&mut self) -> Result<Rc<RuleBook>> {
        if self.rules.is_none() {
            self.rules = Some(Rc::new(RuleBook::read(&self.sql)?));
        }
        Ok(self.rules.clone().unwrap_or_default())
    }

    pub fn incarnation(&mut self) -> Result<Incarnation> {
        match self.incarnation {
            Some(incarnation) => Ok(incarnation),
            None => {
                let incarnation = meta::get(&self.sql, meta::key::INCARNATION)?.unwrap_or(meta::FIRST_INCARNATION);
                self.incarnation = Some(incarnation);
                Ok(incarnation)
            }
        }
    }

    /// The next free number of this incarnation's outbox; each call takes one.
    pub(super) fn take_wire_no(&mut self) -> Result<OpNo> {
        let next = match self.next_wire_no {
            Some(next) => next,
            None => {
                let incarnation = self.incarnation()?;
                compact::last_wire_no(&self.sql, incarnation)?.next()
            }
        };
        self.next_wire_no = Some(next.next());
        Ok(next)
    }

    /// After numbers or incarnation were changed underneath.
    pub(super) fn forget_numbers(&mut self) {
        self.incarnation = None;
        self.next_wire_no = None;
    }

    /// The recipient's line in the roster is worked out again before the commit.
    pub fn touch(&mut self, recipient: RecipientId) {
        self.touched.insert(recipient);
    }

    /// Leaves up to `later` lines of the roster to a later transaction: a pull of many pages would otherwise work the same
    /// ones out with each. What is to be done is kept in the store; whoever asks has it done before.
    pub fn put_off_roster(&mut self, later: u32) -> Result<()> {
        let touched = std::mem::take(&mut self.touched);
        roster::deferred(self, touched)?;
        roster::catch_up(self, later)
    }

    /// What the server says in this transaction already holds what was acknowledged up to this local number.
    pub fn mirrors_through(&mut self, no: u64) {
        self.mirrored_through = no;
    }

    pub(super) fn mirrored_through(&self) -> i64 {
        i64::try_from(self.mirrored_through).unwrap_or(i64::MAX)
    }

    /// Whether any operation is still to be replayed over the server's word. Asked once, before the first row of a page.
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

    /// The rules changed: everyone's due day is worked out again before the commit.
    pub(super) fn rules_changed(&mut self) {
        self.rules = None;
        self.all_due = true;
    }

    /// Local numbers of the first and last operation appended by this transaction.
    pub fn appended(&self) -> Option<(u64, u64)> {
        self.appended
    }

    pub fn take_dropped_draft(&mut self) -> Option<undo::DroppedDraft> {
        self.dropped_draft.take()
    }

    /// Notes that this save takes a draft with it.
    pub fn drop_draft(&mut self, key: &str, json: Option<String>) {
        self.dropped_draft = Some(undo::DroppedDraft { key: key.to_owned(), json });
    }

    /// Makes it all hold: on the disk at once, or with the next commit that is, as it was begun.
    pub fn commit(mut self) -> Result<()> {
        for recipient in std::mem::take(&mut self.touched) {
            roster::refresh(&mut self, recipient)?;
        }
        if self.all_due {
            roster::recompute_due(&mut self)?;
        }
        if self.clock != self.clock_before {
            meta::set(&self.sql, meta::key::CLOCK, &self.clock)?;
        }
        let changed = self.sql.total_changes() != self.changes_before;
        self.sql.commit()?;
        if let Some(durable) = self.durable.filter(|_| changed) {
            durable.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Deref for Tx<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.sql
    }
}
