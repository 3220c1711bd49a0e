//! Listening, and an orderly end: no new requests, those under way are finished, then the listener closes.
//!
//! The loop is our own, over hyper, for one thing that axum's lacks: a connection that sends nothing is closed, so that
//! silent ones cannot use up the sockets.

use axum::{Router, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{future::Future, pin::pin, time::Duration};

/// How the server listens.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// 30 s for requests under way when the server is told to stop; systemd waits 60.
    pub drain: Duration,
    /// 75 s from one request to the head of the next: longer than web servers in front keep an idle connection.
    pub silence: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self { drain: Duration::from_secs(30), silence: Duration::from_secs(75) }
    }
}

/// Serves `app` until `shutdown` is done and the requests under way are answered, or the time to drain is over.
pub async fn serve<L: Listener>(
    app: Router,
    mut listener: L,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send,
) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(options.silence);
    let under_way = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (io, _) = tokio::select! {
            // Axum's listeners wait and try again when the system has no more sockets.
            connection = listener.accept() => connection,
            () = &mut shutdown => break,
        };
        let service = TowerToHyperService::new(app.clone());
        let connection = under_way.watch(builder.serve_connection(TokioIo::new(io), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                // Clients go away; that is theirs to do.
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    tracing::info!("stopping: no new requests");
    tokio::select! {
        () = under_way.shutdown() => (),
        () = tokio::time::sleep(options.drain) => {
            tracing::warn!("some requests did not finish in time and were cut off");
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
    async fn a_request_under_way_is_answered_before_the_end_and_a_later_one_is_not_taken() {
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
        // Refused once the listener is closed.
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
    async fn a_connection_that_sends_nothing_is_closed() {
        let (listener, address) = listening().await;
        let options = ServeOptions { silence: Duration::from_millis(1), ..ServeOptions::default() };
        tokio::spawn(serve(Router::new(), listener, options, std::future::pending()));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
        let mut answer = Vec::new();
        // Ends when the server closes; without the limit it would wait for ever.
        client.read_to_end(&mut answer).await.unwrap();
    }
}
