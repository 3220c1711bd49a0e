//! The words of records and refusals in the reader's language. Every open enum of `shared` has its words in `words.ftl`; one
//! that this build does not know is shown as it came.

use chrono::{DateTime, Utc};
use device_core::{Refusal, views::RecordState};
use shared::{
    Day, Fen, Moment,
    op::Rejection,
    records::{Problem, RuleSet},
    wire::ErrorCode,
};

use crate::{
    components::{Glyph, Status, Tone},
    i18n::{FluentValue, Lang, format, tr, tr_args, use_lang},
    state,
};

/// The text of `<area>-<word>`, or the bare word where no locale file has one.
pub fn word(area: &str, word: &str) -> String {
    key_or(&format!("{area}-{word}"), word)
}

/// The text of a key that a view carries (`mode-home`), or what follows its first dash.
pub fn of_key(key: &str) -> String {
    key_or(key, key.split_once('-').map_or(key, |(_, word)| word))
}

fn key_or(key: &str, otherwise: &str) -> String {
    let text = tr(key);
    if text == key { otherwise.to_owned() } else { text }
}

/// `a、b、c` or `a, b, c`.
pub fn list(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().collect::<Vec<_>>().join(&tr("words-list-sep"))
}

/// Parts of a line under a name, `68 岁 · 老庄村`; empty parts are left out.
pub fn line(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// A word of the rule set in the reader's language.
pub fn labelled<'a>(zh: &'a str, en: &'a str) -> &'a str {
    match use_lang() {
        Lang::En if !en.is_empty() => en,
        _ => zh,
    }
}

/// The name of a policy, or the word itself when the rule set no longer has it.
pub fn policy(rules: &RuleSet, word: &str) -> String {
    rules.policies.iter().find(|p| p.word == word).map_or(word, |p| labelled(&p.zh, &p.en)).to_owned()
}

/// A unit of goods. The rule set keeps it in Chinese, so an English reader gets the commonest from here.
pub fn unit(unit: &str) -> String {
    if use_lang() == Lang::ZhCn {
        return unit.to_owned();
    }
    match unit {
        "袋" => tr("words-unit-bag"),
        "桶" => tr("words-unit-can"),
        "份" => tr("words-unit-lot"),
        "台" | "床" | "件" => tr("words-unit-piece"),
        "箱" => tr("words-unit-box"),
        other => other.to_owned(),
    }
}

pub fn moment(at: Moment) -> String {
    format::moment(utc(at), state::now(), use_lang())
}

pub fn day(day: Day) -> String {
    format::date_near(day.0, state::today().0, use_lang())
}

pub fn money(fen: Fen) -> String {
    format::money(fen.0, use_lang())
}

fn utc(at: Moment) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.utc_ms).unwrap_or_default()
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
            let all = problems.iter().map(problem).collect::<Vec<_>>().join(&tr("words-sentence-sep"));
            vec![("problems", all.into())]
        }
        _ => vec![],
    };
    (tr_args(&key, &args), tr_args(&format!("{key}-next"), &args))
}

/// Why the server said no, and what to do next.
pub fn error(code: &ErrorCode) -> (String, String) {
    if !code.is_known() {
        return (tr("refusal-server"), tr("refusal-server-next"));
    }
    (tr(&format!("error-{}", code.word())), tr(&format!("error-{}-next", code.word())))
}

/// Why the server did not take a record, and what to do next.
pub fn rejection(rejection: &Rejection) -> (String, String) {
    let key = format!("rejection-{}", rejection.word());
    let what = match rejection {
        Rejection::Invalid(problems) if !problems.is_empty() => {
            problems.iter().map(problem).collect::<Vec<_>>().join(&tr("words-sentence-sep"))
        }
        _ => tr(&key),
    };
    (what, tr(&format!("{key}-next")))
}

/// What is wrong with one field, as a sentence.
pub fn problem(problem: &Problem) -> String {
    let field = if problem.field.is_empty() { tr("words-record") } else { word("field", &problem.field) };
    let code = if problem.code.is_known() { problem.code.word() } else { "other" };
    tr_args(&format!("problem-{code}"), &[("field", field.into())])
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
    use shared::records::{
        ActivityKind, AssistanceKind, Category, FacilityKind, Kind, NeedKind, NeedStatus, PairingRole, Presence,
        ProblemCode, ReceiptMode, ReviewReason, ReviewStatus, RiskTier, Role, Service, VisitMode,
        recipient::{RecipientStatus, TAGS},
    };

    use super::*;
    use crate::i18n::tr_in;

    fn has(key: &str) {
        for lang in Lang::ALL {
            assert_ne!(tr_in(lang, key, &[]), key, "no word in {}", lang.code());
        }
    }

    macro_rules! all_words {
        ($($area:literal: $kind:ty),+ $(,)?) => {$(
            for value in <$kind>::ALL {
                has(&format!("{}-{}", $area, value.word()));
            }
        )+};
    }

    #[test]
    fn every_word_a_record_may_hold_is_in_both_languages() {
        all_words!(
            "category": Category, "mode": VisitMode, "presence": Presence, "service": Service,
            "assistance": AssistanceKind, "need": NeedKind, "status": NeedStatus, "status": ReviewStatus,
            "status": RecipientStatus, "receipt": ReceiptMode, "role": Role, "role": PairingRole, "risk": RiskTier,
            "problem": ProblemCode, "review": ReviewReason, "error": ErrorCode, "kind": Kind,
            "activity": ActivityKind, "facility": FacilityKind, "indicator": shared::indicators::Indicator,
        );
        for code in ErrorCode::ALL {
            has(&format!("error-{}-next", code.word()));
        }
        for tag in TAGS {
            has(&format!("tag-{tag}"));
        }
    }

    #[test]
    fn every_field_with_a_rule_has_a_name() {
        for kind in Kind::ALL {
            for (field, _) in kind.rules() {
                has(&format!("field-{field}"));
            }
        }
    }

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

    #[test]
    fn every_reason_for_not_taking_a_record_says_what_to_do() {
        let reasons = [
            Rejection::Invalid(vec![]),
            Rejection::NotYours,
            Rejection::NeedsAmendment { field: "note".into() },
            Rejection::UnknownRow,
            Rejection::IdTaken,
            Rejection::NeedsNewerServer,
            Rejection::Malformed { detail: "x".into() },
            Rejection::NotAllowed,
            Rejection::Other("new_reason".into()),
        ];
        for reason in reasons {
            let (what, next) = rejection(&reason);
            assert!(!what.starts_with("rejection-") && !next.starts_with("rejection-"), "{what} {next}");
        }
    }

    #[test]
    fn a_word_nobody_knows_is_shown_as_it_came() {
        assert_eq!(word("category", "veteran"), "veteran");
        assert_eq!(of_key("mode-pigeon"), "pigeon");
        assert_eq!(of_key("mode-home"), "上门");
    }
}
