//! Bundles: work that comes as a file, carried by anyone. Everything is checked before anything is written; then its operations
//! are judged as those of a push of the author's device, and its photos kept.
//!
//! A bundle never moves the device's own numbering, chain, stamps or incarnation: it is taken in beside them, by operation id. So an old
//! file brought again, or one of a former incarnation, changes nothing for the phone that is in use, and its next push repeats
//! what the file brought.

use super::{CoreError, OfficeChange, ServerCore, auth, evaluate::Principal, push::Push};
use crate::store::{
    Job, Store, StoreError, Txn,
    tables::{Device, OpLog, Quarantine, Worker},
};
use shared::{
    Change, DeviceId, Hlc, Kind, Moment, OpId, RowId, WorkerId,
    ids::MAX_OP_NO,
    records::{AccessLog, Record, access_log::Access},
    seal::{SealSecret, SignPublic},
    wire::{
        BUNDLE_CONTENT_MAX, BundleReply, BundleVerdict, PROTO, PROTO_OLDEST, PushRequest, Token,
        bundle::{BadBundle, Bundle, BundledPhoto, Content, Header},
    },
};
use std::{collections::HashMap, io::Read};

/// 8 MiB: as for request bodies.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// Who brought a bundle; it stands in the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayedBy {
    Device { worker: WorkerId, device: DeviceId },
    Console { worker: WorkerId },
    CommandLine,
}

impl<S: Store> ServerCore<S> {
    pub(super) async fn bundle_step(&self, token: &Token, file: Vec<u8>) -> Result<BundleReply, CoreError> {
        let relayed_by = self.inner.store.read(Who { token_hash: auth::token_hash(token) }).await?;
        let verdict = self.import_bundle(file, relayed_by).await?;
        Ok(BundleReply { server_now: Moment::shanghai(self.now_ms()), verdict })
    }

    /// Takes a bundle in, from whoever brought it.
    pub async fn import_bundle(&self, file: Vec<u8>, relayed_by: RelayedBy) -> Result<BundleVerdict, CoreError> {
        let header = match Bundle::parse(&file) {
            Ok(bundle) => bundle.header,
            Err(BadBundle::Damaged) => return Ok(BundleVerdict::Damaged),
            Err(BadBundle::NewerFormat(_)) => return Ok(BundleVerdict::NewerFormat),
        };
        if header.key != self.inner.seal_public.id() {
            return Ok(BundleVerdict::OtherServer);
        }
        let author = self.inner.store.read(Author(header.device)).await?;
        let Some(author) = author else { return Ok(BundleVerdict::AuthorUnknown) };
        let content = match unseal(file, author, self.inner.seal_key.clone()).await? {
            Ok(content) => content,
            Err(verdict) => return Ok(verdict),
        };
        self.sweep_if_due().await?;
        // Written down first: work that came without a trace is worse than a trace without work.
        self.note_import(&header, relayed_by).await?;
        let mut news = false;
        for request in content.pushes {
            // The device's clock against its own reckoning of the server's, when it made the file: how long the file has been on
            // its way says nothing about that clock.
            let skew_ms = request.client_now.utc_ms.saturating_sub(header.created_ms);
            news |= self.inner.store.write(Aside(Push::new(request, skew_ms, self.now_ms()))).await?;
        }
        for photo in content.photos {
            let BundledPhoto { mime, bytes } = photo;
            news |= self.store_photo(header.device, mime, bytes).await?;
        }
        Ok(if news { BundleVerdict::Accepted } else { BundleVerdict::Repeated })
    }

    async fn note_import(&self, header: &Header, relayed_by: RelayedBy) -> Result<(), CoreError> {
        let (by, way) = match relayed_by {
            RelayedBy::Device { worker, device } => (worker, format!("device {device}")),
            RelayedBy::Console { worker } => (worker, "console".to_owned()),
            RelayedBy::CommandLine => (WorkerId::NIL, "command line".to_owned()),
        };
        let log = AccessLog {
            what: Access::Bundle,
            happened: Moment::shanghai(self.now_ms()),
            row: None,
            detail: Some(format!("bundle of device {}, {} operations, by {way}", header.device, header.ops)),
        };
        let row = RowId(self.new_id());
        let change = OfficeChange { kind: Kind::AccessLog, row, change: Change::Create(log.to_fields()) };
        self.apply_office_by(by, vec![change]).await.map(drop)
    }
}

/// Checks the signature, opens, unpacks and reads, off the async threads: megabytes take a while. Of the inner errors only the
/// verdict is told.
async fn unseal(
    file: Vec<u8>,
    author: SignPublic,
    key: SealSecret,
) -> Result<Result<Content, BundleVerdict>, CoreError> {
    let work = move || {
        let bundle = Bundle::parse(&file).map_err(|_| BundleVerdict::Damaged)?;
        if !bundle.is_signed_by(&author) {
            return Err(BundleVerdict::BadSignature);
        }
        let packed = bundle.open(&key).ok_or(BundleVerdict::Damaged)?;
        let bytes = unfold(&packed).ok_or(BundleVerdict::Damaged)?;
        let content = Content::parse(&bytes, &bundle.header).map_err(|_| BundleVerdict::Damaged)?;
        match content.pushes.iter().find_map(out_of_bounds) {
            Some(verdict) => Err(verdict),
            None => Ok(content),
        }
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed.into())
}

/// What a push of the same shape would have been refused for as a whole.
fn out_of_bounds(push: &PushRequest) -> Option<BundleVerdict> {
    let last = push.first_op.0.checked_add(push.ops.len() as u64);
    if push.first_op.0 == 0 || last.is_none_or(|n| n > MAX_OP_NO) || push.proto < PROTO_OLDEST {
        return Some(BundleVerdict::Damaged);
    }
    (push.proto > PROTO).then_some(BundleVerdict::NewerFormat)
}

/// Decompresses until the end or until the cap is passed, whichever comes first.
fn unfold(packed: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).ok()?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).ok()?;
    let mut bytes = Vec::new();
    decoder.take(BUNDLE_CONTENT_MAX as u64 + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= BUNDLE_CONTENT_MAX).then_some(bytes)
}

struct Who {
    token_hash: Vec<u8>,
}

impl Job for Who {
    type Out = RelayedBy;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<RelayedBy, CoreError> {
        let auth::DeviceAuth { device, worker } = auth::device(txn, &self.token_hash).await?;
        Ok(RelayedBy::Device { worker: worker.id, device: device.id })
    }
}

/// What a device's bundles are checked against, revoked or not.
struct Author(DeviceId);

impl Job for Author {
    type Out = Option<SignPublic>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let device = txn.get::<Device>(&[(self.0,)]).await?.into_iter().next().flatten();
        Ok(device.and_then(|d| d.sign_key).map(SignPublic))
    }
}

/// A push taken in beside the device's own numbering. Gives whether anything of it was new.
struct Aside(Push);

impl Job for Aside {
    type Out = bool;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<bool, CoreError> {
        let Self(mut push) = self;
        let device = txn.get::<Device>(&[(push.device,)]).await?.into_iter().next().flatten();
        let Some(device) = device else { return Ok(false) };
        let worker = txn.get::<Worker>(&[(device.worker,)]).await?.into_iter().next().flatten();
        let Some(worker) = worker else { return Ok(false) };
        let ids: Vec<(OpId,)> = push.offered.iter().map(|o| (o.op_id(),)).collect();
        let logged: HashMap<OpId, OpLog> =
            txn.get::<OpLog>(&ids).await?.into_iter().flatten().map(|o| (o.op_id, o)).collect();
        let keys: Vec<_> = push.offered.iter().map(|o| (device.id, push.incarnation, o.no)).collect();
        let kept: HashMap<_, String> =
            txn.get::<Quarantine>(&keys).await?.into_iter().flatten().map(|q| (q.op_no, q.op)).collect();
        let incarnation = push.incarnation;
        push.offered.retain(|o| match &o.op {
            Ok(op) => !logged.contains_key(&op.id),
            // A number that the device has used already has its text in quarantine, or was readable.
            Err(_) if incarnation == device.incarnation && o.no <= device.last_op => false,
            Err(_) => kept.get(&o.no) != Some(&o.text),
        });
        if push.offered.is_empty() {
            return Ok(false);
        }
        let principal = Principal::Device { worker: &worker, device: device.id, revoked: device.revoked };
        // A file comes late or early: what it holds is no older for what the phone sent meanwhile, and what the phone has yet to
        // send is no younger for the file.
        let mut no_floor = Hlc::ZERO;
        push.take(txn, &principal, incarnation, &mut no_floor, logged).await?;
        Ok(true)
    }
}
