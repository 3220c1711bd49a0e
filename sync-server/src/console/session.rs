//! Who is signed in. Sessions live in memory: a restart signs everybody out, and nothing that could be stolen from a
//! disk or a backup opens the console.

use sha2::{Digest, Sha256};
use shared::WorkerId;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// 30 minutes without a page: a forgotten browser in a shared office.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// 12 hours in any case: a working day.
pub const LONGEST: Duration = Duration::from_secs(12 * 3600);
/// 10,000 sessions of some 100 bytes; beyond it those that have run out are dropped first.
const SESSIONS_MAX: usize = 10_000;

#[derive(Clone, Debug)]
pub struct Session {
    pub worker: WorkerId,
    /// What every form of this session carries.
    pub csrf: String,
    began: Instant,
    seen: Instant,
}

/// By hash, so that a dump of the memory's map alone signs nobody in.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<[u8; 32], Session>>);

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        // Each change is one insertion or removal, so the map is valid after any panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session and returns its secret, for the cookie.
    pub fn begin(&self, worker: WorkerId) -> String {
        let (secret, now) = (random_text(), Instant::now());
        let mut sessions = self.lock();
        if sessions.len() >= SESSIONS_MAX {
            sessions.retain(|_, session| session.holds(now));
        }
        sessions.insert(key(&secret), Session { worker, csrf: random_text(), began: now, seen: now });
        secret
    }

    /// The session of a cookie, unless it has run out.
    pub fn find(&self, secret: &str) -> Option<Session> {
        let now = Instant::now();
        let mut sessions = self.lock();
        let session = sessions.get_mut(&key(secret))?;
        if !session.holds(now) {
            sessions.remove(&key(secret));
            return None;
        }
        session.seen = now;
        Some(session.clone())
    }

    pub fn end(&self, secret: &str) {
        self.lock().remove(&key(secret));
    }
}

impl Session {
    fn holds(&self, now: Instant) -> bool {
        now - self.began < LONGEST && now - self.seen < IDLE
    }
}

fn key(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// 32 random bytes as text.
pub fn random_text() -> String {
    let mut bytes = [0; 32];
    // Without randomness nobody may be signed in; every supported system has it.
    getrandom::fill(&mut bytes).expect("the system's random source answers");
    shared::chain::hex(&bytes)
}

/// Compares without telling by its duration how much was right.
pub fn same(a: &str, b: &str) -> bool {
    key(a) == key(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_session_ends_when_idle_when_old_and_when_ended() {
        let sessions = Sessions::default();
        let idle = sessions.begin(WorkerId::NIL);
        advance(IDLE - Duration::from_secs(1)).await;
        assert!(sessions.find(&idle).is_some());
        advance(IDLE).await;
        assert!(sessions.find(&idle).is_none());

        let busy = sessions.begin(WorkerId::NIL);
        let step = Duration::from_secs(600);
        for _ in 0..LONGEST.as_secs() / step.as_secs() - 1 {
            advance(step).await;
            assert!(sessions.find(&busy).is_some());
        }
        advance(step).await;
        assert!(sessions.find(&busy).is_none(), "not even a busy one lives for ever");

        let ended = sessions.begin(WorkerId::NIL);
        sessions.end(&ended);
        assert!(sessions.find(&ended).is_none());
    }

    #[test]
    fn no_two_secrets_are_the_same() {
        let sessions = Sessions::default();
        let (a, b) = (sessions.begin(WorkerId::NIL), sessions.begin(WorkerId::NIL));
        assert_ne!(a, b);
        assert_ne!(sessions.find(&a).unwrap().csrf, sessions.find(&b).unwrap().csrf);
        assert!(sessions.find("").is_none());
    }
}
