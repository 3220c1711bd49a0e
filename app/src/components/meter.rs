//! A bar that shows parts of a total, for example confirmed and waiting records.

use dioxus::prelude::*;

use super::tag::Tone;

/// A part of the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeterPart {
    pub amount: u64,
    pub tone: Tone,
}

impl MeterPart {
    pub const fn new(amount: u64, tone: Tone) -> Self {
        Self { amount, tone }
    }
}

/// `amount` as a percentage of `total`; 0 if `total` is 0.
fn percent(amount: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { (amount.min(total) as f64) * 100.0 / (total as f64) }
}

/// The bar with a sentence that says the same. Screen readers get the first part as the value.
#[component]
pub fn Meter(
    parts: Vec<MeterPart>,
    total: u64,
    label: String,
    #[props(default)] hide_label: bool,
    testid: Option<String>,
) -> Element {
    let said = label.clone();
    let reached = parts.first().map_or(0, |part| part.amount);
    rsx! {
        div { class: "meter",
            div {
                class: "meter-track",
                role: "progressbar",
                aria_label: said,
                aria_valuemin: "0",
                aria_valuemax: "{total}",
                aria_valuenow: "{reached.min(total)}",
                "data-testid": testid,
                for (at, part) in parts.into_iter().enumerate() {
                    if part.amount > 0 {
                        span {
                            key: "{at}",
                            class: "meter-part {part.tone.class()}",
                            style: "width:{percent(part.amount, total):.2}%",
                        }
                    }
                }
            }
            if !hide_label {
                span { class: "small", {label} }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_share_stays_between_0_and_100_percent() {
        assert_eq!(percent(0, 0), 0.0);
        assert_eq!(percent(7, 0), 0.0);
        assert_eq!(percent(3, 12), 25.0);
        assert_eq!(percent(13, 12), 100.0);
    }
}
