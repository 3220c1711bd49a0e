//! An end from outside: Ctrl-C, or being told to stop. Whoever waits for it gets to clean up after itself.

use tokio::signal::unix::{SignalKind, signal};

/// Done when the process is told to end.
pub async fn interrupted() {
    let told = async |kind: SignalKind| match signal(kind) {
        Ok(mut told) => {
            told.recv().await;
        }
        // Without a handler the signal ends the process by itself.
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = told(SignalKind::interrupt()) => (),
        () = told(SignalKind::terminate()) => (),
        () = told(SignalKind::hangup()) => (),
    }
}
