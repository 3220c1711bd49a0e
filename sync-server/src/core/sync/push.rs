//! Push: a device offers operations in order; each gets its outcome, and all of it is durable before the answer.
//!
//! What needs no store (reading the JSON, the chain) is done before the transaction; the transaction is
//! [`PushJob`].

use crate::{
    core::{
        auth,
        error::{CoreError, refuse},
        intake::{
            batcher::{PushResult, write_batch},
            push_job::{EvaluatedPush, PushJob},
        },
        server::ServerCore,
    },
    store::{Store, StoreError},
};
use shared::{
    ids::MAX_OP_NO,
    wire::{ErrorCode, PUSH_BYTES_MAX, PUSH_OPS_MAX, PushReply, PushRequest, SyncError, Token},
};

impl<S: Store> ServerCore<S> {
    #[tracing::instrument(
        name = "push",
        skip_all,
        fields(device = %request.device, first_op = request.first_op.0, ops = request.ops.len(), worker)
    )]
    pub(in crate::core) async fn push_step(&self, token: &Token, request: PushRequest) -> Result<PushReply, CoreError> {
        let push = self.prepare_push(token, request).await?;
        let EvaluatedPush { reply, worker, counts } = self.inner.pushes.evaluate(&self.inner.store, push).await?;
        tracing::Span::current().record("worker", tracing::field::display(worker));
        self.count_operations(counts);
        Ok(reply)
    }

    /// Evaluates pushes in one transaction, in this order. Each gets the reply it would get alone after those before
    /// it.
    pub async fn push_together(&self, pushes: Vec<(Token, PushRequest)>) -> Vec<Result<PushReply, SyncError>> {
        let mut results: Vec<Option<PushResult>> = Vec::with_capacity(pushes.len());
        let mut prepared = Vec::with_capacity(pushes.len());
        for (token, request) in pushes {
            results.push(match self.prepare_push(&token, request).await {
                Ok(push) => {
                    prepared.push(push);
                    None
                }
                Err(refused) => Some(Err(refused)),
            });
        }
        let mut evaluated = write_batch(&*self.inner.store, prepared).await.into_iter();
        let reply = |result: Option<PushResult>| {
            let result = result.or_else(|| evaluated.next()).unwrap_or_else(|| Err(StoreError::Closed.into()));
            result.map(|push| push.reply).map_err(SyncError::from)
        };
        results.into_iter().map(reply).collect()
    }

    /// Checks and reads a request, without the store except for the start of a day.
    async fn prepare_push(&self, token: &Token, request: PushRequest) -> Result<PushJob, CoreError> {
        auth::check_proto(request.proto)?;
        let bytes: usize = request.ops.iter().map(|op| op.get().len()).sum();
        if request.ops.len() > PUSH_OPS_MAX || bytes > PUSH_BYTES_MAX && request.ops.len() > 1 {
            return refuse(ErrorCode::TooLarge);
        }
        let last = request.first_op.0.checked_add(request.ops.len() as u64);
        if request.first_op.0 == 0 || last.is_none_or(|n| n > MAX_OP_NO) {
            return refuse(ErrorCode::Malformed);
        }
        self.begin_day_if_due().await?;
        let now_ms = self.now_ms();
        let skew_ms = request.client_now.utc_ms.saturating_sub(now_ms);
        Ok(PushJob::new(auth::token_hash(token), request, skew_ms, now_ms))
    }
}
