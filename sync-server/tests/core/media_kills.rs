//! `verified` means stored for good and hash checked: the server is killed before and after every single thing it does for
//! an upload, and at no point has it promised what it does not have, or lost what a device could not send again.

use super::town::*;
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

/// The moment of the kill, counted in things begun and done. From then on nothing works any more.
#[derive(Clone)]
struct Life(Arc<AtomicI32>);

impl Life {
    fn of(moments: i32) -> Self {
        Self(Arc::new(AtomicI32::new(moments)))
    }
    fn goes_on(&self) -> bool {
        self.0.fetch_sub(1, Ordering::SeqCst) > 0
    }
    fn ended(&self) -> bool {
        self.0.load(Ordering::SeqCst) < 0
    }
}

struct MortalObjects(StoredObjects, Life);

impl MortalObjects {
    fn act<'a, T: Send + 'a>(&'a self, work: BoxFuture<'a, ObjectsResult<T>>) -> BoxFuture<'a, ObjectsResult<T>> {
        Box::pin(async move {
            let killed = || ObjectsError::Unavailable("killed".into());
            if !self.1.goes_on() {
                return Err(killed());
            }
            let done = work.await?;
            if self.1.goes_on() { Ok(done) } else { Err(killed()) }
        })
    }
}

impl Objects for MortalObjects {
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

struct MortalStore(SqliteStore, Life);

impl Store for MortalStore {
    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        if !self.1.goes_on() {
            return Err(StoreError::Closed.into());
        }
        let done = self.0.write(job).await?;
        if self.1.goes_on() { Ok(done) } else { Err(StoreError::Closed.into()) }
    }
    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        self.0.read(job).await
    }
    async fn backup(&self, path: PathBuf) -> Stored<()> {
        self.0.backup(path).await
    }
}

async fn mortal(town: &Town, life: &Life) -> ServerCore<MortalStore> {
    let store = MortalStore(SqliteStore::open(town.folder.join("server.db")).unwrap(), life.clone());
    let objects = MortalObjects(StoredObjects::folder(town.folder.join("objects")).unwrap(), life.clone());
    ServerCore::open(store, Arc::new(objects), town.env.clone(), Settings::default()).await.unwrap()
}

/// What a device does: asks where the upload stands and goes on from there. `Err` when the server was killed.
async fn send<S: Store>(core: &ServerCore<S>, token: &Token, photo: RowId, bytes: &[u8]) -> Result<MediaState, ()> {
    let create = MediaCreate {
        photo: photo.into(),
        sha256: sha256_hex(bytes),
        size: bytes.len() as u64,
        mime: "image/jpeg".into(),
    };
    let mut stands = core.media_create(token, create).await.map_err(drop)?;
    for _ in 0..10 {
        let upload = stands.upload;
        stands = match stands.state {
            MediaState::Verified => return Ok(MediaState::Verified),
            MediaState::Uploading => {
                let from = stands.offset as usize;
                let until = bytes.len().min(from + bytes.len().div_ceil(2));
                let chunk = MediaChunk { upload, offset: stands.offset, bytes: bytes[from..until].to_vec() };
                core.media_chunk(token, chunk).await.map_err(drop)?
            }
            MediaState::Complete | MediaState::Mismatch | MediaState::Unknown => {
                core.media_finish(token, upload).await.map_err(drop)?
            }
        };
    }
    panic!("ten answers and not at an end: {stands:?}")
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .map_or(0, |entries| entries.map(|e| e.unwrap().path()).map(|p| if p.is_dir() { files(&p) } else { 1 }).sum())
}

#[tokio::test]
async fn a_kill_between_any_two_steps_promises_nothing_and_loses_nothing() {
    let town = Town::new().await;
    let mut phone = town.phone("W1").await;
    let mut moments = 0;
    loop {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
        bytes.extend((0..9000u32).map(|i| (i as u8).wrapping_mul(7).wrapping_add(moments as u8)));
        let row = phone.create(
            Kind::Photo,
            json!({"sha256": sha256_hex(&bytes), "size": bytes.len(), "mime": "image/jpeg", "width": 4, "height": 3,
                "happened": Moment::shanghai(START_MS).to_string(), "of": "visit", "recipient": recipient("R1")}),
        );
        phone.push().await;
        let life = Life::of(i32::MAX);
        let core = mortal(&town, &life).await;
        life.0.store(moments, Ordering::SeqCst);
        let told = send(&core, &phone.token, row, &bytes).await;
        drop(core);

        let viewer = town.viewer("S1").await;
        if told == Ok(MediaState::Verified) {
            let found = town.core.photo_for(&viewer, PhotoId::from(row)).await.unwrap();
            assert_eq!(found.1, bytes, "promised after {moments} moments");
        }
        // Another process, or the same one started again.
        assert_eq!(
            send(&town.core, &phone.token, row, &bytes).await,
            Ok(MediaState::Verified),
            "after {moments} moments"
        );
        assert_eq!(town.core.photo_for(&viewer, PhotoId::from(row)).await.unwrap().1, bytes);
        if told == Ok(MediaState::Verified) && !life.ended() {
            break;
        }
        moments += 1;
    }
    // create, 2 × (chunk, note), assemble, keep, note, forget: each before and after.
    assert_eq!(moments, 18);
    assert_eq!(town.core.stats().await.unwrap().photos_pending, 0);
    town.env.advance(31 * DAY_MS);
    town.core.forget_abandoned().await.unwrap();
    assert_eq!(files(&town.folder.join("objects/incoming")), 0, "what the kills left behind is swept");
    assert_eq!(files(&town.folder.join("objects")), 19, "and no photo is");
}
