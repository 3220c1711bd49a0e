//! Waiting, on every target alike: the page has the only clock that a phone, a desktop and a browser share.

use dioxus::prelude::*;

/// Waits; false if there is no page that could count the time.
pub async fn pause(milliseconds: u32) -> bool {
    let script = format!("await new Promise(done => setTimeout(done, {milliseconds})); return true;");
    document::eval(&script).join::<bool>().await.unwrap_or(false)
}
