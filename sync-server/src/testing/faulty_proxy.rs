//! [`FaultyProxy`]: breaks a connection at the moment that a test plans.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, mpsc},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

/// What happens to one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Everything passes.
    None,
    /// Refused before a byte travels.
    Refuse,
    /// The request arrives and is answered, and the whole reply is lost.
    LoseReply,
    /// This many bytes of the request pass, then both sides are closed.
    CutRequest(usize),
    /// This many bytes of the reply pass, then both sides are closed.
    CutReply(usize),
}

/// Stands in front of a server. Each new connection takes the next fault; when none is left, everything passes.
pub struct FaultyProxy {
    address: SocketAddr,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl FaultyProxy {
    /// Starts a proxy in front of a server.
    pub fn before(server: SocketAddr) -> Self {
        let faults = Arc::new(Mutex::new(VecDeque::new()));
        let (ready, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let planned = faults.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("the system gives a test its threads").block_on(async move {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
                // The receiver waits below.
                let _ = ready.send(listener.local_addr().expect("a bound socket has an address"));
                tokio::select! {
                    () = accept(listener, server, planned) => (),
                    _ = stopped => (),
                }
            });
        });
        let address = started.recv().expect("the proxy started; its thread says why not");
        Self { address, faults, stop: Some(stop), thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds faults for the next connections, one each, in order. A client that keeps a connection alive meets one
    /// fault.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
    }

    /// How many faults no connection has met yet.
    pub fn left(&self) -> usize {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Drop for FaultyProxy {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, faults: Arc<Mutex<VecDeque<Fault>>>) {
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        let fault = faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(Fault::None);
        if fault != Fault::Refuse {
            // Broken connections are expected here.
            tokio::spawn(async move { drop(pass(client, server, fault).await) });
        }
    }
}

async fn pass(mut client: TcpStream, server: SocketAddr, fault: Fault) -> io::Result<()> {
    let mut upstream = TcpStream::connect(server).await?;
    let (mut up_left, mut down_left) = match fault {
        Fault::CutRequest(bytes) => (bytes, usize::MAX),
        Fault::CutReply(bytes) => (usize::MAX, bytes),
        _ => (usize::MAX, usize::MAX),
    };
    let (mut up, mut down) = ([0; 16 << 10], [0; 16 << 10]);
    loop {
        tokio::select! {
            n = client.read(&mut up) => {
                let n = n?.min(up_left);
                upstream.write_all(&up[..n]).await?;
                up_left -= n;
                if n == 0 {
                    return Ok(());
                }
            }
            n = upstream.read(&mut down) => {
                let n = n?;
                // The first byte of the reply shows that the server has done its work.
                if n == 0 || fault == Fault::LoseReply {
                    return Ok(());
                }
                let passing = n.min(down_left);
                client.write_all(&down[..passing]).await?;
                down_left -= passing;
                if down_left == 0 {
                    return Ok(());
                }
            }
        }
        if up_left == 0 {
            return Ok(());
        }
    }
}
