//! Sessions of signed-in people. They are in memory only: a restart signs everybody out, and neither the disk nor a
//! backup holds a secret that opens the console.
//!
//! Their ages are measured with the monotonic clock, which no change of the system time moves.

use sha2::{Digest, Sha256};
use shared::WorkerId;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

/// 30 minutes without a request: a forgotten browser in a shared office.
const IDLE_MAX: Duration = Duration::from_secs(30 * 60);
/// 12 hours, however busy: a working day.
pub const LIFETIME: Duration = Duration::from_secs(12 * 3600);
/// 10,000 sessions of about 100 bytes; beyond it, expired ones are dropped.
const SESSIONS_MAX: usize = 10_000;

/// One sign-in.
#[derive(Clone, Debug)]
pub struct Session {
    pub worker: WorkerId,
    /// The token that every form of this session carries.
    pub csrf: String,
    began: Instant,
    seen: Instant,
}

/// All sessions, by the hash of their secret: the map alone lets nobody sign in.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<[u8; 32], Session>>);

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        // A panic cannot leave the map half changed: each change is one insertion or removal.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session and returns its secret, for the cookie.
    pub fn begin(&self, worker: WorkerId) -> String {
        let (secret, now) = (random_text(), Instant::now());
        let mut sessions = self.lock();
        if sessions.len() >= SESSIONS_MAX {
            sessions.retain(|_, session| session.is_valid(now));
        }
        sessions.insert(key(&secret), Session { worker, csrf: random_text(), began: now, seen: now });
        secret
    }

    /// The session of a cookie; `None` when there is none or it has expired. Counts as a request of the session.
    pub fn find(&self, secret: &str) -> Option<Session> {
        let now = Instant::now();
        let mut sessions = self.lock();
        let session = sessions.get_mut(&key(secret))?;
        if !session.is_valid(now) {
            sessions.remove(&key(secret));
            return None;
        }
        session.seen = now;
        Some(session.clone())
    }

    /// Ends a session.
    pub fn end(&self, secret: &str) {
        self.lock().remove(&key(secret));
    }
}

impl Session {
    fn is_valid(&self, now: Instant) -> bool {
        now - self.began < LIFETIME && now - self.seen < IDLE_MAX
    }
}

fn key(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// 32 random bytes as 64 hexadecimal digits.
pub fn random_text() -> String {
    let mut bytes = [0; 32];
    // Every supported system has a random source; without one no session may begin.
    getrandom::fill(&mut bytes).expect("the system's random source answers");
    shared::chain::hex(&bytes)
}

/// Compares two secrets. The time it takes depends on their lengths only, so it does not reveal how much of a guess is
/// right.
pub fn constant_time_eq(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_session_ends_after_idling_after_its_lifetime_and_by_log_out() {
        let sessions = Sessions::default();
        let idle = sessions.begin(WorkerId::NIL);
        advance(IDLE_MAX - Duration::from_secs(1)).await;
        assert!(sessions.find(&idle).is_some());
        advance(IDLE_MAX).await;
        assert!(sessions.find(&idle).is_none());

        let busy = sessions.begin(WorkerId::NIL);
        let step = Duration::from_secs(600);
        for _ in 0..LIFETIME.as_secs() / step.as_secs() - 1 {
            advance(step).await;
            assert!(sessions.find(&busy).is_some());
        }
        advance(step).await;
        assert!(sessions.find(&busy).is_none(), "a busy session ends, too");

        let ended = sessions.begin(WorkerId::NIL);
        sessions.end(&ended);
        assert!(sessions.find(&ended).is_none());
    }

    #[test]
    fn secrets_and_tokens_are_unique() {
        let sessions = Sessions::default();
        let (a, b) = (sessions.begin(WorkerId::NIL), sessions.begin(WorkerId::NIL));
        assert_ne!(a, b);
        assert_ne!(sessions.find(&a).unwrap().csrf, sessions.find(&b).unwrap().csrf);
        assert!(sessions.find("").is_none());
    }
}
