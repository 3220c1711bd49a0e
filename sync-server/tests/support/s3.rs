//! A real S3 server (s3s over a folder) on a free port, which refuses requests on demand. Included by the unit tests of
//! the library and by the tests of the program.
#![allow(dead_code, clippy::unwrap_used, reason = "each test uses a part of it, and a test fails by panicking")]

use hyper::{Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use s3s::{Body, auth::SimpleAuth, service::S3ServiceBuilder};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, sync::oneshot};

pub const BUCKET: &str = "photos";
pub const KEY: &str = "TESTKEY";
pub const SECRET: &str = "TESTSECRET";

type Faults = Arc<Mutex<VecDeque<(u16, &'static str)>>>;

/// An S3 server, running until it is dropped. Its objects are in `folder`.
pub struct S3Server {
    address: SocketAddr,
    folder: PathBuf,
    faults: Faults,
    /// Methods of the requests so far.
    methods: Arc<Mutex<Vec<String>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl S3Server {
    /// Starts a server with the bucket [`BUCKET`] on a folder that may hold objects.
    pub fn start(folder: &Path) -> Self {
        std::fs::create_dir_all(folder.join(BUCKET)).unwrap();
        let files = s3s_fs::FileSystem::new(folder).unwrap();
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = builder.build();
        let (faults, methods) = (Faults::default(), Arc::<Mutex<Vec<String>>>::default());
        let (ready, started) = std::sync::mpsc::channel();
        let (stop, mut stopped) = oneshot::channel::<()>();
        let (plan, log) = (faults.clone(), methods.clone());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                ready.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let socket = tokio::select! {
                        accepted = listener.accept() => match accepted { Ok((socket, _)) => socket, Err(_) => continue },
                        _ = &mut stopped => return,
                    };
                    let (service, plan, log) = (service.clone(), plan.clone(), log.clone());
                    let answer = service_fn(move |request: hyper::Request<Incoming>| {
                        log.lock().unwrap().push(request.method().to_string());
                        // A sync server lists the bucket when it starts, at any time of a test: not counted.
                        let listing = request.uri().query().is_some_and(|query| query.contains("list-type="));
                        let fault = if listing { None } else { plan.lock().unwrap().pop_front() };
                        let service = service.clone();
                        async move {
                            match fault {
                                Some((status, code)) => Ok(refusal(status, code)),
                                None => service.call(request.map(Body::from)).await,
                            }
                        }
                    });
                    // A client may close its connection at any time.
                    tokio::spawn(async move { drop(http1::Builder::new().serve_connection(TokioIo::new(socket), answer).await) });
                }
            });
        });
        let address = started.recv().unwrap();
        Self { address, folder: folder.to_owned(), faults, methods, stop: Some(stop), thread: Some(thread) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers the next requests, except listings, with this status and this S3 error code.
    pub fn refuse(&self, times: usize, status: u16, code: &'static str) {
        self.faults.lock().unwrap().extend(std::iter::repeat_n((status, code), times));
    }

    pub fn accept(&self) {
        self.faults.lock().unwrap().clear();
    }

    pub fn take_methods(&self) -> Vec<String> {
        std::mem::take(&mut self.methods.lock().unwrap())
    }

    /// Names of the objects in the bucket, sorted.
    pub fn objects(&self) -> Vec<String> {
        fn walk(folder: &Path, under: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => walk(&path, under, found),
                    false => found.push(path.strip_prefix(under).unwrap().to_string_lossy().into_owned()),
                }
            }
        }
        let (bucket, mut found) = (self.folder.join(BUCKET), Vec::new());
        walk(&bucket, &bucket, &mut found);
        found.sort();
        found
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn refusal(status: u16, code: &str) -> Response<Body> {
    let body =
        format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><AWSAccessKeyId>{KEY}</AWSAccessKeyId></Error>");
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer
}
