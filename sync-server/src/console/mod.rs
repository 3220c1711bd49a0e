//! The console: what supervisors and administrators see in a browser. Rendered on the server, works without scripts.
//!
//! | route | who | what |
//! | --- | --- | --- |
//! | `GET /`, `GET /console` | anyone | on to the report, or to the log-in |
//! | `GET`, `POST /console/login` | anyone | [`login`] |
//! | `POST /console/logout` | signed in | [`login`] |
//! | `GET /console/report` | supervisors, administrators, their areas | [`report`] |
//! | `GET /console/report.csv` | the same | [`export`] |
//! | `GET /console/reviews` | the same | [`reviews`] |
//! | `GET`, `POST /console/reviews/{id}` | the same | [`review`] |
//! | `GET /console/devices` | administrators, their areas | [`devices`] |
//! | `GET`, `POST /console/devices/{id}/revoke` | the same | [`devices`] |
//! | `GET`, `POST /console/enrol` | the same | [`enrol`] |
//! | `GET`, `POST /console/bundle` | administrators | [`bundle`] |
//! | `GET /console/style.css` | anyone | the style sheet |
//!
//! Underneath: [`session`] (who is signed in), [`guard`] (extractors: nobody gets past them without a session, no form
//! without its token), [`page`] (the frame around every page), [`chart`], [`format`], [`told`], [`qr`].

pub mod bundle;
pub mod chart;
pub mod devices;
pub mod enrol;
pub mod export;
pub mod format;
pub mod format_record;
pub mod guard;
pub mod login;
pub mod page;
pub mod qr;
pub mod report;
pub mod review;
pub mod reviews;
pub mod session;

#[cfg(test)]
mod tests;

use crate::{core::ServerCore, http::limits::LoginThrottle, store::Store};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::Redirect,
    routing::{get, post},
};
use session::Sessions;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// 16 KiB: forms hold a few short fields.
const FORM_BYTES_MAX: usize = 16 << 10;
/// Two passwords are hashed at once: each takes tens of megabytes and a whole core.
const LOGINS_AT_ONCE: usize = 2;

/// How the console is reached.
#[derive(Clone, Debug, Default)]
pub struct ConsoleOptions {
    /// The browser speaks TLS, to us or to the web server in front: cookies are for TLS only.
    pub https: bool,
    /// What phones call this server, `https://lianxin.example.org`; from the request where it is not set.
    pub public_url: Option<String>,
}

/// What every page holds.
pub struct Console<S> {
    pub core: ServerCore<S>,
    pub sessions: Sessions,
    /// Wrong passwords, by account.
    pub tries: LoginThrottle,
    pub logins: Semaphore,
    pub options: ConsoleOptions,
}

impl<S> Console<S> {
    pub fn new(core: ServerCore<S>, options: ConsoleOptions) -> Self {
        /// Five wrong passwords are free.
        const FREE_TRIES: u32 = 5;
        Self {
            core,
            sessions: Sessions::default(),
            tries: LoginThrottle::new(FREE_TRIES),
            logins: Semaphore::new(LOGINS_AT_ONCE),
            options,
        }
    }
}

pub fn router<S: Store>(console: Arc<Console<S>>) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/console/report") }))
        .route("/console", get(|| async { Redirect::to("/console/report") }))
        .route("/console/login", get(login::form::<S>).post(login::submit::<S>))
        .route("/console/logout", post(login::log_out::<S>))
        .route("/console/report", get(report::show::<S>))
        .route("/console/report.csv", get(export::download::<S>))
        .route("/console/reviews", get(reviews::list::<S>))
        .route("/console/reviews/{id}", get(review::show::<S>).post(review::decide::<S>))
        .route("/console/devices", get(devices::list::<S>))
        .route("/console/devices/{id}/revoke", get(devices::ask::<S>).post(devices::revoke::<S>))
        .route("/console/enrol", get(enrol::form::<S>).post(enrol::submit::<S>))
        .route(
            "/console/bundle",
            get(bundle::form::<S>).post(bundle::submit::<S>).layer(DefaultBodyLimit::max(bundle::UPLOAD_BYTES_MAX)),
        )
        .route("/console/style.css", get(page::style))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn(guard::headers))
        .with_state(console)
}

/// UTC milliseconds, for sessions and for which periods to offer. Figures and codes use the core's own clock.
fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}
