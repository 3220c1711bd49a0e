//! Requests and replies on their way: lost, doubled, late, cut short, refused, and the process behind them dying. Also
//! where every row that a device receives is looked at.

use super::{
    fixture::{day_of, owner, place},
    handset::Flight,
    mutants::Bug,
    older,
    profile::weighted,
    store::StoreFault,
    words::{reached, told},
    world::World,
};
use device_core::{Command, Step, StepReply};
use serde_json::{Value, value::RawValue};
use shared::{
    OpId, Row,
    records::Audience,
    wire::{ErrorCode, PullReply, Scope, SyncError},
};
use std::sync::Arc;

/// What a delivery meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mishap {
    RequestLost,
    ReplyLost,
    Doubled,
    DoubledLater,
    CutShort,
    Refused,
    Busy,
    CrashBefore,
    CrashAfter,
    DiskFull,
}

const MISHAPS: [(Mishap, &str, u64); 10] = [
    (Mishap::RequestLost, "request lost", 3),
    (Mishap::ReplyLost, "reply lost", 5),
    (Mishap::Doubled, "request doubled", 2),
    (Mishap::DoubledLater, "request replayed later", 2),
    (Mishap::CutShort, "reply cut short", 2),
    (Mishap::Refused, "server error", 1),
    (Mishap::Busy, "server busy, Retry-After", 1),
    (Mishap::CrashBefore, "server killed before the commit", 2),
    (Mishap::CrashAfter, "server killed after the commit", 2),
    (Mishap::DiskFull, "server disk full", 2),
];

/// 2 operations: even a short backlog takes several pushes.
const OPS_IN_A_HURRY: usize = 2;

/// 150 s: both sides give up on a request that takes longer.
pub(super) const TIMEOUT_MS: i64 = 150_000;

impl World {
    /// The next thing in a device's sync: it begins, its request arrives, or its reply does.
    pub(super) async fn sync_step(&mut self, at: usize) -> anyhow::Result<()> {
        match std::mem::replace(&mut self.handsets[at].flight, Flight::Idle) {
            Flight::Idle => {
                let by_user = self.dice.chance(700);
                self.begin_sync(at, by_user);
            }
            Flight::Asked(step, since) => {
                let late = self.clock.now_ms() - since > TIMEOUT_MS;
                let others = if late { Vec::new() } else { self.met_by(at, &step) };
                if !others.is_empty() {
                    return self.push_together(at, step, others).await;
                }
                if late {
                    let reply = step.lost();
                    self.answered(at, step, reply);
                } else {
                    self.deliver_with_those_behind(at, step).await?;
                }
            }
            Flight::Answered(step, reply) => {
                self.ask_for_the_page_behind(at, &reply).await?;
                self.take_reply(at, *step, *reply)?;
            }
        }
        Ok(())
    }

    /// Begins a sync; what comes next waits in the device's flight.
    pub(super) fn begin_sync(&mut self, at: usize, by_user: bool) {
        let handset = &mut self.handsets[at];
        if by_user {
            if handset.core.begin(&Command::SyncNow).is_some() {
                return;
            }
        } else {
            handset.core.begin_by_itself();
        }
        self.trace.syncs += 1;
        if self.profile.forced_batch {
            handset.core.hurry_for_tests(OPS_IN_A_HURRY);
        }
        self.next_request(at);
    }

    pub(super) fn next_request(&mut self, at: usize) {
        let handset = &mut self.handsets[at];
        let Some(step) = handset.core.next_step() else { return };
        handset.flight = Flight::Asked(Box::new(step.clone()), self.clock.now_ms());
        self.offered(&step);
    }

    pub(super) fn offered(&mut self, step: &Step) {
        let Step::Push { request, .. } = step else { return };
        for op in &request.ops {
            if let Some(saved) = op_id(op).and_then(|id| self.ledger.ops.get_mut(&id)) {
                saved.offered = true;
            }
        }
    }

    /// The answer is on its way. It is the server's word as it was then.
    pub(super) fn answered(&mut self, at: usize, step: Box<Step>, reply: StepReply) {
        self.handsets[at].answered_in = self.server.restores;
        self.handsets[at].flight = Flight::Answered(step, Box::new(reply));
    }

    fn take_reply(&mut self, at: usize, step: Step, reply: StepReply) -> anyhow::Result<()> {
        self.plant_before_reply(at, &step, &reply)?;
        let text = format!("{} takes the reply to {}: {}", self.handsets[at].name, step.name(), told(&reply));
        self.event(text, Vec::new());
        reached(&reply, &mut self.trace);
        if !self.quiet && self.dice.chance(self.profile.unsynced) {
            self.handsets[at].keep_synced()?;
        }
        self.handsets[at].core.apply(reply);
        if self.killed(at, false)? {
            return Ok(());
        }
        self.plant_after_reply(at)?;
        self.observe(at, false)?;
        self.nothing_evicted_too_early(at)?;
        if !self.answered_ahead(at) {
            self.next_request(at);
        }
        Ok(())
    }

    /// Brings a request to one of the server's processes, or not.
    pub(super) async fn deliver(&mut self, at: usize, step: &Step) -> anyhow::Result<StepReply> {
        let process = self.dice.below(self.server.processes.len() as u64) as usize;
        let meets = self.dice.chance(if self.quiet { 0 } else { self.profile.network });
        let mishap = if meets {
            weighted(&mut self.dice, MISHAPS.map(|(_, _, weight)| weight)).map(|i| MISHAPS[i])
        } else {
            None
        };
        let mishap = mishap.map(|drawn| self.needed_by_bug().unwrap_or(drawn));
        let Some((mishap, kind, _)) = mishap else { return self.answer(at, process, step).await };
        let name = self.handsets[at].name.clone();
        self.note_fault(kind, format!("{kind}: {} of {name}", step.name()));
        Ok(match mishap {
            Mishap::RequestLost => step.lost(),
            Mishap::ReplyLost => {
                self.answer(at, process, step).await?;
                step.lost()
            }
            Mishap::Doubled => {
                self.answer(at, process, step).await?;
                self.answer(at, process, step).await?
            }
            Mishap::DoubledLater => {
                self.strays.push((at, step.clone()));
                self.answer(at, process, step).await?
            }
            Mishap::CutShort => {
                self.answer(at, process, step).await?;
                step.failed(SyncError::BadReply("cut short".to_owned()))
            }
            Mishap::Refused => step.failed(SyncError::refused(ErrorCode::Internal)),
            Mishap::Busy => step.failed(SyncError::refused(ErrorCode::Busy).retry_after(30)),
            Mishap::CrashBefore => self.answer_and_die(at, process, step, StoreFault::CrashBefore).await?,
            Mishap::CrashAfter => self.answer_and_die(at, process, step, StoreFault::CrashAfter).await?,
            Mishap::DiskFull => {
                let writes = self.dice.below(12) as u32;
                self.server.store.notes().fault = Some(StoreFault::FullAfter(writes));
                let reply = self.answer(at, process, step).await?;
                self.server.store.notes().fault = None;
                reply
            }
        })
    }

    /// The one mishap that a planted bug shows in, where it is a rare one.
    fn needed_by_bug(&self) -> Option<(Mishap, &'static str, u64)> {
        let needed = match self.bug? {
            Bug::AcknowledgedBeforeDurable => Mishap::CrashBefore,
            Bug::HalfATransactionKept => Mishap::DiskFull,
            _ => return None,
        };
        MISHAPS.into_iter().find(|(mishap, _, _)| *mishap == needed)
    }

    /// The process answers until its next write, and dies there.
    async fn answer_and_die(
        &mut self,
        at: usize,
        process: usize,
        step: &Step,
        fault: StoreFault,
    ) -> anyhow::Result<StepReply> {
        self.server.store.notes().fault = Some(fault);
        let reply = self.answer(at, process, step).await?;
        let met = std::mem::take(&mut self.server.store.notes().met);
        self.server.store.notes().fault = None;
        self.server.replace_process(process).await?;
        // With the bug the answer was out before the commit.
        let told = self.bug == Some(Bug::AcknowledgedBeforeDurable) || !met;
        Ok(if told { reply } else { step.lost() })
    }

    /// A process answers. Whatever it says is looked at before the device hears of it.
    async fn answer(&mut self, at: usize, process: usize, step: &Step) -> anyhow::Result<StepReply> {
        let server = self.server.processes[process].clone();
        let mut sent = step.clone();
        let dropped = self.plant_in_request(&mut sent);
        let older = if self.server.older { older::translate(&mut sent) } else { None };
        if older.is_some() {
            self.trace.reach("push: ahead of an older server");
        }
        self.server.store.notes().older = older.map(Arc::new);
        let mut reply = sent.run(&server).await;
        self.server.store.notes().older = None;
        self.plant_in_reply(at, step, &mut reply, dropped);
        self.carried(step, &reply);
        if let StepReply::Pull(Ok(reply)) = &reply {
            self.look_at_rows(at, reply);
        }
        Ok(reply)
    }

    /// An old request turns up again; nobody waits for the answer.
    pub(super) async fn stray(&mut self) -> anyhow::Result<()> {
        if self.strays.is_empty() {
            return Ok(());
        }
        let which = self.dice.below(self.strays.len() as u64) as usize;
        let (at, step) = self.strays.swap_remove(which);
        let process = self.dice.below(self.server.processes.len() as u64) as usize;
        self.event(format!("an old {} of {} turns up", step.name(), self.handsets[at].name), Vec::new());
        if self.server.older && older::is_ahead(&step) {
            return Ok(());
        }
        let server = self.server.processes[process].clone();
        step.run(&server).await;
        Ok(())
    }

    /// Nobody may receive a row outside their scope, by what the office believes now.
    fn look_at_rows(&mut self, at: usize, reply: &PullReply) {
        let person = self.town.person(self.handsets[at].worker).clone();
        let care = self.town.recipients_of(person.id, day_of(self.clock.now_ms()));
        let mut strangers = Vec::new();
        for page in &reply.scopes {
            for raw in &page.rows {
                self.trace.checks += 1;
                let Ok(row) = serde_json::from_str::<Row>(raw.get()) else { continue };
                let audience = row.kind.audience();
                let through = if audience == Audience::Recipient { row.recipient() } else { None };
                let may = !person.left
                    && match page.scope {
                        Scope::Reference(_) => audience == Audience::Reference,
                        Scope::Area(area) => {
                            person.areas.contains(&area)
                                && audience != Audience::Reference
                                && place(&row).is_some_and(|p| area.contains(&p))
                        }
                        Scope::Worker(worker) => {
                            worker == person.id
                                && (through.is_some_and(|r| care.contains(&r)) || owner(&row) == Some(worker))
                        }
                    }
                    && audience != Audience::Server;
                if !may {
                    strangers.push((page.scope, row));
                }
            }
        }
        if let Some((scope, row)) = strangers.pop() {
            let what = format!("{} received {} {} in {scope}", self.handsets[at].name, row.kind, row.id);
            self.fail("nobody receives a row outside their scope", what, vec![row.id]);
        }
    }
}

/// The id in an operation's JSON, whatever else is wrong with it.
fn op_id(raw: &RawValue) -> Option<OpId> {
    serde_json::from_str::<Value>(raw.get()).ok()?.get("op_id")?.as_str()?.parse().ok()
}
