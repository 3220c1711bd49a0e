//! Pull: rows that enter, leave and stay; pages; resets.

use super::fixture::*;
use serde_json::json;
use shared::{
    Kind, RowId,
    ids::{Epoch, Seq, id_from_code},
    wire::{PULL_BYTES_MAX, PULL_ROWS_MAX, Scope},
};

#[tokio::test]
async fn a_worker_holds_only_their_own_recipients() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    assert!(phone.holds(recipient("R1")) && phone.holds(recipient("R2")));
    assert!(!phone.holds(recipient("R3")) && !phone.holds(recipient("R4")));
    assert!(phone.holds(worker("W1")) && !phone.holds(worker("W2")));
    assert_eq!(phone.count(&Kind::Area), 7, "the county's areas and the city's");
    assert_eq!(phone.count(&Kind::Pairing), 3, "the pairings of other workers are visible");
}

#[tokio::test]
async fn a_visit_reaches_the_colleague_and_the_supervisor() {
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let mut supervisor = fixture.phone("S1").await;
    two.pull().await;
    supervisor.pull().await;
    let visit = one.visit("R2");
    let private = one.visit("R1");
    one.push().await;
    two.pull().await;
    supervisor.pull().await;
    assert!(two.holds(visit) && !two.holds(private));
    assert!(supervisor.holds(visit) && supervisor.holds(private));
    assert!(!supervisor.holds(recipient("R4")), "another township");
}

#[tokio::test]
async fn a_pull_without_news_is_one_short_page() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    let cursors = phone.cursors.clone();
    let reply = phone.pull_page().await;
    assert!(reply.scopes.iter().all(|p| p.rows.is_empty() && p.gone.is_empty() && p.digest.is_some()));
    assert_eq!(phone.cursors, cursors);
    assert!(serde_json::to_vec(&reply).unwrap().len() < 500);
}

#[tokio::test]
async fn rows_leave_with_their_pairing_and_own_work_stays() {
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let own = one.visit("R2");
    let colleagues = two.visit("R2");
    one.push().await;
    two.push().await;
    one.pull().await;
    assert!(one.holds(colleagues));
    fixture.office(vec![set(Kind::Pairing, pairing("W1", "R2"), json!({"end": "2026-03-02"}))]).await;
    one.pull().await;
    assert!(!one.holds(recipient("R2")) && !one.holds(colleagues) && !one.holds(pairing("W1", "R2")));
    assert!(one.holds(own), "own totals still agree");
    // A change of an owned record still reaches its author.
    let row = fixture.row(own).await;
    let change = shared::Change::Amend { reason: "笔误".into(), fields: fields(json!({"note": "x"})) };
    let amend = sync_server::core::OfficeChange { kind: Kind::Visit, row: row.id, change };
    fixture.office(vec![amend]).await;
    one.pull().await;
    assert_eq!(one.rows[&own].fields.text("note"), Some("x"));
}

#[tokio::test]
async fn older_rows_arrive_with_a_pairing_and_again_when_it_returns() {
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let visit = two.visit("R3");
    two.push().await;
    one.pull().await;
    assert!(!one.holds(visit));
    fixture.office(vec![new_pairing("W1", "R3", "2026-03-01")]).await;
    one.pull().await;
    assert!(one.holds(visit) && one.holds(recipient("R3")));
    fixture.office(vec![set(Kind::Pairing, pairing("W1", "R3"), json!({"end": "2026-03-02"}))]).await;
    one.pull().await;
    assert!(!one.holds(visit));
    fixture.office(vec![set(Kind::Pairing, pairing("W1", "R3"), json!({"end": null}))]).await;
    one.pull().await;
    assert!(one.holds(visit) && one.holds(recipient("R3")));
    let mut fresh = fixture.phone("W1").await;
    fresh.pull().await;
    assert_eq!(fresh.rows.len(), one.rows.len(), "a new phone holds the same");
}

#[tokio::test]
async fn a_pairing_begins_and_ends_on_its_day_without_a_write() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let mut change = new_pairing("W1", "R4", "2026-03-05");
    if let shared::Change::Create(fields) = &mut change.change {
        fields.set("end", "2026-03-08".into());
    }
    fixture.office(vec![change]).await;
    for (days, held) in [(0, false), (2, false), (3, true), (5, true), (6, false)] {
        fixture.env.set(START_MS + days * DAY_MS);
        phone.pull().await;
        assert_eq!(phone.holds(recipient("R4")), held, "after {days} days");
    }
}

#[tokio::test]
async fn a_recipient_who_moves_changes_from_one_villages_feed_to_the_other() {
    let fixture = Fixture::new().await;
    fixture
        .office(vec![
            new_worker("V1", "supervisor", "620826101", &[VILLAGE]),
            new_worker("V2", "supervisor", "620826101", &[VILLAGE_2]),
        ])
        .await;
    let (mut old, mut new) = (fixture.phone("V1").await, fixture.phone("V2").await);
    let mut township = fixture.phone("S1").await;
    for phone in [&mut old, &mut new, &mut township] {
        phone.pull().await;
    }
    for (to, moved) in [(VILLAGE_2, true), (VILLAGE, false)] {
        fixture.office(vec![set(Kind::Recipient, recipient("R1"), json!({"area": to}))]).await;
        for phone in [&mut old, &mut new, &mut township] {
            phone.pull().await;
        }
        assert_eq!((old.holds(recipient("R1")), new.holds(recipient("R1"))), (!moved, moved));
        assert!(township.holds(recipient("R1")));
    }
}

#[tokio::test]
async fn pages_end_exactly_at_their_limit_and_miss_nothing() {
    for extra in [-1i64, 0, 1] {
        let fixture = Fixture::new().await;
        let mut phone = fixture.phone("W1").await;
        phone.pull().await;
        let count = PULL_ROWS_MAX as i64 + extra;
        let notice = |n: i64| {
            let value = json!({"title": format!("通知{n}"), "text": "x", "area": "620826", "from": "2026-03-01"});
            create(Kind::Notice, RowId(id_from_code("notice", &n.to_string())), value)
        };
        fixture.office((0..count).map(notice).collect()).await;
        assert_eq!(phone.pull().await, if extra > 0 { 2 } else { 1 }, "{extra}");
        assert_eq!(phone.count(&Kind::Notice) as i64, count);
    }
}

#[tokio::test]
async fn pages_keep_to_their_bytes_and_one_large_row_still_travels() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let long = "长".repeat(3900);
    for n in 0..100 {
        let value = json!({"title": format!("{n}"), "text": long, "area": "620826", "from": "2026-03-01"});
        fixture.office(vec![create(Kind::Notice, RowId(id_from_code("notice", &n.to_string())), value)]).await;
    }
    loop {
        let reply = phone.pull_page().await;
        let bytes: usize = reply.scopes.iter().flat_map(|p| &p.rows).map(|r| r.get().len()).sum();
        assert!(bytes <= PULL_BYTES_MAX, "{bytes}");
        if !reply.more {
            break;
        }
    }
    assert_eq!(phone.count(&Kind::Notice), 100);
}

#[tokio::test]
async fn another_epoch_resets_every_scope() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    let held = phone.rows.len();
    fixture.core.new_epoch().await.unwrap();
    let reply = phone.pull_page().await;
    assert!(reply.scopes.iter().all(|p| p.reset) && !reply.more);
    assert_eq!(phone.rows.len(), held);
    assert!(phone.pull_page().await.scopes.iter().all(|p| !p.reset));
    phone.epoch = Some(Epoch(fresh()));
    assert!(phone.pull_page().await.scopes.iter().all(|p| p.reset));
}

#[tokio::test]
async fn a_cursor_ahead_of_the_store_starts_over() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    phone.cursors.values_mut().for_each(|seq| *seq = Seq(1_000_000));
    assert!(phone.pull_page().await.scopes.iter().all(|p| p.reset));
}

#[tokio::test]
async fn a_scope_no_longer_held_is_dropped() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("S1").await;
    phone.pull().await;
    assert!(phone.held.contains_key(&Scope::Area(area("620826101"))));
    fixture.office(vec![set(Kind::Worker, worker("S1"), json!({"role": "worker", "areas": []}))]).await;
    let reply = phone.pull_page().await;
    assert_eq!(reply.dropped, [Scope::Area(area("620826101"))]);
    assert!(!phone.holds(recipient("R3")));
}

#[tokio::test]
async fn a_countys_reference_data_stays_in_it_and_the_citys_goes_to_all() {
    let fixture = Fixture::new().await;
    let mut here = fixture.phone("W1").await;
    fixture.office(vec![new_worker("X1", "worker", "620825101", &[])]).await;
    let mut there = fixture.phone("X1").await;
    let notice = |at: &str| {
        create(
            Kind::Notice,
            RowId(id_from_code("notice", at)),
            json!({"title": "x", "text": "x", "area": at, "from": "2026-03-01"}),
        )
    };
    let unit = RowId(id_from_code("unit", "U1"));
    fixture
        .office(vec![
            notice("6208"),
            notice("620826"),
            notice("620825101"),
            create(Kind::Unit, unit, json!({"code": "U1", "name": "某局", "area": "620826"})),
        ])
        .await;
    let of = |at: &str| RowId(id_from_code("notice", at));
    for (phone, own, other) in [(&mut here, "620826", "620825101"), (&mut there, "620825101", "620826")] {
        phone.pull().await;
        assert!(phone.holds(of("6208")) && phone.holds(of(own)) && !phone.holds(of(other)));
    }
    assert!(here.holds(unit) && !there.holds(unit));
    fixture.office(vec![set(Kind::Unit, unit, json!({"area": "620825"}))]).await;
    here.pull().await;
    there.pull().await;
    assert!(!here.holds(unit) && there.holds(unit));
}

#[tokio::test]
async fn moves_inside_a_township_send_its_supervisor_no_row_and_hide_none() {
    let fixture = Fixture::new().await;
    let count = PULL_ROWS_MAX + 1;
    let code = |n: usize| format!("M{n}");
    fixture.office((0..count).map(|n| new_recipient(&code(n), VILLAGE)).collect()).await;
    let mut supervisor = fixture.phone("S1").await;
    let mut worker = fixture.phone("W1").await;
    supervisor.pull().await;
    let moves = (0..count).map(|n| set(Kind::Recipient, recipient(&code(n)), json!({"area": VILLAGE_2})));
    fixture.office(moves.collect()).await;
    let visit = worker.visit("R1");
    worker.push().await;
    supervisor.pull().await;
    assert!(supervisor.holds(visit) && supervisor.holds(recipient(&code(count - 1))));
}
