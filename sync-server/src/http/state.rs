//! What every handler of the device API shares: the backend, the limits, and the metrics.

use super::{
    limits::{Limits, LoginThrottle, RateLimiter},
    push_order::PushOrder,
};
use crate::{core::ServerCore, metrics::Metrics, store::Store};
use shared::protocol::SyncProtocol;
use std::{future::Future, sync::Arc};
use tokio::sync::Semaphore;

/// What the endpoints call: the protocol, and a health check of its store.
pub trait Backend: SyncProtocol + Send + Sync + 'static {
    /// True while the store can be read and written.
    fn healthy(&self) -> impl Future<Output = bool> + Send;
}

impl<S: Store> Backend for ServerCore<S> {
    async fn healthy(&self) -> bool {
        Self::healthy(self).await.inspect_err(|error| tracing::error!(%error, "the store does not answer")).is_ok()
    }
}

/// The shared state of the device API.
pub struct Api<P> {
    pub core: Arc<P>,
    pub limits: Limits,
    pub metrics: Arc<Metrics>,
    /// Requests per device, by its token.
    pub rate: RateLimiter,
    /// Wrong enrolment codes, by the code.
    pub codes: LoginThrottle,
    /// Slots for pushes.
    pub pushes: Arc<Semaphore>,
    /// The order of pushes that one device has in progress.
    pub push_order: Arc<PushOrder>,
    /// Slots for bundles.
    pub bundles: Arc<Semaphore>,
}

impl<P> Api<P> {
    /// The state before the first request, with metrics that start at zero.
    pub fn new(core: Arc<P>, limits: Limits) -> Self {
        Self {
            core,
            metrics: Arc::default(),
            rate: RateLimiter::new(limits.burst, limits.per_second),
            codes: LoginThrottle::new(limits.free_attempts),
            pushes: Arc::new(Semaphore::new(limits.pushes_at_once)),
            push_order: Arc::default(),
            bundles: Arc::new(Semaphore::new(limits.bundles_at_once)),
            limits,
        }
    }
}
