//! The own page with months made up.

use shared::{
    Fen,
    indicators::{Indicator, Tally},
};

use super::*;
use crate::screens::{sample, tests::drawn};

fn figures(visits: i64, fen: i64) -> Figures {
    let mut figures = Figures::default();
    figures.add(&Indicator::HomeVisit, Tally { n: visits, fen: Fen::ZERO });
    figures.add(&Indicator::AidMoney, Tally { n: 1, fen: Fen(fen) });
    figures
}

#[test]
fn what_is_shown_is_what_the_report_will_show() {
    let (confirmed, waiting) = (figures(20, 20_000), figures(3, 50));
    let mut sum = confirmed.clone();
    sum.merge(&waiting);
    let own = own_figures(&confirmed, &waiting);
    assert_eq!(own[0].value, format::count(sum.visits()));
    assert_eq!(own[0].apart, Some(("20".into(), "3".into())));
    assert_eq!(own[5].value, "200.50");
    assert_eq!(own[1].apart, None, "nothing waits");
}

#[test]
fn a_withdrawal_on_its_way_is_shown_as_one_less() {
    let own = own_figures(&figures(20, 0), &figures(-1, 0));
    assert_eq!((own[0].value.as_str(), own[0].apart.clone()), ("19", Some(("20".into(), "-1".into()))));
}

#[test]
fn nobody_steps_into_the_future_or_before_the_programme() {
    let month = |y, m| Month::new(y, m).unwrap();
    let now = month(2026, 3);
    assert_eq!(step(now, 1, now), None);
    assert_eq!(step(month(2026, 1), -1, now), Some(month(2025, 12)));
    assert_eq!(step(month(2023, 1), -1, now), None);
}

#[test]
fn the_month_shows_its_records_and_says_when_there_are_none() {
    let page = drawn(|| {
        let view = MonthView {
            month: sample::day().month(),
            confirmed: figures(23, 0),
            waiting: figures(3, 0),
            people: BTreeMap::from([(sample::visit(9, "").row, "谷军".to_owned())]),
            records: vec![sample::visit(9, "presence-found")],
        };
        let (records, people) = (view.records.clone(), view.people.clone());
        rsx! { MonthBody { view } Records { records, people } }
    });
    for text in ["26", "已确认 23 · 待上传 3", "上门 · 谷军", "mine-record-"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    let page = drawn(|| {
        rsx! { Records { records: vec![], people: BTreeMap::new() } }
    });
    assert!(page.contains("mine-no-records"), "{page}");
}

#[test]
fn a_supervisor_finds_reports_and_everyone_finds_the_sync() {
    let page = drawn(|| rsx! { Links { supervisor: true, link: Link { waiting: 4, ..Link::default() } } });
    assert!(page.contains("mine-report") && page.contains("4 条待传"), "{page}");
    let page = drawn(|| rsx! { Links { supervisor: false, link: Link::default() } });
    assert!(!page.contains("mine-report") && page.contains("mine-sync") && page.contains("mine-emergency"), "{page}");
}
