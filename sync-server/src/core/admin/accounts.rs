//! Who uses the console: log-in names are worker codes, passwords are kept as Argon2id.

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

/// Somebody logged in, and what they may see.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewer {
    pub worker: WorkerId,
    pub code: String,
    pub name: String,
    pub role: Role,
    /// Areas they answer for.
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

#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown name, wrong password, no password set, left, or not a supervisor: all look the same.
    #[error("name or password is wrong")]
    Wrong,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// 10 characters at least: short enough to be typed, long enough that Argon2id makes guessing hopeless.
pub const PASSWORD_MIN: usize = 10;

/// 19 MiB, two passes, one lane: the first of OWASP's equivalent settings for Argon2id.
fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).expect("constant parameters within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes off the async threads: it is meant to be slow.
async fn stretch(password: &str, salt: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let password = password.to_owned();
    let work = move || {
        let mut out = vec![0; 32];
        argon().hash_password_into(password.as_bytes(), &salt, &mut out).map(|()| out)
    };
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)?;
    done.map_err(|e| StoreError::Backend(e.to_string()))
}

/// Compares without telling by its time where they part.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

impl<S: Store> ServerCore<S> {
    /// Sets a worker's console password.
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
        let hash = stretch(password, salt.clone()).await?;
        self.inner.store.write(Keep(Account { worker: worker.id, salt, hash })).await
    }

    /// Checks a log-in; takes as long for a name nobody has.
    pub async fn login(&self, login: &str, password: &str) -> Result<Viewer, LoginError> {
        let known = self.inner.store.read(Known(login.trim().to_owned())).await?;
        let salt = known.as_ref().map_or_else(|| vec![0; 16], |(_, account)| account.salt.clone());
        let hash = stretch(password, salt).await?;
        match known {
            Some((worker, account)) if same(&hash, &account.hash) => viewer(worker).ok_or(LoginError::Wrong),
            _ => Err(LoginError::Wrong),
        }
    }

    /// The viewer of a session; `None` once they left or are no supervisor any more.
    pub async fn viewer_by_worker(&self, worker: WorkerId) -> Result<Option<Viewer>, CoreError> {
        Ok(self.inner.store.read(ById(worker)).await?.and_then(viewer))
    }
}

/// Supervisors and administrators still in office.
fn viewer(worker: Worker) -> Option<Viewer> {
    let (role, areas) = (role_of(&worker), areas_of(&worker));
    let may = !worker.left && matches!(role, Role::Supervisor | Role::Administrator);
    may.then_some(Viewer { worker: worker.id, code: worker.code, name: worker.name, role, areas })
}

struct Keep(Account);

impl Job for Keep {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        Ok(txn.put(&[self.0]).await?)
    }
}

struct Known(String);

impl Job for Known {
    type Out = Option<(Worker, Account)>;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, StoreError> {
        let Some(worker) = WorkerByCode(self.0).run(txn).await? else { return Ok(None) };
        let account = txn.get::<Account>(&[(worker.id,)]).await?.into_iter().next().flatten();
        Ok(account.map(|account| (worker, account)))
    }
}

struct ById(WorkerId);

impl Job for ById {
    type Out = Option<Worker>;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, StoreError> {
        Ok(txn.get::<Worker>(&[(self.0,)]).await?.into_iter().next().flatten())
    }
}
