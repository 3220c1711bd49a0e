//! The route table of the device API.

use super::{
    api,
    reply::not_found,
    request_log,
    state::{Api, Backend},
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, patch, post},
};
use std::sync::Arc;

/// Every endpoint, inside the limits and the request log.
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
        .route("/v1/bundle", post(api::bundle::handle::<P>))
        .route("/v1/report", get(api::report::handle::<P>))
        .route("/healthz", get(api::healthz::handle::<P>))
        .method_not_allowed_fallback(not_found)
        // `request_body::read` limits bodies, by their decompressed size.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(api.clone(), request_log::log_request::<P>))
        .with_state(api)
}
