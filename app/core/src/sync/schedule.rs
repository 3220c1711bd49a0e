//! When the next automatic sync begins. Times are those of the monotonic clock, in milliseconds: the wall clock may
//! jump.

/// 8 s after a save: its undo window is over by then, and several saves in a row share a sync.
pub const AFTER_SAVE_MS: u64 = 8_000;
/// 15 min and up to a quarter more after a success: news from the office reaches a phone in use within that time, at 1
/// kB a sync, and phones that synced together after an outage drift apart.
const IDLE_MS: u64 = 15 * 60_000;
/// 15 s after the first failure, then doubled …
const FIRST_RETRY_MS: u64 = 15_000;
/// … up to 30 min.
const LAST_RETRY_MS: u64 = 30 * 60_000;
/// 2 h: longer than any wait this server asks for; a proxy that asks for a year is not obeyed.
const RETRY_AFTER_MAX_S: u32 = 7200;

#[derive(Clone, Debug, Default)]
pub struct Schedule {
    due: Option<u64>,
    /// The server asked to wait until then. A save does not shorten the wait; only a person may sync earlier.
    not_before: u64,
    /// Failures in a row.
    failures: u32,
}

impl Schedule {
    /// When the next sync is due; `None` before the first one and after [`Schedule::stop`].
    pub fn due(&self) -> Option<u64> {
        self.due
    }

    /// At once: the device was just enrolled, or photos may go again.
    pub fn at_once(&mut self, now: u64) {
        self.due = Some(now.max(self.not_before));
    }

    /// A save brings the next sync forward.
    pub fn after_save(&mut self, now: u64) {
        let soon = now.saturating_add(AFTER_SAVE_MS).max(self.not_before);
        self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
    }

    /// `random` spreads devices that synced together.
    pub fn after_success(&mut self, now: u64, random: u16) {
        let idle = IDLE_MS + IDLE_MS / 4 * u64::from(random) / u64::from(u16::MAX);
        *self = Self { due: Some(now.saturating_add(idle)), not_before: 0, failures: 0 };
    }

    /// `retry_after_s` is the wait that the server asked for; `random` spreads devices that failed together.
    pub fn after_failure(&mut self, now: u64, retry_after_s: Option<u32>, random: u16) {
        let doubled = FIRST_RETRY_MS.saturating_mul(1 << self.failures.min(10)).min(LAST_RETRY_MS);
        self.failures = self.failures.saturating_add(1);
        let share = |of: u64| of / 2 * u64::from(random) / u64::from(u16::MAX);
        // Between three and five quarters of the doubled time. The server's own wish is only ever exceeded.
        let delay = doubled / 4 * 3 + share(doubled);
        if let Some(seconds) = retry_after_s {
            let wish = u64::from(seconds.min(RETRY_AFTER_MAX_S)).saturating_mul(1000);
            self.not_before = now.saturating_add(wish).saturating_add(share(wish));
        }
        self.due = Some(now.saturating_add(delay).max(self.not_before));
    }

    /// Ends automatic syncs: the office withdrew access.
    pub fn stop(&mut self) {
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_half_an_hour_and_a_success_resets_them() {
        let mut schedule = Schedule::default();
        let mut delays = Vec::new();
        for _ in 0..10 {
            schedule.after_failure(1000, None, u16::MAX / 2);
            delays.push((schedule.due().unwrap() - 1000 + 500) / 1000);
        }
        assert_eq!(delays, [15, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
        schedule.after_success(0, 0);
        schedule.after_failure(0, None, 0);
        assert_eq!(schedule.due(), Some(11_250));
    }

    #[test]
    fn the_wait_a_server_asks_for_is_only_ever_exceeded_and_a_save_does_not_shorten_it() {
        for random in [0, 1, u16::MAX] {
            let mut schedule = Schedule::default();
            schedule.after_failure(0, Some(600), random);
            let due = schedule.due().unwrap();
            assert!((600_000..=900_000).contains(&due), "{due}");
            schedule.after_save(1000);
            assert_eq!(schedule.due(), Some(due));
            schedule.at_once(2000);
            assert_eq!(schedule.due(), Some(due));
        }
    }

    /// 20,518 phones wait as `delay` says: the most that return within one second, and how many seconds see a return.
    fn crowd(delay: impl Fn(&mut Schedule, u16)) -> (usize, usize) {
        let mut by_second = std::collections::BTreeMap::<u64, usize>::new();
        for phone in 0..20_518_u64 {
            // Randomness of each phone: one step of SplitMix64.
            let mut z = phone.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z ^= z >> 27;
            let mut schedule = Schedule::default();
            delay(&mut schedule, z as u16);
            *by_second.entry(schedule.due().unwrap() / 1000).or_default() += 1;
        }
        (by_second.values().copied().max().unwrap(), by_second.len())
    }

    #[test]
    fn phones_of_a_city_refused_at_the_same_moment_return_spread_over_time() {
        // An even spread is 20,518 / seconds in each second; twice that is the bound.
        for wish in [60, 300, 600] {
            let (most, seconds) = crowd(|schedule, random| schedule.after_failure(0, Some(wish), random));
            assert!(seconds as u32 >= wish / 2, "spread over {seconds} s after a wish of {wish} s");
            assert!(most <= 2 * 20_518 / seconds, "{most} in one second after a wish of {wish} s");
        }
        let (most, seconds) = crowd(|schedule, random| schedule.after_failure(0, None, random));
        assert!(seconds >= 7 && most <= 2 * 20_518 / seconds, "{most} in one of {seconds} s");
        let (most, seconds) = crowd(|schedule, random| schedule.after_success(0, random));
        assert!(seconds >= 225 && most <= 2 * 20_518 / seconds, "{most} in one of {seconds} s");
    }

    #[test]
    fn a_wait_of_a_year_is_not_obeyed() {
        let mut schedule = Schedule::default();
        schedule.after_failure(0, Some(u32::MAX), u16::MAX);
        assert!(schedule.due().unwrap() <= 3 * 3_600_000);
    }

    #[test]
    fn a_save_brings_the_next_sync_forward_and_never_delays_it() {
        let mut schedule = Schedule::default();
        schedule.after_success(0, 0);
        schedule.after_save(1000);
        assert_eq!(schedule.due(), Some(1000 + AFTER_SAVE_MS));
        schedule.after_save(5000);
        assert_eq!(schedule.due(), Some(1000 + AFTER_SAVE_MS));
        schedule.stop();
        assert_eq!(schedule.due(), None);
    }
}
