//! Waiting, the same on every target: the page's timer is the only one that phone, desktop and browser share.

use dioxus::prelude::*;

/// Waits; `false` at once if there is no page with a timer.
pub async fn pause(milliseconds: u32) -> bool {
    let script = format!("await new Promise(done => setTimeout(done, {milliseconds})); return true;");
    document::eval(&script).join::<bool>().await.unwrap_or(false)
}
