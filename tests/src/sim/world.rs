//! One run: a town, a server, devices, and the steps that the seed's dice choose between them.

use super::{
    bundles::File,
    clock::{Clock, DAY_MS},
    fixture::{Town, day_of},
    handset::{Flight, Handset},
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

/// What broke, and what led to it.
#[derive(Clone, Debug)]
pub struct Failure {
    pub check: &'static str,
    pub what: String,
    /// The last events of the rows involved, and all faults between them.
    pub trace: Vec<String>,
    /// Everything that happened.
    pub whole: Vec<String>,
}

pub struct World {
    pub(super) profile: Profile,
    pub(super) dice: Dice,
    pub(super) clock: Clock,
    pub(super) server: Server,
    pub(super) town: Town,
    pub(super) handsets: Vec<Handset>,
    pub(super) ledger: Ledger,
    pub(super) trace: Trace,
    pub(super) bug: Option<Bug>,
    /// Requests that turn up again.
    pub(super) strays: Vec<(usize, Step)>,
    /// Bundles that somebody has in hand.
    pub(super) files: Vec<File>,
    /// Operations that the server judged, as often as it did, since it was last put back.
    pub(super) judged: BTreeMap<OpId, u32>,
    /// Faults are off and everybody is online.
    pub(super) quiet: bool,
    /// The day on which the server last kept house.
    pub(super) kept_house: i64,
    pub(super) failure: Option<Failure>,
    /// Streams of randomness given out to devices.
    pub(super) streams: u64,
    seed: u64,
    folder: PathBuf,
}

impl World {
    pub async fn make(seed: u64, folder: &Path, bug: Option<Bug>) -> anyhow::Result<Self> {
        let mut dice = Dice::new(seed, 0);
        let profile = Profile::of(&mut dice);
        let profile = bug.map_or_else(|| profile.clone(), |bug| profile.clone().eventful(bug));
        let clock = Clock::new();
        let (town, roster) = Town::found(&profile, &mut dice, day_of(clock.now_ms()));
        let server = Server::start(&profile, folder, clock.clone(), seed, bug).await?;
        server.processes[0].apply_office(roster).await?;
        let mut world = Self {
            profile,
            dice,
            clock,
            server,
            town,
            handsets: Vec::new(),
            ledger: Ledger::default(),
            trace: Trace::default(),
            bug,
            strays: Vec::new(),
            files: Vec::new(),
            judged: BTreeMap::new(),
            quiet: false,
            kept_house: 0,
            failure: None,
            streams: 0,
            seed,
            folder: folder.to_owned(),
        };
        for person in 0..world.town.people.len() {
            // Some have a second device of their own.
            for n in 0..=u32::from(world.dice.chance(250)) {
                world.hand_out(person, n).await?;
            }
        }
        Ok(world)
    }

    /// A new device for somebody, enrolled and synced once.
    async fn hand_out(&mut self, person: usize, n: u32) -> anyhow::Result<()> {
        let who = self.town.people[person].clone();
        let name = if n == 0 { who.code.clone() } else { format!("{}-{n}", who.code) };
        self.streams += 1;
        let skew = if self.dice.chance(300) { self.dice.between(-3, 3) * DAY_MS / 2 } else { 0 };
        let files = self.folder.join(&name);
        let handset = Handset::unpack(name, (who.id, who.code), files, &self.clock, (self.seed, self.streams), skew)?;
        self.handsets.push(handset);
        let at = self.handsets.len() - 1;
        self.begin_enrolment(at).await?;
        self.finish_sync(at).await?;
        self.begin_sync(at, true);
        self.finish_sync(at).await
    }

    /// A code from the office, typed in; the request waits in the device's flight.
    pub(super) async fn begin_enrolment(&mut self, at: usize) -> anyhow::Result<()> {
        let worker = self.handsets[at].worker_code.clone();
        let issued = self.server.processes[0].issue_code(&worker).await.context("a code is issued")?;
        let command = Command::Enrol { server: "https://office.example".to_owned(), code: issued.code };
        if self.handsets[at].core.begin(&command).is_none() {
            self.next_request(at);
        }
        Ok(())
    }

    /// Carries what is in flight through to its end.
    pub(super) async fn finish_sync(&mut self, at: usize) -> anyhow::Result<()> {
        while !matches!(self.handsets[at].flight, Flight::Idle) && self.failure.is_none() {
            self.sync_step(at).await?;
        }
        Ok(())
    }

    /// The run up to its quiet end.
    pub async fn live(&mut self) -> anyhow::Result<()> {
        for _ in 0..self.profile.steps {
            // Mostly one thing follows the other; now and then nothing happens for hours.
            let longest = if self.dice.chance(60) { self.profile.pause_s * 1000 } else { 3000 };
            let pause = self.dice.between(0, longest);
            self.clock.advance(pause);
            let next = self.profile.next;
            match weighted(&mut self.dice, next) {
                Some(0) => self.somebody_acts()?,
                Some(1) => {
                    let at = self.dice.below(self.handsets.len() as u64) as usize;
                    if !self.away(at) {
                        self.sync_step(at).await?;
                    }
                }
                Some(2) => self.office_acts().await?,
                _ => self.something_breaks().await?,
            }
            self.season().await?;
            self.housekeeping_round().await?;
            if self.dice.chance(20) {
                self.stray().await?;
            }
            if self.dice.chance(20) {
                self.submit().await?;
            }
            self.count_judged();
            if self.failure.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Each operation is judged once, however often it comes.
    pub(super) fn count_judged(&mut self) {
        let judged = std::mem::take(&mut self.server.store.notes().judged);
        for op in judged {
            let times = self.judged.entry(op).or_default();
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

    /// The first failure of a run is the one that counts.
    pub(super) fn fail(&mut self, check: &'static str, what: String, rows: Vec<RowId>) {
        if self.failure.is_none() {
            self.event(format!("[failure] {check}: {what}"), rows.clone());
            self.failure = Some(Failure { check, what, trace: self.trace.about(&rows), whole: self.trace.whole() });
        }
    }
}
