//! Several servers on one database: what one commits, the others see.

use super::{
    fixture::*,
    quarantine_retry::{AsIfUnknown, quarantined},
};
use serde_json::json;
use shared::{
    Kind, PhotoId,
    chain::sha256_hex,
    ids::OpNo,
    protocol::SyncProtocol,
    wire::{MediaChunk, MediaCreate, PushVerdict},
};
use sync_server::{
    core::KEEP_DAYS,
    store::{Job, Store, StoreError, Txn, tables::WorkerFeed},
};

#[tokio::test]
async fn a_phone_may_use_another_server_for_each_request() {
    let fixture = Fixture::new().await;
    let other = fixture.open_again().await;
    let mut phone = fixture.phone("W1").await;
    let mut colleague = fixture.phone("W2").await;
    for round in 0..6 {
        std::mem::swap(&mut phone.core, &mut colleague.core);
        if round == 0 {
            phone.core = other.clone();
        }
        phone.visit("R2");
        phone.visit("R1");
        assert!(phone.push().await.is_empty());
        colleague.visit("R2");
        assert!(colleague.push().await.is_empty());
        phone.pull().await;
        colleague.pull().await;
        fixture.env.advance(DAY_MS);
    }
    assert_eq!(fixture.report("6208", "2026-03").await.total.visits(), 18);
}

#[tokio::test]
async fn the_same_push_to_two_servers_at_once_is_applied_once() {
    let fixture = Fixture::new().await;
    let other = fixture.open_again().await;
    let mut phone = fixture.phone("W1").await;
    for who in ["R1", "R2"] {
        phone.visit(who);
    }
    let request = phone.request();
    let (here, there) =
        tokio::join!(fixture.core.push(&phone.token, request.clone()), other.push(&phone.token, request.clone()));
    let accepted = PushVerdict::Accepted { acked_through: OpNo(2), outcomes: vec![] };
    assert_eq!((here.unwrap().verdict, there.unwrap().verdict), (accepted.clone(), accepted));
    phone.acknowledge(&request);
    assert_eq!(fixture.report("6208", "2026-03").await.total.visits(), 2);
    phone.pull().await;
}

#[tokio::test]
async fn a_token_revoked_at_one_server_is_refused_by_the_other() {
    let fixture = Fixture::new().await;
    let other = fixture.open_again().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    fixture.core.revoke_device(phone.id).await.unwrap();
    phone.core = other;
    let refused = phone.send(phone.request()).await.unwrap_err();
    assert_eq!(refused.code(), Some(&shared::wire::ErrorCode::TokenRevoked));
}

#[tokio::test]
async fn two_newer_servers_that_start_at_once_evaluate_the_quarantine_once() {
    let fixture = Fixture::new().await;
    let other = fixture.open_again().await;
    let mut phone = fixture.phone("W1").await;
    let visits: Vec<_> = (0..40).map(|n| phone.visit(if n % 2 == 0 { "R1" } else { "R2" })).collect();
    let ops: Vec<_> = phone.outbox.iter().map(|op| op.id).collect();
    phone.push().await;
    let counted = fixture.report("6208", "2026-03").await.total.visits();
    for (n, op) in ops.into_iter().enumerate() {
        fixture.core.store().write(AsIfUnknown { op, logged: n % 3 != 0 }).await.unwrap();
    }
    let (here, there) = tokio::join!(fixture.core.quarantine_retry("2.0.0"), other.quarantine_retry("2.0.0"));
    assert_eq!(here.unwrap() + there.unwrap(), 40);
    assert_eq!(quarantined(&fixture).await, 0);
    for visit in &visits {
        assert_eq!(fixture.row(*visit).await.rev.0, 1, "evaluated once");
        assert_eq!(fixture.logged(*visit).await.len(), 1);
    }
    assert_eq!(fixture.report("6208", "2026-03").await.total.visits(), counted, "counted once");
    phone.pull_page().await;
    assert_eq!(phone.count(&Kind::Visit), 40);
}

/// How many rows exist only to tell a device that a row left.
struct Tombstones;

impl Job for Tombstones {
    type Out = u64;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<u64, StoreError> {
        let rows = txn.between::<WorkerFeed>("seq", 0, i64::MAX, 10_000).await?;
        Ok(rows.iter().filter(|row| row.gone).count() as u64)
    }
}

#[tokio::test]
async fn two_servers_that_prune_at_once_remove_old_rows_once_and_nothing_else() {
    let fixture = Fixture::new().await;
    let other = fixture.open_again().await;
    let (mut phone, keeps) = (fixture.phone("W1").await, fixture.phone("W2").await);
    phone.pull().await;
    let people: Vec<String> = (0..30).map(|n| format!("P{n}")).collect();
    let mut changes: Vec<_> = people.iter().map(|p| new_recipient(p, VILLAGE)).collect();
    changes.extend(people.iter().map(|p| new_pairing("W1", p, "2026-01-01")));
    fixture.office(changes).await;
    let own = phone.visit("R1");
    phone.push().await;
    let begin = |n: u8| {
        let bytes = vec![n; 5000];
        let photo = PhotoId(fresh());
        (MediaCreate { photo, sha256: sha256_hex(&bytes), size: 9000, mime: "image/jpeg".into() }, bytes)
    };
    let mut uploads = Vec::new();
    for n in 0..20 {
        let (request, bytes) = begin(n);
        let upload = fixture.core.media_create(&keeps.token, request).await.unwrap().upload;
        fixture.core.media_chunk(&keeps.token, MediaChunk { upload, offset: 0, bytes }).await.unwrap();
        uploads.push(upload);
    }
    fixture.env.advance(DAY_MS);
    let end = |p: &String| set(Kind::Pairing, pairing("W1", p), json!({"end": "2026-03-02"}));
    fixture.office(people[..20].iter().map(end).collect()).await;
    let (late, bytes) = begin(99);
    for _ in 0..KEEP_DAYS {
        fixture.env.advance(DAY_MS);
        let (here, there) = tokio::join!(fixture.core.prune(), other.prune());
        assert_eq!((here.unwrap().left_workers, there.unwrap().left_workers), (0, 0), "ninety days are not over");
    }
    let mut recent = fixture.phone("W1").await;
    recent.pull().await;
    assert!(recent.holds(recipient("P25")) && !recent.holds(recipient("P0")));
    fixture.office(people[20..].iter().map(end).collect()).await;
    let late = fixture.core.media_create(&keeps.token, late).await.unwrap().upload;
    fixture.core.media_chunk(&keeps.token, MediaChunk { upload: late, offset: 0, bytes }).await.unwrap();
    fixture.env.advance(DAY_MS);

    let before = fixture.core.store().read(Tombstones).await.unwrap();
    let (here, there, swept_here, swept_there) =
        tokio::join!(fixture.core.prune(), other.prune(), fixture.core.forget_abandoned(), other.forget_abandoned());
    let left = here.unwrap().left_workers + there.unwrap().left_workers;
    let left_rows = fixture.core.store().read(Tombstones).await.unwrap();
    assert!(left >= 20 && left_rows >= 10, "{left} of {before}, and none of yesterday's");
    assert_eq!(left, before - left_rows, "each once");
    assert_eq!(swept_here.unwrap() + swept_there.unwrap(), 20);
    for upload in uploads {
        assert!(fixture.core.media_status(&keeps.token, upload).await.is_err());
    }
    assert_eq!(fixture.core.media_status(&keeps.token, late).await.unwrap().offset, 5000);
    // Yesterday's tombstones are still there.
    assert!(!recent.pull_page().await.scopes.iter().any(|p| p.reset));
    assert!(!recent.holds(recipient("P25")));
    // The phone was away for longer than tombstones are kept: it starts over and converges.
    phone.pull().await;
    assert!(phone.holds(own) && phone.holds(recipient("R1")) && !phone.holds(recipient("P0")));
    assert!(!phone.holds(recipient("P25")));
}
