//! Pull: what changed in a device's scopes since its cursors, one page at a time, from one snapshot. Rows are sent as
//! the bytes that the store holds.

use super::{
    cursor::ReadPosition,
    feed_page::{PageBudget, digest, page},
    late_outcomes::late_outcomes,
};
use crate::{
    core::{
        apply::scopes::scopes_of,
        auth,
        error::{CoreError, refuse},
        feed_state::{self, FeedState},
        keys::SaveSignKey,
        server::ServerCore,
    },
    store::{Job, Store, Txn, tables::Device},
};
use shared::{
    Day, Moment,
    seal::SealPublic,
    wire::{ErrorCode, Keys, PULL_BYTES_MAX, PULL_ROWS_MAX, PullReply, PullRequest, Token},
};

/// 1 hour between two updates of a device's last contact: a write at every pull would make idle devices the main load.
const LAST_SEEN_EVERY_MS: i64 = 3_600_000;

struct Pull {
    token_hash: Vec<u8>,
    request: PullRequest,
    now_ms: i64,
}

impl<S: Store> ServerCore<S> {
    #[tracing::instrument(
        name = "pull",
        skip_all,
        fields(device = %request.device, scopes = request.cursors.len(), worker)
    )]
    pub(in crate::core) async fn pull_step(&self, token: &Token, request: PullRequest) -> Result<PullReply, CoreError> {
        auth::check_proto(request.proto)?;
        self.begin_day_if_due().await?;
        let (token_hash, now_ms) = (auth::token_hash(token), self.now_ms());
        let keys = request.keys.clone();
        let (mut reply, device) = self.inner.store.read(Pull { token_hash, request, now_ms }).await?;
        tracing::Span::current().record("worker", tracing::field::display(device.worker));
        reply.seal_key = self.exchange_keys(keys, &device).await?;
        if now_ms.saturating_sub(device.last_seen) >= LAST_SEEN_EVERY_MS {
            self.inner.store.write(NoteLastSeen { device: device.id, now_ms }).await?;
        }
        Ok(reply)
    }
}

/// Writes when a device was last seen.
struct NoteLastSeen {
    device: shared::DeviceId,
    now_ms: i64,
}

impl Job for NoteLastSeen {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        if let Some(device) = txn.get::<Device>(&[(self.device,)]).await?.into_iter().next().flatten() {
            txn.put(&[Device { last_seen: self.now_ms.max(device.last_seen), ..device }]).await?;
        }
        Ok(())
    }
}

impl<S: Store> ServerCore<S> {
    /// Stores the device's key if the store has none. Returns the server's key if the device knows another one.
    async fn exchange_keys(&self, keys: Option<Keys>, device: &Device) -> Result<Option<SealPublic>, CoreError> {
        let Some(keys) = keys else { return Ok(None) };
        if let Some(key) = keys.sign.filter(|_| device.sign_key.is_none()) {
            self.inner.store.write(SaveSignKey { device: device.id, key }).await?;
        }
        let own = self.inner.seal_public;
        Ok((keys.seal != Some(own.id())).then_some(own))
    }
}

impl Job for Pull {
    type Out = (PullReply, Device);
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let auth::DeviceAuth { device, worker } = auth::device(txn, &self.token_hash).await?;
        if device.id != self.request.device {
            return refuse(ErrorCode::NotAllowed);
        }
        let feed_state = feed_state::load(txn).await?;
        let FeedState { epoch, floor, .. } = feed_state;
        let head = txn.head().await?;
        let today = Day::of_utc_ms(self.now_ms);
        let other_epoch = self.request.epoch.is_some_and(|e| e != epoch);
        let scopes = scopes_of(&worker);
        let dropped = self.request.cursors.keys().filter(|s| !scopes.contains(s)).copied().collect();
        let mut budget = PageBudget { rows: PULL_ROWS_MAX, bytes: PULL_BYTES_MAX, fresh: true };
        let (mut pages, mut more) = (Vec::with_capacity(scopes.len()), false);
        for scope in scopes {
            let known = self.request.cursors.get(&scope).copied();
            let position = ReadPosition::of(known, other_epoch, head, floor, today);
            let (mut page, last) = page(txn, scope, position.after, &mut budget).await?;
            page.reset = position.reset;
            if last {
                page.digest = Some(digest(txn, scope).await?);
            }
            page.cursor = position.next(page.cursor, last, &feed_state);
            more |= !last;
            pages.push(page);
        }
        let server_now = Moment::shanghai(self.now_ms);
        let late = late_outcomes(txn, &device, &self.request.ask).await?;
        Ok((PullReply { epoch, server_now, scopes: pages, dropped, more, told: late, seal_key: None }, device))
    }
}
