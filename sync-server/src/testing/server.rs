//! [`TestServer`].

use super::{TempDir, World};
use crate::{
    app,
    console::ConsoleOptions,
    core::{Env, Settings, SystemEnv},
    data::{DataDir, LocalCore},
    http::{self, Api, ServeOptions, limits::Limits},
};
use std::{future::Future, net::SocketAddr, path::Path, sync::Arc, thread::JoinHandle};
use tokio::{net::TcpListener, runtime::Handle, sync::oneshot};

/// What a test may choose.
pub struct Options {
    /// The clock and the random source.
    pub env: Arc<dyn Env>,
    pub settings: Settings,
    pub limits: Limits,
    /// 0 for a free port; a number to come back where a stopped server was.
    pub port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { env: Arc::new(SystemEnv), settings: Settings::default(), limits: Limits::default(), port: 0 }
    }
}

/// A server that runs until it is dropped. It has a runtime of its own, so it works in tests with and without one.
pub struct TestServer {
    address: SocketAddr,
    core: LocalCore,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Removed after the thread has ended.
    _temp: Option<TempDir>,
}

impl TestServer {
    /// On a folder of its own that goes away with it.
    pub fn start() -> Self {
        Self::start_with(Options::default())
    }

    pub fn start_with(options: Options) -> Self {
        let temp = TempDir::new();
        let mut server = Self::start_in(temp.path(), options);
        server._temp = Some(temp);
        server
    }

    /// On a folder that stays: start another one on it to see what survived.
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
                // The receiver waits below until it has this.
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

    /// The core behind the socket, to look into and to act as the office.
    pub fn core(&self) -> &LocalCore {
        &self.core
    }

    /// Runs a future to its end on the server's runtime. From any thread, inside another runtime or not.
    pub fn wait<T: Send>(&self, future: impl Future<Output = T> + Send) -> T {
        // A thread of its own, because a runtime's threads may not block on another future.
        std::thread::scope(|scope| {
            scope.spawn(|| self.runtime.block_on(future)).join().expect("the future did not panic")
        })
    }

    /// Loads areas, workers, recipients and pairings.
    pub fn load(&self, world: &World) {
        self.wait(self.core.apply_office(world.changes())).expect("the world holds");
    }

    /// A one-time code for a worker, by the office's code.
    pub fn code(&self, worker: &str) -> String {
        self.wait(self.core.issue_code(worker)).expect("the worker exists").code
    }

    /// The link that a worker's phone opens.
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
            // It may have ended by itself.
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
