//! A device of the run: a real core on real files, and the copies that crashes, clones and old backups are made of.

use super::clock::{Clock, DeviceEnv, Kill};
use crate::city::dice::Dice;
use anyhow::Context;
use device_core::{Command, Core, Paths, Reply, Step, StepReply, store::meta, views::Phase};
use rusqlite::Connection;
use shared::{DeviceId, OpId, RowId, WorkerId};
use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

pub const PIN: &str = "2580";

/// Where its sync stands.
#[derive(Debug)]
pub enum Flight {
    Idle,
    /// A request is on its way since so many milliseconds.
    Asked(Box<Step>, i64),
    /// The answer is on its way.
    Answered(Box<Step>, Box<StepReply>),
}

/// The answer to a step that went ahead, and how often the server had been put back when it gave it.
#[derive(Debug)]
pub struct Ahead {
    pub step: Box<Step>,
    pub reply: Box<StepReply>,
    pub answered_in: u32,
}

/// An operation in the device's own store.
#[derive(Clone, Debug)]
pub struct OwnOp {
    pub id: OpId,
    pub row: RowId,
    pub kind: String,
    pub json: String,
    pub acked: bool,
    pub outcome: Option<String>,
}

pub struct Handset {
    pub name: String,
    pub worker: WorkerId,
    pub worker_code: String,
    pub core: Core,
    pub device: DeviceId,
    folder: PathBuf,
    pub skew: Arc<AtomicI64>,
    /// Nobody else goes under its id, and its clock was never set.
    pub plain: bool,
    pub flight: Flight,
    /// The answers to steps that went ahead of the one in flight, in their order.
    pub ahead: VecDeque<Ahead>,
    /// How often the server had been put back when it gave the last answer: the answer may arrive after the next restore.
    pub answered_in: u32,
    /// Its operations as last seen, by local number.
    pub known: BTreeMap<u64, OwnOp>,
    pub old_copies: Vec<PathBuf>,
    /// Its files as they were before replies whose transactions do not wait for the disk, and how many had waited by then.
    pub(super) synced: Option<(PathBuf, u64)>,
    /// Its worker has left and its token is known no more: nothing brings it back.
    pub cut_off: bool,
    /// Its disk is full for now.
    pub full: bool,
    /// It lies in a drawer until then.
    pub away_until: i64,
    kill: Arc<Mutex<Option<Kill>>>,
    clock: Clock,
    seed: u64,
    stream: u64,
    copies: u32,
}

impl Handset {
    /// A device out of its box, with a store and no enrolment.
    pub fn unpack(
        name: String,
        worker: (WorkerId, String),
        folder: PathBuf,
        clock: &Clock,
        (seed, stream): (u64, u64),
        skew_ms: i64,
    ) -> anyhow::Result<Self> {
        let skew = Arc::new(AtomicI64::new(skew_ms));
        let kill = Arc::default();
        let env = env(clock, &skew, &kill, Dice::new(seed, stream));
        let mut core = Core::open_for_tests(Paths { dir: Some(folder.clone()) }, Box::new(env))?;
        let receipt = core.handle(Command::CreateVault { pin: PIN.to_owned() });
        anyhow::ensure!(matches!(receipt, Reply::Status(_)), "a vault is made: {receipt:?}");
        let device = device_id(&core)?;
        Ok(Self {
            name,
            worker: worker.0,
            worker_code: worker.1,
            core,
            device,
            folder,
            skew,
            plain: true,
            flight: Flight::Idle,
            ahead: VecDeque::new(),
            answered_in: 0,
            known: BTreeMap::new(),
            old_copies: Vec::new(),
            synced: None,
            cut_off: false,
            full: false,
            away_until: 0,
            kill,
            clock: clock.clone(),
            seed,
            stream,
            copies: 0,
        })
    }

    pub fn conn(&self) -> &Connection {
        self.core.store_for_tests().expect("no run locks a device").conn()
    }

    pub fn phase(&self) -> Phase {
        self.core.phase().unwrap_or(Phase::Locked)
    }

    /// It can sync, now that all is quiet.
    pub fn can_sync(&self) -> bool {
        self.phase() == Phase::Ready && !self.cut_off
    }

    pub fn skew_ms(&self) -> i64 {
        self.skew.load(Ordering::SeqCst)
    }

    /// Its files as they are this moment: what a kill leaves behind, or a backup holds.
    pub fn copy_files(&mut self) -> anyhow::Result<PathBuf> {
        let to = self.next_folder();
        copy_folder(&self.folder, &to)?;
        Ok(to)
    }

    fn next_folder(&mut self) -> PathBuf {
        self.copies += 1;
        let name = self.folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        self.folder.with_file_name(format!("{name}.{}", self.copies))
    }

    /// It will be killed before the nth transaction of what it does next.
    pub fn plan_kill(&mut self, at_transaction: u32) {
        let kill = Kill { at_transaction, files: self.folder.clone(), image: self.next_folder() };
        *self.kill.lock().unwrap_or_else(PoisonError::into_inner) = Some(kill);
    }

    pub fn will_be_killed(&self) -> bool {
        self.kill.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The files that the kill left behind, if it came to it.
    pub fn killed(&mut self) -> Option<PathBuf> {
        let kill = self.kill.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        kill.image.exists().then_some(kill.image)
    }

    /// Goes on from these files, as after a restart; what was in memory only is gone.
    pub fn go_on_from(&mut self, files: PathBuf) -> anyhow::Result<()> {
        self.stream += 1000;
        *self.kill.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let env = env(&self.clock, &self.skew, &self.kill, Dice::new(self.seed, self.stream));
        let core = opened(&files, env)?;
        let before = std::mem::replace(&mut self.core, core);
        drop(before);
        // The old files are of no use to anyone; that they cannot be removed harms nothing.
        let _ = std::fs::remove_dir_all(&self.folder);
        self.folder = files;
        self.forget_synced();
        self.give_up();
        self.full = false;
        Ok(())
    }

    /// Whatever is on its way never arrives.
    pub fn give_up(&mut self) {
        self.flight = Flight::Idle;
        self.ahead.clear();
    }

    /// A second device on a copy of the files, under the same id.
    pub fn clone_onto(&mut self, files: PathBuf, name: String, stream: u64) -> anyhow::Result<Self> {
        let skew = Arc::new(AtomicI64::new(self.skew_ms()));
        let kill = Arc::default();
        let env = env(&self.clock, &skew, &kill, Dice::new(self.seed, stream));
        let core = opened(&files, env)?;
        Ok(Self {
            name,
            worker: self.worker,
            worker_code: self.worker_code.clone(),
            core,
            device: self.device,
            folder: files,
            skew,
            plain: false,
            flight: Flight::Idle,
            ahead: VecDeque::new(),
            answered_in: 0,
            known: self.known.clone(),
            old_copies: Vec::new(),
            synced: None,
            cut_off: false,
            full: false,
            away_until: 0,
            kill,
            clock: self.clock.clone(),
            seed: self.seed,
            stream,
            copies: 0,
        })
    }

    /// Its operations as they stand in its store, by local number.
    pub fn own_ops(&self) -> anyhow::Result<BTreeMap<u64, OwnOp>> {
        let mut statement =
            self.conn().prepare_cached("SELECT no, id, row, kind, json, acked, outcome FROM op ORDER BY no")?;
        let ops = statement.query_map([], |r| {
            let op = OwnOp {
                id: OpId(uuid::Uuid::from_bytes(r.get(1)?)),
                row: RowId(uuid::Uuid::from_bytes(r.get(2)?)),
                kind: r.get(3)?,
                json: r.get(4)?,
                acked: r.get(5)?,
                outcome: r.get(6)?,
            };
            Ok((r.get::<_, u64>(0)?, op))
        })?;
        Ok(ops.collect::<rusqlite::Result<_>>()?)
    }

    pub fn fill_disk(&mut self) -> anyhow::Result<()> {
        let store = self.core.store_for_tests().context("no run locks a device")?;
        store.limit_pages(store.pages()?)?;
        self.full = true;
        Ok(())
    }

    pub fn free_disk(&mut self) -> anyhow::Result<()> {
        self.core.store_for_tests().context("no run locks a device")?.limit_pages(0)?;
        self.full = false;
        Ok(())
    }
}

fn env(clock: &Clock, skew: &Arc<AtomicI64>, kill: &Arc<Mutex<Option<Kill>>>, dice: Dice) -> DeviceEnv {
    DeviceEnv { clock: clock.clone(), skew: skew.clone(), dice, kill: kill.clone() }
}

fn device_id(core: &Core) -> anyhow::Result<DeviceId> {
    let store = core.store_for_tests().context("the store is open")?;
    meta::get(store.conn(), meta::key::DEVICE)?.context("a store has a device id")
}

fn opened(files: &Path, env: DeviceEnv) -> anyhow::Result<Core> {
    let mut core = Core::open_for_tests(Paths { dir: Some(files.to_owned()) }, Box::new(env))?;
    let receipt = core.handle(Command::Unlock { pin: PIN.to_owned() });
    anyhow::ensure!(matches!(receipt, Reply::Status(_)), "a copy opens: {receipt:?}");
    Ok(core)
}

/// The last write of a kill reached the disk in part: bytes at the end of the log that are no whole frame.
pub fn tear_log(files: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write;
    let mut log = std::fs::OpenOptions::new().append(true).create(true).open(files.join("store.db-wal"))?;
    Ok(log.write_all(bytes)?)
}

/// Databases and their logs. The shared memory beside them is never whole in a copy and is made anew.
pub fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_folder(&from, &to)?;
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(from, to)?;
        }
    }
    Ok(())
}
