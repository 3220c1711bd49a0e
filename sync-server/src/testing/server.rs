//! [`TestServer`]: a server inside the test's process.

use super::{sample_roster::SampleRoster, temp::TempDir};
use crate::{
    app,
    console::ConsoleOptions,
    core::{Env, Settings, SystemEnv},
    data::{DataDir, LocalCore},
    http::{self, Api, ServeOptions, limits::Limits},
};
use std::{future::Future, net::SocketAddr, path::Path, sync::Arc, thread::JoinHandle};
use tokio::{net::TcpListener, runtime::Handle, sync::oneshot};

/// Settings of a test server.
pub struct Options {
    /// The clock and the random source.
    pub env: Arc<dyn Env>,
    pub settings: Settings,
    pub limits: Limits,
    /// 0 for a free port; a number to start again at the address of a stopped server.
    pub port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { env: Arc::new(SystemEnv), settings: Settings::default(), limits: Limits::default(), port: 0 }
    }
}

/// A server that runs until it is dropped, on a runtime of its own, so that tests with and without a runtime can use
/// it.
pub struct TestServer {
    address: SocketAddr,
    core: LocalCore,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Removed after the thread ended.
    _temp: Option<TempDir>,
}

impl TestServer {
    /// On a folder of its own that is removed with it.
    pub fn start() -> Self {
        Self::start_with(Options::default())
    }

    pub fn start_with(options: Options) -> Self {
        let temp = TempDir::new();
        let mut server = Self::start_in(temp.path(), options);
        server._temp = Some(temp);
        server
    }

    /// On a folder that stays, so that a test can start another server on it.
    pub fn start_in(folder: &Path, options: Options) -> Self {
        let data = DataDir::new(folder).expect("the test's folder can be used");
        let (ready, started) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let runtime = runtime.expect("the system gives a test its threads");
            let handle = runtime.handle().clone();
            runtime.block_on(async move {
                let lock = data.lock().expect("no other server is on this folder");
                let core = data.open(options.env, options.settings).await.expect("the store opens");
                let listener = TcpListener::bind(("127.0.0.1", options.port)).await.expect("the port is free");
                let address = listener.local_addr().expect("a bound socket has an address");
                let api = Arc::new(Api::new(Arc::new(core.clone()), options.limits));
                // The receiver waits below.
                let _ = ready.send((address, core, handle));
                let stopped = async move {
                    let _ = stopped.await;
                };
                let options = ServeOptions { drain: std::time::Duration::from_secs(1), ..ServeOptions::default() };
                http::serve(app::router(api, ConsoleOptions::default()), listener, options, stopped).await;
                drop(lock);
            });
        });
        let (address, core, runtime) = started.recv().expect("the server started; its thread says why not");
        Self { address, core, runtime, stop: Some(stop), thread: Some(thread), _temp: None }
    }

    /// `http://127.0.0.1:<port>`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The core behind the socket, for checks and for what the office does.
    pub fn core(&self) -> &LocalCore {
        &self.core
    }

    /// Runs a future to its end on the server's runtime. Works on any thread, inside another runtime or not.
    pub fn wait<T: Send>(&self, future: impl Future<Output = T> + Send) -> T {
        // On a thread of its own, since a runtime's threads may not block.
        std::thread::scope(|scope| {
            scope.spawn(|| self.runtime.block_on(future)).join().expect("the future did not panic")
        })
    }

    /// Loads areas, workers, recipients and pairings.
    pub fn load(&self, roster: &SampleRoster) {
        self.wait(self.core.apply_office(roster.changes())).expect("the roster holds");
    }

    /// A one-time code for a worker, by the office's code.
    pub fn code(&self, worker: &str) -> String {
        self.wait(self.core.issue_code(worker)).expect("the worker exists").code
    }

    /// An enrolment link for a worker.
    pub fn link(&self, worker: &str) -> String {
        shared::wire::enrol::EnrolLink { server: self.url(), code: self.code(worker) }.to_text()
    }

    /// Stops it and waits until the folder is free again.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the server panicked");
        }
    }
}
