//! Both languages have the same texts, and every value that a record may hold has a label.

use std::sync::LazyLock;

use shared::{
    indicators::Indicator,
    op::Rejection,
    records::{
        ActivityKind, AssistanceKind, Category, FacilityKind, Kind, NeedKind, NeedStatus, PairingRole, Presence,
        Problem, ProblemCode, ReceiptMode, ReviewReason, ReviewStatus, RiskTier, Role, Service, VisitMode,
        recipient::{RecipientStatus, TAGS},
    },
    wire::ErrorCode,
};

use crate::{Catalogue, Lang, Locale, catalogue, check, labels};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(|_| &[]));

pub fn locale(lang: Lang) -> Locale {
    Locale::new(&CATALOGUE, lang)
}

fn has(key: &str) {
    for lang in Lang::ALL {
        assert!(CATALOGUE.has(lang, key), "no text for {key} in {}", lang.code());
    }
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_arguments() {
    let keys = |lang| check::keys(catalogue::common(lang)).unwrap();
    let chinese = keys(Lang::ZhCn);
    assert!(chinese.values().map(|file| file.len()).sum::<usize>() > 200, "the files were not read");
    assert_eq!(chinese, keys(Lang::En));
}

macro_rules! all_values {
    ($($group:literal: $kind:ty),+ $(,)?) => {$(
        for value in <$kind>::ALL {
            has(&format!("{}-{}", $group, value.word()));
        }
    )+};
}

#[test]
fn every_value_that_a_record_may_hold_has_a_label_in_both_languages() {
    all_values!(
        "category": Category, "mode": VisitMode, "presence": Presence, "service": Service,
        "assistance": AssistanceKind, "need": NeedKind, "status": NeedStatus, "status": ReviewStatus,
        "status": RecipientStatus, "receipt": ReceiptMode, "role": Role, "role": PairingRole, "risk": RiskTier,
        "problem": ProblemCode, "review": ReviewReason, "error": ErrorCode, "kind": Kind,
        "activity": ActivityKind, "facility": FacilityKind, "indicator": Indicator,
    );
    for code in ErrorCode::ALL {
        has(&format!("error-{}-next", code.word()));
    }
    for tag in TAGS {
        has(&format!("tag-{tag}"));
    }
}

#[test]
fn every_field_with_a_conflict_rule_has_a_name() {
    for kind in Kind::ALL {
        for (field, _) in kind.rules() {
            has(&format!("field-{field}"));
        }
    }
}

#[test]
fn every_rejection_says_why_and_what_to_do() {
    let rejections = [
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
    for rejection in rejections {
        let (what, next) = labels::rejection(&rejection, locale(Lang::En));
        assert!(!what.starts_with("rejection-") && !next.starts_with("rejection-"), "{what} {next}");
    }
    let found = vec![Problem::new("phone", ProblemCode::TooLong), Problem::new("", ProblemCode::Missing)];
    let (what, _) = labels::rejection(&Rejection::Invalid(found), locale(Lang::ZhCn));
    assert_eq!(what, "电话太长了，请写短一些；记录还没有填");
}

#[test]
fn an_error_is_two_sentences_that_can_stand_together() {
    let zh = locale(Lang::ZhCn);
    assert_eq!(labels::error_sentences(&ErrorCode::CodeUsed, zh), "登记码已经用过。请向管理员要一个新的。");
    let unknown = ErrorCode::Other("new-code".into());
    assert_eq!(labels::error(&unknown, zh), labels::error(&ErrorCode::Internal, zh));
    for code in ErrorCode::ALL {
        for lang in Lang::ALL {
            let (what, next) = labels::error(code, locale(lang));
            assert!(!what.ends_with(['。', '.']) && next.ends_with(['。', '.']), "{what} {next}");
        }
    }
}

#[test]
fn a_value_without_a_label_is_shown_as_it_is() {
    let zh = locale(Lang::ZhCn);
    assert_eq!(labels::label("category", "veteran", zh), "veteran");
    assert_eq!(labels::label_of_key("mode-pigeon", zh), "pigeon");
    assert_eq!(labels::label_of_key("mode-home", zh), "上门");
    assert_eq!(labels::field_name("tags/lives-alone", zh), "标签");
}

#[test]
fn a_missing_key_or_argument_does_not_panic() {
    assert_eq!(locale(Lang::En).text("no-such-key"), "no-such-key");
    assert_eq!(locale(Lang::En).text_with("", &[("n", 1.into())]), "");
    assert!(locale(Lang::ZhCn).text("format-money").contains('元'));
}

#[test]
fn units_of_goods_are_translated_where_they_are_known() {
    assert_eq!(labels::unit("袋", locale(Lang::ZhCn)), "袋");
    assert_eq!(labels::unit("袋", locale(Lang::En)), "bag");
    assert_eq!(labels::unit("捆", locale(Lang::En)), "捆");
}

#[test]
fn chinese_text_uses_full_width_signs() {
    assert_eq!(check::half_width_signs(catalogue::common(Lang::ZhCn)), Vec::<String>::new());
}
