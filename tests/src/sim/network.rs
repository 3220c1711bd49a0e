//! Requests and replies on their way: lost, doubled, late, truncated, refused, or met by a crash of the process. Checks
//! every row that a device receives against its scopes.

use super::{
    describe::{count_coverage, describe_reply},
    device::CallState,
    fixture::{day_of, owner, place},
    mutants::Bug,
    older_server,
    profile::weighted,
    simulation::Simulation,
    store_fault::StoreFault,
};
use device_core::{Command, ReplyBody, Step, StepReply};
use serde_json::{Value, value::RawValue};
use shared::{
    OpId, Row,
    records::Audience,
    wire::{ErrorCode, PullReply, Scope, SyncError},
};
use std::sync::Arc;

/// A fault of one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NetworkFault {
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

const NETWORK_FAULTS: [(NetworkFault, &str, u64); 10] = [
    (NetworkFault::RequestLost, "request lost", 3),
    (NetworkFault::ReplyLost, "reply lost", 5),
    (NetworkFault::Doubled, "request doubled", 2),
    (NetworkFault::DoubledLater, "request replayed later", 2),
    (NetworkFault::CutShort, "reply cut short", 2),
    (NetworkFault::Refused, "server error", 1),
    (NetworkFault::Busy, "server busy, Retry-After", 1),
    (NetworkFault::CrashBefore, "server killed before the commit", 2),
    (NetworkFault::CrashAfter, "server killed after the commit", 2),
    (NetworkFault::DiskFull, "server disk full", 2),
];

/// 2 operations: even a short backlog takes several pushes.
const FORCED_BATCH_OPS: usize = 2;

/// 150 s: a request that takes longer has timed out on both sides.
pub(super) const TIMEOUT_MS: i64 = 150_000;

impl Simulation {
    /// The next event of a device's sync: it begins, its request arrives, or its reply arrives.
    pub(super) async fn sync_step(&mut self, at: usize) -> anyhow::Result<()> {
        match std::mem::replace(&mut self.devices[at].call, CallState::Idle) {
            CallState::Idle => {
                let by_user = self.dice.chance(700);
                self.begin_sync(at, by_user);
            }
            CallState::Requested(step, since) => {
                let late = self.clock.now_ms() - since > TIMEOUT_MS;
                let others = if late { Vec::new() } else { self.concurrent_pushes(at, &step) };
                if !others.is_empty() {
                    return self.push_batched(at, step, others).await;
                }
                if late {
                    let reply = Step::no_reply();
                    self.set_reply(at, step, reply);
                } else {
                    self.deliver_pipelined(at, step).await?;
                }
            }
            CallState::Replied(step, reply) => {
                self.pipeline_next_page(at, &reply).await?;
                self.apply_reply(at, *step, *reply)?;
            }
        }
        Ok(())
    }

    /// Begins a sync and its first call.
    pub(super) fn begin_sync(&mut self, at: usize, by_user: bool) {
        let device = &mut self.devices[at];
        if by_user {
            if device.core.begin(&Command::SyncNow).is_some() {
                return;
            }
        } else {
            device.core.begin_by_itself();
        }
        self.trace.syncs += 1;
        if self.profile.forced_batch {
            device.core.force_batch_for_tests(FORCED_BATCH_OPS);
        }
        self.next_request(at);
    }

    pub(super) fn next_request(&mut self, at: usize) {
        let device = &mut self.devices[at];
        let Some(step) = device.core.next_step() else { return };
        device.call = CallState::Requested(Box::new(step.clone()), self.clock.now_ms());
        self.mark_sent(&step);
    }

    pub(super) fn mark_sent(&mut self, step: &Step) {
        let Step::Push { request, .. } = step else { return };
        for op in &request.ops {
            if let Some(saved) = op_id(op).and_then(|id| self.ledger.ops.get_mut(&id)) {
                saved.sent = true;
            }
        }
    }

    /// The reply is on its way. It states what the server held at this time.
    pub(super) fn set_reply(&mut self, at: usize, step: Box<Step>, reply: StepReply) {
        self.devices[at].restores_then = self.server.restores;
        self.devices[at].call = CallState::Replied(step, Box::new(reply));
    }

    fn apply_reply(&mut self, at: usize, step: Step, reply: StepReply) -> anyhow::Result<()> {
        self.plant_before_reply(at, &step, &reply)?;
        let text = format!("{} takes the reply to {}: {}", self.devices[at].name, step.name(), describe_reply(&reply));
        self.event(text, Vec::new());
        count_coverage(&reply, &mut self.trace);
        if !self.quiesced && self.dice.chance(self.profile.power_cuts) {
            self.devices[at].keep_synced()?;
        }
        self.devices[at].core.apply(reply);
        if self.killed(at, false)? {
            return Ok(());
        }
        self.plant_after_reply(at)?;
        self.observe(at, false)?;
        self.check_evictions(at)?;
        if !self.next_pipelined_reply(at) {
            self.next_request(at);
        }
        Ok(())
    }

    /// Delivers a request to one of the server's processes, unless a fault prevents it.
    pub(super) async fn deliver(&mut self, at: usize, step: &Step) -> anyhow::Result<StepReply> {
        let process = self.dice.below(self.server.processes.len() as u64) as usize;
        let fails = self.dice.chance(if self.quiesced { 0 } else { self.profile.network });
        let fault = if fails {
            weighted(&mut self.dice, NETWORK_FAULTS.map(|(_, _, weight)| weight)).map(|i| NETWORK_FAULTS[i])
        } else {
            None
        };
        let fault = fault.map(|drawn| self.fault_for_bug().unwrap_or(drawn));
        let Some((fault, kind, _)) = fault else { return self.answer(at, process, step).await };
        let name = self.devices[at].name.clone();
        self.note_fault(kind, format!("{kind}: {} of {name}", step.name()));
        Ok(match fault {
            NetworkFault::RequestLost => Step::no_reply(),
            NetworkFault::ReplyLost => {
                let _ = self.answer(at, process, step).await?;
                Step::no_reply()
            }
            NetworkFault::Doubled => {
                let _ = self.answer(at, process, step).await?;
                self.answer(at, process, step).await?
            }
            NetworkFault::DoubledLater => {
                self.old_requests.push((at, step.clone()));
                self.answer(at, process, step).await?
            }
            NetworkFault::CutShort => {
                let _ = self.answer(at, process, step).await?;
                Err(SyncError::BadReply("cut short".to_owned()))
            }
            NetworkFault::Refused => Err(SyncError::refused(ErrorCode::Internal)),
            NetworkFault::Busy => Err(SyncError::refused(ErrorCode::Busy).retry_after(30)),
            NetworkFault::CrashBefore => self.answer_and_crash(at, process, step, StoreFault::CrashBefore).await?,
            NetworkFault::CrashAfter => self.answer_and_crash(at, process, step, StoreFault::CrashAfter).await?,
            NetworkFault::DiskFull => {
                let writes = self.dice.below(12) as u32;
                self.server.store.hooks().fault = Some(StoreFault::FullAfter(writes));
                let reply = self.answer(at, process, step).await?;
                self.server.store.hooks().fault = None;
                reply
            }
        })
    }

    /// The rare fault in which a planted bug shows.
    fn fault_for_bug(&self) -> Option<(NetworkFault, &'static str, u64)> {
        let needed = match self.bug? {
            Bug::AcknowledgedBeforeDurable => NetworkFault::CrashBefore,
            Bug::PartialTransactionKept => NetworkFault::DiskFull,
            _ => return None,
        };
        NETWORK_FAULTS.into_iter().find(|(fault, _, _)| *fault == needed)
    }

    /// The process handles the request until its next write, and crashes there.
    async fn answer_and_crash(
        &mut self,
        at: usize,
        process: usize,
        step: &Step,
        fault: StoreFault,
    ) -> anyhow::Result<StepReply> {
        self.server.store.hooks().fault = Some(fault);
        let reply = self.answer(at, process, step).await?;
        let met = std::mem::take(&mut self.server.store.hooks().injected);
        self.server.store.hooks().fault = None;
        self.server.replace_process(process).await?;
        // With the bug, the reply was sent before the commit.
        let replied = self.bug == Some(Bug::AcknowledgedBeforeDurable) || !met;
        Ok(if replied { reply } else { Step::no_reply() })
    }

    /// A process handles the request. Its reply is checked before the device receives it.
    async fn answer(&mut self, at: usize, process: usize, step: &Step) -> anyhow::Result<StepReply> {
        let server = self.server.processes[process].clone();
        let mut sent = step.clone();
        let dropped = self.plant_in_request(&mut sent);
        let older = if self.server.older { older_server::translate(&mut sent) } else { None };
        if older.is_some() {
            self.trace.reach("push: ahead of an older server");
        }
        self.server.store.hooks().older = older.map(Arc::new);
        let mut reply = sent.run(&server).await;
        self.server.store.hooks().older = None;
        self.plant_in_reply(at, step, &mut reply, dropped);
        self.note_relayed(step, &reply);
        if let Ok(ReplyBody::Pull(reply)) = &reply {
            self.check_row_scopes(at, reply);
        }
        Ok(reply)
    }

    /// An old request arrives again; its reply is dropped.
    pub(super) async fn replay_old_request(&mut self) -> anyhow::Result<()> {
        if self.old_requests.is_empty() {
            return Ok(());
        }
        let which = self.dice.below(self.old_requests.len() as u64) as usize;
        let (at, step) = self.old_requests.swap_remove(which);
        let process = self.dice.below(self.server.processes.len() as u64) as usize;
        self.event(format!("an old {} of {} turns up", step.name(), self.devices[at].name), Vec::new());
        if self.server.older && older_server::is_ahead(&step) {
            return Ok(());
        }
        let server = self.server.processes[process].clone();
        let _ = step.run(&server).await;
        Ok(())
    }

    /// Fails when a device receives a row outside its scopes, by what the office believes now.
    fn check_row_scopes(&mut self, at: usize, reply: &PullReply) {
        let person = self.fixture.person(self.devices[at].worker).clone();
        let care = self.fixture.recipients_of(person.id, day_of(self.clock.now_ms()));
        let mut outside = Vec::new();
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
                    outside.push((page.scope, row));
                }
            }
        }
        if let Some((scope, row)) = outside.pop() {
            let what = format!("{} received {} {} in {scope}", self.devices[at].name, row.kind, row.id);
            self.fail("nobody receives a row outside their scope", what, vec![row.id]);
        }
    }
}

/// The id in an operation's JSON, which may be unreadable otherwise.
fn op_id(raw: &RawValue) -> Option<OpId> {
    serde_json::from_str::<Value>(raw.get()).ok()?.get("op_id")?.as_str()?.parse().ok()
}
