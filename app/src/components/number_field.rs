//! Money and quantities, typed as people write them and reported as whole numbers of the smallest unit.

use dioxus::prelude::*;

use super::{
    dom_id::use_dom_id,
    icon::{Glyph, Icon},
    text_field::FieldFrame,
};
use crate::i18n::{tr, tr_args};

/// What a number counts, and so how many decimals it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// Typed in yuan, reported in fen.
    Money,
    /// Whole things, with a button for one more and one less.
    Count,
    /// A measure with up to three decimals, reported in thousandths.
    Measure,
}

impl NumberKind {
    /// The number of decimals; the reported value is scaled by ten to this power.
    pub const fn places(self) -> u32 {
        match self {
            NumberKind::Money => 2,
            NumberKind::Count => 0,
            NumberKind::Measure => 3,
        }
    }

    const fn example(self) -> &'static str {
        match self {
            NumberKind::Money => "200.50",
            NumberKind::Count => "2",
            NumberKind::Measure => "1.5",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    NotANumber,
    /// More decimals than the kind has.
    TooPrecise,
    TooLarge,
    BelowZero,
}

impl NumberError {
    /// What is wrong and what would be right, in the reader's language.
    pub fn sentence(self, kind: NumberKind) -> String {
        match self {
            NumberError::NotANumber => tr_args("number-not-a-number", &[("example", kind.example().into())]),
            NumberError::TooPrecise => tr_args("number-too-precise", &[("places", kind.places().into())]),
            NumberError::TooLarge => tr("number-too-large"),
            NumberError::BelowZero => tr("number-below-zero"),
        }
    }
}

/// Reads what was typed: full-width digits, grouping commas and a Chinese full stop are understood. Nothing typed is
/// `Ok(None)`; a number is scaled to the smallest unit of its kind, so `12.5` of money is `Ok(Some(1250))`. `max` is in
/// that unit too.
///
/// # Errors
/// [`NumberError`]: no number, more decimals than the kind has, below zero, or above `max`.
pub fn parse_number(text: &str, kind: NumberKind, max: i64) -> Result<Option<i64>, NumberError> {
    let plain: String = text
        .chars()
        .filter_map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
            '。' | '．' => Some('.'),
            '－' | '−' => Some('-'),
            ',' | '，' | ' ' | '\u{3000}' | '\u{a0}' => None,
            other => Some(other),
        })
        .collect();
    if plain.is_empty() {
        return Ok(None);
    }
    let (negative, digits) = plain.strip_prefix('-').map_or((false, plain.as_str()), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) || (whole.is_empty() && part.is_empty()) {
        return Err(NumberError::NotANumber);
    }
    let places = kind.places() as usize;
    let part = part.trim_end_matches('0');
    if part.len() > places {
        return Err(NumberError::TooPrecise);
    }
    let scaled = format!("{whole}{part:0<places$}");
    let value: i64 = if scaled.is_empty() { 0 } else { scaled.parse().map_err(|_| NumberError::TooLarge)? };
    if negative && value > 0 {
        return Err(NumberError::BelowZero);
    }
    if value > max { Err(NumberError::TooLarge) } else { Ok(Some(value)) }
}

/// A value as people type it, without trailing zeros: 1250 fen → `12.5`.
fn typed(value: i64, kind: NumberKind) -> String {
    let scale = 10_i64.pow(kind.places());
    let (whole, part) = (value / scale, value % scale);
    if part == 0 {
        return whole.to_string();
    }
    let places = kind.places() as usize;
    format!("{whole}.{part:0places$}").trim_end_matches('0').to_owned()
}

/// A number with its unit. `on_change` gets the result of each change, errors too, and is not called for the initial
/// value. Errors are shown while typing.
#[component]
pub fn NumberField(
    label: String,
    kind: NumberKind,
    on_change: EventHandler<Result<Option<i64>, NumberError>>,
    /// In the smallest unit: fen, pieces, thousandths.
    initial: Option<i64>,
    /// Behind the number; yuan when it is money.
    unit: Option<String>,
    hint: Option<String>,
    /// An error of the form, for example that the number is missing.
    error: Option<String>,
    #[props(default)] optional: bool,
    /// In the smallest unit. One hundred million yuan when not given.
    #[props(default = 10_000_000_000)]
    max: i64,
    /// The buttons are `<testid>-less` and `<testid>-more`.
    testid: Option<String>,
) -> Element {
    let id = use_dom_id("number");
    let mut state = use_signal(|| Ok(initial));
    // The field is uncontrolled, so a step replaces it by a new one that starts with the new value.
    let mut seed = use_signal(|| (0_u32, initial));
    let unit = unit.or_else(|| (kind == NumberKind::Money).then(|| tr("common-yuan")));
    let wrong = error.or_else(|| state().err().map(|e: NumberError| e.sentence(kind)));
    let mut step = move |by: i64| {
        let next = (state().unwrap_or(None).unwrap_or(0) + by).clamp(0, max);
        let generation = seed().0.wrapping_add(1);
        seed.set((generation, Some(next)));
        state.set(Ok(Some(next)));
        on_change.call(Ok(Some(next)));
    };
    let (generation, start) = seed();
    let now = state().unwrap_or(None).unwrap_or(0);
    let class = if kind == NumberKind::Count { "number" } else { "number money" };
    let about = (hint.is_some() || wrong.is_some()).then(|| format!("{id}-about"));
    rsx! {
        FieldFrame { id: id.clone(), label: label.clone(), optional, hint, error: wrong.clone(), class,
            div { class: "field-box",
                if kind == NumberKind::Count {
                    StepButton {
                        glyph: Glyph::Minus,
                        label: tr("common-less"),
                        disabled: now <= 0,
                        testid: testid.as_ref().map(|id| format!("{id}-less")),
                        on_press: move |()| step(-1),
                    }
                }
                for turn in [generation] {
                    input {
                        key: "{turn}",
                        id: id.clone(),
                        r#type: "text",
                        inputmode: if kind == NumberKind::Count { "numeric" } else { "decimal" },
                        initial_value: start.map(|v| typed(v, kind)).unwrap_or_default(),
                        maxlength: 16,
                        autocomplete: "off",
                        aria_invalid: if wrong.is_some() { "true" },
                        aria_describedby: about.clone(),
                        "data-testid": testid.clone(),
                        oninput: move |event| {
                            let read = parse_number(&event.value(), kind, max);
                            state.set(read);
                            on_change.call(read);
                        },
                    }
                }
                if let Some(unit) = unit {
                    span { class: "field-unit", {unit} }
                }
                if kind == NumberKind::Count {
                    StepButton {
                        glyph: Glyph::Plus,
                        label: tr("common-more"),
                        disabled: now >= max,
                        testid: testid.as_ref().map(|id| format!("{id}-more")),
                        on_press: move |()| step(1),
                    }
                }
            }
        }
    }
}

/// Changes a count by one.
#[component]
fn StepButton(
    glyph: Glyph,
    label: String,
    disabled: bool,
    testid: Option<String>,
    on_press: EventHandler<()>,
) -> Element {
    rsx! {
        button {
            r#type: "button",
            class: "step",
            aria_label: label,
            disabled,
            "data-testid": testid,
            onclick: move |_| on_press.call(()),
            Icon { glyph }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: i64 = 10_000_000_000;

    fn fen(text: &str) -> Result<Option<i64>, NumberError> {
        parse_number(text, NumberKind::Money, MAX)
    }

    #[test]
    fn money_is_read_to_the_fen_however_it_is_written() {
        assert_eq!(fen("200"), Ok(Some(20_000)));
        assert_eq!(fen("12.5"), Ok(Some(1_250)));
        assert_eq!(fen("0.07"), Ok(Some(7)));
        assert_eq!(fen(".5"), Ok(Some(50)));
        assert_eq!(fen("3."), Ok(Some(300)));
        assert_eq!(fen("1,234.50"), Ok(Some(123_450)));
        assert_eq!(fen("１２。５"), Ok(Some(1_250)));
        assert_eq!(fen("1.500"), Ok(Some(150)));
    }

    #[test]
    fn nothing_typed_is_no_number_and_not_zero() {
        assert_eq!(fen(""), Ok(None));
        assert_eq!(fen("  "), Ok(None));
        assert_eq!(fen("0"), Ok(Some(0)));
        assert_eq!(fen("-0"), Ok(Some(0)));
    }

    #[test]
    fn what_is_no_amount_is_refused_with_its_reason() {
        assert_eq!(fen("."), Err(NumberError::NotANumber));
        assert_eq!(fen("-"), Err(NumberError::NotANumber));
        assert_eq!(fen("1.2.3"), Err(NumberError::NotANumber));
        assert_eq!(fen("二百"), Err(NumberError::NotANumber));
        assert_eq!(fen("1e9"), Err(NumberError::NotANumber));
        assert_eq!(fen("1.005"), Err(NumberError::TooPrecise));
        assert_eq!(fen("-5"), Err(NumberError::BelowZero));
        assert_eq!(fen("100000000"), Ok(Some(MAX)));
        assert_eq!(fen("100000000.01"), Err(NumberError::TooLarge));
        assert_eq!(fen("99999999999999999999"), Err(NumberError::TooLarge));
        assert_eq!(parse_number("2.5", NumberKind::Count, MAX), Err(NumberError::TooPrecise));
        assert_eq!(parse_number("2.5", NumberKind::Measure, MAX), Ok(Some(2_500)));
    }

    #[test]
    fn a_value_is_shown_as_one_would_type_it_and_reads_back() {
        for (value, text) in [(0, "0"), (7, "0.07"), (1_250, "12.5"), (20_000, "200")] {
            assert_eq!(typed(value, NumberKind::Money), text);
            assert_eq!(fen(text), Ok(Some(value)));
        }
    }
}
