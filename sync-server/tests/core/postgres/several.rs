//! Several servers on one database: what one was told, the other knows.

use super::town::*;
use shared::{ids::OpNo, wire::PushVerdict};

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
    use shared::protocol::SyncProtocol;
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
