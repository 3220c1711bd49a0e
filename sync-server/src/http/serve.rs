//! Accepts connections, and stops in order: the listener closes, requests in progress finish, then the server ends.
//!
//! The accept loop is written on hyper because `axum::serve` has no timeout for idle connections, which could otherwise
//! use up the sockets.

use axum::{Router, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{future::Future, pin::pin, time::Duration};

/// Timeouts of connections.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// 30 s for requests in progress after the request to stop; systemd kills the service after 60.
    pub drain: Duration,
    /// 75 s from one request to the head of the next: longer than reverse proxies keep an idle connection.
    pub idle: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self { drain: Duration::from_secs(30), idle: Duration::from_secs(75) }
    }
}

/// Serves `app` until `shutdown` completes and then until the requests in progress are answered, but no longer than
/// [`ServeOptions::drain`].
pub async fn serve<L: Listener>(
    app: Router,
    mut listener: L,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send,
) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(options.idle);
    let in_progress = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (io, _) = tokio::select! {
            // Listeners of axum wait and retry when the system has no socket left.
            connection = listener.accept() => connection,
            () = &mut shutdown => break,
        };
        let service = TowerToHyperService::new(app.clone());
        let connection = in_progress.watch(builder.serve_connection(TokioIo::new(io), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                // Expected: clients disconnect.
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    tracing::info!("stopping: no new requests");
    tokio::select! {
        () = in_progress.shutdown() => (),
        () = tokio::time::sleep(options.drain) => {
            tracing::warn!("some requests did not finish in time and were aborted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::sync::Arc;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        sync::{Notify, oneshot},
    };

    async fn listening() -> (TcpListener, std::net::SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    #[tokio::test]
    async fn a_request_in_progress_is_answered_before_the_end_and_a_later_one_is_not_taken() {
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (begin, wait) = (begun.clone(), go_on.clone());
        let slow = || async move {
            begin.notify_one();
            wait.notified().await;
            "done"
        };
        let (listener, address) = listening().await;
        let (stop, stopped) = oneshot::channel::<()>();
        let app = Router::new().route("/", get(slow));
        let serving = tokio::spawn(serve(app, listener, ServeOptions::default(), async {
            stopped.await.unwrap();
        }));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        begun.notified().await;
        stop.send(()).unwrap();
        // Connecting fails once the listener is closed.
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(!serving.is_finished());
        go_on.notify_one();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
        serving.await.unwrap();
    }

    #[tokio::test]
    async fn an_idle_connection_is_closed() {
        let (listener, address) = listening().await;
        let options = ServeOptions { idle: Duration::from_millis(1), ..ServeOptions::default() };
        tokio::spawn(serve(Router::new(), listener, options, std::future::pending()));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
        let mut answer = Vec::new();
        // Ends when the server closes the connection; without the timeout it would wait for ever.
        client.read_to_end(&mut answer).await.unwrap();
    }
}
