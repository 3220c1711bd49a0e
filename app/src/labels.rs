//! What records and refusals say in the reader's language: the functions of the crate `presentation`, bound to the
//! language of the app; and the texts, signs and colours that only the app has.

use device_core::{Refusal, views::RecordState};
pub use presentation::labels::line;
use presentation::{
    dates,
    record::{Layout, Numbers, RecordFormat},
};
use shared::{
    Day, Fen, Moment, Month, Period,
    op::Rejection,
    records::{Problem, RuleSet},
    wire::ErrorCode,
};

use crate::{
    components::{Glyph, Status, Tone},
    i18n::{FluentValue, locale, tr, tr_args},
    state,
};

/// The label of `<group>-<value>`, or the bare value where no locale file has one.
pub fn word(group: &str, value: &str) -> String {
    presentation::labels::label(group, value, locale())
}

/// The text of a key that a view carries (`mode-home`), or what follows its first dash.
pub fn of_key(key: &str) -> String {
    presentation::labels::label_of_key(key, locale())
}

/// `a、b、c` or `a, b, c`.
pub fn list(items: impl IntoIterator<Item = String>) -> String {
    presentation::labels::list(items, locale())
}

/// A label of the rule set in the reader's language.
pub fn labelled<'a>(zh: &'a str, en: &'a str) -> &'a str {
    presentation::labels::either(zh, en, locale())
}

/// The name of a policy, or its code when the rule set no longer has it.
pub fn policy(rules: &RuleSet, code: &str) -> String {
    presentation::labels::policy(rules, code, locale())
}

/// A unit of goods.
pub fn unit(unit: &str) -> String {
    presentation::labels::unit(unit, locale())
}

/// `今天 08:14`, as seen from now.
pub fn moment(at: Moment) -> String {
    dates::moment(at, now(), locale())
}

/// A day, with its year only when it is not this year.
pub fn day(day: Day) -> String {
    dates::day_near(day, state::today(), locale())
}

/// A day with its year.
pub fn day_full(day: Day) -> String {
    dates::day_full(day, locale())
}

/// `2025年11月`.
pub fn month(month: Month) -> String {
    dates::month(month, locale())
}

/// The months that a report covers.
pub fn period(period: Period) -> String {
    dates::period(period, locale())
}

pub fn money(fen: Fen) -> String {
    presentation::numbers::money(fen, locale())
}

/// How records are put into words on the screens: one part a line, numbers of people masked.
pub fn record_format(rules: Option<&RuleSet>) -> RecordFormat<'_> {
    RecordFormat { locale: locale(), rules, now: Some(now()), layout: Layout::Lines, numbers: Numbers::Masked }
}

fn now() -> Moment {
    Moment::shanghai(state::now().timestamp_millis())
}

/// What failed, and what to do next.
pub fn refusal(refusal: &Refusal) -> (String, String) {
    if let Refusal::Server(code) = refusal {
        return error(code);
    }
    let key = format!("refusal-{}", refusal.word());
    let args: Vec<(&str, FluentValue<'_>)> = match refusal {
        Refusal::PinDelay { seconds } => vec![("seconds", (*seconds).into())],
        Refusal::Invalid(problems) => {
            vec![("problems", presentation::labels::problems(problems, locale()).into())]
        }
        _ => vec![],
    };
    (tr_args(&key, &args), tr_args(&format!("{key}-next"), &args))
}

/// Why the server refused a request, and what to do next.
pub fn error(code: &ErrorCode) -> (String, String) {
    if !code.is_known() {
        return (tr("refusal-server"), tr("refusal-server-next"));
    }
    presentation::labels::error(code, locale())
}

/// Why the server rejected a change, and what to do next.
pub fn rejection(rejection: &Rejection) -> (String, String) {
    presentation::labels::rejection(rejection, locale())
}

/// What is wrong with one field, as a sentence.
pub fn problem(problem: &Problem) -> String {
    presentation::labels::problem(problem, locale())
}

/// Sign and word of where a record is.
pub fn state_pill(state: &RecordState) -> (Status, Option<String>) {
    match state {
        RecordState::Confirmed => (Status::Confirmed, None),
        RecordState::Waiting => (Status::Waiting, None),
        RecordState::InReview { .. } => (Status::InReview, None),
        RecordState::Merged => (Status::InReview, Some(tr("status-merged"))),
        RecordState::Rejected => (Status::Failed, Some(tr("status-rejected"))),
    }
}

/// The sign of a record by the key of its headline.
pub fn glyph(title: &str) -> Glyph {
    match title.split_once('-').unwrap_or((title, "")) {
        ("mode", "phone") => Glyph::Phone,
        ("mode", "wechat") => Glyph::Chat,
        ("mode", "video") => Glyph::Video,
        ("mode", _) => Glyph::House,
        ("assistance", "publicise" | "implement") => Glyph::Policy,
        ("assistance", "money" | "donation") => Glyph::Coin,
        ("assistance", "goods") => Glyph::Gift,
        ("assistance", _) => Glyph::Deed,
        ("need", _) => Glyph::Question,
        ("receipt", _) => Glyph::Pen,
        ("photo" | "kind", "photo") => Glyph::Photo,
        _ => Glyph::Note,
    }
}

/// The colour of a need's status; red stays for what failed.
pub fn need_tone(status: &shared::records::NeedStatus) -> (Tone, Glyph) {
    use shared::records::NeedStatus as S;
    match status {
        S::Solved => (Tone::Good, Glyph::Check),
        S::Opened => (Tone::Wait, Glyph::Clock),
        S::Assigned | S::InHand => (Tone::Info, Glyph::Sync),
        S::Cannot | S::Other(_) => (Tone::Neutral, Glyph::Question),
    }
}

#[cfg(test)]
mod tests {
    use shared::records::ProblemCode;

    use super::*;

    #[test]
    fn every_refusal_says_what_failed_and_what_to_do() {
        let problem = Problem::new("phone", ProblemCode::TooLong);
        let refusals = [
            Refusal::Locked,
            Refusal::NotEnrolled,
            Refusal::WrongPin { left: 3 },
            Refusal::PinDelay { seconds: 30 },
            Refusal::PinTooSimple,
            Refusal::Invalid(vec![problem]),
            Refusal::NotFound,
            Refusal::StorageFull,
            Refusal::PhotoTooLarge,
            Refusal::NotAPhoto,
            Refusal::Offline,
            Refusal::Server(ErrorCode::Busy),
            Refusal::Server(ErrorCode::Other("new-trouble".into())),
            Refusal::Revoked,
            Refusal::Store { detail: "x".into() },
            Refusal::NotNow,
        ];
        for one in refusals {
            let (what, next) = refusal(&one);
            for text in [&what, &next] {
                assert!(!text.starts_with("refusal-") && !text.starts_with("error-"), "{text}");
                assert!(!text.contains('{'), "{text}");
            }
        }
        assert_eq!(refusal(&Refusal::PinDelay { seconds: 30 }).1, "请过 30 秒再试。记录都在，不会丢。");
        let problem = Problem::new("phone", ProblemCode::TooLong);
        assert_eq!(refusal(&Refusal::Invalid(vec![problem])).1, "请把下面几项改好：电话太长了，请写短一些");
    }
}
