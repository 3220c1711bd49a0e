//! Hybrid logical clock: 48 bits of milliseconds and a 16-bit counter in one `u64`. Its values order events even when a
//! phone's clock stands still, jumps back or is a day off.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of the clock; larger is later. Milliseconds since 1970 UTC in the upper 48 bits. On the wire 16 lower-case
/// hex digits: they sort like the values, and JSON numbers lose digits beyond 2^53 in some languages.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hlc(pub u64);

impl Serialize for Hlc {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&format_args!("{:016x}", self.0))
    }
}
impl<'de> Deserialize<'de> for Hlc {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::deserialize(d, |text| {
            let whole = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            let stamp = if whole { u64::from_str_radix(text, 16).ok() } else { None };
            stamp.map(Self).ok_or("a stamp is 16 lower-case hex digits")
        })
    }
}

/// 2^48 − 1 ms lies in the year 10889.
const MAX_MS: u64 = (1 << 48) - 1;

impl Hlc {
    pub const ZERO: Self = Self(0);

    /// From milliseconds, clamped to 48 bits, and a counter.
    pub fn new(ms: i64, counter: u16) -> Self {
        let ms = u64::try_from(ms).unwrap_or(0).min(MAX_MS);
        Self(ms << 16 | u64::from(counter))
    }

    /// Milliseconds since 1970 UTC.
    pub fn ms(self) -> i64 {
        (self.0 >> 16) as i64
    }

    /// The counter within the millisecond.
    pub fn counter(self) -> u16 {
        self.0 as u16
    }

    /// The next larger value; carries from the counter into the milliseconds.
    pub fn successor(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The value `by_ms` milliseconds later (earlier if negative).
    pub fn shifted(self, by_ms: i64) -> Self {
        Self::new(self.ms().saturating_add(by_ms), self.counter())
    }
}

impl std::fmt::Debug for Hlc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hlc({}.{})", self.ms(), self.counter())
    }
}

/// The state of a device's clock: the last value that it issued or observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HlcClock {
    pub last: Hlc,
}

impl HlcClock {
    /// A value for an event now, strictly larger than every value before it.
    pub fn tick(&mut self, now_ms: i64) -> Hlc {
        self.last = Hlc::new(now_ms, 0).max(self.last.successor());
        self.last
    }

    /// Records a value of another device, so that the next event sorts after it. A value more than `max_ahead_ms` ahead
    /// of `now_ms` is ignored.
    pub fn observe(&mut self, seen: Hlc, now_ms: i64, max_ahead_ms: i64) {
        if seen.ms().saturating_sub(now_ms) <= max_ahead_ms {
            self.last = self.last.max(seen);
        }
    }
}

/// Corrects a device's stamp before the server orders anything by it:
///
/// - shifted by the skew when that exceeds [`SKEW_TOLERATED_MS`];
/// - never later than the server's clock;
/// - always later than the last corrected stamp of the device.
///
/// The operation log keeps the original stamp.
pub fn correct(original: Hlc, skew_ms: i64, server_now_ms: i64, device_last: Hlc) -> Hlc {
    let shifted = if skew_ms.abs() > SKEW_TOLERATED_MS { original.shifted(-skew_ms) } else { original };
    let clamped = shifted.min(Hlc::new(server_now_ms, u16::MAX));
    if clamped > device_last { clamped } else { device_last.successor() }
}

/// 2 minutes: phones on automatic network time stay well within it.
pub const SKEW_TOLERATED_MS: i64 = 120_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_grow_while_the_clock_stands_still_or_jumps_back() {
        let mut clock = HlcClock::default();
        let a = clock.tick(1000);
        let b = clock.tick(1000);
        let c = clock.tick(10);
        assert!(a < b && b < c);
        assert_eq!(c.ms(), 1000);
    }

    #[test]
    fn the_counter_carries_into_the_milliseconds() {
        assert_eq!(Hlc::new(5, u16::MAX).successor(), Hlc::new(6, 0));
    }

    #[test]
    fn a_stamp_from_the_far_future_is_ignored() {
        let mut clock = HlcClock::default();
        clock.observe(Hlc::new(9_000_000, 0), 1000, 60_000);
        assert_eq!(clock.last, Hlc::ZERO);
        clock.observe(Hlc::new(2000, 0), 1000, 60_000);
        assert_eq!(clock.tick(1000), Hlc::new(2000, 1));
    }

    #[test]
    fn a_device_a_day_ahead_is_shifted_back_and_keeps_its_order() {
        let day = 86_400_000;
        let now = 1_700_000_000_000;
        let first = correct(Hlc::new(now + day - 5000, 0), day, now, Hlc::ZERO);
        let second = correct(Hlc::new(now + day - 4000, 0), day, now, first);
        assert_eq!(first.ms(), now - 5000);
        assert_eq!(second.ms(), now - 4000);
        assert_eq!(correct(Hlc::new(now + day, 0), 0, now, second).ms(), now, "the future is clamped");
        assert!(correct(Hlc::new(1, 0), 0, now, second) > second, "floored at the device's last");
    }
}
