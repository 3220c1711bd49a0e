//! Components drawn in-process: what a reader, a screen reader and a test would find on the page.

use dioxus::prelude::*;

use super::*;
use crate::{
    i18n::Lang,
    prefs::{Prefs, provide_prefs},
};

/// The markup of a component, in the language and size given.
fn drawn(prefs: Prefs, root: fn() -> Element) -> String {
    #[derive(Clone, Props)]
    struct Start {
        prefs: Prefs,
        root: fn() -> Element,
    }
    impl PartialEq for Start {
        fn eq(&self, other: &Self) -> bool {
            self.prefs == other.prefs && std::ptr::fn_addr_eq(self.root, other.root)
        }
    }
    #[allow(non_snake_case)]
    fn Stage(start: Start) -> Element {
        provide_prefs(start.prefs);
        provide_toasts();
        let body = (start.root)();
        rsx! {
            {body}
        }
    }
    let mut dom = VirtualDom::new_with_props(Stage, Start { prefs, root });
    dom.rebuild_in_place();
    dioxus_ssr::render(&dom)
}

fn chinese(root: fn() -> Element) -> String {
    drawn(Prefs::default(), root)
}

fn english(root: fn() -> Element) -> String {
    drawn(Prefs { lang: Lang::En, ..Prefs::default() }, root)
}

#[test]
fn a_busy_button_says_so_and_takes_no_second_press() {
    let page = english(|| {
        rsx! {
            Button { label: "Save", busy: true, testid: "save", on_press: |()| {} }
        }
    });
    assert!(page.contains("disabled=true") && page.contains("aria-busy=\"true\""), "{page}");
    assert!(page.contains("data-testid=\"save\"") && page.contains("Working…"), "{page}");
}

#[test]
fn an_icon_button_has_a_name_to_be_read_aloud() {
    let page = chinese(|| {
        rsx! {
            IconButton { glyph: Glyph::Close, label: "关闭", on_press: |()| {} }
        }
    });
    assert!(page.contains("aria-label=\"关闭\""), "{page}");
    assert!(page.contains("<svg") && page.contains("aria-hidden=\"true\""), "{page}");
}

#[test]
fn every_status_is_told_by_a_sign_and_a_word_of_its_own() {
    let mut words: Vec<String> = Status::ALL.iter().map(|status| status.word()).collect();
    words.sort();
    words.dedup();
    assert_eq!(words.len(), Status::ALL.len());
    let page = english(|| {
        rsx! {
            for status in Status::ALL {
                StatusPill { status }
            }
        }
    });
    assert_eq!(page.matches("<svg").count(), Status::ALL.len());
    for word in ["Confirmed", "Waiting", "Sending", "Not sent", "In review"] {
        assert!(page.contains(word), "no {word} in {page}");
    }
}

#[test]
fn a_field_is_tied_to_its_label_and_to_its_error() {
    let page = chinese(|| {
        rsx! {
            TextField { label: "手机号", initial: "139", error: "少了一位", testid: "phone", on_input: |_| {} }
        }
    });
    let id = page.split("for=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(page.contains(&format!(" id=\"{id}\"")), "{page}");
    assert!(page.contains(&format!("aria-describedby=\"{id}-about\"")), "{page}");
    assert!(page.contains(&format!(" id=\"{id}-about\"")), "{page}");
    assert!(page.contains("role=\"alert\"") && page.contains("少了一位"), "{page}");
}

#[test]
fn two_fields_of_a_page_never_share_an_id() {
    let page = chinese(|| {
        rsx! {
            TextField { label: "a", on_input: |_| {} }
            TextField { label: "b", on_input: |_| {} }
        }
    });
    let ids: Vec<&str> = page.split("for=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn a_number_field_starts_with_its_value_as_one_would_type_it() {
    let page = chinese(|| {
        rsx! {
            NumberField { label: "金额", kind: NumberKind::Money, initial: 20_050, on_change: |_| {} }
        }
    });
    assert!(page.contains("200.5") && page.contains("元"), "{page}");
}

#[test]
fn what_is_chosen_is_marked_for_screen_readers() {
    let page = chinese(|| {
        rsx! {
            Segmented {
                label: "方式",
                options: vec![Choice::new(1, "上门").testid("home"), Choice::new(2, "电话")],
                selected: 2,
                on_select: |_| {},
            }
        }
    });
    assert!(page.contains("role=\"radiogroup\""), "{page}");
    let checked = page.split("<button").find(|part| part.contains("aria-checked=\"true\"")).unwrap();
    assert!(checked.contains("电话") && !checked.contains("上门"), "{page}");
}

#[test]
fn a_chosen_chip_is_known_without_its_colour() {
    let page = chinese(|| {
        rsx! {
            ManyChips { label: "情况", options: vec![Choice::new(1, "独居"), Choice::new(2, "高龄")], selected: vec![1], on_change: |_| {} }
        }
    });
    assert_eq!(page.matches("<svg").count(), 1, "{page}");
}

#[test]
fn a_closed_sheet_leaves_nothing_on_the_page() {
    let closed = chinese(|| {
        rsx! {
            Sheet { open: false, title: "原因", on_close: |()| {}, "里面" }
        }
    });
    assert!(!closed.contains("里面") && !closed.contains("dialog"), "{closed}");
    let open = chinese(|| {
        rsx! {
            Sheet { open: true, title: "原因", on_close: |()| {}, "里面" }
        }
    });
    assert!(open.contains("role=\"dialog\"") && open.contains("里面"), "{open}");
}

#[test]
fn a_row_of_the_list_holds_no_button_within_a_button() {
    let page = chinese(|| {
        rsx! {
            ListRow {
                title: "李建",
                on_press: |()| {},
                trailing: rsx! {
                    Button { label: "签收", fit: true, on_press: |()| {} }
                },
            }
        }
    });
    let first_end = page.find("</button>").unwrap();
    let second_start = page.rfind("<button").unwrap();
    assert!(second_start > first_end, "{page}");
}

#[test]
fn a_supervisor_has_reports_in_the_place_of_the_sync() {
    let worker = english(|| {
        rsx! {
            BottomBar { active: Tab::Today, waiting: 3, on_select: |_| {} }
        }
    });
    assert!(worker.contains("tab-sync") && !worker.contains("tab-report"), "{worker}");
    assert!(worker.contains("3 waiting"), "{worker}");
    let supervisor = english(|| {
        rsx! {
            BottomBar { active: Tab::Report, supervisor: true, waiting: 3, on_select: |_| {} }
        }
    });
    assert!(supervisor.contains("tab-report") && !supervisor.contains("tab-sync"), "{supervisor}");
    let mine = supervisor.split("<button").find(|part| part.contains("tab-mine")).unwrap();
    assert!(mine.contains("3 waiting"), "what waits is counted where the sync is found: {mine}");
    let current = supervisor.split("<button").find(|part| part.contains("aria-current=\"page\"")).unwrap();
    assert!(current.contains("Report"), "{current}");
}

#[test]
fn a_meter_tells_its_share_in_numbers_too() {
    let page = chinese(|| {
        rsx! {
            Meter { parts: vec![MeterPart::new(23, Tone::Good), MeterPart::new(3, Tone::Wait)], total: 26, label: "已确认 23" }
        }
    });
    assert!(page.contains("aria-valuenow=\"23\"") && page.contains("aria-valuemax=\"26\""), "{page}");
    assert!(page.contains("width:88.46%") && page.contains("width:11.54%"), "{page}");
}

#[test]
fn an_error_says_what_failed_what_to_do_and_offers_it() {
    let page = chinese(|| {
        rsx! {
            ErrorNote { what: "没有保存", next: "再点一次", testid: "failed", on_retry: |()| {} }
        }
    });
    assert!(page.contains("role=\"alert\"") && page.contains("没有保存") && page.contains("再点一次"), "{page}");
    assert!(page.contains("data-testid=\"failed-retry\"") && page.contains("再试一次"), "{page}");
}

#[test]
fn twenty_thousand_rows_draw_some_forty() {
    fn many() -> Element {
        let items = use_signal(|| (0..20_000).collect::<Vec<i32>>());
        rsx! {
            WindowedList { items, row: |n: i32| rsx! { span { "row {n}" } } }
        }
    }
    let page = chinese(many);
    let rows = page.matches("windowed-row").count();
    assert!((10..=45).contains(&rows), "{rows} rows");
    assert!(page.contains("row 0<") && page.contains("height:1840000px"), "the whole height is kept");
}

#[cfg(debug_assertions)]
#[test]
fn the_gallery_shows_text_and_never_a_key_in_both_languages() {
    fn gallery() -> Element {
        rsx! {
            crate::screens::GalleryScreen {}
        }
    }
    for page in [chinese(gallery), english(gallery)] {
        for area in ["gallery-", "common-", "status-", "nav-", "errors-"] {
            let shown = page.split('>').filter_map(|part| part.split('<').next()).find(|text| text.starts_with(area));
            assert_eq!(shown, None);
        }
        assert!(page.contains("role=\"radiogroup\"") && page.contains("pin-key"), "the gallery was not drawn");
    }
    assert!(chinese(gallery).contains("该去了") && english(gallery).contains("In review"));
}
