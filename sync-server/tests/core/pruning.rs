//! Pruning: what is removed, what stays, and how a device resumes after a long absence.

use super::fixture::*;
use serde_json::json;
use shared::{
    Kind, RowId,
    ids::{Seq, id_from_code},
    wire::{PULL_ROWS_MAX, Scope},
};
use sync_server::core::{KEEP_DAYS, Pruned};

const KEEP: i64 = KEEP_DAYS as i64;

/// Lets days pass, each with one request.
async fn days(fixture: &Fixture, n: i64) {
    for _ in 0..n {
        fixture.env.advance(DAY_MS);
        fixture.core.prune().await.unwrap();
    }
}

async fn end(fixture: &Fixture, w: &str, r: &str) {
    fixture.office(vec![set(Kind::Pairing, pairing(w, r), json!({"end": "2026-03-02"}))]).await;
}

#[tokio::test]
async fn a_phone_away_for_ninety_days_resumes_and_one_day_longer_starts_over() {
    for away in [KEEP - 1, KEEP, KEEP + 1, KEEP + 2] {
        let fixture = Fixture::new().await;
        let mut phone = fixture.phone("W1").await;
        phone.pull().await;
        assert!(phone.holds(recipient("R2")));
        let kept = phone.visit("R1");
        end(&fixture, "W1", "R2").await;
        days(&fixture, away).await;
        let reply = phone.pull_page().await;
        let reset = reply.scopes.iter().any(|p| p.reset);
        // The row left on day 0. Its tombstone is below the mark of day 1, which is the floor from day 91 on.
        assert_eq!(reset, away > KEEP, "after {away} days");
        assert!(!phone.holds(recipient("R2")), "after {away} days");
        // Unsent work is not affected.
        phone.push().await;
        phone.pull().await;
        assert!(fixture.find(kept).await.is_some());
        assert!(!phone.pull_page().await.scopes.iter().any(|p| p.reset), "once");
    }
}

#[tokio::test]
async fn tombstones_are_pruned_after_ninety_days_and_held_rows_stay() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let own = phone.visit("R2");
    phone.push().await;
    end(&fixture, "W1", "R2").await;
    fixture.office(vec![set(Kind::Recipient, recipient("R3"), json!({"area": VILLAGE}))]).await;
    days(&fixture, KEEP).await;
    assert_eq!(fixture.core.prune().await.unwrap(), Pruned::default());
    fixture.env.advance(DAY_MS);
    let pruned = fixture.core.prune().await.unwrap();
    assert!(pruned.left_workers >= 2 && pruned.left_area_feeds >= 1, "{pruned:?}");
    assert_eq!(fixture.core.prune().await.unwrap(), Pruned::default(), "a second run removes nothing");
    // A feed row of an owned record is no tombstone.
    phone.pull().await;
    assert!(phone.holds(own));
    let mut fresh = fixture.phone("W1").await;
    fresh.pull().await;
    assert_eq!(fresh.rows.len(), phone.rows.len());
}

#[tokio::test]
async fn the_cursor_of_an_idle_scope_does_not_become_too_old() {
    let fixture = Fixture::new().await;
    let (mut phone, mut busy) = (fixture.phone("W1").await, fixture.phone("W2").await);
    phone.pull().await;
    for _ in 0..(2 * KEEP / 30) {
        for _ in 0..30 {
            busy.visit("R3");
            busy.push().await;
            days(&fixture, 1).await;
        }
        let reply = phone.pull_page().await;
        assert!(reply.scopes.iter().all(|p| !p.reset && p.rows.is_empty()));
    }
}

#[tokio::test]
async fn a_first_pull_of_many_pages_passes_below_the_floor_without_a_reset() {
    let fixture = Fixture::new().await;
    let notice = |n: usize| {
        let value = json!({"title": format!("通知{n}"), "text": "x", "area": "620826", "from": "2026-03-01"});
        create(Kind::Notice, RowId(id_from_code("notice", &n.to_string())), value)
    };
    fixture.office((0..2 * PULL_ROWS_MAX + 10).map(notice).collect()).await;
    days(&fixture, KEEP + 10).await;
    let mut phone = fixture.phone("W1").await;
    let first = phone.pull_page().await;
    assert!(first.more);
    days(&fixture, 2).await;
    assert!(phone.pull().await <= 3);
    assert_eq!(phone.count(&Kind::Notice), 2 * PULL_ROWS_MAX + 10);
    let head = phone.cursors.values().max().unwrap().0;
    assert!(head < 1 << 37, "read to its end, a cursor is a plain seq again");
    // Begun and left for ninety days: tombstones since then may be pruned, so the device starts over.
    let (mut slow, mut busy) = (fixture.phone("W1").await, fixture.phone("W2").await);
    slow.pull_page().await;
    for _ in 0..3 {
        busy.visit("R3");
        busy.push().await;
        days(&fixture, 1).await;
    }
    days(&fixture, KEEP).await;
    assert!(slow.pull_page().await.scopes.iter().any(|p| p.reset));
    slow.pull().await;
    assert_eq!(slow.rows.len(), phone.rows.len());
}

#[tokio::test]
async fn codes_expired_for_ninety_days_are_pruned() {
    let fixture = Fixture::new().await;
    fixture.phone("W1").await;
    days(&fixture, KEEP).await;
    assert_eq!(fixture.core.prune().await.unwrap().codes, 0);
    fixture.env.advance(4 * DAY_MS);
    assert_eq!(fixture.core.prune().await.unwrap().codes, 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_prunes_nothing_early_and_marks_no_day_twice() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    days(&fixture, 10).await;
    fixture.env.advance(-5 * DAY_MS);
    end(&fixture, "W1", "R2").await;
    days(&fixture, KEEP).await;
    phone.pull().await;
    assert!(!phone.holds(recipient("R2")));
    let cursor = phone.cursors[&Scope::Worker(phone.worker)];
    assert!(cursor > Seq(0));
}
