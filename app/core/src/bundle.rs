//! Unsent work as a bundle: a sealed file that holds what waits, without marking any of it as sent.

use crate::{
    client,
    core::Core,
    reply::Refusal,
    sealed_bundle::SealedBundle,
    store::{self, StoreError, Tx, chain::chain_before, meta, outbox, outbox::Outgoing, photo},
    views::{BundleView, SealedView},
};
use serde_json::value::RawValue;
use shared::{
    Day,
    seal::{SealPublic, SignSecret, TAG_LEN},
    wire::{
        BUNDLE_BYTES_MAX, PROTO, PUSH_BYTES_MAX, PUSH_OPS_MAX, PushRequest,
        bundle::{BundledPhoto, Content, EXTENSION, FRAME_LEN, Header, seal},
    },
};

/// 20 MiB of operations' JSON: some 30,000 records, a tenth of that once compressed.
const OPS_BYTES_MAX: usize = 20 << 20;
/// 64 KiB: what zstd and the headers of the parts may add to photos, which do not compress.
const OVERHEAD: usize = 64 << 10;
/// Compressed bytes that fit into a file.
const CONTENT_BYTES_MAX: usize = BUNDLE_BYTES_MAX - FRAME_LEN - TAG_LEN - OVERHEAD;

/// The key that this device signs bundles with; created once, inside the encrypted store.
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
    /// Everything unsent as one file: records first, then photos as far as they fit. None of it can be undone from then
    /// on, since a copy may be on its way to the server.
    pub(crate) fn make_bundle(&mut self) -> Result<BundleView, Refusal> {
        let server: Option<SealPublic> = meta::get(self.store()?.conn(), meta::key::SEAL_KEY)?;
        let server = server.ok_or(Refusal::NoSealKey)?;
        let (waiting, _) = outbox::waiting(self.store()?.conn())?;
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
            let used = compress_content(&content)?.len();
            // A single operation always fits: it has 64 KiB at most.
            if used <= CONTENT_BYTES_MAX || ops.len() <= 1 {
                break (content, ops.len(), used);
            }
            limit /= 2;
        };
        let n_photos = photos.len();
        for meta in photos {
            let size = usize::try_from(meta.size).unwrap_or(usize::MAX);
            if used.saturating_add(size) > CONTENT_BYTES_MAX {
                continue;
            }
            if let Some(bytes) = photo::bytes(self.store()?.conn(), meta.id)? {
                used += size;
                content.photos.push(BundledPhoto { mime: meta.mime, bytes });
            }
        }
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let device = meta::device(self.store()?.conn())?;
        let offset: i64 = meta::get(self.store()?.conn(), meta::key::CLOCK_OFFSET_MS)?.unwrap_or(0);
        let header = Header {
            device,
            key: server.id(),
            created_ms: self.env.now().utc_ms.saturating_add(offset),
            ops: count(ops),
        };
        let mut random = [0; 32];
        self.env.random(&mut random);
        let bytes =
            seal(header, &compress_content(&content)?, &server, &author, random).map_err(|_| Refusal::NoSealKey)?;
        let name = self.next_bundle_name()?;
        let (photos, ops) = (count(content.photos.len()), count(ops));
        Ok(BundleView { name, bytes, ops, photos, ops_left: waiting - ops, photos_left: count(n_photos) - photos })
    }

    /// The pushes that would send these operations, each gapless and within the limits of a push.
    fn pushes_of(&self, ops: &[Outgoing]) -> Result<Vec<PushRequest>, Refusal> {
        let conn = self.store()?.conn();
        let incarnation = meta::incarnation(conn)?;
        let device = meta::device(conn)?;
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

    /// `lianxin-2026-11-23-1.lxb`; the number counts the files of a day, so that none replaces another.
    fn next_bundle_name(&mut self) -> Result<String, Refusal> {
        let today = self.today_day()?;
        let n = self.write(|tx| {
            let last: Option<(Day, u32)> = meta::get(tx, meta::key::BUNDLE_NO)?;
            let n = last.filter(|(day, _)| *day == today).map_or(1, |(_, n)| n + 1);
            meta::set(tx, meta::key::BUNDLE_NO, &(today, n))?;
            Ok(n)
        })?;
        Ok(format!("lianxin-{today}-{n}.{EXTENSION}"))
    }

    /// Access was withdrawn: unsent work is sealed into the device's folder, where it can be had without the PIN. It
    /// stays in the store as well, and is sent normally if the device is enrolled again.
    pub(crate) fn seal_unsent(&mut self) -> Result<(), Refusal> {
        match self.make_bundle() {
            Ok(view) => {
                self.sealed_bundle = Some(SealedBundle::keep(self.paths.dir.as_deref(), view)?);
                Ok(())
            }
            // Nothing to seal, or no key to seal to: the work stays in the store, and the screen says so.
            Err(Refusal::NothingUnsent | Refusal::NoSealKey) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }

    /// Everything was sent after all: the sealed file would only repeat it.
    pub(crate) fn remove_sealed_bundle(&mut self) {
        if let Some(sealed) = self.sealed_bundle.take() {
            sealed.remove();
        }
    }

    /// The sealed bundle, to be handed over.
    pub(crate) fn read_sealed_bundle(&self) -> Result<BundleView, Refusal> {
        Ok(self.sealed_bundle.as_ref().ok_or(Refusal::NothingUnsent)?.read()?)
    }

    pub(crate) fn sealed_view(&self) -> Option<SealedView> {
        self.sealed_bundle.as_ref().map(SealedBundle::view)
    }
}

fn compress_content(content: &Content) -> Result<Vec<u8>, Refusal> {
    client::compress(&content.to_bytes()).map_err(|e| StoreError::from(e).into())
}
