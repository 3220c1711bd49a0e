//! Every component in every state, for debug builds. Open it with `LIANXIN_ROUTE=/gallery`.

use dioxus::prelude::*;

use crate::{
    components::*,
    i18n::{Lang, format, tr, tr_args},
    prefs::{TextSize, Theme, use_prefs},
};

/// The words of `LIANXIN_PREFS`, for example `en,large,dark`, so that screenshots need no manual steps.
fn asked_for() -> Vec<String> {
    std::env::var("LIANXIN_PREFS").map(|words| words.split(',').map(str::to_owned).collect()).unwrap_or_default()
}

#[component]
pub fn GalleryScreen() -> Element {
    let mut prefs = use_prefs();
    use_hook(|| {
        for word in asked_for() {
            let mut prefs = prefs.write();
            match word.as_str() {
                "en" => prefs.lang = Lang::En,
                "large" => prefs.text = TextSize::Large,
                "dark" | "contrast" => prefs.theme = Theme::from_code(&word),
                _ => {}
            }
        }
    });
    rsx! {
        Page {
            testid: "screen-gallery",
            top: rsx! {
                TopBar {
                    title: tr("gallery-title"),
                    subtitle: tr("gallery-sub"),
                    on_back: move |()| navigator().go_back(),
                    trailing: rsx! {
                        StatusPill { status: Status::Offline, label: tr_args("nav-waiting", &[("n", 3.into())]) }
                    },
                }
            },
            foot: rsx! {
                Button { label: tr("common-save"), testid: "gallery-save", on_press: |()| {} }
                p { class: "small foot-note", {tr("gallery-toast")} }
            },
            Reading {}
            Rows {}
            Choices {}
            Fields {}
            Buttons {}
            States {}
            Figures {}
            Sheets {}
            Notes {}
            PhotosAndSignature {}
            Section { title: tr("gallery-pin"),
                PinPad { title: tr("gallery-pin-title"), autofocus: false, error: tr("gallery-pin-wrong"), on_complete: |_| {} }
            }
            LongList {}
            Section { title: tr("gallery-icons"),
                Card {
                    div { class: "gallery-icons",
                        for (at, glyph) in Glyph::ALL.iter().enumerate() {
                            div { key: "{at}", Icon { glyph: *glyph } }
                        }
                    }
                }
            }
        }
        BottomBar { active: Tab::Today, waiting: 3, on_select: |_| {} }
    }
}

#[component]
fn Reading() -> Element {
    let mut prefs = use_prefs();
    rsx! {
        Card { title: tr("gallery-lang"), icon: Glyph::Settings,
            Segmented {
                label: tr("gallery-lang"),
                options: vec![Choice::new(Lang::ZhCn, tr("gallery-lang-zh")), Choice::new(Lang::En, tr("gallery-lang-en")).testid("lang-en")],
                selected: prefs().lang,
                on_select: move |lang| prefs.write().lang = lang,
            }
            Segmented {
                label: tr("gallery-text"),
                options: vec![
                    Choice::new(TextSize::Normal, tr("gallery-text-normal")),
                    Choice::new(TextSize::Large, tr("gallery-text-large")).testid("text-large"),
                ],
                selected: prefs().text,
                on_select: move |text| prefs.write().text = text,
            }
            Segmented {
                label: tr("gallery-theme"),
                options: vec![
                    Choice::new(Theme::Light, tr("gallery-theme-light")),
                    Choice::new(Theme::Dark, tr("gallery-theme-dark")).testid("theme-dark"),
                    Choice::new(Theme::Contrast, tr("gallery-theme-contrast")),
                ],
                selected: prefs().theme,
                on_select: move |theme| prefs.write().theme = theme,
            }
        }
    }
}

#[component]
fn Rows() -> Element {
    rsx! {
        Section { title: tr("gallery-rows"),
            ListRow {
                title: tr("gallery-person-1"),
                avatar: tr("gallery-person-1-mark"),
                tags: vec![
                    RowTag::new(tr("gallery-person-1-tag")),
                    RowTag::toned(tr("gallery-person-1-due"), Tone::Danger, Glyph::Warning),
                ],
                sub: tr("gallery-person-1-sub"),
                attention: true,
                on_press: |()| {},
            }
            ListRow {
                title: tr("gallery-person-2"),
                avatar: tr("gallery-person-2-mark"),
                tags: vec![
                    RowTag::new(tr("gallery-person-2-tag")),
                    RowTag::toned(tr("common-today"), Tone::Wait, Glyph::Calendar),
                ],
                sub: tr("gallery-person-2-sub"),
                on_press: |()| {},
            }
            ListRow {
                title: tr("gallery-person-3"),
                avatar: tr("gallery-person-3-mark"),
                avatar_tone: Tone::Neutral,
                sub: tr("gallery-person-3-sub"),
                trailing: rsx! {
                    Button { label: tr("gallery-receipt"), kind: ButtonKind::Line, fit: true, on_press: |()| {} }
                },
            }
            ListRow {
                title: tr("gallery-person-2"),
                icon: Glyph::House,
                sub: tr("gallery-person-2-sub"),
                trailing: rsx! {
                    StatusPill { status: Status::Waiting }
                },
            }
            Card { title: tr("gallery-task"), icon: Glyph::Note,
                p { class: "small", {tr("gallery-task-sub")} }
                Meter {
                    parts: vec![MeterPart::new(7, Tone::Good)],
                    total: 12,
                    label: tr("gallery-task-sub"),
                    hide_label: true,
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Home,
    Phone,
    Chat,
    Video,
}

#[component]
fn Choices() -> Element {
    let mut mode = use_signal(|| Mode::Home);
    let mut found = use_signal(|| true);
    let mut tags = use_signal(|| vec![0]);
    let mut one = use_signal(|| Some(1));
    let mut on = use_signal(|| true);
    let words = [tr("gallery-tag-alone"), tr("gallery-tag-old"), tr("gallery-tag-left"), tr("gallery-tag-low")];
    let options: Vec<Choice<usize>> = words.into_iter().enumerate().map(|(at, word)| Choice::new(at, word)).collect();
    rsx! {
        Section { title: tr("gallery-choices"),
            Segmented {
                label: tr("gallery-mode"),
                options: vec![
                    Choice::new(Mode::Home, tr("gallery-mode-home")).icon(Glyph::House),
                    Choice::new(Mode::Phone, tr("gallery-mode-phone")).icon(Glyph::Phone),
                    Choice::new(Mode::Chat, tr("gallery-mode-chat")).icon(Glyph::Chat),
                    Choice::new(Mode::Video, tr("gallery-mode-video")).icon(Glyph::Video),
                ],
                selected: mode(),
                on_select: move |to| mode.set(to),
            }
            Segmented {
                label: tr("gallery-found"),
                options: vec![Choice::new(true, tr("gallery-found")), Choice::new(false, tr("gallery-not-found"))],
                selected: found(),
                on_select: move |to| found.set(to),
            }
            Card {
                div {
                    Verdict { name: tr("gallery-check-food"), good: true, on_select: |_| {} }
                    Verdict { name: tr("gallery-check-health"), good: None, on_select: |_| {} }
                    Verdict { name: tr("gallery-check-house"), good: true, on_select: |_| {} }
                    Verdict { name: tr("gallery-check-fire"), good: false, on_select: |_| {} }
                }
                p { class: "small", {tr("gallery-check-note")} }
            }
            ManyChips {
                label: tr("gallery-tags"),
                options: options.clone(),
                selected: tags(),
                on_change: move |now| tags.set(now),
            }
            Chips {
                label: tr("gallery-tags"),
                options: options.into_iter().take(3).collect::<Vec<_>>(),
                selected: one(),
                on_select: move |now| one.set(now),
            }
            Card {
                Switch { label: tr("gallery-switch"), on: on(), on_change: move |to| on.set(to) }
                Switch { label: tr("gallery-switch"), on: false, on_change: |_| {} }
            }
        }
    }
}

#[component]
fn Fields() -> Element {
    rsx! {
        Section { title: tr("gallery-fields"),
            SearchField { placeholder: tr("common-search"), testid: "gallery-search", on_search: |_| {} }
            TextField { label: tr("gallery-name"), placeholder: tr("gallery-name-example"), testid: "gallery-name", on_input: |_| {} }
            TextField {
                label: tr("gallery-phone"),
                kind: TextKind::Phone,
                initial: "1390000000",
                error: tr("gallery-phone-wrong"),
                on_input: |_| {},
            }
            TextField { label: tr("gallery-pin"), kind: TextKind::Secret, initial: "135790", on_input: |_| {} }
            TextArea {
                label: tr("gallery-note"),
                initial: tr("gallery-note-text"),
                hint: tr("gallery-note-hint"),
                optional: true,
                on_input: |_| {},
            }
            NumberField { label: tr("gallery-money"), kind: NumberKind::Money, initial: 20_050, testid: "gallery-money", on_change: |_| {} }
            NumberField { label: tr("gallery-count"), kind: NumberKind::Count, initial: 2, testid: "gallery-count", on_change: |_| {} }
        }
    }
}

#[component]
fn Buttons() -> Element {
    rsx! {
        Section { title: tr("gallery-buttons"),
            Button { label: tr("gallery-upload"), icon: Glyph::Upload, on_press: |()| {} }
            Button { label: tr("gallery-file"), kind: ButtonKind::Line, on_press: |()| {} }
            Button { label: tr("gallery-void"), kind: ButtonKind::Danger, icon: Glyph::Trash, on_press: |()| {} }
            Button { label: tr("gallery-upload"), busy: true, on_press: |()| {} }
            Button { label: tr("common-save"), disabled: true, on_press: |()| {} }
            div { class: "cluster",
                Button { label: tr("gallery-later"), kind: ButtonKind::Quiet, fit: true, on_press: |()| {} }
                IconButton { glyph: Glyph::Filter, label: tr("common-change"), on_press: |()| {} }
                IconButton { glyph: Glyph::Eye, label: tr("common-show"), pressed: true, on_press: |()| {} }
                IconButton { glyph: Glyph::Trash, label: tr("common-delete"), disabled: true, on_press: |()| {} }
            }
        }
    }
}

#[component]
fn States() -> Element {
    rsx! {
        Section { title: tr("gallery-status"),
            Card {
                div { class: "cluster",
                    for (at, status) in Status::ALL.into_iter().enumerate() {
                        StatusPill { key: "{at}", status }
                    }
                    StatusPill { status: Status::Confirmed, count: 23 }
                }
            }
        }
    }
}

#[component]
fn Figures() -> Element {
    rsx! {
        Section { title: tr("gallery-figures"),
            div { class: "halves",
                Figure {
                    label: tr("gallery-figure-visits"),
                    value: format::count(62_000),
                    unit: tr("gallery-figure-visits-unit"),
                    on_press: |()| {},
                }
                Figure { label: tr("gallery-figure-aid"), value: format::yuan(123_450), sub: crate::labels::money(shared::Fen(123_450)) }
            }
            Card {
                div { class: "row-head",
                    span { class: "row-text",
                        span { class: "small", {tr("gallery-figure-mine")} }
                        span { class: "figure-value", "26" }
                    }
                    div { class: "stack",
                        StatusPill { status: Status::Confirmed, count: 23 }
                        StatusPill { status: Status::Waiting, count: 3 }
                    }
                }
                Meter {
                    parts: vec![MeterPart::new(23, Tone::Good), MeterPart::new(3, Tone::Wait)],
                    total: 26,
                    label: tr("gallery-meter"),
                }
            }
        }
    }
}

#[component]
fn Sheets() -> Element {
    let toasts = use_toasts();
    let mut open = use_signal(|| asked_for().iter().any(|word| word == "sheet"));
    let mut why = use_signal(|| None);
    use_hook(|| {
        if asked_for().iter().any(|word| word == "toast") {
            toasts.good(tr("gallery-toast"));
        }
    });
    rsx! {
        Section { title: tr("gallery-sheets"),
            Button { label: tr("gallery-open-sheet"), kind: ButtonKind::Line, testid: "open-sheet", on_press: move |()| open.set(true) }
            Button {
                label: tr("gallery-show-toast"),
                kind: ButtonKind::Line,
                testid: "show-toast",
                on_press: move |()| {
                    let undone = tr("gallery-toast-undone");
                    toasts.undoable(tr("gallery-toast"), move || toasts.good(undone.clone()));
                },
            }
        }
        Sheet {
            open: open(),
            title: tr("gallery-sheet-title"),
            testid: "gallery-sheet",
            on_close: move |()| open.set(false),
            foot: rsx! {
                Button { label: tr("common-done"), on_press: move |()| open.set(false) }
            },
            Chips {
                label: tr("gallery-sheet-title"),
                options: vec![
                    Choice::new(0, tr("gallery-sheet-away")),
                    Choice::new(1, tr("gallery-sheet-hospital")),
                    Choice::new(2, tr("gallery-sheet-refused")),
                ],
                selected: why(),
                on_select: move |now| why.set(now),
            }
            TextArea { label: tr("gallery-note"), optional: true, on_input: |_| {} }
            Photos {
                PhotoPicker { testid: "sheet-camera", on_photo: move |_| toasts.good(tr("gallery-photos")) }
            }
        }
    }
}

#[component]
fn Notes() -> Element {
    rsx! {
        Section { title: tr("gallery-notes"),
            ErrorNote { what: tr("errors-storage-full"), next: tr("errors-storage-full-next"), on_retry: |()| {} }
            Note { icon: Glyph::Offline, tone: Tone::Wait, what: tr("errors-offline"), text: tr("errors-offline-next") }
            Note { icon: Glyph::Question, text: tr("gallery-check-note") }
            Note { icon: Glyph::Check, tone: Tone::Good, text: tr("gallery-meter") }
            Card {
                EmptyState {
                    icon: Glyph::Heart,
                    title: tr("gallery-empty-title"),
                    text: tr("gallery-empty-text"),
                    action: rsx! {
                        Button { label: tr("nav-recipients"), kind: ButtonKind::Line, fit: true, on_press: |()| {} }
                    },
                }
            }
        }
    }
}

#[component]
fn PhotosAndSignature() -> Element {
    let mut photos = use_signal(Vec::<PickedPhoto>::new);
    let mut signature = use_signal(|| None::<Signature>);
    rsx! {
        Section { title: tr("gallery-photos"),
            Photos {
                for (at, photo) in photos().into_iter().enumerate() {
                    PhotoTile {
                        key: "{at}",
                        src: photo.data_url(),
                        caption: format::bytes(photo.bytes.len() as u64),
                        testid: "gallery-photo",
                        on_remove: move |()| {
                            photos.write().remove(at);
                        },
                    }
                }
                PhotoPicker { testid: "gallery-camera", on_photo: move |photo| photos.write().push(photo) }
                PhotoPicker { testid: "gallery-album", camera: false, many: true, on_photo: move |photo| photos.write().push(photo) }
            }
            SignaturePad { testid: "gallery-signature", on_change: move |now| signature.set(now) }
            if let Some(signature) = signature() {
                p { class: "small", "data-testid": "gallery-signed", "{signature.width} × {signature.height} · {format::bytes(signature.png.len() as u64)}" }
            }
        }
    }
}

#[component]
fn LongList() -> Element {
    let items = use_signal(|| (1..=20_000_u32).collect::<Vec<_>>());
    rsx! {
        Section { title: tr("gallery-list"),
            div { class: "gallery-list",
                WindowedList {
                    items,
                    testid: "gallery-rows",
                    row: move |n: u32| rsx! {
                        ListRow {
                            title: tr_args("gallery-list-row", &[("n", n.into())]),
                            avatar: "{n % 10}",
                            sub: tr("gallery-person-1-sub"),
                            on_press: |()| {},
                        }
                    },
                }
            }
        }
    }
}
