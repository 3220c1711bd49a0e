//! The console: what supervisors and administrators see in a browser. The server renders it; it works without scripts.
//!
//! | route | who | file |
//! | --- | --- | --- |
//! | `GET /`, `GET /console` | anyone | redirects to the report, which redirects to the log-in |
//! | `GET`, `POST /console/login` | anyone | [`login`] |
//! | `POST /console/logout` | signed in | [`login`] |
//! | `GET /console/report` | supervisors and administrators, for their areas | [`report`] |
//! | `GET /console/report.csv` | the same | [`export`] |
//! | `GET /console/reviews` | the same | [`review_list`] |
//! | `GET`, `POST /console/reviews/{id}` | the same | [`review_case`] |
//! | `GET /console/devices` | administrators, for their areas | [`devices`] |
//! | `GET`, `POST /console/devices/{id}/revoke` | the same | [`devices`] |
//! | `GET`, `POST /console/enrol` | the same | [`enrol`] |
//! | `GET`, `POST /console/bundle` | administrators | [`bundle`] |
//! | `GET /console/style.css` | anyone | [`page`] |
//!
//! [`mod@router`] is that table in code. Under the pages, from the bottom:
//!
//! - [`address`], [`cookies`], [`page_locale`]: query strings, cookies, the language of a page
//! - [`session`], [`signed_in`], [`state`]: who is signed in, and what every page shares
//! - [`mod@format`], [`format_record`], [`figures`], [`chart`], [`qr`], [`page`]: what pages are made of
//! - [`refusal`], [`guard`], [`security_headers`], [`access_log`]: error pages; extractors that require a session, a
//!   role and the form's token; response headers; the record of what was looked at
//!
//! The console has no clock of its own: pages take the time from the core, so that a test decides it.

pub mod access_log;
pub mod address;
pub mod bundle;
pub mod chart;
pub mod cookies;
pub mod devices;
pub mod enrol;
pub mod export;
pub mod figures;
pub mod format;
pub mod format_record;
pub mod guard;
pub mod login;
pub mod page;
pub mod page_locale;
pub mod qr;
pub mod refusal;
pub mod report;
pub mod review_case;
pub mod review_list;
pub mod router;
pub mod security_headers;
pub mod session;
pub mod signed_in;
pub mod state;

#[cfg(test)]
mod tests;

pub use router::router;
pub use state::{Console, ConsoleOptions};
