//! Unsent work as a bundle: made of what waits, without marking any of it as sent; and the one that is sealed into the device's folder
//! when access was withdrawn, which can be handed over without a PIN.

use crate::{
    Core, Refusal,
    client::compress,
    store::{self, StoreError, Tx, meta, outbox::Outgoing, photo},
    sync::chain_before,
    views::{BundleView, SealedView},
};
use serde_json::value::RawValue;
use shared::{
    Day,
    seal::{SealPublic, SignSecret, TAG_LEN},
    wire::{
        BUNDLE_BYTES_MAX, PROTO, PUSH_BYTES_MAX, PUSH_OPS_MAX, PushRequest,
        bundle::{Bundle, BundledPhoto, Content, EXTENSION, FRAME_LEN, Header, seal},
    },
};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// 20 MiB of operations' JSON: some 30,000 records, a tenth of that once packed.
const OPS_BYTES_MAX: usize = 20 << 20;
/// What zstd and the parts' heads may add to photos, which do not pack.
const SLACK: usize = 64 << 10;
/// Packed bytes that fit into a file.
const ROOM: usize = BUNDLE_BYTES_MAX - FRAME_LEN - TAG_LEN - SLACK;

/// The folder, inside the device's own, of the bundle that was sealed when access ended.
const SEALED: &str = "sealed";

/// That bundle, as it lies in the device's folder.
#[derive(Debug)]
pub(crate) struct Sealed {
    name: String,
    ops: u32,
    /// In memory where the device has no folder.
    bytes: Option<Vec<u8>>,
}

/// What this device signs with; made once, inside the encrypted store.
pub(crate) fn sign_key(tx: &Tx<'_>, random: impl FnOnce() -> [u8; 32]) -> store::Result<SignSecret> {
    let known: Option<String> = meta::get(tx, meta::key::SIGN_KEY)?;
    if let Some(known) = known {
        return SignSecret::from_hex(&known).ok_or(StoreError::Unreadable("the key that bundles are signed with"));
    }
    let key = SignSecret::new(random());
    meta::set(tx, meta::key::SIGN_KEY, &key.to_hex())?;
    Ok(key)
}

impl Core {
    /// Everything unsent as one file: records first, photos as far as they fit. From now on none of it can be taken back as if it
    /// had never been, since a copy may be on its way.
    pub(crate) fn make_bundle(&mut self) -> Result<BundleView, Refusal> {
        let server: Option<SealPublic> = meta::get(self.store()?.conn(), meta::key::SEAL_KEY)?;
        let server = server.ok_or(Refusal::NoSealKey)?;
        let (waiting, _) = store::outbox::waiting(self.store()?.conn())?;
        let photos = photo::unsent(self.store()?.conn())?;
        if waiting == 0 && photos.is_empty() {
            return Err(Refusal::NothingUnsent);
        }
        let author = self.write(|tx| {
            let random = tx.random();
            Ok(sign_key(tx, || random)?)
        })?;
        let mut limit = OPS_BYTES_MAX;
        let (mut content, ops, mut used) = loop {
            let ops = self.take_unsent(true, usize::MAX, limit)?;
            let pushes = self.pushes_of(&ops)?;
            let content = Content { pushes, photos: Vec::new() };
            let used = packed(&content)?.len();
            // One operation always fits: it has 64 KiB at most.
            if used <= ROOM || ops.len() <= 1 {
                break (content, ops.len(), used);
            }
            limit /= 2;
        };
        let n_photos = photos.len();
        for meta in photos {
            let size = usize::try_from(meta.size).unwrap_or(usize::MAX);
            if used.saturating_add(size) > ROOM {
                continue;
            }
            if let Some(bytes) = photo::bytes(self.store()?.conn(), meta.id)? {
                used += size;
                content.photos.push(BundledPhoto { mime: meta.mime, bytes });
            }
        }
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let device = meta::get(self.store()?.conn(), meta::key::DEVICE)?;
        let offset: i64 = meta::get(self.store()?.conn(), meta::key::CLOCK_OFFSET_MS)?.unwrap_or(0);
        let header = Header {
            device: device.ok_or(StoreError::Unreadable("the store has no device id"))?,
            key: server.id(),
            created_ms: self.env.now().utc_ms.saturating_add(offset),
            ops: count(ops),
        };
        let mut random = [0; 32];
        self.env.random(&mut random);
        let bytes = seal(header, &packed(&content)?, &server, &author, random).map_err(|_| Refusal::NoSealKey)?;
        let name = self.next_name()?;
        let (photos, ops) = (count(content.photos.len()), count(ops));
        Ok(BundleView { name, bytes, ops, photos, ops_left: waiting - ops, photos_left: count(n_photos) - photos })
    }

    /// The pushes that would be made of these operations, each gapless and within a push's limits.
    fn pushes_of(&self, ops: &[Outgoing]) -> Result<Vec<PushRequest>, Refusal> {
        let conn = self.store()?.conn();
        let incarnation = meta::get(conn, meta::key::INCARNATION)?.unwrap_or(meta::FIRST_INCARNATION);
        let device = meta::get(conn, meta::key::DEVICE)?.ok_or(StoreError::Unreadable("the store has no device id"))?;
        let client_now = self.env.now();
        let mut pushes: Vec<PushRequest> = Vec::new();
        let (mut bytes, mut next) = (0, None);
        for op in ops {
            bytes += op.json.len();
            let full = pushes.last().is_none_or(|p| p.ops.len() == PUSH_OPS_MAX);
            if full || bytes > PUSH_BYTES_MAX || next != Some(op.wire_no) {
                bytes = op.json.len();
                let chain = chain_before(conn, incarnation, op.wire_no)?;
                let (first_op, ops) = (op.wire_no, Vec::new());
                let caps = Vec::new();
                pushes.push(PushRequest { proto: PROTO, caps, device, incarnation, first_op, chain, client_now, ops });
            }
            next = Some(op.wire_no.next());
            let raw = RawValue::from_string(op.json.clone()).map_err(StoreError::from)?;
            if let Some(push) = pushes.last_mut() {
                push.ops.push(raw);
            }
        }
        Ok(pushes)
    }

    /// `lianxin-2026-11-23-1.lxb`; the number counts the day's files, so that none replaces another.
    fn next_name(&mut self) -> Result<String, Refusal> {
        let today = self.today_day()?;
        let n = self.write(|tx| {
            let last: Option<(Day, u32)> = meta::get(tx, meta::key::BUNDLE_NO)?;
            let n = last.filter(|(day, _)| *day == today).map_or(1, |(_, n)| n + 1);
            meta::set(tx, meta::key::BUNDLE_NO, &(today, n))?;
            Ok(n)
        })?;
        Ok(format!("lianxin-{today}-{n}.{EXTENSION}"))
    }

    /// Access ended: what is unsent is sealed into the device's folder, where it can be had without the PIN. It stays in the store as
    /// well, and goes on normally if the device is enrolled again.
    pub(crate) fn seal_unsent(&mut self) -> Result<(), Refusal> {
        match self.make_bundle() {
            Ok(view) => {
                let kept = self.sealed_folder().map(|folder| keep(&folder, &view)).transpose();
                kept.map_err(StoreError::from)?;
                let in_memory = self.sealed_folder().is_none();
                let bytes = in_memory.then_some(view.bytes);
                self.sealed = Some(Sealed { name: view.name, ops: view.ops, bytes });
                Ok(())
            }
            // Nothing to seal, or nothing to seal it to: the store keeps it, and the screen says so.
            Err(Refusal::NothingUnsent | Refusal::NoSealKey) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }

    /// Everything has been sent after all: the sealed file would only be a repeat.
    pub(crate) fn drop_sealed(&mut self) {
        if self.sealed.take().is_some()
            && let Some(folder) = self.sealed_folder()
        {
            // Left behind, it is found at the next start, and is as harmless then.
            let _ = fs::remove_dir_all(folder);
        }
    }

    /// The sealed file, for handing over.
    pub(crate) fn sealed_bundle(&self) -> Result<BundleView, Refusal> {
        let sealed = self.sealed.as_ref().ok_or(Refusal::NothingUnsent)?;
        let bytes = match (&sealed.bytes, self.sealed_folder()) {
            (Some(bytes), _) => bytes.clone(),
            (None, Some(folder)) => fs::read(folder.join(&sealed.name)).map_err(StoreError::from)?,
            (None, None) => return Err(Refusal::NothingUnsent),
        };
        Ok(BundleView { name: sealed.name.clone(), bytes, ops: sealed.ops, photos: 0, ops_left: 0, photos_left: 0 })
    }

    pub(crate) fn sealed_view(&self) -> Option<SealedView> {
        self.sealed.as_ref().map(|s| SealedView { name: s.name.clone(), ops: s.ops })
    }

    fn sealed_folder(&self) -> Option<PathBuf> {
        self.places.dir.as_ref().map(|dir| dir.join(SEALED))
    }
}

fn packed(content: &Content) -> Result<Vec<u8>, Refusal> {
    compress(&content.to_bytes()).map_err(|e| StoreError::from(e).into())
}

/// Writes the file whole or not at all, then lets go of older ones.
fn keep(folder: &Path, view: &BundleView) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let arriving = folder.join("arriving");
    let mut file = fs::File::create(&arriving)?;
    file.write_all(&view.bytes)?;
    file.sync_all()?;
    fs::rename(&arriving, folder.join(&view.name))?;
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    for entry in fs::read_dir(folder)?.flatten() {
        if entry.file_name() != view.name.as_str() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The file that was sealed in an earlier run.
pub(crate) fn find_sealed(dir: &Path) -> Option<Sealed> {
    let whole = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let ops = Bundle::parse(&fs::read(entry.path()).ok()?).ok()?.header.ops;
        Some(Sealed { name, ops, bytes: None })
    };
    fs::read_dir(dir.join(SEALED)).ok()?.flatten().find_map(whole)
}
