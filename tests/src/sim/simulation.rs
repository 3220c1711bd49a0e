//! The state of one run, and the loop that lets the seed's dice choose the next event.

use super::{
    clock::{Clock, DAY_MS},
    device::{CallState, SimDevice},
    fixture::{Fixture, day_of},
    ledger::Ledger,
    mutants::Bug,
    profile::{Profile, weighted},
    server::Server,
    trace::Trace,
};
use crate::city::dice::Dice;
use anyhow::Context;
use device_core::{Command, Step};
use shared::{OpId, RowId};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A check that failed, and the events that led to it.
#[derive(Clone, Debug)]
pub struct Failure {
    pub check: &'static str,
    pub what: String,
    /// The last events of the rows involved, and all faults.
    pub trace: Vec<String>,
    /// All events.
    pub whole: Vec<String>,
}

/// A bundle of unsent work that is handed over in the run.
pub(super) struct BundleFile {
    /// The name of its device, for the trace.
    pub of: String,
    pub bytes: Vec<u8>,
    /// The operations that waited on the device when the bundle was made.
    pub ops: Vec<OpId>,
    /// How often the bundle is still handed over.
    pub left: u32,
}

pub struct Simulation {
    pub(super) profile: Profile,
    pub(super) dice: Dice,
    pub(super) clock: Clock,
    pub(super) server: Server,
    pub(super) fixture: Fixture,
    pub(super) devices: Vec<SimDevice>,
    pub(super) ledger: Ledger,
    pub(super) trace: Trace,
    pub(super) bug: Option<Bug>,
    /// Requests that may arrive again.
    pub(super) old_requests: Vec<(usize, Step)>,
    /// Bundles that were exported.
    pub(super) files: Vec<BundleFile>,
    /// How often the server evaluated each operation since its last restore.
    pub(super) evaluated: BTreeMap<OpId, u32>,
    /// Faults are off and all devices are online.
    pub(super) quiesced: bool,
    /// The day of the server's last housekeeping.
    pub(super) last_housekeeping_day: i64,
    pub(super) failure: Option<Failure>,
    /// The number of random streams given to devices.
    pub(super) streams: u64,
    seed: u64,
    folder: PathBuf,
}

impl Simulation {
    pub async fn make(seed: u64, folder: &Path, bug: Option<Bug>) -> anyhow::Result<Self> {
        let mut dice = Dice::new(seed, 0);
        let profile = Profile::of(&mut dice);
        let profile = bug.map_or_else(|| profile.clone(), |bug| profile.clone().eventful(bug));
        let clock = Clock::new();
        let (fixture, roster) = Fixture::new(&profile, &mut dice, day_of(clock.now_ms()));
        let server = Server::start(&profile, folder, clock.clone(), seed, bug).await?;
        server.processes[0].apply_office(roster).await?;
        let mut sim = Self {
            profile,
            dice,
            clock,
            server,
            fixture,
            devices: Vec::new(),
            ledger: Ledger::default(),
            trace: Trace::default(),
            bug,
            old_requests: Vec::new(),
            files: Vec::new(),
            evaluated: BTreeMap::new(),
            quiesced: false,
            last_housekeeping_day: 0,
            failure: None,
            streams: 0,
            seed,
            folder: folder.to_owned(),
        };
        for person in 0..sim.fixture.people.len() {
            // Some people have a second device.
            for n in 0..=u32::from(sim.dice.chance(250)) {
                sim.issue_device(person, n).await?;
            }
        }
        Ok(sim)
    }

    /// Issues a new device to a person, enrols it and syncs it once.
    async fn issue_device(&mut self, person: usize, n: u32) -> anyhow::Result<()> {
        let who = self.fixture.people[person].clone();
        let name = if n == 0 { who.code.clone() } else { format!("{}-{n}", who.code) };
        self.streams += 1;
        let skew = if self.dice.chance(300) { self.dice.between(-3, 3) * DAY_MS / 2 } else { 0 };
        let files = self.folder.join(&name);
        let device = SimDevice::unpack(name, (who.id, who.code), files, &self.clock, (self.seed, self.streams), skew)?;
        self.devices.push(device);
        let at = self.devices.len() - 1;
        self.begin_enrolment(at).await?;
        self.finish_sync(at).await?;
        self.begin_sync(at, true);
        self.finish_sync(at).await
    }

    /// Begins an enrolment with a code of the office.
    pub(super) async fn begin_enrolment(&mut self, at: usize) -> anyhow::Result<()> {
        let worker = self.devices[at].worker_code.clone();
        let issued = self.server.processes[0].issue_code(&worker).await.context("a code is issued")?;
        let command = Command::Enrol { server: "https://office.example".to_owned(), code: issued.code };
        if self.devices[at].core.begin(&command).is_none() {
            self.next_request(at);
        }
        Ok(())
    }

    /// Finishes the current sync.
    pub(super) async fn finish_sync(&mut self, at: usize) -> anyhow::Result<()> {
        while !matches!(self.devices[at].call, CallState::Idle) && self.failure.is_none() {
            self.sync_step(at).await?;
        }
        Ok(())
    }

    /// Runs all events up to the end phase.
    ///
    /// # Errors
    /// When the simulator itself cannot continue.
    pub async fn live(&mut self) -> anyhow::Result<()> {
        for _ in 0..self.profile.steps {
            // Events mostly follow at once; now and then nothing happens for hours.
            let longest = if self.dice.chance(60) { self.profile.pause_s * 1000 } else { 3000 };
            let pause = self.dice.between(0, longest);
            self.clock.advance(pause);
            let next = self.profile.next;
            match weighted(&mut self.dice, next) {
                Some(0) => self.person_acts()?,
                Some(1) => {
                    let at = self.dice.below(self.devices.len() as u64) as usize;
                    if !self.away(at) {
                        self.sync_step(at).await?;
                    }
                }
                Some(2) => self.office_acts().await?,
                _ => self.inject_fault().await?,
            }
            self.let_weeks_pass().await?;
            self.housekeeping_round().await?;
            if self.dice.chance(20) {
                self.replay_old_request().await?;
            }
            if self.dice.chance(20) {
                self.submit_bundle().await?;
            }
            self.count_evaluations();
            if self.failure.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Fails when the server evaluated an operation twice.
    pub(super) fn count_evaluations(&mut self) {
        let evaluated = std::mem::take(&mut self.server.store.hooks().evaluated);
        for op in evaluated {
            let times = self.evaluated.entry(op).or_default();
            *times += 1;
            if *times > 1 {
                let rows = self.ledger.ops.get(&op).map(|s| s.row).into_iter().collect();
                self.fail("an operation is judged once", format!("{op} was judged again"), rows);
            }
        }
    }

    pub(super) fn event(&mut self, text: String, rows: Vec<RowId>) {
        self.trace.event(self.clock.now_ms(), text, rows);
    }

    pub(super) fn note_fault(&mut self, kind: &'static str, text: String) {
        self.trace.fault(kind);
        self.event(format!("[fault] {text}"), Vec::new());
    }

    /// Records the failure of a check. Only the first one of a run counts.
    pub(super) fn fail(&mut self, check: &'static str, what: String, rows: Vec<RowId>) {
        if self.failure.is_none() {
            self.event(format!("[failure] {check}: {what}"), rows.clone());
            self.failure = Some(Failure { check, what, trace: self.trace.about(&rows), whole: self.trace.whole() });
        }
    }
}
