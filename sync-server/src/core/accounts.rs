//! Who uses the console: log-in names are worker codes, passwords are kept as Argon2id.

use super::{CoreError, ServerCore};
use crate::store::{Store, StoreError};
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

impl<S: Store> ServerCore<S> {
    /// Sets a worker's console password.
    pub async fn set_password(&self, worker_code: &str, password: &str) -> Result<(), CoreError> {
        let _ = (worker_code, password);
        todo!()
    }
    /// Checks a log-in; takes about as long for a name nobody has.
    pub async fn login(&self, login: &str, password: &str) -> Result<Viewer, LoginError> {
        let _ = (login, password);
        todo!()
    }
    /// The viewer of a session; `None` once they left or are no supervisor any more.
    pub async fn viewer_by_worker(&self, worker: WorkerId) -> Result<Option<Viewer>, CoreError> {
        let _ = worker;
        todo!()
    }
}
