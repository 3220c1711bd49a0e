//! Reader threads, each with a connection of its own.

use super::{errors::failed, queued::run, txn::SqliteTxn};
use crate::store::{
    error::{StoreError, Stored},
    job::Job,
};
use rusqlite::Connection;
use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
};

type Read = Box<dyn FnOnce(&mut Connection) + Send>;

/// 4,096 waiting reads take seconds; a caller after them is refused and retries.
const QUEUE: usize = 4096;

/// The handle of the reader threads.
pub struct Readers {
    queue: Option<mpsc::SyncSender<Read>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    pub fn start(connections: Vec<Connection>) -> Stored<Self> {
        let (queue, jobs) = mpsc::sync_channel::<Read>(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let start = |mut conn: Connection| {
            let jobs = jobs.clone();
            std::thread::Builder::new().name("store-reader".into()).spawn(move || {
                loop {
                    let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = next else { return };
                    job(&mut conn);
                }
            })
        };
        let threads = connections.into_iter().map(start).collect::<Result<Vec<_>, _>>();
        Ok(Self { queue: Some(queue), threads: threads.map_err(|e| StoreError::Backend(e.to_string()))? })
    }

    pub fn send(&self, job: Read) -> Stored<()> {
        match self.queue.as_ref().map(|q| q.try_send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(mpsc::TrySendError::Full(_))) => Err(StoreError::Busy),
            _ => Err(StoreError::Closed),
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A reader that panicked lost its job only.
            let _ = thread.join();
        }
    }
}

/// Runs a job on one snapshot.
pub fn snapshot<J: Job>(conn: &mut Connection, job: J) -> Result<J::Out, J::Err> {
    let step = |conn: &Connection, sql| conn.prepare_cached(sql)?.raw_execute();
    step(conn, "BEGIN").map_err(failed)?;
    let result = run(job, &mut SqliteTxn::new(conn));
    // Nothing was written, so this cannot lose anything.
    let _ = step(conn, "ROLLBACK");
    result
}
