//! `verified` means stored durably with a checked hash: the server is killed before and after every single action of an
//! upload, and at no point has it confirmed bytes that it lacks, or lost bytes that a device could not send again.

use super::fixture::*;
use futures_util::future::BoxFuture;
use serde_json::json;
use shared::{
    Kind, Moment, PhotoId, RowId,
    chain::sha256_hex,
    protocol::SyncProtocol,
    wire::{MediaChunk, MediaCreate, MediaState, Token},
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
};
use sync_server::{
    core::{
        Objects, ObjectsError, ServerCore, Settings, StoredObjects,
        objects::{Assembled, ObjectsResult},
    },
    store::{Job, SqliteStore, Store, StoreError, Stored},
};

/// The time of the kill, counted in actions begun and ended. Every action after it fails.
#[derive(Clone)]
struct KillSwitch(Arc<AtomicI32>);

impl KillSwitch {
    fn of(actions: i32) -> Self {
        Self(Arc::new(AtomicI32::new(actions)))
    }
    fn survives(&self) -> bool {
        self.0.fetch_sub(1, Ordering::SeqCst) > 0
    }
    fn has_killed(&self) -> bool {
        self.0.load(Ordering::SeqCst) < 0
    }
}

/// A photo storage that fails after the kill.
struct KillableObjects(StoredObjects, KillSwitch);

impl KillableObjects {
    fn act<'a, T: Send + 'a>(&'a self, work: BoxFuture<'a, ObjectsResult<T>>) -> BoxFuture<'a, ObjectsResult<T>> {
        Box::pin(async move {
            let killed = || ObjectsError::Unavailable("killed".into());
            if !self.1.survives() {
                return Err(killed());
            }
            let done = work.await?;
            if self.1.survives() { Ok(done) } else { Err(killed()) }
        })
    }
}

impl Objects for KillableObjects {
    fn write_at(&self, upload: String, offset: u64, bytes: Vec<u8>) -> BoxFuture<'_, ObjectsResult<()>> {
        self.act(self.0.write_at(upload, offset, bytes))
    }
    fn assemble(&self, upload: String, size: u64) -> BoxFuture<'_, ObjectsResult<Assembled>> {
        self.act(Objects::assemble(&self.0, upload, size))
    }
    fn keep(&self, sha256: String, bytes: Vec<u8>) -> BoxFuture<'_, ObjectsResult<()>> {
        self.act(self.0.keep(sha256, bytes))
    }
    fn forget(&self, upload: String) -> BoxFuture<'_, ObjectsResult<()>> {
        self.act(Objects::forget(&self.0, upload))
    }
    fn read(&self, sha256: String) -> BoxFuture<'_, ObjectsResult<Vec<u8>>> {
        self.act(self.0.read(sha256))
    }
    fn holds(&self, sha256: String, size: u64) -> BoxFuture<'_, ObjectsResult<bool>> {
        self.act(self.0.holds(sha256, size))
    }
    fn probe(&self) -> BoxFuture<'_, ObjectsResult<()>> {
        self.act(self.0.probe())
    }
}

/// A store that fails after the kill.
struct KillableStore(SqliteStore, KillSwitch);

impl Store for KillableStore {
    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        if !self.1.survives() {
            return Err(StoreError::Closed.into());
        }
        let done = self.0.write(job).await?;
        if self.1.survives() { Ok(done) } else { Err(StoreError::Closed.into()) }
    }
    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        self.0.read(job).await
    }
    async fn backup(&self, path: PathBuf) -> Stored<()> {
        self.0.backup(path).await
    }
}

/// A second core on the same store, which the switch kills.
async fn killable_core(fixture: &Fixture, kill: &KillSwitch) -> ServerCore<KillableStore> {
    let store = KillableStore(SqliteStore::open(fixture.folder.join("server.db")).unwrap(), kill.clone());
    let objects = KillableObjects(StoredObjects::folder(fixture.folder.join("objects")).unwrap(), kill.clone());
    ServerCore::open(store, Arc::new(objects), fixture.env.clone(), Settings::default()).await.unwrap()
}

/// Uploads as a device does: asks for the offset and resumes there. `Err` if the server was killed.
async fn send<S: Store>(core: &ServerCore<S>, token: &Token, photo: RowId, bytes: &[u8]) -> Result<MediaState, ()> {
    let create = MediaCreate {
        photo: photo.into(),
        sha256: sha256_hex(bytes),
        size: bytes.len() as u64,
        mime: "image/jpeg".into(),
    };
    let mut status = core.media_create(token, create).await.map_err(drop)?;
    for _ in 0..10 {
        let upload = status.upload;
        status = match status.state {
            MediaState::Verified => return Ok(MediaState::Verified),
            MediaState::Uploading => {
                let from = status.offset as usize;
                let until = bytes.len().min(from + bytes.len().div_ceil(2));
                let chunk = MediaChunk { upload, offset: status.offset, bytes: bytes[from..until].to_vec() };
                core.media_chunk(token, chunk).await.map_err(drop)?
            }
            MediaState::Complete | MediaState::Mismatch | MediaState::Unknown => {
                core.media_finish(token, upload).await.map_err(drop)?
            }
        };
    }
    panic!("ten answers and not at an end: {status:?}")
}

/// How many files are in a folder and below.
fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .map_or(0, |entries| entries.map(|e| e.unwrap().path()).map(|p| if p.is_dir() { files(&p) } else { 1 }).sum())
}

#[tokio::test]
async fn a_kill_between_any_two_actions_confirms_nothing_and_loses_nothing() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let mut actions = 0;
    loop {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
        bytes.extend((0..9000u32).map(|i| (i as u8).wrapping_mul(7).wrapping_add(actions as u8)));
        let row = phone.create(
            Kind::Photo,
            json!({"sha256": sha256_hex(&bytes), "size": bytes.len(), "mime": "image/jpeg", "width": 4, "height": 3,
                "happened": Moment::shanghai(START_MS).to_string(), "of": "visit", "recipient": recipient("R1")}),
        );
        phone.push().await;
        let kill = KillSwitch::of(i32::MAX);
        let core = killable_core(&fixture, &kill).await;
        kill.0.store(actions, Ordering::SeqCst);
        let outcome = send(&core, &phone.token, row, &bytes).await;
        drop(core);

        let viewer = fixture.viewer("S1").await;
        if outcome == Ok(MediaState::Verified) {
            let found = fixture.core.photo_for(&viewer, PhotoId::from(row)).await.unwrap();
            assert_eq!(found.1, bytes, "promised after {actions} actions");
        }
        // Another process, or the same one restarted.
        assert_eq!(
            send(&fixture.core, &phone.token, row, &bytes).await,
            Ok(MediaState::Verified),
            "after {actions} actions"
        );
        assert_eq!(fixture.core.photo_for(&viewer, PhotoId::from(row)).await.unwrap().1, bytes);
        if outcome == Ok(MediaState::Verified) && !kill.has_killed() {
            break;
        }
        actions += 1;
    }
    // create, 2 × (chunk, offset), assemble, store, verified, forget: each before and after.
    assert_eq!(actions, 18);
    assert_eq!(fixture.core.stats().await.unwrap().photos_pending, 0);
    fixture.env.advance(31 * DAY_MS);
    fixture.core.forget_abandoned().await.unwrap();
    assert_eq!(files(&fixture.folder.join("objects/incoming")), 0, "the sweep removes the chunks that the kills left");
    assert_eq!(files(&fixture.folder.join("objects")), 19, "the sweep removes no photo");
}
