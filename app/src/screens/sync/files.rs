//! Bundles: the worker's own unsent work as a file, and colleagues' files that this phone relays.

use device_core::{
    Refusal,
    views::{RelayState, RelayedBundleView, SyncView},
};
use dioxus::prelude::*;
use shared::wire::BUNDLE_BYTES_MAX;

use crate::{
    components::{FilePicker, Glyph, IconButton, ListRow, RowTag, Section, Tone},
    i18n::{format, tr, tr_args},
    labels,
    screens::parts::{Refused, SaveFile},
    state::use_device,
};

/// Unsent work that the last attempt could not send.
pub fn is_stuck(view: &SyncView) -> bool {
    waits(view) && view.last_problem.is_some()
}

fn waits(view: &SyncView) -> bool {
    view.waiting_total > 0 || view.photos_waiting > 0
}

/// Open while a file may be needed; otherwise collapsed under "more".
#[component]
pub fn Files(view: SyncView) -> Element {
    if is_stuck(&view) || !view.relayed_bundles.is_empty() {
        return rsx! {
            Section { title: tr("sync-files"), testid: "sync-files", FileActions { view } }
        };
    }
    rsx! {
        details { class: "more", "data-testid": "sync-files",
            summary { "data-testid": "sync-files-more", {tr("sync-files-more")} }
            FileActions { view }
        }
    }
}

#[component]
fn FileActions(view: SyncView) -> Element {
    let device = use_device();
    let mut refused = use_signal(|| None::<Refusal>);
    rsx! {
        if waits(&view) {
            p { class: "small", {tr("sync-file-explain")} }
            SaveFile { label: tr("sync-file-save") }
        }
        p { class: "small", {tr("sync-carry-explain")} }
        FilePicker {
            label: tr("sync-carry"),
            max_bytes: BUNDLE_BYTES_MAX as u64,
            testid: "sync-carry",
            on_file: move |bytes| {
                let device = device.clone();
                spawn(async move { refused.set(device.relay_bundle(bytes).await.err()) });
            },
        }
        if let Some(refusal) = refused() {
            Refused { refusal }
        }
        for file in view.relayed_bundles {
            RelayedBundleRow { key: "{file.id}", file }
        }
    }
}

/// A colleague's bundle: its time, size and state.
#[component]
pub(super) fn RelayedBundleRow(file: RelayedBundleView) -> Element {
    let device = use_device();
    let (tag, detail) = state(&file.state);
    let id = file.id;
    rsx! {
        ListRow {
            title: tr_args("sync-carried", &[("n", file.ops.into())]),
            icon: Glyph::People,
            avatar_tone: tag.tone,
            tags: vec![tag],
            sub: labels::line([labels::moment(file.created), format::bytes(file.size)]),
            detail,
            testid: "carried-{id}",
            trailing: (file.state != RelayState::Waiting).then(|| rsx! {
                IconButton {
                    glyph: Glyph::Close,
                    label: tr("sync-carried-remove"),
                    testid: "carried-remove-{id}",
                    on_press: move |()| {
                        let device = device.clone();
                        spawn(async move {
                            // A refusal means that the bundle is gone; the list reloads in any case.
                            let _ = device.drop_relayed_bundle(id).await;
                        });
                    },
                }
            }),
        }
    }
}

fn state(state: &RelayState) -> (RowTag, Option<String>) {
    match state {
        RelayState::Waiting => (RowTag::toned(tr("sync-carried-waiting"), Tone::Wait, Glyph::Clock), None),
        RelayState::Delivered => (RowTag::toned(tr("sync-carried-delivered"), Tone::Good, Glyph::Check), None),
        RelayState::Refused(verdict) => (
            RowTag::toned(tr("sync-carried-refused"), Tone::Danger, Glyph::Warning),
            Some(labels::word("bundle", verdict.word())),
        ),
        RelayState::Blocked(code) => {
            let (what, next) = labels::error(code);
            (RowTag::toned(tr("sync-carried-refused"), Tone::Danger, Glyph::Warning), Some(labels::line([what, next])))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::{sample, tests::drawn};
    use shared::wire::{BundleVerdict, ErrorCode};

    fn file(id: i64, state: RelayState) -> RelayedBundleView {
        RelayedBundleView { id, created: sample::at(sample::day()), ops: 14, size: 2048, state }
    }

    #[test]
    fn a_colleagues_file_says_where_it_stands_and_only_a_settled_one_can_be_put_away() {
        let page = drawn(|| rsx! { RelayedBundleRow { file: file(1, RelayState::Waiting) } });
        assert!(
            page.contains("同事的 14 条记录") && page.contains("待带走") && !page.contains("carried-remove"),
            "{page}"
        );
        let page = drawn(|| rsx! { RelayedBundleRow { file: file(1, RelayState::Delivered) } });
        assert!(page.contains("已送到") && page.contains("carried-remove-1"), "{page}");
    }

    #[test]
    fn every_refusal_of_a_file_says_what_to_do() {
        let verdicts = BundleVerdict::ALL.iter().filter(|v| !v.is_delivered()).cloned().map(RelayState::Refused);
        for refused in verdicts.chain([RelayState::Blocked(ErrorCode::TooLarge)]) {
            let (tag, detail) = state(&refused);
            assert_eq!(tag.tone, Tone::Danger);
            assert!(detail.is_some_and(|text| text.chars().count() > 8 && !text.contains("bundle-")), "{refused:?}");
        }
    }
}
