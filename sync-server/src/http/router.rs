//! The route table of what phones talk to.

use super::{
    api, errors, log,
    peer::Peer,
    state::{Api, Backend},
};
use crate::{
    console::{self, Console, ConsoleOptions},
    core::ServerCore,
    store::Store,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::Response,
    routing::{get, patch, post},
};
use shared::wire::{ErrorCode, SyncError};
use std::sync::Arc;

/// Everything a browser or a phone may ask for.
pub fn app<S: Store>(api: Arc<Api<ServerCore<S>>>, console: ConsoleOptions) -> Router {
    let pages = console::router(Arc::new(Console::new(ServerCore::clone(&api.core), console)));
    let pages = pages.layer(middleware::from_fn_with_state(api.clone(), log::observe::<ServerCore<S>>));
    router(api).merge(pages).fallback(not_found)
}

/// Every endpoint, with the limits and the log around it.
pub fn router<P: Backend>(api: Arc<Api<P>>) -> Router {
    Router::new()
        .route("/v1/enrol", post(api::enrol::handle::<P>))
        .route("/v1/push", post(api::push::handle::<P>))
        .route("/v1/pull", post(api::pull::handle::<P>))
        .route("/v1/repair", post(api::repair::handle::<P>))
        .route("/v1/media", post(api::media_create::handle::<P>))
        .route(
            "/v1/media/{upload}",
            patch(api::media_chunk::handle::<P>)
                .head(api::media_status::handle::<P>)
                .get(api::media_status::handle::<P>),
        )
        .route("/v1/media/{upload}/finish", post(api::media_finish::handle::<P>))
        .route("/v1/report", get(api::report::handle::<P>))
        .route("/healthz", get(api::healthz::handle::<P>))
        .method_not_allowed_fallback(not_found)
        // Bodies are capped where they are read, by what they unfold to.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(api.clone(), log::observe::<P>))
        .with_state(api)
}

/// 404 with the same body as every other refusal.
pub async fn not_found(peer: Peer) -> Response {
    errors::response(&SyncError::refused(ErrorCode::NotFound), peer)
}
