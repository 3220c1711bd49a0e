//! Bundles on the device: made, relayed_bundle, sealed when access ends; and the lock after days without contact.

use super::*;
use crate::{
    Refusal,
    sealed_bundle::SealedBundle,
    sync::pace::AFTER_SAVE_MS,
    testing::Dir,
    views::{BundleView, Phase, RelayState, SyncProblem},
};
use shared::{
    seal::{SealSecret, SignSecret},
    wire::{
        BundleReply, BundleVerdict, ErrorCode, Keys,
        bundle::{Bundle, Content, Header, seal},
    },
};

const DAY_MS: u64 = 86_400_000;

fn secret() -> SealSecret {
    SealSecret::derive([1; 32])
}

/// A device that knows what to seal to.
async fn keyed(world: &World, server: &Fake) -> Core {
    server.state().seal_key = Some(secret().public());
    let mut core = device(world);
    sync(&mut core, server).await;
    server.take_asked();
    core
}

fn export(core: &mut Core) -> BundleView {
    match core.handle(Command::ExportBundle) {
        Reply::Bundle(view) => *view,
        other => panic!("{other:?}"),
    }
}

fn opened(view: &BundleView) -> Content {
    let bundle = Bundle::parse(&view.bytes).unwrap();
    let packed = bundle.open(&secret()).unwrap();
    Content::parse(&zstd::decode_all(&packed[..]).unwrap(), &bundle.header).unwrap()
}

/// A colleague's file, as far as a carrier can tell.
fn colleagues(n: u8) -> Vec<u8> {
    let header =
        Header { device: shared::DeviceId(Uuid::from_u128(9)), key: secret().public().id(), created_ms: 0, ops: 4 };
    seal(header, &[n; 50], &secret().public(), &SignSecret::new([2; 32]), [n; 32]).unwrap()
}

fn verdict(verdict: BundleVerdict) -> Answer<BundleReply> {
    Ok(BundleReply { server_now: Moment::shanghai(0), verdict })
}

#[tokio::test]
async fn a_file_holds_what_a_push_would_send_and_marks_nothing_as_sent() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = keyed(&world, &server).await;
    assert_eq!(core.handle(Command::ExportBundle), Reply::Refused(Refusal::NothingUnsent));
    for n in 0..251 {
        say(&mut core, &n.to_string());
    }
    let view = export(&mut core);
    assert_eq!((view.ops, view.photos, view.ops_left, view.photos_left), (251, 0, 0, 0));
    let content = opened(&view);
    assert_eq!(content.pushes.iter().map(|p| p.ops.len()).collect::<Vec<_>>(), [250, 1]);
    let second = sync(&mut core, &server).await;
    assert_eq!(second.waiting_total, 0);
    let sent = server.state().pushes.clone();
    for (sealed, sent) in content.pushes.iter().zip(&sent) {
        let text =
            |p: &PushRequest| (p.first_op, p.chain, p.ops.iter().map(|o| o.get().to_owned()).collect::<Vec<_>>());
        assert_eq!(text(sealed), text(sent));
    }
}

#[tokio::test]
async fn each_file_of_a_day_has_a_name_of_its_own() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = keyed(&world, &server).await;
    say(&mut core, "a");
    assert_eq!(export(&mut core).name, "lianxin-2026-03-10-1.lxb");
    assert_eq!(export(&mut core).name, "lianxin-2026-03-10-2.lxb");
    world.pass_ms(DAY_MS);
    assert_eq!(export(&mut core).name, "lianxin-2026-03-11-1.lxb");
}

#[tokio::test]
async fn what_went_into_a_file_can_no_longer_be_taken_back_without_a_trace() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = keyed(&world, &server).await;
    let row = say(&mut core, "a");
    export(&mut core);
    let void = Command::Void { row, reason: "记错了".into() };
    assert!(matches!(core.handle(void), Reply::Saved { .. }));
    assert_eq!(outbox::waiting(core.store().unwrap().conn()).unwrap().0, 2, "a withdrawal follows, nothing vanishes");
}

#[tokio::test]
async fn without_a_servers_key_no_file_is_made_and_the_key_comes_with_the_next_pull() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say(&mut core, "a");
    sync(&mut core, &server).await;
    say(&mut core, "b");
    assert_eq!(core.handle(Command::ExportBundle), Reply::Refused(Refusal::NoSealKey));
    server.state().seal_key = Some(secret().public());
    sync(&mut core, &server).await;
    say(&mut core, "c");
    assert_eq!(export(&mut core).ops, 1);
}

#[tokio::test]
async fn the_own_key_is_told_until_a_server_that_knows_of_bundles_has_heard_it_and_again_after_a_restore() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    let keys = |server: &Fake| server.state().pulls.last().unwrap().keys.clone().unwrap();
    sync(&mut core, &server).await;
    let first = keys(&server);
    assert!(first.seal.is_none() && first.sign.is_some());
    server.state().seal_key = Some(secret().public());
    sync(&mut core, &server).await;
    assert_eq!(keys(&server), first, "an older server did not hear it");
    sync(&mut core, &server).await;
    assert_eq!(keys(&server), Keys { seal: Some(secret().public().id()), sign: None });
    server.state().epoch = Some(Epoch(Uuid::from_u128(77)));
    sync(&mut core, &server).await;
    sync(&mut core, &server).await;
    assert_eq!(server.state().pulls.iter().filter(|p| p.keys.as_ref().unwrap().sign == first.sign).count(), 3);
    let other = SealSecret::derive([5; 32]).public();
    server.state().seal_key = Some(other);
    sync(&mut core, &server).await;
    sync(&mut core, &server).await;
    assert_eq!(keys(&server).seal, Some(other.id()), "a changed key replaces the old one");
}

#[tokio::test]
async fn a_colleagues_file_goes_with_the_next_sync_and_leaves_once_the_server_has_it() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = keyed(&world, &server).await;
    for bytes in [colleagues(1), colleagues(2), colleagues(1)] {
        assert_eq!(core.handle(Command::RelayBundle { bytes }), Reply::Done);
    }
    let cut = colleagues(3)[..100].to_vec();
    assert_eq!(core.handle(Command::RelayBundle { bytes: cut }), Reply::Refused(Refusal::NotABundle));
    say(&mut core, "mine");
    server.state().bundle_plan.extend([verdict(BundleVerdict::Accepted), verdict(BundleVerdict::OtherServer)]);
    let view = sync(&mut core, &server).await;
    assert_eq!(server.take_asked(), ["push", "pull", "bundle", "bundle"], "one's own work first");
    assert_eq!(server.state().bundles, [colleagues(1), colleagues(2)]);
    assert_eq!(view.last_problem, None, "what the server will not have holds up nothing");
    let states: Vec<RelayState> = view.relayed_bundles.iter().map(|c| c.state.clone()).collect();
    assert_eq!(states, [RelayState::Refused(BundleVerdict::OtherServer), RelayState::Delivered]);
    let kept = crate::store::relayed_bundle::bytes(core.store().unwrap().conn(), view.relayed_bundles[1].id).unwrap();
    assert_eq!(kept, None);
    sync(&mut core, &server).await;
    assert_eq!(server.take_asked(), ["pull"], "neither is sent again");
    for file in view.relayed_bundles {
        assert_eq!(core.handle(Command::DropRelayedBundle { id: file.id }), Reply::Done);
    }
    assert!(sync(&mut core, &server).await.relayed_bundles.is_empty());
}

#[tokio::test]
async fn a_file_that_does_not_get_through_is_tried_again_and_holds_up_nothing() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = keyed(&world, &server).await;
    assert_eq!(core.handle(Command::RelayBundle { bytes: colleagues(1) }), Reply::Done);
    assert_eq!(core.handle(Command::RelayBundle { bytes: colleagues(2) }), Reply::Done);
    let refused = |code| Err(SyncError::refused(code));
    server.state().bundle_plan.extend([Err(SyncError::Offline("broke off".into())), refused(ErrorCode::NotFound)]);
    let view = sync(&mut core, &server).await;
    assert_eq!(server.take_asked(), ["pull", "bundle", "bundle"]);
    assert_eq!(view.last_problem, Some(SyncProblem::Offline));
    let states: Vec<RelayState> = view.relayed_bundles.into_iter().map(|c| c.state).collect();
    assert_eq!(states, [RelayState::Blocked(ErrorCode::NotFound), RelayState::Waiting]);
    server.state().bundle_plan.push_back(verdict(BundleVerdict::Repeated));
    assert_eq!(sync(&mut core, &server).await.relayed_bundles[1].state, RelayState::Delivered);
}

#[tokio::test]
async fn a_server_busy_with_files_is_left_in_peace_as_long_as_it_asks_and_photos_go_on() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = keyed(&world, &server).await;
    super::media::take(&mut core, 10);
    sync(&mut core, &server).await;
    server.take_asked();
    for n in [1, 2] {
        assert_eq!(core.handle(Command::RelayBundle { bytes: colleagues(n) }), Reply::Done);
    }
    // More often than a file may fail before it waits for a person.
    for _ in 0..5 {
        server.state().bundle_plan.push_back(Err(SyncError::refused(ErrorCode::Busy).retry_after(600)));
        core.begin_by_itself();
        while let Some(step) = core.next_step() {
            core.apply(step.run(&server).await);
        }
        assert_eq!(server.take_asked(), ["pull", "bundle", "create"], "not the second file, but the photo");
        let due = core.due_in_ms().unwrap();
        assert!((600_000..=900_000).contains(&due), "{due}");
        core.saved();
        assert_eq!(core.due_in_ms(), Some(due), "saving does not shorten it");
    }
    server.state().bundle_plan.extend([verdict(BundleVerdict::Accepted), verdict(BundleVerdict::Accepted)]);
    core.begin_by_itself();
    while let Some(step) = core.next_step() {
        core.apply(step.run(&server).await);
    }
    assert_eq!(server.state().bundles.len(), 7, "both went at last, by themselves");
}

#[tokio::test]
async fn a_server_without_room_for_a_carried_file_is_asked_for_nothing_more_until_the_wait_is_over() {
    for code in [ErrorCode::StorageFull, ErrorCode::TooManyRequests] {
        let (world, server) = (World::new(), Fake::default());
        let mut core = keyed(&world, &server).await;
        for n in [1, 2] {
            assert_eq!(core.handle(Command::RelayBundle { bytes: colleagues(n) }), Reply::Done);
        }
        server.state().bundle_plan.push_back(Err(SyncError::refused(code.clone()).retry_after(600)));
        let view = sync(&mut core, &server).await;
        assert_eq!(server.take_asked(), ["pull", "bundle"]);
        assert_eq!(view.last_problem, Some(SyncProblem::Refused(code)));
        let due = core.due_in_ms().unwrap();
        assert!((600_000..=900_000).contains(&due), "{due}");
    }
}

#[tokio::test]
async fn withdrawn_access_seals_unsent_work_where_it_can_be_had_without_the_pin() {
    let (world, server, dir) = (World::new(), Fake::default(), Dir::new());
    server.state().seal_key = Some(secret().public());
    let mut core = device_in(&world, dir.path());
    sync(&mut core, &server).await;
    say(&mut core, "a");
    server.plan_push(Err(SyncError::refused(ErrorCode::TokenRevoked)));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.waiting.len()), (1, 0), "how many is said, and of what nothing");
    drop(core);

    let mut core = Core::open_for_tests(Paths { dir: Some(dir.path().into()) }, Box::new(world.clone())).unwrap();
    let Reply::Status(status) = core.handle(Command::Status) else { panic!() };
    assert_eq!((status.phase, status.sealed.unwrap().ops), (Phase::Locked, 1));
    let Reply::Bundle(sealed) = core.handle(Command::SealedBundle) else { panic!() };
    assert_eq!(opened(&sealed).pushes[0].ops.len(), 1);

    core.handle(Command::Unlock { pin: "2486".into() });
    assert_eq!(core.handle(Command::Today), Reply::Refused(Refusal::Revoked));
    let again = Command::Enrol { server: "https://lianxin.example".into(), code: "ABCDE-12345".into() };
    carry_out(&mut core, again, &server).await;
    assert!(SealedBundle::find(dir.path()).is_some(), "kept until all of it was sent");
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
    assert!(SealedBundle::find(dir.path()).is_none());
    let Reply::Status(status) = core.handle(Command::Status) else { panic!() };
    assert_eq!(status.sealed, None);
}

#[tokio::test]
async fn a_kill_between_the_word_and_the_file_is_made_good_when_the_store_is_opened() {
    let (world, server, dir) = (World::new(), Fake::default(), Dir::new());
    server.state().seal_key = Some(secret().public());
    let mut core = device_in(&world, dir.path());
    sync(&mut core, &server).await;
    say(&mut core, "a");
    server.plan_push(Err(SyncError::refused(ErrorCode::TokenRevoked)));
    sync(&mut core, &server).await;
    drop(core);
    std::fs::remove_dir_all(dir.path().join("sealed")).unwrap();
    std::fs::create_dir_all(dir.path().join("sealed")).unwrap();
    std::fs::write(dir.path().join("sealed/arriving"), b"lianxinb half of it").unwrap();
    let mut core = Core::open_for_tests(Paths { dir: Some(dir.path().into()) }, Box::new(world.clone())).unwrap();
    assert!(core.sealed_bundle.is_none());
    core.handle(Command::Unlock { pin: "2486".into() });
    assert_eq!(SealedBundle::find(dir.path()).map(|_| ()), Some(()));
    assert!(!dir.path().join("sealed/arriving").exists());
}

#[tokio::test]
async fn thirty_days_without_contact_lock_until_the_server_was_reached_once() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = keyed(&world, &server).await;
    let row = say(&mut core, "a");
    world.pass_ms(29 * DAY_MS);
    let Reply::Today(today) = core.handle(Command::Today) else { panic!() };
    assert_eq!(today.locks_in_days, Some(1), "said some days before");
    world.pass_ms(DAY_MS);
    for command in [Command::Today, Command::Void { row, reason: "x".into() }] {
        assert_eq!(core.handle(command), Reply::Refused(Refusal::InactivityLocked));
    }
    let Reply::Status(status) = core.handle(Command::Status) else { panic!() };
    assert_eq!(status.phase, Phase::InactivityLocked);
    let Reply::Sync(view) = core.handle(Command::SyncState) else { panic!() };
    assert_eq!((view.waiting_total, view.waiting.len()), (1, 0));
    assert_eq!(export(&mut core).ops, 1, "unsent work can be saved to a file");

    server.plan_push(Err(SyncError::Offline("no signal".into())));
    sync(&mut core, &server).await;
    assert_eq!(core.phase().unwrap(), Phase::InactivityLocked, "a try is no contact");
    assert!(core.begin(&Command::SyncNow).is_none());
    let step = core.next_step().unwrap();
    assert!(core.apply(step.run(&server).await).status, "the screens hear of it at the first answer");
    assert_eq!(core.phase().unwrap(), Phase::Ready);
    assert!(shown(&core, row));
}

#[tokio::test]
async fn a_clock_set_back_does_not_put_the_lock_off() {
    let (world, server, dir) = (World::new(), Fake::default(), Dir::new());
    let mut core = device_in(&world, dir.path());
    sync(&mut core, &server).await;
    world.pass_ms(25 * DAY_MS);
    core.handle(Command::Status);
    world.set_clock_by(-25 * DAY_MS as i64);
    core.handle(Command::Status);
    drop(core);
    let mut core = Core::open_for_tests(Paths { dir: Some(dir.path().into()) }, Box::new(world.clone())).unwrap();
    core.handle(Command::Unlock { pin: "2486".into() });
    assert_eq!(core.phase().unwrap(), Phase::Ready);
    world.pass_ms(5 * DAY_MS);
    core.handle(Command::Status);
    assert_eq!(core.phase().unwrap(), Phase::InactivityLocked);
}

#[tokio::test]
async fn a_phone_in_touch_never_locks() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = keyed(&world, &server).await;
    for _ in 0..5 {
        world.pass_ms(20 * DAY_MS);
        sync(&mut core, &server).await;
        assert_eq!(core.phase().unwrap(), Phase::Ready);
    }
    say(&mut core, "a");
    core.saved();
    assert_eq!(core.due_in_ms(), Some(AFTER_SAVE_MS));
}
