//! Chips that wrap over several lines: a choice of one, or of any number.

use dioxus::prelude::*;

use super::{
    choice::Choice,
    icon::{Glyph, Icon},
};

#[component]
fn Chip(
    label: String,
    icon: Option<Glyph>,
    role: &'static str,
    on: bool,
    on_press: EventHandler<()>,
    testid: Option<String>,
) -> Element {
    // A tick shows the choice to readers who cannot tell the colours apart.
    let glyph = if on { Some(Glyph::Check) } else { icon };
    rsx! {
        button {
            r#type: "button",
            class: "chip",
            role,
            aria_checked: if on { "true" } else { "false" },
            "data-testid": testid,
            onclick: move |_| on_press.call(()),
            if let Some(glyph) = glyph {
                Icon { glyph, small: true }
            }
            {label}
        }
    }
}

/// At most one choice. A press on the chosen chip clears it, unless `required`.
#[component]
pub fn Chips<T: Clone + PartialEq + 'static>(
    label: String,
    options: Vec<Choice<T>>,
    selected: Option<T>,
    on_select: EventHandler<Option<T>>,
    #[props(default)] required: bool,
    testid: Option<String>,
) -> Element {
    rsx! {
        div { class: "chips", role: "radiogroup", aria_label: label, "data-testid": testid,
            for (at, option) in options.into_iter().enumerate() {
                Chip {
                    key: "{at}",
                    label: option.label,
                    icon: option.icon,
                    role: "radio",
                    on: selected.as_ref() == Some(&option.value),
                    testid: option.testid,
                    on_press: {
                        let value = option.value;
                        let chosen = selected.as_ref() == Some(&value);
                        move |()| {
                            if !chosen {
                                on_select.call(Some(value.clone()));
                            } else if !required {
                                on_select.call(None);
                            }
                        }
                    },
                }
            }
        }
    }
}

/// Any number of choices. `on_change` gets all chosen values in the order of `options`.
#[component]
pub fn ManyChips<T: Clone + PartialEq + 'static>(
    label: String,
    options: Vec<Choice<T>>,
    selected: Vec<T>,
    on_change: EventHandler<Vec<T>>,
    testid: Option<String>,
) -> Element {
    let values: Vec<T> = options.iter().map(|option| option.value.clone()).collect();
    rsx! {
        div { class: "chips", role: "group", aria_label: label, "data-testid": testid,
            for (at, option) in options.into_iter().enumerate() {
                Chip {
                    key: "{at}",
                    label: option.label,
                    icon: option.icon,
                    role: "checkbox",
                    on: selected.contains(&option.value),
                    testid: option.testid,
                    on_press: {
                        let (values, selected, value) = (values.clone(), selected.clone(), option.value);
                        move |()| on_change.call(toggled(&values, &selected, &value))
                    },
                }
            }
        }
    }
}

fn toggled<T: Clone + PartialEq>(all: &[T], selected: &[T], pressed: &T) -> Vec<T> {
    all.iter().filter(|value| selected.contains(value) != (*value == pressed)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::toggled;

    #[test]
    fn a_press_toggles_a_value_and_keeps_the_order_of_the_list() {
        assert_eq!(toggled(&[1, 2, 3], &[3], &1), [1, 3]);
        assert_eq!(toggled(&[1, 2, 3], &[1, 3], &3), [1]);
        assert_eq!(toggled(&[1, 2, 3], &[], &2), [2]);
    }
}
