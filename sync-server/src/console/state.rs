//! What every page shares.

use super::session::Sessions;
use crate::{core::ServerCore, http::limits::LoginThrottle};
use tokio::sync::Semaphore;

/// 5 wrong passwords of an account are free; after each further one the next attempt waits twice as long.
const FREE_ATTEMPTS: u32 = 5;
/// Two passwords are hashed at once: each takes 19 MiB and a whole core.
const LOGINS_AT_ONCE: usize = 2;

/// How the console is reached.
#[derive(Clone, Debug, Default)]
pub struct ConsoleOptions {
    /// True when browsers use TLS, to this server or to a reverse proxy. Cookies are then sent over TLS only.
    pub https: bool,
    /// What phones call this server, such as `https://lianxin.example.org`. `None`: what the browser calls it.
    pub public_url: Option<String>,
}

/// The shared state of the console.
pub struct Console<S> {
    pub core: ServerCore<S>,
    pub sessions: Sessions,
    /// Wrong passwords, by account.
    pub login_throttle: LoginThrottle,
    /// Slots for hashing a password.
    pub logins: Semaphore,
    pub options: ConsoleOptions,
}

impl<S> Console<S> {
    /// The state before the first request: no one is signed in.
    pub fn new(core: ServerCore<S>, options: ConsoleOptions) -> Self {
        Self {
            core,
            sessions: Sessions::default(),
            login_throttle: LoginThrottle::new(FREE_ATTEMPTS),
            logins: Semaphore::new(LOGINS_AT_ONCE),
            options,
        }
    }
}
