//! How much of a whole, in one bar: confirmed and waiting, done and to do, sent and to send.

use dioxus::prelude::*;

use super::tag::Tone;

/// A stretch of the bar.
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

/// Share of `amount` in `total`, in per cent; nothing of nothing is nothing.
fn percent(amount: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { (amount.min(total) as f64) * 100.0 / (total as f64) }
}

/// The bar with the sentence that says the same in words. The first part is what is reached.
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
    fn a_share_never_leaves_the_bar() {
        assert_eq!(percent(0, 0), 0.0);
        assert_eq!(percent(7, 0), 0.0);
        assert_eq!(percent(3, 12), 25.0);
        assert_eq!(percent(13, 12), 100.0);
    }
}
