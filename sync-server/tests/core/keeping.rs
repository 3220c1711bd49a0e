//! What is pruned, what is kept, and what a device that was away for long is told.

use super::town::*;
use serde_json::json;
use shared::{
    Kind, RowId,
    ids::{Seq, id_from_code},
    wire::{PULL_ROWS_MAX, Scope},
};
use sync_server::core::{KEEP_DAYS, Pruned};

const KEEP: i64 = KEEP_DAYS as i64;

/// Days go by, each with somebody's request.
async fn days(town: &Town, n: i64) {
    for _ in 0..n {
        town.env.advance(DAY_MS);
        town.core.prune().await.unwrap();
    }
}

async fn end(town: &Town, w: &str, r: &str) {
    town.office(vec![set(Kind::Pairing, pairing(w, r), json!({"end": "2026-03-02"}))]).await;
}

#[tokio::test]
async fn a_phone_away_for_ninety_days_goes_on_and_one_day_longer_starts_over_and_loses_what_left() {
    for away in [KEEP - 1, KEEP, KEEP + 1, KEEP + 2] {
        let town = Town::new().await;
        let mut phone = town.phone("W1").await;
        phone.pull().await;
        assert!(phone.holds(recipient("R2")));
        let kept = phone.visit("R1");
        end(&town, "W1", "R2").await;
        days(&town, away).await;
        let reply = phone.pull_page().await;
        let reset = reply.scopes.iter().any(|p| p.reset);
        // Left on day 0; its tombstone lies below the mark of day 1, which is the floor from day 91 on.
        assert_eq!(reset, away > KEEP, "after {away} days");
        assert!(!phone.holds(recipient("R2")), "after {away} days");
        // Pending work is the phone's and goes up as ever.
        phone.push().await;
        phone.pull().await;
        assert!(town.find(kept).await.is_some());
        assert!(!phone.pull_page().await.scopes.iter().any(|p| p.reset), "once");
    }
}

#[tokio::test]
async fn tombstones_go_after_ninety_days_and_what_is_held_stays() {
    let town = Town::new().await;
    let mut phone = town.phone("W1").await;
    let own = phone.visit("R2");
    phone.push().await;
    end(&town, "W1", "R2").await;
    town.office(vec![set(Kind::Recipient, recipient("R3"), json!({"area": VILLAGE}))]).await;
    days(&town, KEEP).await;
    assert_eq!(town.core.prune().await.unwrap(), Pruned::default());
    town.env.advance(DAY_MS);
    let pruned = town.core.prune().await.unwrap();
    assert!(pruned.left_workers >= 2 && pruned.left_area_feeds >= 1, "{pruned:?}");
    assert_eq!(town.core.prune().await.unwrap(), Pruned::default(), "again changes nothing");
    // What the worker keeps outside every pairing is no tombstone.
    phone.pull().await;
    assert!(phone.holds(own));
    let mut fresh = town.phone("W1").await;
    fresh.pull().await;
    assert_eq!(fresh.rows.len(), phone.rows.len());
}

#[tokio::test]
async fn a_quiet_scope_does_not_grow_old_while_its_device_syncs() {
    let town = Town::new().await;
    let (mut phone, mut busy) = (town.phone("W1").await, town.phone("W2").await);
    phone.pull().await;
    for _ in 0..(2 * KEEP / 30) {
        for _ in 0..30 {
            busy.visit("R3");
            busy.push().await;
            days(&town, 1).await;
        }
        let reply = phone.pull_page().await;
        assert!(reply.scopes.iter().all(|p| !p.reset && p.rows.is_empty()));
    }
}

#[tokio::test]
async fn a_first_pull_of_many_pages_passes_below_the_floor_without_starting_over_again_and_again() {
    let town = Town::new().await;
    let notice = |n: usize| {
        let value = json!({"title": format!("通知{n}"), "text": "x", "area": "620826", "from": "2026-03-01"});
        create(Kind::Notice, RowId(id_from_code("notice", &n.to_string())), value)
    };
    town.office((0..2 * PULL_ROWS_MAX + 10).map(notice).collect()).await;
    days(&town, KEEP + 10).await;
    let mut phone = town.phone("W1").await;
    let first = phone.pull_page().await;
    assert!(first.more);
    days(&town, 2).await;
    assert!(phone.pull().await <= 3);
    assert_eq!(phone.count(&Kind::Notice), 2 * PULL_ROWS_MAX + 10);
    let head = phone.cursors.values().max().unwrap().0;
    assert!(head < 1 << 37, "read to its end, a cursor is a plain seq again");
    // Begun and left for ninety days: what left meanwhile may be forgotten, so it starts over.
    let (mut slow, mut busy) = (town.phone("W1").await, town.phone("W2").await);
    slow.pull_page().await;
    for _ in 0..3 {
        busy.visit("R3");
        busy.push().await;
        days(&town, 1).await;
    }
    days(&town, KEEP).await;
    assert!(slow.pull_page().await.scopes.iter().any(|p| p.reset));
    slow.pull().await;
    assert_eq!(slow.rows.len(), phone.rows.len());
}

#[tokio::test]
async fn codes_that_are_long_over_go() {
    let town = Town::new().await;
    town.phone("W1").await;
    days(&town, KEEP).await;
    assert_eq!(town.core.prune().await.unwrap().codes, 0);
    town.env.advance(4 * DAY_MS);
    assert_eq!(town.core.prune().await.unwrap().codes, 1);
}

#[tokio::test]
async fn a_server_whose_clock_was_set_back_prunes_nothing_early_and_marks_no_day_twice() {
    let town = Town::new().await;
    let mut phone = town.phone("W1").await;
    phone.pull().await;
    days(&town, 10).await;
    town.env.advance(-5 * DAY_MS);
    end(&town, "W1", "R2").await;
    days(&town, KEEP).await;
    phone.pull().await;
    assert!(!phone.holds(recipient("R2")));
    let cursor = phone.cursors[&Scope::Worker(phone.worker)];
    assert!(cursor > Seq(0));
}
