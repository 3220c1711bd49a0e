//! The status of a record, shown as icon and word together.

use dioxus::prelude::*;

use super::{
    icon::{Glyph, Icon},
    tag::Tone,
};
use crate::i18n::{tr, tr_args};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// On the server, and counted.
    Confirmed,
    /// Stored on the phone, not sent yet.
    Waiting,
    Sending,
    /// Rejected or stuck; somebody must act.
    Failed,
    /// A supervisor must decide between two changes.
    InReview,
    /// Typed, and not saved as a record yet.
    Draft,
    Overdue,
    Due,
    Offline,
}

impl Status {
    pub const ALL: [Status; 9] = [
        Status::Confirmed,
        Status::Waiting,
        Status::Sending,
        Status::Failed,
        Status::InReview,
        Status::Draft,
        Status::Overdue,
        Status::Due,
        Status::Offline,
    ];

    pub const fn tone(self) -> Tone {
        match self {
            Status::Confirmed => Tone::Good,
            Status::Waiting | Status::Due => Tone::Wait,
            Status::Sending | Status::InReview => Tone::Info,
            Status::Failed | Status::Overdue => Tone::Danger,
            Status::Draft | Status::Offline => Tone::Neutral,
        }
    }

    pub const fn glyph(self) -> Glyph {
        match self {
            Status::Confirmed => Glyph::Check,
            Status::Waiting => Glyph::Clock,
            Status::Sending => Glyph::Sync,
            Status::Failed | Status::Overdue => Glyph::Warning,
            Status::InReview => Glyph::Question,
            Status::Draft => Glyph::Pen,
            Status::Due => Glyph::Calendar,
            Status::Offline => Glyph::Offline,
        }
    }

    /// The label in the reader's language.
    pub fn word(self) -> String {
        match self {
            Status::Confirmed => tr("status-confirmed"),
            Status::Waiting => tr("status-waiting"),
            Status::Sending => tr("status-sending"),
            Status::Failed => tr("status-failed"),
            Status::InReview => tr("status-review"),
            Status::Draft => tr("status-draft"),
            Status::Overdue => tr("status-overdue"),
            Status::Due => tr("status-due"),
            Status::Offline => tr("status-offline"),
        }
    }
}

/// The icon and label of a status; with `count` a number follows, and `label` replaces the label.
#[component]
pub fn StatusPill(status: Status, count: Option<u64>, label: Option<String>, testid: Option<String>) -> Element {
    let word = label.unwrap_or_else(|| match count {
        Some(n) => tr_args("status-with-count", &[("status", status.word().into()), ("n", n.into())]),
        None => status.word(),
    });
    let tone = status.tone().class();
    let moving = if status == Status::Sending { "moving" } else { "" };
    rsx! {
        span { class: "tag status {tone} {moving}", "data-testid": testid,
            Icon { glyph: status.glyph(), small: true }
            span { {word} }
        }
    }
}
