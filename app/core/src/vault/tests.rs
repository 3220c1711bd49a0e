//! The PIN guard, on a made-up clock.

use super::*;
use shared::Moment;

struct Clock(u64, u8);

impl Env for Clock {
    fn now(&self) -> Moment {
        // A wall clock that somebody keeps moving a year ahead must make no difference.
        Moment::shanghai(1_760_000_000_000 + i64::from(self.1) * 31_536_000_000)
    }
    fn monotonic_ms(&self) -> u64 {
        self.0
    }
    fn random(&mut self, bytes: &mut [u8]) {
        for b in bytes {
            self.1 = self.1.wrapping_add(1);
            *b = self.1;
        }
    }
}

const PIN: &str = "2580";

fn vault(path: Option<&Path>, clock: &Clock) -> Vault {
    Vault::open(path, Cost::cheap_for_tests(), clock).unwrap()
}

#[test]
fn the_right_pin_gives_the_same_key_again() {
    let mut clock = Clock(0, 0);
    let mut vault = vault(None, &clock);
    let key = vault.create(PIN, &mut clock).unwrap();
    assert!(vault.unlock(PIN, &clock).unwrap() == key);
    assert_eq!(vault.create(PIN, &mut clock).unwrap_err(), Refusal::NotNow, "never a second key over the first");
}

#[test]
fn wrong_pins_wait_longer_and_longer() {
    let mut clock = Clock(0, 0);
    let mut vault = vault(None, &clock);
    vault.create(PIN, &mut clock).unwrap();
    for left in [4, 3, 2, 1] {
        assert_eq!(vault.unlock("1111", &clock).unwrap_err(), Refusal::WrongPin { left });
    }
    for seconds in [30, 60, 300, 900, 3600, 3600] {
        assert_eq!(vault.unlock("1111", &clock).unwrap_err(), Refusal::PinDelay { seconds });
        clock.0 += seconds * 1000 - 1;
        assert_eq!(vault.unlock(PIN, &clock).unwrap_err(), Refusal::PinDelay { seconds: 1 }, "not even the right one");
        clock.0 += 1;
    }
    vault.unlock(PIN, &clock).unwrap();
    assert_eq!(vault.unlock("1111", &clock).unwrap_err(), Refusal::WrongPin { left: 4 }, "counted anew");
}

#[test]
fn a_wait_survives_restarts_and_a_moved_clock() {
    let dir = crate::testing::Dir::new();
    let path = dir.path().join("vault.db");
    let mut clock = Clock(50_000, 0);
    let mut first = vault(Some(&path), &clock);
    first.create(PIN, &mut clock).unwrap();
    for _ in 0..5 {
        first.unlock("1111", &clock).unwrap_err();
    }
    clock.0 += 12_000;
    assert_eq!(first.delay_s(&clock).unwrap(), 18);
    drop(first);
    // A new process counts from zero, and the wall clock says that a year has gone by.
    let clock = Clock(0, 1);
    let mut second = vault(Some(&path), &clock);
    assert_eq!(second.unlock(PIN, &clock).unwrap_err(), Refusal::PinDelay { seconds: 18 });
    let clock = Clock(18_000, 7);
    second.unlock(PIN, &clock).unwrap();
}

#[test]
fn a_try_is_counted_even_when_the_power_goes_before_the_check_ends() {
    let dir = crate::testing::Dir::new();
    let path = dir.path().join("vault.db");
    let mut clock = Clock(0, 0);
    let mut first = vault(Some(&path), &clock);
    first.create(PIN, &mut clock).unwrap();
    for _ in 0..5 {
        // What `unlock` does before it derives anything.
        let mut opened = vault(Some(&path), &clock);
        opened.guard.begin_try(&opened.conn, 0).unwrap();
    }
    let mut last = vault(Some(&path), &clock);
    assert_eq!(last.unlock(PIN, &clock).unwrap_err(), Refusal::PinDelay { seconds: 30 });
}

#[test]
fn a_changed_pin_opens_the_same_store_and_the_old_one_nothing() {
    let mut clock = Clock(0, 0);
    let mut vault = vault(None, &clock);
    let key = vault.create(PIN, &mut clock).unwrap();
    assert_eq!(vault.change_pin("9999", "8642", &mut clock).unwrap_err(), Refusal::WrongPin { left: 4 });
    assert_eq!(vault.change_pin(PIN, "1234", &mut clock).unwrap_err(), Refusal::PinTooSimple);
    vault.change_pin(PIN, "8642", &mut clock).unwrap();
    assert!(vault.unlock("8642", &clock).unwrap() == key);
    assert!(vault.unlock(PIN, &clock).is_err());
}

#[test]
fn preferences_are_readable_before_unlocking() {
    let clock = Clock(0, 0);
    let vault = vault(None, &clock);
    assert_eq!(vault.prefs().unwrap(), Prefs::default());
    let prefs = Prefs { lang: Some("en".into()), large_text: true, ..Prefs::default() };
    vault.set_prefs(&prefs).unwrap();
    assert_eq!(vault.prefs().unwrap(), prefs);
}

#[test]
fn the_phone_pays_nineteen_mebibytes_a_try() {
    let mut clock = Clock(0, 0);
    let mut vault = Vault::open(None, Cost::PHONE, &clock).unwrap();
    let key = vault.create(PIN, &mut clock).unwrap();
    let wrapped = table::wrapped(&vault.conn).unwrap().unwrap();
    assert_eq!((wrapped.cost.memory, wrapped.cost.passes), (19_456, 2));
    assert!(kdf::unwrap_key(&wrapped, PIN).unwrap().unwrap() == key);
    let cheaper = kdf::WrappedKey { cost: Cost::cheap_for_tests(), ..wrapped };
    assert!(kdf::unwrap_key(&cheaper, PIN).unwrap().is_none(), "the cost in the file cannot be lowered");
}
