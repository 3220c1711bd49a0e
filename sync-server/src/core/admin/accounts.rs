//! Console accounts: log-in names are worker codes, passwords are stored as Argon2id hashes.

use super::directory::WorkerByCode;
use crate::{
    core::{
        apply::scopes::{areas_of, role_of},
        error::CoreError,
        server::ServerCore,
    },
    store::{
        Job, Store, StoreError, Txn,
        tables::{Account, Worker},
    },
};
use argon2::{Algorithm, Argon2, Params, Version};
use shared::{AreaCode, WorkerId, records::Role};
use subtle::ConstantTimeEq;

/// A person logged in to the console, and what they may see.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewer {
    pub worker: WorkerId,
    pub code: String,
    pub name: String,
    pub role: Role,
    /// Areas that they supervise.
    pub areas: Vec<AreaCode>,
}

impl Viewer {
    /// True for supervisors and administrators, for areas inside their own.
    pub fn may_see(&self, area: &AreaCode) -> bool {
        matches!(self.role, Role::Supervisor | Role::Administrator) && self.areas.iter().any(|a| a.contains(area))
    }
    /// May import, enrol, revoke and set passwords.
    pub fn is_administrator(&self) -> bool {
        self.role == Role::Administrator
    }
}

/// Why a log-in failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown name, wrong password, no password set, left, or no supervisor: a caller cannot distinguish them.
    #[error("name or password is wrong")]
    Wrong,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// 10 characters: short enough to type, long enough that guessing against Argon2id is hopeless.
pub const PASSWORD_MIN: usize = 10;

/// 19 MiB, two passes, one lane: the first of OWASP's equivalent settings for Argon2id.
fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).expect("constant parameters within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes on a blocking thread, because Argon2id is slow by design.
async fn hash_password(password: &str, salt: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let password = password.to_owned();
    let work = move || {
        let mut out = vec![0; 32];
        argon().hash_password_into(password.as_bytes(), &salt, &mut out).map(|()| out)
    };
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)?;
    done.map_err(|e| StoreError::Backend(e.to_string()))
}

/// Compares in constant time.
fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

impl<S: Store> ServerCore<S> {
    /// Sets a worker's console password.
    ///
    /// # Errors
    ///
    /// [`CoreError::PasswordTooShort`], [`CoreError::UnknownWorker`], [`CoreError::WorkerLeft`], or the store failed.
    pub async fn set_password(&self, worker_code: &str, password: &str) -> Result<(), CoreError> {
        if password.chars().count() < PASSWORD_MIN {
            return Err(CoreError::PasswordTooShort(PASSWORD_MIN));
        }
        let found = self.inner.store.read(WorkerByCode(worker_code.to_owned())).await?;
        let worker = found.ok_or_else(|| CoreError::UnknownWorker(worker_code.to_owned()))?;
        if worker.left {
            return Err(CoreError::WorkerLeft(worker_code.to_owned()));
        }
        let salt = self.random::<16>().to_vec();
        let hash = hash_password(password, salt.clone()).await?;
        self.inner.store.write(SaveAccount(Account { worker: worker.id, salt, hash })).await
    }

    /// Checks a log-in. An unknown name takes as long as a wrong password.
    ///
    /// # Errors
    ///
    /// [`LoginError::Wrong`], or the store failed.
    pub async fn login(&self, login: &str, password: &str) -> Result<Viewer, LoginError> {
        let known = self.inner.store.read(FindAccount(login.trim().to_owned())).await?;
        let salt = known.as_ref().map_or_else(|| vec![0; 16], |(_, account)| account.salt.clone());
        let hash = hash_password(password, salt).await?;
        match known {
            Some((worker, account)) if equal(&hash, &account.hash) => viewer(worker).ok_or(LoginError::Wrong),
            _ => Err(LoginError::Wrong),
        }
    }

    /// The viewer of a session; `None` if they left or are no supervisor any more.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn viewer_by_worker(&self, worker: WorkerId) -> Result<Option<Viewer>, CoreError> {
        Ok(self.inner.store.read(WorkerById(worker)).await?.and_then(viewer))
    }
}

/// A worker as a viewer, if a supervisor or administrator who has not left.
fn viewer(worker: Worker) -> Option<Viewer> {
    let (role, areas) = (role_of(&worker), areas_of(&worker));
    let is_viewer = !worker.left && matches!(role, Role::Supervisor | Role::Administrator);
    is_viewer.then_some(Viewer { worker: worker.id, code: worker.code, name: worker.name, role, areas })
}

struct SaveAccount(Account);

impl Job for SaveAccount {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        Ok(txn.put(&[self.0]).await?)
    }
}

struct FindAccount(String);

impl Job for FindAccount {
    type Out = Option<(Worker, Account)>;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, StoreError> {
        let Some(worker) = WorkerByCode(self.0).run(txn).await? else { return Ok(None) };
        let account = txn.get::<Account>(&[(worker.id,)]).await?.into_iter().next().flatten();
        Ok(account.map(|account| (worker, account)))
    }
}

struct WorkerById(WorkerId);

impl Job for WorkerById {
    type Out = Option<Worker>;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, StoreError> {
        Ok(txn.get::<Worker>(&[(self.0,)]).await?.into_iter().next().flatten())
    }
}
