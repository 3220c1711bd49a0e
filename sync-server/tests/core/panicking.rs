//! A panic in a batch of pushes: the devices of the batch may send again, and no other push is affected.

use shared::{
    DeviceId, Moment,
    chain::Chain,
    ids::{Incarnation, OpNo},
    protocol::SyncProtocol,
    wire::{ErrorCode, PushRequest, Token},
};
use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use sync_server::{
    core::{ServerCore, Settings, StoredObjects, TestEnv},
    store::{Job, SqliteStore, Store, Stored},
    testing::TempDir,
};
use uuid::Uuid;

/// A store whose next writes panic as planned. The panic is outside the job: panics inside are caught by every backend.
#[derive(Clone)]
struct PanickingStore {
    store: Arc<SqliteStore>,
    plan: Arc<Mutex<VecDeque<bool>>>,
    /// Writes wait for this, so that other pushes can queue up behind them.
    open: Arc<AtomicBool>,
}

impl Store for PanickingStore {
    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        while !self.open.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        let planned = self.plan.lock().unwrap().pop_front();
        assert_ne!(planned, Some(true), "a planned panic");
        self.store.write(job).await
    }
    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        self.store.read(job).await
    }
    async fn backup(&self, path: PathBuf) -> Stored<()> {
        self.store.backup(path).await
    }
}

/// A push of an unknown device: it is refused when it is evaluated.
fn push(n: u128) -> PushRequest {
    PushRequest {
        proto: 1,
        caps: Vec::new(),
        device: DeviceId(Uuid::from_u128(n)),
        incarnation: Incarnation(1),
        first_op: OpNo(1),
        chain: Chain::default(),
        client_now: Moment::shanghai(0),
        ops: Vec::new(),
    }
}

#[tokio::test]
async fn a_panic_in_a_batch_is_reported_to_its_pushes_and_the_next_batch_runs() {
    use ErrorCode::{Internal, TokenUnknown};
    let folder = TempDir::new();
    let objects = Arc::new(StoredObjects::folder(folder.path()).unwrap());
    let store = PanickingStore {
        store: Arc::new(SqliteStore::open(folder.path().join("panicking.db")).unwrap()),
        plan: Arc::default(),
        open: Arc::new(AtomicBool::new(true)),
    };
    let env = Arc::new(TestEnv::new(0));
    let core = ServerCore::open(store.clone(), objects, env, Settings::default()).await.unwrap();
    let token = Token("x".repeat(43));
    // The first push is a batch of its own; the two that arrive meanwhile are the second batch.
    let at_once = || async {
        store.open.store(false, Ordering::Relaxed);
        let pushes = futures_util::future::join_all((1..=3).map(|n| core.push(&token, push(n))));
        let all_have_joined = async { store.open.store(true, Ordering::Relaxed) };
        let (answers, ()) = futures_util::future::join(pushes, all_have_joined).await;
        answers.into_iter().map(|answer| answer.unwrap_err().code().cloned().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(at_once().await, [TokenUnknown, TokenUnknown, TokenUnknown]);
    store.plan.lock().unwrap().push_back(true);
    assert_eq!(at_once().await, [Internal, TokenUnknown, TokenUnknown]);
    store.plan.lock().unwrap().extend([false, true]);
    assert_eq!(at_once().await, [TokenUnknown, Internal, Internal]);
    assert_eq!(at_once().await, [TokenUnknown, TokenUnknown, TokenUnknown]);
}
