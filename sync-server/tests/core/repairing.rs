//! Repair on the server. The device's half is tested in `app/core/src/sync/tests/repair.rs`.

use super::fixture::*;
use serde_json::json;
use shared::{
    Kind, Moment, Row, RowId,
    digest::{Buckets, bucket_of},
    ids::{Epoch, Seq, id_from_code},
    protocol::SyncProtocol,
    wire::{
        ErrorCode, REPAIR_BYTES_MAX, REPAIR_WANT_MAX, RepairReply, RepairRequest, Scope, SyncError, repair::Bucket,
    },
};

/// A request that compares all buckets of a scope.
fn request(phone: &Phone, scope: Scope) -> RepairRequest {
    RepairRequest {
        proto: 2,
        device: phone.id,
        epoch: phone.epoch.unwrap_or(Epoch::NIL),
        scope,
        cursor: phone.cursors.get(&scope).copied().unwrap_or_default(),
        buckets: Some(buckets(phone, scope)),
        from: None,
        want: vec![],
        client_now: Moment::shanghai(phone.now()),
    }
}

/// The buckets of the rows that a phone holds of a scope.
fn buckets(phone: &Phone, scope: Scope) -> Buckets {
    let mut buckets = Buckets::default();
    for id in &phone.held[&scope] {
        buckets.add(*id, phone.rows[id].rev);
    }
    buckets
}

async fn repair(fixture: &Fixture, phone: &Phone, request: RepairRequest) -> Result<RepairReply, SyncError> {
    fixture.core.repair(&phone.token, request).await
}

#[tokio::test]
async fn every_scope_agrees_after_a_pull_whichever_way_its_rows_entered() {
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let mut supervisor = fixture.phone("S1").await;
    one.visit("R2");
    two.visit("R2");
    one.push().await;
    two.push().await;
    // Owned rows outside every pairing, rows that moved, rows that left.
    fixture
        .office(vec![
            set(Kind::Pairing, pairing("W1", "R2"), json!({"end": "2026-03-02"})),
            new_pairing("W1", "R3", "2026-03-01"),
            set(Kind::Recipient, recipient("R3"), json!({"area": VILLAGE})),
        ])
        .await;
    for phone in [&mut one, &mut two, &mut supervisor] {
        phone.pull().await;
        for scope in phone.cursors.keys().copied() {
            let reply = repair(&fixture, phone, request(phone, scope)).await.unwrap();
            assert!(reply.differ.is_empty() && reply.rows.is_empty() && !reply.more && !reply.reset, "{scope}");
        }
    }
}

#[tokio::test]
async fn a_bucket_that_differs_is_listed_whole_and_wanted_rows_are_sent_if_they_are_in_the_scope() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    let scope = Scope::Worker(phone.worker);
    let lost = RowId::from(recipient("R1"));
    phone.held.get_mut(&scope).unwrap().remove(&lost);
    let reply = repair(&fixture, &phone, request(&phone, scope)).await.unwrap();
    assert_eq!(reply.differ.iter().map(|d| d.bucket).collect::<Vec<_>>(), [Bucket(bucket_of(lost))]);
    assert!(reply.differ[0].rows.iter().any(|(id, rev)| (*id, rev.0) == (lost, 1)));
    let want = vec![lost, recipient("R4").into(), RowId(fresh())];
    let rows = repair(&fixture, &phone, RepairRequest { buckets: None, want, ..request(&phone, scope) }).await.unwrap();
    let rows: Vec<Row> = rows.rows.iter().map(|r| serde_json::from_str(r.get()).unwrap()).collect();
    assert_eq!(rows.iter().map(|r| r.id).collect::<Vec<_>>(), [lost], "no row outside the scope");
}

#[tokio::test]
async fn an_empty_device_gets_all_of_a_large_scope_in_pages() {
    let fixture = Fixture::new().await;
    let long = "长".repeat(3000);
    let count = 300;
    let notice = |n: usize| {
        let value = json!({"title": format!("{n}"), "text": long, "area": "620826", "from": "2026-03-01"});
        create(Kind::Notice, RowId(id_from_code("notice", &n.to_string())), value)
    };
    fixture.office((0..count).map(notice).collect()).await;
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    let scope = Scope::Reference(area("620826"));
    let right = phone.held[&scope].clone();
    phone.held.get_mut(&scope).unwrap().clear();
    let first = repair(&fixture, &phone, request(&phone, scope)).await.unwrap();
    let bytes: usize = first.rows.iter().map(|r| r.get().len()).sum();
    assert!(!first.rows.is_empty() && bytes <= REPAIR_BYTES_MAX);
    let came = |reply: &RepairReply| -> Vec<RowId> {
        reply.rows.iter().map(|r| serde_json::from_str::<Row>(r.get()).unwrap().id).collect()
    };
    let mut have: std::collections::BTreeSet<RowId> = came(&first).into_iter().collect();
    let listed: Vec<RowId> = first.differ.iter().flat_map(|d| d.rows.iter().map(|(id, _)| *id)).collect();
    assert!(!first.more && listed.len() == right.len());
    for _ in 0..20 {
        let want: Vec<_> = listed.iter().filter(|id| !have.contains(id)).take(REPAIR_WANT_MAX).copied().collect();
        if want.is_empty() {
            break;
        }
        let wanted = want.len();
        let ask = RepairRequest { buckets: None, want, ..request(&phone, scope) };
        let reply = repair(&fixture, &phone, ask).await.unwrap();
        assert_eq!(reply.more, reply.rows.len() < wanted);
        have.extend(came(&reply));
    }
    assert_eq!(have, right);
}

#[tokio::test]
async fn foreign_scopes_old_epochs_and_malformed_requests_are_refused_or_reset() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    let scope = Scope::Worker(phone.worker);
    let code = |reply: Result<RepairReply, SyncError>| reply.unwrap_err().code().cloned();
    let ask = request(&phone, scope);
    let foreign = RepairRequest { scope: Scope::Worker(worker("W2")), ..ask.clone() };
    assert_eq!(code(repair(&fixture, &phone, foreign).await), Some(ErrorCode::NotAllowed));
    let neither = RepairRequest { buckets: None, ..ask.clone() };
    assert_eq!(code(repair(&fixture, &phone, neither).await), Some(ErrorCode::Malformed));
    let both = RepairRequest { want: vec![RowId(fresh())], ..ask.clone() };
    assert_eq!(code(repair(&fixture, &phone, both).await), Some(ErrorCode::Malformed));
    let many = RepairRequest { buckets: None, want: vec![RowId(fresh()); REPAIR_WANT_MAX + 1], ..ask.clone() };
    assert_eq!(code(repair(&fixture, &phone, many).await), Some(ErrorCode::Malformed));
    let newer = RepairRequest { proto: 99, ..ask.clone() };
    let refused = repair(&fixture, &phone, newer).await.unwrap_err();
    let SyncError::Refused(error) = &refused else { panic!("{refused}") };
    assert_eq!(error.code, ErrorCode::ProtocolTooNew);
    assert_eq!(error.accepts, Some(shared::wire::Accepts::OWN));
    for other in [
        RepairRequest { epoch: Epoch(fresh()), ..ask.clone() },
        RepairRequest { cursor: Seq(1_000_000), ..ask.clone() },
    ] {
        let reply = repair(&fixture, &phone, other).await.unwrap();
        assert!(reply.reset && reply.differ.is_empty());
    }
}
