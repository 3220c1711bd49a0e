//! Several servers on one database: what one was told, the other knows.

use super::{
    quarantine_retry::{AsIfUnknown, kept},
    town::*,
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
async fn a_phone_may_speak_to_another_server_each_time() {
    let town = Town::new().await;
    let other = town.open_again().await;
    let mut phone = town.phone("W1").await;
    let mut colleague = town.phone("W2").await;
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
        town.env.advance(DAY_MS);
    }
    assert_eq!(town.report("6208", "2026-03").await.total.visits(), 18);
}

#[tokio::test]
async fn the_same_push_to_two_servers_at_once_is_taken_once() {
    let town = Town::new().await;
    let other = town.open_again().await;
    let mut phone = town.phone("W1").await;
    for who in ["R1", "R2"] {
        phone.visit(who);
    }
    let request = phone.request();
    let (here, there) =
        tokio::join!(town.core.push(&phone.token, request.clone()), other.push(&phone.token, request.clone()));
    let accepted = PushVerdict::Accepted { acked_through: OpNo(2), outcomes: vec![] };
    assert_eq!((here.unwrap().verdict, there.unwrap().verdict), (accepted.clone(), accepted));
    phone.acknowledge(&request);
    assert_eq!(town.report("6208", "2026-03").await.total.visits(), 2);
    phone.pull().await;
}

#[tokio::test]
async fn a_token_withdrawn_at_one_server_opens_no_other() {
    let town = Town::new().await;
    let other = town.open_again().await;
    let mut phone = town.phone("W1").await;
    phone.visit("R1");
    town.core.revoke_device(phone.id).await.unwrap();
    phone.core = other;
    let refused = phone.send(phone.request()).await.unwrap_err();
    assert_eq!(refused.code(), Some(&shared::wire::ErrorCode::TokenRevoked));
}

#[tokio::test]
async fn what_an_older_server_could_not_judge_is_judged_once_though_two_newer_ones_start_at_once() {
    let town = Town::new().await;
    let other = town.open_again().await;
    let mut phone = town.phone("W1").await;
    let visits: Vec<_> = (0..40).map(|n| phone.visit(if n % 2 == 0 { "R1" } else { "R2" })).collect();
    let ops: Vec<_> = phone.outbox.iter().map(|op| op.id).collect();
    phone.push().await;
    let counted = town.report("6208", "2026-03").await.total.visits();
    for (n, op) in ops.into_iter().enumerate() {
        town.core.store().write(AsIfUnknown { op, logged: n % 3 != 0 }).await.unwrap();
    }
    let (here, there) = tokio::join!(town.core.quarantine_retry("2.0.0"), other.quarantine_retry("2.0.0"));
    assert_eq!(here.unwrap() + there.unwrap(), 40);
    assert_eq!(kept(&town).await, 0);
    for visit in &visits {
        assert_eq!(town.row(*visit).await.rev.0, 1, "judged once");
        assert_eq!(town.logged(*visit).await.len(), 1);
    }
    assert_eq!(town.report("6208", "2026-03").await.total.visits(), counted, "counted once");
    phone.pull_page().await;
    assert_eq!(phone.count(&Kind::Visit), 40);
}

/// How many rows are only kept to tell somebody that they left.
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
async fn two_servers_that_tidy_up_at_once_remove_what_is_old_once_and_nothing_else() {
    let town = Town::new().await;
    let other = town.open_again().await;
    let (mut phone, keeps) = (town.phone("W1").await, town.phone("W2").await);
    phone.pull().await;
    let people: Vec<String> = (0..30).map(|n| format!("P{n}")).collect();
    let mut changes: Vec<_> = people.iter().map(|p| new_recipient(p, VILLAGE)).collect();
    changes.extend(people.iter().map(|p| new_pairing("W1", p, "2026-01-01")));
    town.office(changes).await;
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
        let upload = town.core.media_create(&keeps.token, request).await.unwrap().upload;
        town.core.media_chunk(&keeps.token, MediaChunk { upload, offset: 0, bytes }).await.unwrap();
        uploads.push(upload);
    }
    town.env.advance(DAY_MS);
    let end = |p: &String| set(Kind::Pairing, pairing("W1", p), json!({"end": "2026-03-02"}));
    town.office(people[..20].iter().map(end).collect()).await;
    let (late, bytes) = begin(99);
    for _ in 0..KEEP_DAYS {
        town.env.advance(DAY_MS);
        let (here, there) = tokio::join!(town.core.prune(), other.prune());
        assert_eq!((here.unwrap().left_workers, there.unwrap().left_workers), (0, 0), "ninety days are not over");
    }
    let mut recent = town.phone("W1").await;
    recent.pull().await;
    assert!(recent.holds(recipient("P25")) && !recent.holds(recipient("P0")));
    town.office(people[20..].iter().map(end).collect()).await;
    let late = town.core.media_create(&keeps.token, late).await.unwrap().upload;
    town.core.media_chunk(&keeps.token, MediaChunk { upload: late, offset: 0, bytes }).await.unwrap();
    town.env.advance(DAY_MS);

    let before = town.core.store().read(Tombstones).await.unwrap();
    let (here, there, swept_here, swept_there) =
        tokio::join!(town.core.prune(), other.prune(), town.core.forget_abandoned(), other.forget_abandoned());
    let left = here.unwrap().left_workers + there.unwrap().left_workers;
    let kept = town.core.store().read(Tombstones).await.unwrap();
    assert!(left >= 20 && kept >= 10, "{left} of {before}, and none of yesterday's");
    assert_eq!(left, before - kept, "each once");
    assert_eq!(swept_here.unwrap() + swept_there.unwrap(), 20);
    for upload in uploads {
        assert!(town.core.media_status(&keeps.token, upload).await.is_err());
    }
    assert_eq!(town.core.media_status(&keeps.token, late).await.unwrap().offset, 5000);
    // Those of yesterday are still there to be told.
    assert!(!recent.pull_page().await.scopes.iter().any(|p| p.reset));
    assert!(!recent.holds(recipient("P25")));
    // The phone was away for longer than tombstones are kept: it starts over, and holds what it should.
    phone.pull().await;
    assert!(phone.holds(own) && phone.holds(recipient("R1")) && !phone.holds(recipient("P0")));
    assert!(!phone.holds(recipient("P25")));
}
