//! Listening, and an orderly end: no new requests, those under way are finished, then the listener closes.

use axum::{Router, serve::Listener};
use std::{future::Future, io, time::Duration};
use tokio::sync::oneshot;

/// How the server listens.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// 30 s for requests under way when the server is told to stop; systemd waits 60.
    pub drain: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self { drain: Duration::from_secs(30) }
    }
}

/// Serves `app` until `shutdown` is done and the requests under way are answered, or the time to drain is over.
pub async fn serve<L: Listener>(
    app: Router,
    listener: L,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()>
where
    L::Addr: std::fmt::Debug,
{
    let (told, tell) = oneshot::channel::<()>();
    let stop = async move {
        shutdown.await;
        tracing::info!("stopping: no new requests");
        // The receiver is gone only when serving has ended already.
        let _ = told.send(());
    };
    let serving = axum::serve(listener, app).with_graceful_shutdown(stop);
    let overdue = async {
        match tell.await {
            Ok(()) => tokio::time::sleep(options.drain).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        result = async { serving.await } => result,
        () = overdue => {
            tracing::warn!("some requests did not finish in time and were cut off");
            Ok(())
        }
    }
}

/// Done when the process is told to stop: SIGTERM, SIGINT, Ctrl-C.
pub async fn told_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! { () = interrupted => (), () = terminated => () }
}
