//! When to sync next by itself. Times are the monotonic clock's, in milliseconds: the wall clock may jump.

/// 8 s after a save: the seconds in which it can be taken back are over by then, and several saves in a row share a
/// session.
pub const AFTER_SAVE_MS: u64 = 8_000;
/// 15 min and up to a quarter more while all is well: news from the office reaches a phone in use within that time, at 1 kB
/// a time, and phones that synced together after an outage drift apart.
const IDLE_MS: u64 = 15 * 60_000;
/// 15 s after the first failure, then doubled …
const FIRST_RETRY_MS: u64 = 15_000;
/// … up to 30 min.
const LAST_RETRY_MS: u64 = 30 * 60_000;
/// 2 h: longer than any pause this server asks for; a proxy that asks for a year is not obeyed.
const WISH_MAX_S: u32 = 7200;

#[derive(Clone, Debug, Default)]
pub struct Pace {
    due: Option<u64>,
    /// The server asked for peace until then; saves do not bring the next attempt before it, only a person does.
    not_before: u64,
    failures: u32,
}

impl Pace {
    /// When the next attempt is due; absent before the first and after [`Pace::stop`].
    pub fn due(&self) -> Option<u64> {
        self.due
    }

    /// At once: the app was opened, or has just been enrolled.
    pub fn now(&mut self, now: u64) {
        self.due = Some(now.max(self.not_before));
    }

    /// Something was saved.
    pub fn saved(&mut self, now: u64) {
        let soon = now.saturating_add(AFTER_SAVE_MS).max(self.not_before);
        self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
    }

    /// `random`: spreads devices that synced together.
    pub fn succeeded(&mut self, now: u64, random: u16) {
        let idle = IDLE_MS + IDLE_MS / 4 * u64::from(random) / u64::from(u16::MAX);
        *self = Self { due: Some(now.saturating_add(idle)), not_before: 0, failures: 0 };
    }

    /// `wait_s`: what the server asked for. `random`: spreads devices that failed together.
    pub fn failed(&mut self, now: u64, wait_s: Option<u32>, random: u16) {
        let doubled = FIRST_RETRY_MS.saturating_mul(1 << self.failures.min(10)).min(LAST_RETRY_MS);
        self.failures = self.failures.saturating_add(1);
        let share = |of: u64| of / 2 * u64::from(random) / u64::from(u16::MAX);
        // Around the doubled time from three to five quarters of it; a server's own wish is only ever exceeded.
        let delay = doubled / 4 * 3 + share(doubled);
        if let Some(seconds) = wait_s {
            let asked = u64::from(seconds.min(WISH_MAX_S)).saturating_mul(1000);
            self.not_before = now.saturating_add(asked).saturating_add(share(asked));
        }
        self.due = Some(now.saturating_add(delay).max(self.not_before));
    }

    /// No attempts by itself any more: access was withdrawn.
    pub fn stop(&mut self) {
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_half_an_hour_and_start_over_after_a_success() {
        let mut pace = Pace::default();
        let mut pauses = Vec::new();
        for _ in 0..10 {
            pace.failed(1000, None, u16::MAX / 2);
            pauses.push((pace.due().unwrap() - 1000 + 500) / 1000);
        }
        assert_eq!(pauses, [15, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
        pace.succeeded(0, 0);
        pace.failed(0, None, 0);
        assert_eq!(pace.due(), Some(11_250));
    }

    #[test]
    fn a_servers_wish_is_only_ever_exceeded_and_a_save_does_not_shorten_it() {
        for random in [0, 1, u16::MAX] {
            let mut pace = Pace::default();
            pace.failed(0, Some(600), random);
            let due = pace.due().unwrap();
            assert!((600_000..=900_000).contains(&due), "{due}");
            pace.saved(1000);
            assert_eq!(pace.due(), Some(due));
            pace.now(2000);
            assert_eq!(pace.due(), Some(due));
        }
    }

    /// The most of 20,518 phones that come back within one second, when each waits as `pause` says.
    fn crowd(pause: impl Fn(&mut Pace, u16)) -> (usize, usize) {
        let mut by_second = std::collections::BTreeMap::<u64, usize>::new();
        for phone in 0..20_518_u64 {
            // Each phone's own randomness, spread as a random source spreads it (a splitmix64 step).
            let mut z = phone.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z ^= z >> 27;
            let mut pace = Pace::default();
            pause(&mut pace, z as u16);
            *by_second.entry(pace.due().unwrap() / 1000).or_default() += 1;
        }
        (by_second.values().copied().max().unwrap(), by_second.len())
    }

    #[test]
    fn a_citys_phones_refused_at_one_moment_do_not_come_back_at_one_moment() {
        // What was even over the span would be 20,518 / seconds of it; twice that is the bound.
        for wish in [60, 300, 600] {
            let (most, seconds) = crowd(|pace, random| pace.failed(0, Some(wish), random));
            assert!(seconds as u32 >= wish / 2, "spread over {seconds} s after a wish of {wish} s");
            assert!(most <= 2 * 20_518 / seconds, "{most} in one second after a wish of {wish} s");
        }
        let (most, seconds) = crowd(|pace, random| pace.failed(0, None, random));
        assert!(seconds >= 7 && most <= 2 * 20_518 / seconds, "{most} in one of {seconds} s");
        let (most, seconds) = crowd(|pace, random| pace.succeeded(0, random));
        assert!(seconds >= 225 && most <= 2 * 20_518 / seconds, "{most} in one of {seconds} s");
    }

    #[test]
    fn a_wish_for_a_year_is_not_obeyed() {
        let mut pace = Pace::default();
        pace.failed(0, Some(u32::MAX), u16::MAX);
        assert!(pace.due().unwrap() <= 3 * 3_600_000);
    }

    #[test]
    fn a_save_brings_the_next_attempt_forward_but_never_puts_it_off() {
        let mut pace = Pace::default();
        pace.succeeded(0, 0);
        pace.saved(1000);
        assert_eq!(pace.due(), Some(1000 + AFTER_SAVE_MS));
        pace.saved(5000);
        assert_eq!(pace.due(), Some(1000 + AFTER_SAVE_MS));
        pace.stop();
        assert_eq!(pace.due(), None);
    }
}
