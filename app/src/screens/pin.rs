//! Shared by the screens that ask for a PIN: choosing one by typing it twice, and the texts of refusals.

use device_core::{Refusal, vault::check_pin};
use dioxus::prelude::*;

use crate::{
    components::PinPad,
    i18n::{tr, tr_args},
    labels,
};

/// What choosing a PIN has come to.
#[derive(Clone, Debug, Default, PartialEq)]
struct Choosing {
    /// A change of the PIN asks for the present one first.
    needs_old: bool,
    old: Option<String>,
    /// The first of the two entries of the new one.
    first: Option<String>,
    wrong: Option<PinProblem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PinProblem {
    TooSimple,
    NotTheSame,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PinStep {
    Old,
    New,
    Again,
}

/// A PIN that was typed twice, and the present one if it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub old: Option<String>,
    pub new: String,
}

impl Choosing {
    fn step(&self) -> PinStep {
        match (self.needs_old && self.old.is_none(), &self.first) {
            (true, _) => PinStep::Old,
            (false, None) => PinStep::New,
            (false, Some(_)) => PinStep::Again,
        }
    }

    /// One entry more.
    fn entered(&mut self, pin: String) -> Option<Chosen> {
        self.wrong = None;
        match (self.step(), self.first.take()) {
            (PinStep::Old, _) => self.old = Some(pin),
            (_, None) if check_pin(&pin).is_err() => self.wrong = Some(PinProblem::TooSimple),
            (_, None) => self.first = Some(pin),
            (_, Some(first)) if first == pin => return Some(Chosen { old: self.old.clone(), new: pin }),
            // Either of the two may be the wrong one, so both are asked for again.
            (_, Some(_)) => self.wrong = Some(PinProblem::NotTheSame),
        }
        None
    }

    /// The core refused: a wrong present PIN is asked for again.
    fn refused(&mut self, why: &Refusal) {
        if matches!(why, Refusal::WrongPin { .. } | Refusal::PinDelay { .. }) {
            self.old = None;
        }
    }

    fn error(&self) -> Option<String> {
        self.wrong.map(|wrong| match wrong {
            PinProblem::TooSimple => tr("pin-too-simple"),
            PinProblem::NotTheSame => tr("pin-not-the-same"),
        })
    }
}

/// Asks for a new PIN twice, and for the present one before it with `old`. A simple one is refused before it is asked
/// for again. One pad for all of it: digits that are typed fast must not fall between two.
#[component]
pub fn PinTwice(
    on_pin: EventHandler<Chosen>,
    #[props(default)] old: bool,
    #[props(default)] busy: bool,
    refused: Option<Refusal>,
) -> Element {
    let mut choosing = use_signal(|| Choosing { needs_old: old, ..Choosing::default() });
    use_effect(use_reactive!(|refused| {
        if let Some(why) = refused {
            choosing.write().refused(&why);
        }
    }));
    let step = choosing.read().step();
    // The refusal is shown on the step that asks again for what was refused.
    let said = refused.filter(|_| step == if old { PinStep::Old } else { PinStep::New });
    let error = choosing.read().error().or(said.map(|why| refused_words(&why)));
    let (title, hint, testid) = match step {
        PinStep::Old => (tr("pin-old"), tr("pin-enter-hint"), "pin-old"),
        PinStep::New => (tr("pin-choose"), tr("pin-choose-hint"), "pin-first"),
        PinStep::Again => (tr("pin-again"), tr("pin-again-hint"), "pin-second"),
    };
    rsx! {
        PinPad {
            title,
            hint,
            error,
            busy,
            testid,
            on_complete: move |pin| {
                let chosen = choosing.write().entered(pin);
                if let Some(chosen) = chosen {
                    on_pin.call(chosen);
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
            let (what, next) = labels::refusal(other);
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

    fn after(mut choosing: Choosing, entries: &[&str]) -> (Choosing, Option<String>) {
        let mut pin = None;
        for entry in entries {
            pin = choosing.entered((*entry).to_owned()).map(|chosen| chosen.new);
        }
        (choosing, pin)
    }

    fn new(entries: &[&str]) -> (Choosing, Option<String>) {
        after(Choosing::default(), entries)
    }

    #[test]
    fn the_same_twice_is_chosen() {
        assert_eq!(new(&["258036", "258036"]).1.as_deref(), Some("258036"));
    }

    #[test]
    fn a_slip_starts_over_and_chooses_nothing() {
        let (choosing, pin) = new(&["258036", "258063"]);
        assert_eq!((pin, choosing.wrong, choosing.step()), (None, Some(PinProblem::NotTheSame), PinStep::New));
        assert_eq!(new(&["258036", "258063", "258036", "258036"]).1.as_deref(), Some("258036"));
    }

    #[test]
    fn a_simple_one_is_refused_before_it_is_asked_for_again() {
        let (choosing, _) = new(&["123456"]);
        assert_eq!((choosing.step(), choosing.wrong), (PinStep::New, Some(PinProblem::TooSimple)));
    }

    #[test]
    fn a_change_asks_for_the_present_one_first_and_again_when_it_was_wrong() {
        let change = || Choosing { needs_old: true, ..Choosing::default() };
        let (mut choosing, pin) = after(change(), &["111222", "860412", "860412"]);
        assert_eq!(pin.as_deref(), Some("860412"));
        assert_eq!(choosing.old.as_deref(), Some("111222"), "however simple it is: it is the one in force");
        choosing.refused(&Refusal::StorageFull);
        assert_eq!(choosing.step(), PinStep::New);
        choosing.refused(&Refusal::WrongPin { left: 4 });
        assert_eq!(choosing.step(), PinStep::Old);
    }

    #[test]
    fn a_wait_is_told_in_the_units_people_use() {
        assert_eq!(duration(29), "29 秒");
        assert_eq!(duration(303), "5 分 3 秒");
        assert_eq!(duration(3600), "1 小时 0 分");
        assert!(refused_words(&Refusal::WrongPin { left: 2 }).contains('2'));
    }
}
