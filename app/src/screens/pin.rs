//! What the screens that ask for a PIN share: choosing one by typing it twice, and what a refused one is told.

use device_core::{Refusal, vault::check_pin};
use dioxus::prelude::*;

use crate::{
    components::PinPad,
    i18n::{tr, tr_args},
    words,
};

/// What choosing a PIN has come to.
#[derive(Clone, Debug, Default, PartialEq)]
struct Choosing {
    /// The first of the two entries.
    first: Option<String>,
    wrong: Option<Wrong>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    TooSimple,
    NotTheSame,
}

impl Choosing {
    /// One entry more; the PIN, once it came the same twice.
    fn entered(&mut self, pin: String) -> Option<String> {
        self.wrong = None;
        match self.first.take() {
            None if check_pin(&pin).is_err() => self.wrong = Some(Wrong::TooSimple),
            None => self.first = Some(pin),
            Some(first) if first == pin => return Some(pin),
            // Nobody can tell which of the two was meant: both are given again.
            Some(_) => self.wrong = Some(Wrong::NotTheSame),
        }
        None
    }

    fn error(&self) -> Option<String> {
        self.wrong.map(|wrong| match wrong {
            Wrong::TooSimple => tr("pin-too-simple"),
            Wrong::NotTheSame => tr("pin-not-the-same"),
        })
    }
}

/// Asks for a new PIN twice. A simple one is refused before it is asked for again.
#[component]
pub fn PinTwice(on_pin: EventHandler<String>, #[props(default)] busy: bool, refused: Option<Refusal>) -> Element {
    let mut choosing = use_signal(Choosing::default);
    let second = choosing.read().first.is_some();
    // What the core said holds until something is typed again.
    let error = choosing.read().error().or(refused.filter(|_| !second).map(|why| refused_words(&why)));
    rsx! {
        PinPad {
            title: if second { tr("pin-again") } else { tr("pin-choose") },
            hint: if second { tr("pin-again-hint") } else { tr("pin-choose-hint") },
            error,
            busy,
            testid: if second { "pin-second" } else { "pin-first" },
            on_complete: move |pin| {
                let chosen = choosing.write().entered(pin);
                if let Some(pin) = chosen {
                    on_pin.call(pin);
                }
            },
        }
    }
}

/// Why a PIN was refused, short enough to stand above the digits.
pub fn refused_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::WrongPin { left } => tr_args("pin-wrong", &[("left", (*left).into())]),
        Refusal::PinDelay { seconds } => tr_args("pin-delay", &[("wait", duration(*seconds).into())]),
        Refusal::PinTooSimple => tr("pin-too-simple"),
        other => {
            let (what, next) = words::refusal(other);
            format!("{what}{next}")
        }
    }
}

/// `29 秒`, `5 分 3 秒`, `1 小时 0 分`: as short as a countdown may be.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => tr_args("pin-seconds", &[("s", seconds.into())]),
        60..3600 => tr_args("pin-minutes", &[("m", (seconds / 60).into()), ("s", (seconds % 60).into())]),
        _ => tr_args("pin-hours", &[("h", (seconds / 3600).into()), ("m", (seconds % 3600 / 60).into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(entries: &[&str]) -> (Choosing, Option<String>) {
        let mut choosing = Choosing::default();
        let mut pin = None;
        for entry in entries {
            pin = choosing.entered((*entry).to_owned());
        }
        (choosing, pin)
    }

    #[test]
    fn the_same_twice_is_chosen() {
        assert_eq!(after(&["258036", "258036"]).1.as_deref(), Some("258036"));
    }

    #[test]
    fn a_slip_starts_over_and_chooses_nothing() {
        let (choosing, pin) = after(&["258036", "258063"]);
        assert_eq!((pin, choosing.wrong, choosing.first), (None, Some(Wrong::NotTheSame), None));
        assert_eq!(after(&["258036", "258063", "258036", "258036"]).1.as_deref(), Some("258036"));
    }

    #[test]
    fn a_simple_one_is_refused_before_it_is_asked_for_again() {
        let (choosing, _) = after(&["123456"]);
        assert_eq!((choosing.first, choosing.wrong), (None, Some(Wrong::TooSimple)));
    }

    #[test]
    fn a_wait_is_told_in_the_units_people_use() {
        assert_eq!(duration(29), "29 秒");
        assert_eq!(duration(303), "5 分 3 秒");
        assert_eq!(duration(3600), "1 小时 0 分");
        assert!(refused_words(&Refusal::WrongPin { left: 2 }).contains('2'));
    }
}
