//! Bundles: unsent work as a file, handed in by any device, the console or the command line. Everything is checked
//! before anything is written; then its operations are evaluated as those of a push of the author's device, and its
//! photos are stored.
//!
//! A bundle never moves the device's own numbering, chain, stamps or incarnation: it is taken in beside them, by
//! operation id. An old file handed in again, or one of a former incarnation, therefore changes nothing for the phone
//! in use, and the phone's next push repeats the operations of the file.

use crate::{
    core::{
        admin::OfficeChange, apply::principal::Principal, auth, error::CoreError, intake::push_job::PushJob,
        observe::OutcomeCounts, server::ServerCore,
    },
    store::{
        Job, Store, StoreError, Txn,
        tables::{Device, OpLog, Quarantine, Worker},
    },
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

/// Who handed in a bundle; the access log names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayedBy {
    Device { worker: WorkerId, device: DeviceId },
    Console { worker: WorkerId },
    CommandLine,
}

impl<S: Store> ServerCore<S> {
    pub(in crate::core) async fn bundle_step(&self, token: &Token, file: Vec<u8>) -> Result<BundleReply, CoreError> {
        let relayed_by = self.inner.store.read(FindRelayingDevice { token_hash: auth::token_hash(token) }).await?;
        let verdict = self.import_bundle(file, relayed_by).await?;
        Ok(BundleReply { server_now: Moment::shanghai(self.now_ms()), verdict })
    }

    /// Takes in a bundle.
    ///
    /// # Errors
    ///
    /// The store or the photo storage failed; the file may be handed in again. Faults of the file are verdicts.
    #[tracing::instrument(name = "bundle", skip_all, fields(bytes = file.len(), device, ops))]
    pub async fn import_bundle(&self, file: Vec<u8>, relayed_by: RelayedBy) -> Result<BundleVerdict, CoreError> {
        let header = match Bundle::parse(&file) {
            Ok(bundle) => bundle.header,
            Err(BadBundle::Damaged) => return Ok(BundleVerdict::Damaged),
            Err(BadBundle::NewerFormat(_)) => return Ok(BundleVerdict::NewerFormat),
        };
        tracing::Span::current().record("device", tracing::field::display(header.device)).record("ops", header.ops);
        if header.key != self.inner.seal_public.id() {
            return Ok(BundleVerdict::OtherServer);
        }
        let author = self.inner.store.read(FindSignKey(header.device)).await?;
        let Some(author) = author else { return Ok(BundleVerdict::AuthorUnknown) };
        let content = match unseal(file, author, self.inner.seal_key.clone()).await? {
            Ok(content) => content,
            Err(verdict) => return Ok(verdict),
        };
        self.begin_day_if_due().await?;
        // The access log first: work without a log entry is worse than a log entry without work.
        self.log_import(&header, relayed_by).await?;
        let mut any_new = false;
        for request in content.pushes {
            // The device's clock against its estimate of the server's clock when it made the file. The time since then
            // says nothing about the device's clock.
            let skew_ms = request.client_now.utc_ms.saturating_sub(header.created_ms);
            let push = PushJob::new(Vec::new(), request, skew_ms, self.now_ms());
            if let Some(counts) = self.inner.store.write(TakeBundledPush(push)).await? {
                any_new = true;
                self.count_operations(counts);
            }
        }
        for photo in content.photos {
            let BundledPhoto { mime, bytes } = photo;
            any_new |= self.store_photo(header.device, mime, bytes).await?;
        }
        Ok(if any_new { BundleVerdict::Accepted } else { BundleVerdict::Repeated })
    }

    async fn log_import(&self, header: &Header, relayed_by: RelayedBy) -> Result<(), CoreError> {
        let (by, channel) = match relayed_by {
            RelayedBy::Device { worker, device } => (worker, format!("device {device}")),
            RelayedBy::Console { worker } => (worker, "console".to_owned()),
            RelayedBy::CommandLine => (WorkerId::NIL, "command line".to_owned()),
        };
        let log = AccessLog {
            what: Access::Bundle,
            happened: Moment::shanghai(self.now_ms()),
            row: None,
            detail: Some(format!("bundle of device {}, {} operations, by {channel}", header.device, header.ops)),
        };
        let row = RowId(self.new_id());
        let change = OfficeChange { kind: Kind::AccessLog, row, change: Change::Create(log.to_fields()) };
        self.apply_office_by(by, vec![change]).await.map(drop)
    }
}

/// Checks the signature, opens, decompresses and reads the file, on a blocking thread because it may be megabytes.
/// Inner errors are reduced to a verdict.
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
        let bytes = decompress(&packed).ok_or(BundleVerdict::Damaged)?;
        let content = Content::parse(&bytes, &bundle.header).map_err(|_| BundleVerdict::Damaged)?;
        match content.pushes.iter().find_map(out_of_bounds) {
            Some(verdict) => Err(verdict),
            None => Ok(content),
        }
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed.into())
}

/// The verdict on a push that would have been refused as a whole.
fn out_of_bounds(push: &PushRequest) -> Option<BundleVerdict> {
    let last = push.first_op.0.checked_add(push.ops.len() as u64);
    if push.first_op.0 == 0 || last.is_none_or(|n| n > MAX_OP_NO) || push.proto < PROTO_OLDEST {
        return Some(BundleVerdict::Damaged);
    }
    (push.proto > PROTO).then_some(BundleVerdict::NewerFormat)
}

/// Decompresses a file; `None` if it is damaged or larger than the limit.
fn decompress(packed: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).ok()?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).ok()?;
    let mut bytes = Vec::new();
    decoder.take(BUNDLE_CONTENT_MAX as u64 + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= BUNDLE_CONTENT_MAX).then_some(bytes)
}

/// The device whose token the request has.
struct FindRelayingDevice {
    token_hash: Vec<u8>,
}

impl Job for FindRelayingDevice {
    type Out = RelayedBy;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<RelayedBy, CoreError> {
        let auth::DeviceAuth { device, worker } = auth::device(txn, &self.token_hash).await?;
        Ok(RelayedBy::Device { worker: worker.id, device: device.id })
    }
}

/// The key that verifies a device's bundles, revoked or not.
struct FindSignKey(DeviceId);

impl Job for FindSignKey {
    type Out = Option<SignPublic>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let device = txn.get::<Device>(&[(self.0,)]).await?.into_iter().next().flatten();
        Ok(device.and_then(|d| d.sign_key).map(SignPublic))
    }
}

/// A push of a bundle, taken in beside the device's own numbering. Returns its counts if anything of it was new.
struct TakeBundledPush(PushJob);

impl Job for TakeBundledPush {
    type Out = Option<OutcomeCounts>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let Self(mut push) = self;
        let device = txn.get::<Device>(&[(push.device,)]).await?.into_iter().next().flatten();
        let Some(device) = device else { return Ok(None) };
        let worker = txn.get::<Worker>(&[(device.worker,)]).await?.into_iter().next().flatten();
        let Some(worker) = worker else { return Ok(None) };
        let ids: Vec<(OpId,)> = push.offered.iter().map(|o| (o.op_id(),)).collect();
        let logged: HashMap<OpId, OpLog> =
            txn.get::<OpLog>(&ids).await?.into_iter().flatten().map(|o| (o.op_id, o)).collect();
        let keys: Vec<_> = push.offered.iter().map(|o| (device.id, push.incarnation, o.no)).collect();
        let quarantined: HashMap<_, String> =
            txn.get::<Quarantine>(&keys).await?.into_iter().flatten().map(|q| (q.op_no, q.op)).collect();
        let incarnation = push.incarnation;
        push.offered.retain(|o| match &o.op {
            Ok(op) => !logged.contains_key(&op.id),
            // The device has sent this number already: its text is in quarantine, or was readable.
            Err(_) if incarnation == device.incarnation && o.no <= device.last_op => false,
            Err(_) => quarantined.get(&o.no) != Some(&o.text),
        });
        if push.offered.is_empty() {
            return Ok(None);
        }
        let principal = Principal::Device { worker: &worker, device: device.id, revoked: device.revoked };
        // A file arrives at any time: its stamps must not be raised by what the phone sent meanwhile, nor raise those
        // that the phone will send.
        let mut no_floor = Hlc::ZERO;
        Ok(Some(push.evaluate_ops(txn, &principal, incarnation, &mut no_floor, logged).await?.counts))
    }
}
