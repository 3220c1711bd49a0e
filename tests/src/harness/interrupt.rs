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

/// Runs a program to its end or to its interruption, and says why it failed. What `work` holds is dropped either way:
/// servers and folders.
pub async fn to_the_end(name: &str, work: impl Future<Output = anyhow::Result<()>>) -> std::process::ExitCode {
    let done = tokio::select! {
        done = work => done,
        () = interrupted() => Err(anyhow::anyhow!("interrupted")),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
