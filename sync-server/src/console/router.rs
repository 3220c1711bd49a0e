//! The route table of the console.

use super::{
    bundle, devices, enrol, export, login, page, report, review_case, review_list, security_headers, state::Console,
};
use crate::store::Store;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::Redirect,
    routing::{get, post},
};
use std::sync::Arc;

/// 16 KiB: forms hold a few short fields.
const FORM_BYTES_MAX: usize = 16 << 10;

/// Every page, inside the body limit and the security headers.
pub fn router<S: Store>(console: Arc<Console<S>>) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/console/report") }))
        .route("/console", get(|| async { Redirect::to("/console/report") }))
        .route("/console/login", get(login::form::<S>).post(login::submit::<S>))
        .route("/console/logout", post(login::log_out::<S>))
        .route("/console/report", get(report::show::<S>))
        .route("/console/report.csv", get(export::download::<S>))
        .route("/console/reviews", get(review_list::list::<S>))
        .route("/console/reviews/{id}", get(review_case::show::<S>).post(review_case::decide::<S>))
        .route("/console/devices", get(devices::list::<S>))
        .route("/console/devices/{id}/revoke", get(devices::confirm::<S>).post(devices::revoke::<S>))
        .route("/console/enrol", get(enrol::form::<S>).post(enrol::submit::<S>))
        .route(
            "/console/bundle",
            get(bundle::form::<S>).post(bundle::submit::<S>).layer(DefaultBodyLimit::max(bundle::UPLOAD_BYTES_MAX)),
        )
        .route("/console/style.css", get(page::style))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn(security_headers::add))
        .with_state(console)
}
