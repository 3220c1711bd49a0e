//! A bad connection on demand: a TCP proxy between device and server that is offline, cuts a request or a reply in the
//! middle, or swallows a reply that the server has already committed to.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What goes wrong, once, with the next request that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection breaks when so many bytes of the request (its head included) have passed.
    CutRequest { after: usize },
    /// The server has answered; the connection breaks when so many bytes of the reply have passed.
    CutReply { after: usize },
    /// The reply begins so much later.
    Delay(Duration),
}

/// A fault and the request line it waits for, such as `POST /v1/push`.
#[derive(Clone, Debug)]
struct Rule {
    on: String,
    fault: Fault,
}

#[derive(Default)]
struct State {
    /// `None`: no way to the server.
    upstream: Option<SocketAddr>,
    rules: Vec<Rule>,
    fired: Vec<String>,
    up: u64,
    down: u64,
}

pub struct Proxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Bumped to break every connection there is.
    breaks: watch::Sender<u64>,
    accepting: JoinHandle<()>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // Plain values, whole after any panic.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Proxy {
    /// Listens on a free port of this machine and passes everything on to `upstream`.
    pub async fn start(upstream: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State { upstream: Some(upstream), ..State::default() }));
        let (breaks, breaking) = watch::channel(0);
        let shared = state.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (state, breaking) = (shared.clone(), breaking.clone());
                // An error here is a broken connection, which is what this is for.
                tokio::spawn(async move { drop(carry(client, state, breaking).await) });
            }
        });
        Ok(Self { address, state, breaks, accepting })
    }

    /// What a device is told to be the server.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Connections there are break; new ones lead nowhere until [`Proxy::online`].
    pub fn offline(&self) {
        lock(&self.state).upstream = None;
        self.breaks.send_modify(|n| *n += 1);
    }

    /// The way leads to `upstream`, which may be another one than before.
    pub fn online(&self, upstream: SocketAddr) {
        lock(&self.state).upstream = Some(upstream);
        self.breaks.send_modify(|n| *n += 1);
    }

    /// The next request that begins with `on` meets `fault`. Several wait side by side.
    pub fn inject(&self, on: &str, fault: Fault) {
        lock(&self.state).rules.push(Rule { on: on.to_owned(), fault });
    }

    /// The request lines that met their fault, in order.
    pub fn fired(&self) -> Vec<String> {
        lock(&self.state).fired.clone()
    }

    /// Bytes that passed, up and down.
    pub fn bytes(&self) -> (u64, u64) {
        let state = lock(&self.state);
        (state.up, state.down)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.breaks.send_modify(|n| *n += 1);
    }
}

/// One fault at work on one connection.
struct Armed {
    fault: Fault,
    /// Bytes of the request that passed since its first.
    request: usize,
    reply: usize,
}

async fn carry(
    mut client: TcpStream,
    state: Arc<Mutex<State>>,
    mut breaking: watch::Receiver<u64>,
) -> std::io::Result<()> {
    breaking.mark_unchanged();
    let Some(upstream) = lock(&state).upstream else { return Ok(()) };
    let mut server = TcpStream::connect(upstream).await?;
    let (mut from_client, mut from_server) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    let mut armed: Option<Armed> = None;
    loop {
        tokio::select! {
            _ = breaking.changed() => return Ok(()),
            n = client.read(&mut from_client) => {
                let n = n?;
                if n == 0 {
                    return Ok(());
                }
                let bytes = &from_client[..n];
                let begins = arm(&state, bytes, &mut armed);
                let mut pass = n;
                if let Some(a) = &mut armed {
                    let before = a.request;
                    a.request += n - begins;
                    if let Fault::CutRequest { after } = a.fault && a.request > after {
                        pass = begins + after.saturating_sub(before);
                    }
                }
                server.write_all(&bytes[..pass]).await?;
                lock(&state).up += pass as u64;
                if pass < n {
                    return Ok(());
                }
            }
            n = server.read(&mut from_server) => {
                let n = n?;
                if n == 0 {
                    return Ok(());
                }
                let mut pass = n;
                match &mut armed {
                    Some(Armed { fault: Fault::CutReply { after }, reply, .. }) => {
                        pass = n.min(after.saturating_sub(*reply));
                        *reply += n;
                    }
                    Some(Armed { fault: Fault::Delay(pause), .. }) => {
                        tokio::time::sleep(*pause).await;
                        armed = None;
                    }
                    _ => {}
                }
                client.write_all(&from_server[..pass]).await?;
                lock(&state).down += pass as u64;
                if pass < n {
                    return Ok(());
                }
            }
        }
    }
}

/// Arms the first rule whose request begins in `bytes`; where it begins. HTTP/1.1 clients write a request's head in one
/// piece, so a request line is never split over two reads.
fn arm(state: &Mutex<State>, bytes: &[u8], armed: &mut Option<Armed>) -> usize {
    if armed.is_some() {
        return 0;
    }
    let mut state = lock(state);
    let found = state.rules.iter().enumerate().find_map(|(n, rule)| {
        let on = rule.on.as_bytes();
        bytes.windows(on.len()).position(|w| w == on).map(|at| (n, at))
    });
    let Some((n, at)) = found else { return 0 };
    let rule = state.rules.remove(n);
    state.fired.push(rule.on);
    *armed = Some(Armed { fault: rule.fault, request: 0, reply: 0 });
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers every request of 20 bytes with 20 bytes.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut bytes = [0; 20];
                    while socket.read_exact(&mut bytes).await.is_ok() {
                        if socket.write_all(&bytes).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        address
    }

    async fn ask(proxy: &Proxy, request: &[u8; 20]) -> Vec<u8> {
        let mut socket = TcpStream::connect(proxy.address).await.unwrap();
        let mut reply = Vec::new();
        if socket.write_all(request).await.is_ok() {
            let mut buffer = [0; 64];
            while reply.len() < 20 {
                match socket.read(&mut buffer).await {
                    Ok(n) if n > 0 => reply.extend_from_slice(&buffer[..n]),
                    _ => break,
                }
            }
        }
        reply
    }

    #[tokio::test]
    async fn a_reply_is_cut_once_where_it_was_asked_for() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        proxy.inject("POST /v1/push", Fault::CutReply { after: 7 });
        assert_eq!(ask(&proxy, b"POST /v1/pull       ").await.len(), 20, "another request passes");
        assert_eq!(ask(&proxy, b"POST /v1/push       ").await.len(), 7);
        assert_eq!(ask(&proxy, b"POST /v1/push       ").await.len(), 20, "only once");
        assert_eq!(proxy.fired(), ["POST /v1/push"]);
    }

    #[tokio::test]
    async fn a_request_that_is_cut_gets_no_reply() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        proxy.inject("PATCH /v1/media", Fault::CutRequest { after: 5 });
        assert!(ask(&proxy, b"PATCH /v1/media     ").await.is_empty());
        assert_eq!(proxy.bytes(), (5, 0));
    }

    #[tokio::test]
    async fn offline_leads_nowhere_and_online_leads_back() {
        let upstream = echo().await;
        let proxy = Proxy::start(upstream).await.unwrap();
        proxy.offline();
        assert!(ask(&proxy, b"GET /               ").await.is_empty());
        proxy.online(upstream);
        assert_eq!(ask(&proxy, b"GET /               ").await.len(), 20);
    }
}
