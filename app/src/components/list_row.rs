//! A person, a record or a task in a list.

use dioxus::prelude::*;

use super::{
    icon::{Glyph, Icon},
    tag::{Tag, Tone},
};

/// A tag of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowTag {
    pub label: String,
    pub tone: Tone,
    pub icon: Option<Glyph>,
}

impl RowTag {
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), tone: Tone::Neutral, icon: None }
    }

    /// A tag with a tone, and the icon that has the same meaning without colour.
    pub fn toned(label: impl Into<String>, tone: Tone, icon: Glyph) -> Self {
        Self { label: label.into(), tone, icon: Some(icon) }
    }
}

/// A row. With `on_press` its main part is a button with a chevron. `trailing` is outside that button, so that it may
/// contain another button.
#[component]
pub fn ListRow(
    title: String,
    /// One character of a name, in a circle.
    avatar: Option<String>,
    /// An icon in the circle's place.
    icon: Option<Glyph>,
    #[props(default = Tone::Good)] avatar_tone: Tone,
    #[props(default)] tags: Vec<RowTag>,
    sub: Option<String>,
    /// A second line below `sub`.
    detail: Option<String>,
    trailing: Option<Element>,
    on_press: Option<EventHandler<()>>,
    /// A red edge: overdue, failed or dangerous.
    #[props(default)]
    attention: bool,
    /// Without the chevron, where `trailing` shows that the row opens, or for lack of room.
    #[props(default)]
    no_chevron: bool,
    /// Without a background of its own, for rows within a card.
    #[props(default)]
    plain: bool,
    testid: Option<String>,
) -> Element {
    let edge = if attention { "attention" } else { "" };
    let plain = if plain { "plain" } else { "" };
    let tone = avatar_tone.class();
    let pressable = on_press.is_some();
    let main = rsx! {
        if let Some(glyph) = icon {
            span { class: "avatar {tone}", aria_hidden: "true", Icon { glyph } }
        } else if let Some(mark) = avatar {
            span { class: "avatar {tone}", aria_hidden: "true", {mark} }
        }
        span { class: "row-text",
            span { class: "row-head",
                span { class: "row-title", {title} }
                for (at, tag) in tags.into_iter().enumerate() {
                    Tag { key: "{at}", label: tag.label, tone: tag.tone, icon: tag.icon }
                }
            }
            if let Some(sub) = sub {
                span { class: "row-sub", {sub} }
            }
            if let Some(detail) = detail {
                span { class: "row-sub", {detail} }
            }
        }
        if pressable && !no_chevron {
            span { class: "row-go", Icon { glyph: Glyph::Chevron, small: true } }
        }
    };
    rsx! {
        div { class: "row {edge} {plain}",
            if let Some(on_press) = on_press {
                button {
                    r#type: "button",
                    class: "row-main",
                    "data-testid": testid,
                    onclick: move |_| on_press.call(()),
                    {main}
                }
            } else {
                div { class: "row-main", "data-testid": testid, {main} }
            }
            if let Some(trailing) = trailing {
                div { class: "row-end", {trailing} }
            }
        }
    }
}
