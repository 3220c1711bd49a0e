//! Letting go of old operations, and everything that still needs them.

use super::*;
use crate::store::{chain, photo};
use shared::{OpOutcome, Outcome, op::Rejection};

const DAY_MS: u64 = 86_400_000;

fn kept(core: &Core) -> Vec<u64> {
    let conn = core.store().unwrap().conn();
    let mut statement = conn.prepare("SELECT no FROM op ORDER BY no").unwrap();
    statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
}

fn base(core: &Core) -> chain::ChainBase {
    chain::base(core.store().unwrap().conn(), incarnation(core)).unwrap()
}

/// Days go by, each with a sync.
async fn days(core: &mut Core, world: &World, server: &Fake, n: u64) {
    for _ in 0..n {
        world.pass_ms(DAY_MS);
        sync(core, server).await;
    }
}

fn outcome(no: u64, op_id: shared::OpId, outcome: Outcome) -> OpOutcome {
    OpOutcome { op_id, op_no: OpNo(no), outcome }
}

/// The id of the operation with a local number.
fn op_id(core: &Core, no: u64) -> shared::OpId {
    outbox::entry(core.store().unwrap().conn(), no).unwrap().unwrap().op().unwrap().id
}

#[tokio::test]
async fn what_is_done_with_goes_after_sixty_days_and_the_chain_goes_on() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say_often(&mut core, 3);
    sync(&mut core, &server).await;
    sync(&mut core, &server).await;
    days(&mut core, &world, &server, 59).await;
    assert_eq!(kept(&core), [1, 2, 3]);
    days(&mut core, &world, &server, 2).await;
    assert!(kept(&core).is_empty());
    let sent = server.state().pushes[0].ops.clone();
    let chain = sent.iter().fold(Chain::default(), |chain, op| chain.then(op.get()));
    assert_eq!((base(&core).no, base(&core).chain), (OpNo(3), chain));
    // Numbers and chain go on, with the remembered chain and without it.
    say(&mut core, "d");
    sync(&mut core, &server).await;
    core.write(|tx| Ok(meta::remove(tx, "chain")?)).unwrap();
    say(&mut core, "e");
    sync(&mut core, &server).await;
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!((numbers(&pushes[1]), pushes[1].chain), (vec![4], chain));
    assert_eq!((numbers(&pushes[2]), pushes[2].chain), (vec![5], chain.then(pushes[1].ops[0].get())));
}

#[tokio::test]
async fn what_wants_a_look_waits_or_was_refused_stays_and_blocks_nothing_behind_it() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    let rows: Vec<RowId> = (0..5).map(|n| say(&mut core, &n.to_string())).collect();
    let ids: Vec<_> = (1..=5).map(|no| op_id(&core, no)).collect();
    let review = Outcome::InReview {
        review: shared::ids::ReviewId(Uuid::from_u128(1)),
        reason: shared::records::ReviewReason::Proposal,
        applied: false,
    };
    server.plan_push(Ok(PushVerdict::Accepted {
        acked_through: OpNo(5),
        outcomes: vec![
            outcome(1, ids[0], Outcome::Merged { lost: vec!["note".into()] }),
            outcome(2, ids[1], Outcome::Rejected(Rejection::NotYours)),
            outcome(3, ids[2], review),
            outcome(4, ids[3], Outcome::Merged { lost: vec![] }),
        ],
    }));
    sync(&mut core, &server).await;
    // Two are put aside by their author: the merged one may go then, the refused one stays for good.
    for no in [2, 4] {
        core.handle(Command::Acknowledge { op_no: OpNo(no) });
    }
    days(&mut core, &world, &server, 62).await;
    assert_eq!(kept(&core), [1, 2, 3]);
    assert_eq!(base(&core).no, OpNo(5));
    assert!(shown(&core, rows[2]), "what waits for a supervisor is still shown");
    say(&mut core, "f");
    sync(&mut core, &server).await;
    assert_eq!(numbers(server.state().pushes.last().unwrap()), [6]);
}

#[tokio::test]
async fn a_clock_that_is_wrong_lets_go_of_nothing_early() {
    // The phone's clock is 400 days behind while it saves, and is put right afterwards.
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    world.set_clock_by(-400 * DAY_MS as i64);
    server.state().ahead_ms = 400 * DAY_MS as i64;
    say(&mut core, "a");
    sync(&mut core, &server).await;
    world.set_clock_by(400 * DAY_MS as i64);
    server.state().ahead_ms = 0;
    days(&mut core, &world, &server, 59).await;
    assert_eq!(kept(&core), [1]);
    // The server's clock leaps ahead by a year for a day.
    say(&mut core, "b");
    sync(&mut core, &server).await;
    server.state().ahead_ms = 365 * DAY_MS as i64;
    days(&mut core, &world, &server, 1).await;
    assert!(kept(&core).contains(&2), "by this phone's clock it is a day old");
    server.state().ahead_ms = 0;
    days(&mut core, &world, &server, 3).await;
    assert!(kept(&core).contains(&2));
}

#[tokio::test]
async fn a_server_that_asks_for_what_was_let_go_gets_what_is_left_under_a_new_incarnation() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say_often(&mut core, 3);
    sync(&mut core, &server).await;
    days(&mut core, &world, &server, 40).await;
    say_often(&mut core, 2);
    sync(&mut core, &server).await;
    days(&mut core, &world, &server, 22).await;
    assert_eq!(kept(&core), [4, 5]);
    say(&mut core, "new");
    server.plan_push(Ok(PushVerdict::Resume { have: OpNo(1) }));
    // A server tells which incarnation it is; one it has not heard of is answered with the next.
    server.plan_push(Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(3) }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.last_problem, view.waiting_total), (None, 0));
    let pushes = std::mem::take(&mut server.state().pushes);
    let last = pushes.last().unwrap();
    assert_eq!((last.incarnation, last.first_op, last.chain), (Incarnation(3), OpNo(1), Chain::default()));
    assert_eq!(numbers(last), [1, 2, 3]);
    let asked: Vec<Incarnation> = pushes.iter().rev().take(3).map(|p| p.incarnation).collect();
    assert_eq!(asked, [Incarnation(3), Incarnation(2), Incarnation(1)]);
    // The numbers of the new incarnation go on from there, also after a fold of it.
    days(&mut core, &world, &server, 62).await;
    assert!(kept(&core).is_empty());
    say(&mut core, "later");
    sync(&mut core, &server).await;
    assert_eq!(numbers(server.state().pushes.last().unwrap()), [4]);
}

#[tokio::test]
async fn after_a_restore_the_last_thirty_days_are_still_there_to_be_offered_again() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say_often(&mut core, 2);
    sync(&mut core, &server).await;
    days(&mut core, &world, &server, 50).await;
    say_often(&mut core, 2);
    sync(&mut core, &server).await;
    days(&mut core, &world, &server, 15).await;
    assert_eq!(kept(&core), [3, 4]);
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE2)));
    server.state().pushes.clear();
    sync(&mut core, &server).await;
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!(pushes.iter().flat_map(numbers).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(pushes[0].chain, base(&core).chain);
}

#[tokio::test]
async fn what_was_saved_long_ago_and_acknowledged_lately_is_offered_to_a_restored_server() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say(&mut core, "acknowledged at once");
    sync(&mut core, &server).await;
    // Without signal it waits for weeks.
    say(&mut core, "saved today");
    world.pass_ms(55 * DAY_MS);
    sync(&mut core, &server).await;
    days(&mut core, &world, &server, 2).await;
    for epoch in [0xE2, 0xE3] {
        // Put back twice: to what it was before the second came, both times.
        server.state().epoch = Some(Epoch(Uuid::from_u128(epoch)));
        server.state().pushes.clear();
        sync(&mut core, &server).await;
        let pushes = std::mem::take(&mut server.state().pushes);
        assert_eq!(pushes.iter().flat_map(numbers).collect::<Vec<_>>(), [2], "epoch {epoch:x}");
        days(&mut core, &world, &server, 1).await;
    }
}

#[tokio::test]
async fn what_a_restored_server_took_once_more_counts_from_then_on() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say(&mut core, "a");
    sync(&mut core, &server).await;
    days(&mut core, &world, &server, 20).await;
    // The pull that tells of the new epoch comes through, the push after it does not for three weeks.
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE2)));
    for _ in 0..20 {
        server.plan_push(Err(SyncError::Offline("cut".into())));
        world.pass_ms(DAY_MS);
        sync(&mut core, &server).await;
    }
    days(&mut core, &world, &server, 15).await;
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE3)));
    server.state().pushes.clear();
    sync(&mut core, &server).await;
    let offered: Vec<_> = server.state().pushes.iter().flat_map(numbers).collect();
    assert_eq!(offered, [1], "15 days after it was acknowledged");
}

#[tokio::test]
async fn a_draft_stays() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    let keep = Command::SaveDraft { key: "visit:1".into(), json: "{}".into() };
    core.handle(keep);
    say(&mut core, "a");
    sync(&mut core, &server).await;
    days(&mut core, &world, &server, 70).await;
    assert!(kept(&core).is_empty());
    let drafts: i64 = core.store().unwrap().conn().query_row("SELECT count(*) FROM draft", [], |r| r.get(0)).unwrap();
    assert_eq!(drafts, 1);
}

#[tokio::test]
async fn a_photo_that_waited_longer_than_its_record_is_kept_still_arrives() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    let metered = |core: &mut Core, metered| core.handle(Command::SetConnection { metered: Some(metered) });
    metered(&mut core, true);
    super::media::take(&mut core, 100);
    sync(&mut core, &server).await;
    days(&mut core, &world, &server, 70).await;
    assert!(kept(&core).is_empty(), "what was said of its record has been folded away");
    server.take_asked();
    metered(&mut core, false);
    server.plan_media([super::metered::status(shared::wire::MediaState::Verified, 100)]);
    sync(&mut core, &server).await;
    assert!(server.take_asked().contains(&"create"));
    let debt: i64 = photo::backlog(core.store().unwrap().conn()).unwrap().photos.into();
    assert_eq!(debt, 0);
}
