//! The whole HTTP service: the device API and the console, under one router.

use crate::{
    console::{self, Console, ConsoleOptions},
    core::ServerCore,
    http::{self, Api, reply::not_found, request_log},
    store::Store,
};
use axum::{Router, middleware};
use std::sync::Arc;

/// Every route that a device or a browser may request. Requests for console pages are logged, timed out and counted
/// like those of devices. The core reports its events to the metrics of `api`.
pub fn router<S: Store>(api: Arc<Api<ServerCore<S>>>, options: ConsoleOptions) -> Router {
    let core = ServerCore::clone(&api.core).with_observer(api.metrics.clone());
    let pages = console::router(Arc::new(Console::new(core, options)));
    let pages = pages.layer(middleware::from_fn_with_state(api.clone(), request_log::log_request::<ServerCore<S>>));
    http::router(api).merge(pages).fallback(not_found)
}
