//! The day in the field through the real app: fingers on its WebView, its encrypted store, real HTTP to the real
//! server. The acts follow each other as the day does; each leaves the phone as the next one finds it.
#![allow(clippy::unwrap_used)]

use device_core::views::RecordState;
use shared::{Fen, Month, RecipientId, indicators::Figures};
use std::collections::BTreeMap;
use tests::{
    city::Totals,
    day::people::PIN,
    harness::{Proxy, picture, recorder::now_ms},
    ui::{Fixture, Handset, fixture, handset::by_start},
};

/// A note as it is typed by a fast thumb: Chinese, letters, digits and signs, each of which must arrive.
const NOTE: &str =
    "老人精神尚好,炕上暖和;药还剩3天的量,约好周五陪去卫生院。The quick brown fox jumps over 13 lazy dogs 0123456789";
const HALF: &str = "写到一半:门口的台阶结了冰,已经";
/// Fen for a bag of rice in the default rule set.
const RICE: i64 = 4_200;

/// A phone in the hand of one worker, and its way to the server.
struct Day {
    fixture: Fixture,
    line: Proxy,
    phone: Handset,
    worker: usize,
    /// Due today or before, most pressing first.
    due: Vec<RecipientId>,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_in_the_field_through_the_real_app_ends_in_the_report() {
    let fixture = Fixture::build().await.unwrap();
    let line = fixture.line().await.unwrap();
    let worker = fixture.worker().unwrap();
    let phone = Handset::new(fixture.folder().join("worker")).unwrap();
    let mut day = Day { fixture, line, phone, worker, due: Vec::new() };
    first_run_by_link_shows_who_is_due(&mut day).await;
    without_a_signal_the_app_says_so(&mut day).await;
    a_routine_visit_takes_five_taps_and_no_letter(&mut day).await;
    what_is_typed_fast_arrives_whole_with_a_finding_and_a_need(&mut day).await;
    goods_for_several_households_are_signed_for_and_photographed(&mut day).await;
    a_half_typed_visit_survives_sigkill_behind_the_pin(&mut day).await;
    back_online_everything_is_confirmed(&mut day).await;
    let month = the_phones_month_is_what_was_done(&mut day).await;
    a_supervisor_enrols_by_code_and_sees_the_same_figures(&day, &month).await;
    large_text_and_english_fit_the_screen(&mut day).await;
    day.phone.close().await.unwrap();
}

fn recipient(id: &str, start: &str) -> RecipientId {
    RecipientId(id.strip_prefix(start).unwrap().parse().unwrap())
}

async fn first_run_by_link_shows_who_is_due(day: &mut Day) {
    let link = day.fixture.link(day.worker, &day.line.url()).await.unwrap();
    day.phone.first_run(&link).await.unwrap();
    day.phone.see_css(&by_start("today-due-")).await.unwrap();
    let shown = day.phone.ids("today-record-").await.unwrap();
    day.due = shown.iter().map(|id| recipient(id, "today-record-")).collect();
    let mine = day.fixture.in_care(day.worker);
    assert!(day.due.iter().all(|id| mine.contains(id)), "only one's own people are due");
    assert!(day.due.len() >= 3, "a lively township has somebody due: {:?}", day.due);
    assert!(!day.phone.ids("today-task-").await.unwrap().is_empty(), "the office's tasks are there");
}

async fn without_a_signal_the_app_says_so(day: &mut Day) {
    day.line.offline();
    day.phone.tap("tab-sync").await.unwrap();
    day.phone.tap("sync-now").await.unwrap();
    day.phone.tap("tab-today").await.unwrap();
    let pill = "return document.querySelector('[data-testid=\"link-pill\"]')?.innerText.includes('离线')";
    day.phone.until("the pill to say offline", pill, Vec::new()).await.unwrap();
}

async fn a_routine_visit_takes_five_taps_and_no_letter(day: &mut Day) {
    let phone = &mut day.phone;
    let who = day.due[0];
    phone.see("screen-today").await.unwrap();
    phone.effort();
    phone.tap(&format!("today-record-{who}")).await.unwrap();
    phone.tap("visit-all-good").await.unwrap();
    phone.tap("visit-save").await.unwrap();
    phone.see("toast-undo").await.unwrap();
    let (taps, letters) = phone.effort();
    assert!(taps <= 5, "a routine visit took {taps} taps");
    assert_eq!(letters, 0, "nothing has to be typed");
    phone.see("screen-today").await.unwrap();
    let pill = "return /[1-9]/.test(document.querySelector('[data-testid=\"link-pill\"]').innerText)";
    phone.until("the visit to wait", pill, Vec::new()).await.unwrap();
}

async fn what_is_typed_fast_arrives_whole_with_a_finding_and_a_need(day: &mut Day) {
    let phone = &mut day.phone;
    let who = day.due[1];
    phone.tap(&format!("today-record-{who}")).await.unwrap();
    phone.tap("visit-all-good").await.unwrap();
    phone.tap("visit-check-fire-bad").await.unwrap();
    phone.write("visit-check-fire-note", "炉子离床太近,当场挪开").await.unwrap();
    phone.tap("visit-need").await.unwrap();
    phone.write("visit-need-text", "烟囱接口松动,想请人修一修").await.unwrap();
    phone.write("visit-note", NOTE).await.unwrap();
    assert_eq!(phone.value_of("visit-note").await.unwrap(), NOTE);
    phone.tap("visit-save").await.unwrap();
    phone.gone("screen-visit").await.unwrap();
    // Back from the core, not from the field.
    phone.tap("tab-recipients").await.unwrap();
    phone.tap(&format!("recipient-{who}")).await.unwrap();
    phone.see_css(&by_start("recipient-need-")).await.unwrap();
    phone.shows("烟囱接口松动,想请人修一修").await.unwrap();
    phone.tap_css(&by_start("recipient-record-")).await.unwrap();
    phone.see("record-facts").await.unwrap();
    let facts = phone.text_of("screen-record-detail").await.unwrap();
    for words in [NOTE, "炉子离床太近,当场挪开"] {
        assert!(facts.contains(words), "no {words} in {facts}");
    }
    phone.back_to("screen-recipient").await.unwrap();
    phone.back_to("screen-recipients").await.unwrap();
}

async fn goods_for_several_households_are_signed_for_and_photographed(day: &mut Day) {
    let people: Vec<RecipientId> = day.fixture.in_care(day.worker).into_iter().take(3).collect();
    let photo = day.fixture.folder().join("truck.jpg");
    std::fs::write(&photo, picture::jpeg(11, 2400, 1800)).unwrap();
    let phone = &mut day.phone;
    phone.tap("tab-record").await.unwrap();
    phone.tap("record-handout").await.unwrap();
    phone.tap("assist-pick").await.unwrap();
    for who in &people {
        phone.tap(&format!("pick-{who}")).await.unwrap();
    }
    phone.tap("pick-done").await.unwrap();
    phone.tap("assist-good-rice-10kg").await.unwrap();

    phone.tap(&format!("receipt-{}", people[0])).await.unwrap();
    // A signature has to be drawn before it can be kept.
    phone.tap("receipt-save").await.unwrap();
    phone.see("receipt-missing").await.unwrap();
    phone.sign("receipt-signature").await.unwrap();
    phone.see("receipt-signature-clear").await.unwrap();
    phone.tap("receipt-save").await.unwrap();
    phone.gone("receipt-sheet").await.unwrap();

    phone.tap(&format!("receipt-{}", people[1])).await.unwrap();
    phone.choose("receipt-mode-collected").await.unwrap();
    phone.write("receipt-name", "示例女儿").await.unwrap();
    phone.tap("receipt-relation-1").await.unwrap();
    phone.tap("receipt-save").await.unwrap();
    phone.gone("receipt-sheet").await.unwrap();

    phone.photograph("assist-photo-take", &photo).await.unwrap();
    phone.see_css(&format!("{} img", by_start("assist-photo-"))).await.unwrap();
    phone.tap("assist-save").await.unwrap();
    phone.gone("screen-assist").await.unwrap();
}

async fn a_half_typed_visit_survives_sigkill_behind_the_pin(day: &mut Day) {
    let phone = &mut day.phone;
    let who = day.due[2];
    phone.tap("tab-today").await.unwrap();
    phone.tap(&format!("today-record-{who}")).await.unwrap();
    phone.write("visit-note", HALF).await.unwrap();
    phone.see("draft-kept").await.unwrap();
    phone.kill().await.unwrap();

    phone.open().await.unwrap();
    phone.see("screen-unlock").await.unwrap();
    phone.pin("111222").await.unwrap();
    assert!(!phone.text_of("pin-error").await.unwrap().trim().is_empty());
    assert!(!phone.has("screen-today").await.unwrap(), "a wrong PIN opens nothing");
    phone.pin(PIN).await.unwrap();
    phone.see("screen-today").await.unwrap();
    phone.tap(&format!("today-draft-visit:{who}")).await.unwrap();
    assert_eq!(phone.value_of("visit-note").await.unwrap(), HALF);
    phone.tap("visit-all-good").await.unwrap();
    phone.tap("visit-save").await.unwrap();
    phone.gone("screen-visit").await.unwrap();
    assert!(!phone.has(&format!("today-draft-visit:{who}")).await.unwrap(), "the draft went with the save");
}

async fn back_online_everything_is_confirmed(day: &mut Day) {
    let phone = &mut day.phone;
    phone.tap("tab-sync").await.unwrap();
    phone.see("sync-month-waiting").await.unwrap();
    phone.see_css(&by_start("sync-item-")).await.unwrap();
    day.line.online(day.fixture.township.server.address().unwrap());
    phone.tap("sync-now").await.unwrap();
    phone.gone("sync-month-waiting").await.unwrap();
    phone.see_css("[data-testid=sync-safe].good").await.unwrap();
    phone.see("sync-nothing-to-do").await.unwrap();
    phone.see("sync-recent").await.unwrap();
    assert!(!phone.has("sync-problem").await.unwrap(), "no problem is left standing");
}

/// What the phone says, when nothing waits any more, of the last full month and of all months since.
async fn the_phones_month_is_what_was_done(day: &mut Day) -> BTreeMap<Month, Figures> {
    let phone = &mut day.phone;
    phone.tap("tab-mine").await.unwrap();
    // The screen shows the month that its clock says; it is read again when midnight passed in between.
    let (shown, shown_month) = loop {
        let month = this_month();
        let mut shown = Vec::new();
        for word in WORDS {
            shown.push(number(&phone.text_of(&format!("mine-figure-{word}")).await.unwrap()));
        }
        if this_month() == month {
            break (shown, month);
        }
        phone.tap("tab-today").await.unwrap();
        phone.tap("tab-mine").await.unwrap();
    };
    phone.close().await.unwrap();
    let device = fixture::inside(phone.home(), PIN).await.unwrap();
    let sync = device.sync_state().await.unwrap();
    assert_eq!((sync.waiting_total, sync.photos_waiting, sync.photos_failed), (0, 0, 0));
    let township = &day.fixture.township;
    let mut by_month = BTreeMap::new();
    for month in std::iter::once(township.full_month()).chain(township.months()) {
        let view = device.my_month(month).await.unwrap();
        assert_eq!(view.waiting, Figures::default());
        assert!(view.records.iter().all(|record| record.state == RecordState::Confirmed));
        by_month.insert(month, view.confirmed);
    }
    assert_eq!(shown, counts(&by_month[&shown_month]), "the screen shows the same figures");

    // Of this day alone: three visits and three bags of rice.
    let all_others: Vec<usize> = (0..township.plan.workers.len()).filter(|w| *w != day.worker).collect();
    let before = Totals::from(&township.history_figures(&all_others, township.months()));
    let mut confirmed = Figures::default();
    township.months().for_each(|month| confirmed.merge(&by_month[&month]));
    let after = Totals::from(&confirmed);
    assert_eq!(after.visits - before.visits, 3);
    assert_eq!(after.aid - before.aid, Fen(3 * RICE));
    assert_eq!((after.contacts, after.policies), (before.contacts, before.policies));
    by_month
}

/// The counted headline figures, in the order of the cards.
const WORDS: [&str; 5] = ["home_visit", "contact", "policies", "solved", "deed"];

fn counts(figures: &Figures) -> Vec<i64> {
    let totals = Totals::from(figures);
    vec![totals.visits, totals.contacts, totals.policies, totals.solved, totals.deeds]
}

/// The month by the clock of the phones and the server.
fn this_month() -> Month {
    shared::Day::of_utc_ms(now_ms()).month()
}

/// The first number in a text: `1,234 人次`.
fn number(text: &str) -> i64 {
    let digits: String =
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(|c| c.is_ascii_digit() || *c == ',').collect();
    digits.replace(',', "").parse().unwrap_or_else(|_| panic!("no number in {text:?}"))
}

async fn a_supervisor_enrols_by_code_and_sees_the_same_figures(day: &Day, by_month: &BTreeMap<Month, Figures>) {
    let fixture = &day.fixture;
    let supervisor = fixture.supervisor().unwrap();
    let mut office = Handset::new(fixture.folder().join("supervisor")).unwrap();
    let code = fixture.code(supervisor).await.unwrap();
    office.first_run_by_code(&fixture.township.server.url(), &code).await.unwrap();
    // This month, which may have begun today, then the one before it.
    let (now, shown) = loop {
        let month = this_month();
        office.tap("tab-report").await.unwrap();
        let shown = shown_counts(&office).await;
        if this_month() == month {
            break (month, shown);
        }
        office.tap("tab-today").await.unwrap();
    };
    let wanted = |month: Month| {
        let mut figures = fixture.township.history_figures(&[day.worker], [month]);
        if let Some(own) = by_month.get(&month) {
            figures.merge(own);
        }
        counts(&figures)
    };
    assert_eq!(shown, wanted(now));
    let before = Month::from_number(now.number() - 1);
    office.tap("report-earlier").await.unwrap();
    let visits = "return document.querySelector('[data-testid=figure-home_visit]')?.innerText.replaceAll(',', '').match(/\\d+/)?.[0] === arguments[0]";
    office.until("the month before", visits, vec![wanted(before)[0].to_string().into()]).await.unwrap();
    assert_eq!(shown_counts(&office).await, wanted(before));
    // A village opens, and its figures are not the township's.
    let villages = office.ids("report-area-").await.unwrap();
    assert_eq!(villages.len(), 8);
    let whole = office.text_of("report-six").await.unwrap();
    office.tap(&villages[0]).await.unwrap();
    office.gone(&villages[0]).await.unwrap();
    assert_ne!(office.text_of("report-six").await.unwrap(), whole);
    office.close().await.unwrap();
}

async fn shown_counts(office: &Handset) -> Vec<i64> {
    office.see("report-six").await.unwrap();
    let mut shown = Vec::new();
    for word in WORDS {
        shown.push(number(&office.text_of(&format!("figure-{word}")).await.unwrap()));
    }
    shown
}

async fn large_text_and_english_fit_the_screen(day: &mut Day) {
    let people = day.fixture.in_care(day.worker);
    let phone = &mut day.phone;
    phone.open_unlocked().await.unwrap();
    // The measure itself: something too wide is found, and nothing else is.
    let plant = "const wide = document.createElement('p'); wide.style.width = '600px'; wide.className = 'planted';
                 document.querySelector('.page-body').append(wide)";
    phone.run(plant, Vec::new()).await.unwrap();
    let found = phone.overflow().await.unwrap();
    assert!(found.iter().any(|line| line.contains("planted")), "a wide element goes unseen: {found:?}");
    phone.run("document.querySelector('.planted').remove()", Vec::new()).await.unwrap();
    fits(phone, "today").await;
    phone.tap("tab-mine").await.unwrap();
    phone.tap("mine-settings").await.unwrap();
    phone.tap("settings-en").await.unwrap();
    phone.shows("Settings").await.unwrap();
    for large in [false, true] {
        if large {
            phone.tap("settings-large-text").await.unwrap();
            phone.see_css(".app[data-text=large]").await.unwrap();
        }
        fits(phone, "settings").await;
        phone.back_to("screen-mine").await.unwrap();
        for (tab, seen) in [
            ("tab-mine", "screen-mine"),
            ("tab-sync", "screen-sync"),
            ("tab-today", "screen-today"),
            ("tab-recipients", "recipients-list"),
        ] {
            phone.tap(tab).await.unwrap();
            phone.see(seen).await.unwrap();
            fits(phone, seen).await;
        }
        phone.tap(&format!("recipient-{}", people[0])).await.unwrap();
        phone.see("recipient-profile").await.unwrap();
        fits(phone, "the card").await;
        phone.tap("recipient-visit").await.unwrap();
        phone.see("visit-all-good").await.unwrap();
        phone.tap("visit-check-fire-bad").await.unwrap();
        phone.tap("visit-need").await.unwrap();
        fits(phone, "a visit").await;
        phone.back_to("screen-recipient").await.unwrap();
        phone.tap("recipient-assist").await.unwrap();
        phone.see("assist-kind-goods").await.unwrap();
        phone.choose("assist-kind-goods").await.unwrap();
        phone.tap("assist-good-rice-10kg").await.unwrap();
        fits(phone, "help").await;
        phone.back_to("screen-recipient").await.unwrap();
        phone.back_to("screen-recipients").await.unwrap();
        phone.tap("tab-mine").await.unwrap();
        phone.tap("mine-settings").await.unwrap();
    }
}

async fn fits(phone: &Handset, what: &str) {
    let wide = phone.overflow().await.unwrap();
    assert_eq!(wide, [""; 0], "{what} is wider than the screen");
}
