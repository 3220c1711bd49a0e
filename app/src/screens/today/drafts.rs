//! Drafts to resume.

use device_core::views::DraftItem;
use dioxus::prelude::*;

use crate::{
    components::{Glyph, ListRow, Section, Tone},
    i18n::tr,
    labels,
    nav::{self, Destination},
};

/// The form of a draft; `None` if this build has no screen for it.
fn draft_route(key: &str) -> Option<Destination> {
    let (screen, subject) = key.split_once(':').map_or((key, None), |(screen, id)| (screen, id.parse().ok()));
    match (screen, subject) {
        ("visit", Some(recipient)) => Some(Destination::Visit { recipient }),
        ("need", Some(recipient)) => Some(Destination::NewNeed { recipient }),
        ("assist", recipient) => Some(Destination::Assist { recipient }),
        _ => None,
    }
}

fn draft_title(draft: &DraftItem) -> String {
    let what = match draft.key.split(':').next() {
        Some("visit") => tr("nav-visit"),
        Some("need") => tr("need-new-title"),
        _ => tr("nav-assist"),
    };
    labels::line([what, draft.name.clone().unwrap_or_default()])
}

#[component]
pub(super) fn Drafts(drafts: Vec<DraftItem>) -> Element {
    let known: Vec<_> =
        drafts.into_iter().filter_map(|draft| draft_route(&draft.key).map(|route| (draft, route))).collect();
    if known.is_empty() {
        return VNode::empty();
    }
    rsx! {
        Section { title: tr("today-drafts"), testid: "today-drafts",
            for (draft, route) in known {
                ListRow {
                    key: "{draft.key}",
                    title: draft_title(&draft),
                    sub: labels::moment(draft.updated),
                    icon: Glyph::Pen,
                    avatar_tone: Tone::Wait,
                    testid: "today-draft-{draft.key}",
                    on_press: move |()| nav::open(route),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_opens_the_form_in_which_it_was_typed() {
        let id = uuid::Uuid::from_u128(5);
        assert_eq!(draft_route(&format!("visit:{id}")), Some(Destination::Visit { recipient: id }));
        assert_eq!(draft_route(&format!("assist:{id}")), Some(Destination::Assist { recipient: Some(id) }));
        assert_eq!(draft_route("assist"), Some(Destination::Assist { recipient: None }));
        assert_eq!(draft_route("visit:nonsense"), None);
        assert_eq!(draft_route("poem"), None);
    }
}
