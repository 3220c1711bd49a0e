//! A simulated device: a real core on real files, and the copies that kills, clones and old backups start from.

use super::{
    clock::{Clock, DeviceEnv, Kill},
    files::copy_folder,
};
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

/// The call of the device's sync.
#[derive(Debug)]
pub enum CallState {
    Idle,
    /// The request is on its way since this time (ms).
    Requested(Box<Step>, i64),
    /// The reply is on its way.
    Replied(Box<Step>, Box<StepReply>),
}

/// The reply to a pipelined step.
#[derive(Debug)]
pub struct PipelinedReply {
    pub step: Box<Step>,
    pub reply: Box<StepReply>,
    pub restores_then: u32,
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

pub struct SimDevice {
    pub name: String,
    pub worker: WorkerId,
    pub worker_code: String,
    pub core: Core,
    pub device: DeviceId,
    folder: PathBuf,
    pub skew: Arc<AtomicI64>,
    /// The skew at each save is known: no other device has the same id, and the clock was never set.
    pub known_skew: bool,
    pub call: CallState,
    /// Replies to steps sent after the current call, in their order.
    pub pipelined: VecDeque<PipelinedReply>,
    /// How often the server had been restored when it gave the last reply, which may arrive after the next restore.
    pub restores_then: u32,
    /// Its operations when they were last observed, by local number.
    pub known: BTreeMap<u64, OwnOp>,
    pub old_copies: Vec<PathBuf>,
    /// Its files before transactions that do not wait for the disk, and the number of durable ones at that time.
    pub(super) synced: Option<(PathBuf, u64)>,
    /// Its worker has left and its token is no longer known, so it can never sync again.
    pub cut_off: bool,
    /// Its disk is full.
    pub full: bool,
    /// It lies unused in a drawer until this time (ms).
    pub away_until: i64,
    kill: Arc<Mutex<Option<Kill>>>,
    clock: Clock,
    seed: u64,
    stream: u64,
    copies: u32,
}

impl SimDevice {
    /// A new device with a store and no enrolment.
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
            known_skew: true,
            call: CallState::Idle,
            pipelined: VecDeque::new(),
            restores_then: 0,
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

    /// Whether it can sync at the end of the run.
    pub fn can_sync(&self) -> bool {
        self.phase() == Phase::Ready && !self.cut_off
    }

    pub fn skew_ms(&self) -> i64 {
        self.skew.load(Ordering::SeqCst)
    }

    /// Copies its files: the state that a kill leaves, or that a backup holds.
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

    /// Plans a kill before the nth of its next transactions.
    pub fn plan_kill(&mut self, at_transaction: u32) {
        let kill = Kill { at_transaction, files: self.folder.clone(), image: self.next_folder() };
        *self.kill.lock().unwrap_or_else(PoisonError::into_inner) = Some(kill);
    }

    pub fn will_be_killed(&self) -> bool {
        self.kill.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The files that a planned kill left, if it happened.
    pub fn killed(&mut self) -> Option<PathBuf> {
        let kill = self.kill.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        kill.image.exists().then_some(kill.image)
    }

    /// Restarts from these files. The state in memory is lost.
    pub fn restart_from_files(&mut self, files: PathBuf) -> anyhow::Result<()> {
        self.stream += 1000;
        *self.kill.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let env = env(&self.clock, &self.skew, &self.kill, Dice::new(self.seed, self.stream));
        let core = opened(&files, env)?;
        let before = std::mem::replace(&mut self.core, core);
        drop(before);
        // Best effort: files that stay behind only cost room.
        let _ = std::fs::remove_dir_all(&self.folder);
        self.folder = files;
        self.forget_synced();
        self.drop_calls();
        self.full = false;
        Ok(())
    }

    /// Drops all calls: their requests or replies never arrive.
    pub fn drop_calls(&mut self) {
        self.call = CallState::Idle;
        self.pipelined.clear();
    }

    /// A second device on a copy of the files, with the same id.
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
            known_skew: false,
            call: CallState::Idle,
            pipelined: VecDeque::new(),
            restores_then: 0,
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

    /// The operations in its store, by local number.
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
