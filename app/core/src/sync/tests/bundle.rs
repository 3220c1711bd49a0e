//! Bundles on the device: exported, relayed, and sealed when access ends. Also the inactivity lock.

use super::*;
use crate::{
    Refusal,
    sealed_bundle::SealedBundle,
    sync::schedule::AFTER_SAVE_MS,
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

/// A device that knows the server's sealing key.
async fn device_with_seal_key(env: &TestEnv, server: &FakeServer) -> Core {
    server.state().seal_key = Some(secret().public());
    let mut core = device(env);
    sync(&mut core, server).await;
    server.take_calls();
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

/// A colleague's bundle. Its content is random, since the relaying device cannot open it.
fn colleagues_bundle(n: u8) -> Vec<u8> {
    let header =
        Header { device: shared::DeviceId(Uuid::from_u128(9)), key: secret().public().id(), created_ms: 0, ops: 4 };
    seal(header, &[n; 50], &secret().public(), &SignSecret::new([2; 32]), [n; 32]).unwrap()
}

fn verdict(verdict: BundleVerdict) -> Answer<BundleReply> {
    Ok(BundleReply { server_now: Moment::shanghai(0), verdict })
}

#[tokio::test]
async fn a_bundle_holds_what_a_push_would_send_and_marks_nothing_as_sent() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device_with_seal_key(&env, &server).await;
    assert_eq!(core.handle(Command::ExportBundle), Reply::Refused(Refusal::NothingUnsent));
    for n in 0..251 {
        save_feedback(&mut core, &n.to_string());
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
async fn each_bundle_of_a_day_has_its_own_name() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device_with_seal_key(&env, &server).await;
    save_feedback(&mut core, "a");
    assert_eq!(export(&mut core).name, "lianxin-2026-03-10-1.lxb");
    assert_eq!(export(&mut core).name, "lianxin-2026-03-10-2.lxb");
    env.pass_ms(DAY_MS);
    assert_eq!(export(&mut core).name, "lianxin-2026-03-11-1.lxb");
}

#[tokio::test]
async fn an_exported_operation_can_no_longer_be_undone_without_a_trace() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device_with_seal_key(&env, &server).await;
    let row = save_feedback(&mut core, "a");
    export(&mut core);
    let void = Command::Void { row, reason: "记错了".into() };
    assert!(matches!(core.handle(void), Reply::Saved { .. }));
    assert_eq!(
        outbox::waiting(core.store().unwrap().conn()).unwrap().0,
        2,
        "a void follows; the operation itself stays"
    );
}

#[tokio::test]
async fn a_device_without_the_sealing_key_exports_nothing_and_receives_the_key_with_the_next_pull() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "a");
    sync(&mut core, &server).await;
    save_feedback(&mut core, "b");
    assert_eq!(core.handle(Command::ExportBundle), Reply::Refused(Refusal::NoSealKey));
    server.state().seal_key = Some(secret().public());
    sync(&mut core, &server).await;
    save_feedback(&mut core, "c");
    assert_eq!(export(&mut core).ops, 1);
}

#[tokio::test]
async fn the_own_key_is_told_until_a_server_that_knows_of_bundles_has_heard_it_and_again_after_a_restore() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let keys = |server: &FakeServer| server.state().pulls.last().unwrap().keys.clone().unwrap();
    sync(&mut core, &server).await;
    let first = keys(&server);
    assert!(first.seal.is_none() && first.sign.is_some());
    server.state().seal_key = Some(secret().public());
    sync(&mut core, &server).await;
    assert_eq!(keys(&server), first, "an older server ignored it");
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
async fn a_colleagues_bundle_is_relayed_by_the_next_sync_and_its_bytes_are_dropped_once_delivered() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device_with_seal_key(&env, &server).await;
    for bytes in [colleagues_bundle(1), colleagues_bundle(2), colleagues_bundle(1)] {
        assert_eq!(core.handle(Command::RelayBundle { bytes }), Reply::Done);
    }
    let cut = colleagues_bundle(3)[..100].to_vec();
    assert_eq!(core.handle(Command::RelayBundle { bytes: cut }), Reply::Refused(Refusal::NotABundle));
    save_feedback(&mut core, "mine");
    server.state().bundle_plan.extend([verdict(BundleVerdict::Accepted), verdict(BundleVerdict::OtherServer)]);
    let view = sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["push", "pull", "bundle", "bundle"], "own operations first");
    assert_eq!(server.state().bundles, [colleagues_bundle(1), colleagues_bundle(2)]);
    assert_eq!(view.last_problem, None, "a refused bundle blocks nothing");
    let states: Vec<RelayState> = view.relayed_bundles.iter().map(|c| c.state.clone()).collect();
    assert_eq!(states, [RelayState::Refused(BundleVerdict::OtherServer), RelayState::Delivered]);
    let kept = crate::store::relayed_bundle::bytes(core.store().unwrap().conn(), view.relayed_bundles[1].id).unwrap();
    assert_eq!(kept, None);
    sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["pull"], "neither is sent again");
    for file in view.relayed_bundles {
        assert_eq!(core.handle(Command::DropRelayedBundle { id: file.id }), Reply::Done);
    }
    assert!(sync(&mut core, &server).await.relayed_bundles.is_empty());
}

#[tokio::test]
async fn a_bundle_that_does_not_get_through_is_tried_again_and_blocks_nothing() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device_with_seal_key(&env, &server).await;
    assert_eq!(core.handle(Command::RelayBundle { bytes: colleagues_bundle(1) }), Reply::Done);
    assert_eq!(core.handle(Command::RelayBundle { bytes: colleagues_bundle(2) }), Reply::Done);
    let refused = |code| Err(SyncError::refused(code));
    server.state().bundle_plan.extend([Err(SyncError::Offline("broke off".into())), refused(ErrorCode::NotFound)]);
    let view = sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["pull", "bundle", "bundle"]);
    assert_eq!(view.last_problem, Some(SyncProblem::Offline));
    let states: Vec<RelayState> = view.relayed_bundles.into_iter().map(|c| c.state).collect();
    assert_eq!(states, [RelayState::Blocked(ErrorCode::NotFound), RelayState::Waiting]);
    server.state().bundle_plan.push_back(verdict(BundleVerdict::Repeated));
    assert_eq!(sync(&mut core, &server).await.relayed_bundles[1].state, RelayState::Delivered);
}

#[tokio::test]
async fn a_server_busy_with_bundles_gets_the_wait_it_asks_for_while_photos_go_on() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device_with_seal_key(&env, &server).await;
    super::media::take(&mut core, 10);
    sync(&mut core, &server).await;
    server.take_calls();
    for n in [1, 2] {
        assert_eq!(core.handle(Command::RelayBundle { bytes: colleagues_bundle(n) }), Reply::Done);
    }
    // More often than a bundle may fail before it waits for the user.
    for _ in 0..5 {
        server.state().bundle_plan.push_back(Err(SyncError::refused(ErrorCode::Busy).retry_after(600)));
        core.begin_by_itself();
        while let Some(step) = core.next_step() {
            core.apply(step.run(&server).await);
        }
        assert_eq!(server.take_calls(), ["pull", "bundle", "create"], "the second bundle waits, the photo does not");
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
    assert_eq!(server.state().bundles.len(), 7, "automatic syncs deliver both at last");
}

#[tokio::test]
async fn a_server_without_room_for_a_relayed_bundle_ends_the_run_and_its_wait_is_kept() {
    for code in [ErrorCode::StorageFull, ErrorCode::TooManyRequests] {
        let (env, server) = (TestEnv::new(), FakeServer::default());
        let mut core = device_with_seal_key(&env, &server).await;
        for n in [1, 2] {
            assert_eq!(core.handle(Command::RelayBundle { bytes: colleagues_bundle(n) }), Reply::Done);
        }
        server.state().bundle_plan.push_back(Err(SyncError::refused(code.clone()).retry_after(600)));
        let view = sync(&mut core, &server).await;
        assert_eq!(server.take_calls(), ["pull", "bundle"]);
        assert_eq!(view.last_problem, Some(SyncProblem::Refused(code)));
        let due = core.due_in_ms().unwrap();
        assert!((600_000..=900_000).contains(&due), "{due}");
    }
}

#[tokio::test]
async fn a_revoked_device_seals_unsent_work_that_can_be_read_out_without_the_pin() {
    let (env, server, dir) = (TestEnv::new(), FakeServer::default(), Dir::new());
    server.state().seal_key = Some(secret().public());
    let mut core = device_in(&env, dir.path());
    sync(&mut core, &server).await;
    save_feedback(&mut core, "a");
    server.plan_push(Err(SyncError::refused(ErrorCode::TokenRevoked)));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.waiting.len()), (1, 0), "the count is shown, the records are not");
    drop(core);

    let mut core = Core::open_for_tests(Paths { dir: Some(dir.path().into()) }, Box::new(env.clone())).unwrap();
    let Reply::Status(status) = core.handle(Command::Status) else { panic!() };
    assert_eq!((status.phase, status.sealed.unwrap().ops), (Phase::Locked, 1));
    let Reply::Bundle(sealed) = core.handle(Command::SealedBundle) else { panic!() };
    assert_eq!(opened(&sealed).pushes[0].ops.len(), 1);

    core.handle(Command::Unlock { pin: "2486".into() });
    assert_eq!(core.handle(Command::Today), Reply::Refused(Refusal::Revoked));
    let again = Command::Enrol { server: "https://lianxin.example".into(), code: "ABCDE-12345".into() };
    run_to_end(&mut core, again, &server).await;
    assert!(SealedBundle::find(dir.path()).is_some(), "kept until everything is sent");
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
    assert!(SealedBundle::find(dir.path()).is_none());
    let Reply::Status(status) = core.handle(Command::Status) else { panic!() };
    assert_eq!(status.sealed, None);
}

#[tokio::test]
async fn unlocking_seals_the_bundle_that_a_kill_during_revocation_prevented() {
    let (env, server, dir) = (TestEnv::new(), FakeServer::default(), Dir::new());
    server.state().seal_key = Some(secret().public());
    let mut core = device_in(&env, dir.path());
    sync(&mut core, &server).await;
    save_feedback(&mut core, "a");
    server.plan_push(Err(SyncError::refused(ErrorCode::TokenRevoked)));
    sync(&mut core, &server).await;
    drop(core);
    std::fs::remove_dir_all(dir.path().join("sealed")).unwrap();
    std::fs::create_dir_all(dir.path().join("sealed")).unwrap();
    std::fs::write(dir.path().join("sealed/arriving"), b"lianxinb half of it").unwrap();
    let mut core = Core::open_for_tests(Paths { dir: Some(dir.path().into()) }, Box::new(env.clone())).unwrap();
    assert!(core.sealed_bundle.is_none());
    core.handle(Command::Unlock { pin: "2486".into() });
    assert_eq!(SealedBundle::find(dir.path()).map(|_| ()), Some(()));
    assert!(!dir.path().join("sealed/arriving").exists());
}

#[tokio::test]
async fn thirty_days_without_contact_lock_the_device_until_one_contact() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device_with_seal_key(&env, &server).await;
    let row = save_feedback(&mut core, "a");
    env.pass_ms(29 * DAY_MS);
    let Reply::Today(today) = core.handle(Command::Today) else { panic!() };
    assert_eq!(today.locks_in_days, Some(1), "the first screen warns some days before");
    env.pass_ms(DAY_MS);
    for command in [Command::Today, Command::Void { row, reason: "x".into() }] {
        assert_eq!(core.handle(command), Reply::Refused(Refusal::InactivityLocked));
    }
    let Reply::Status(status) = core.handle(Command::Status) else { panic!() };
    assert_eq!(status.phase, Phase::InactivityLocked);
    let Reply::Sync(view) = core.handle(Command::SyncState) else { panic!() };
    assert_eq!((view.waiting_total, view.waiting.len()), (1, 0));
    assert_eq!(export(&mut core).ops, 1, "unsent work can be exported");

    server.plan_push(Err(SyncError::Offline("no signal".into())));
    sync(&mut core, &server).await;
    assert_eq!(core.phase().unwrap(), Phase::InactivityLocked, "a failed call is no contact");
    assert!(core.begin(&Command::SyncNow).is_none());
    let step = core.next_step().unwrap();
    assert!(core.apply(step.run(&server).await).status, "the first reply changes the phase");
    assert_eq!(core.phase().unwrap(), Phase::Ready);
    assert!(shown(&core, row));
}

#[tokio::test]
async fn a_clock_set_back_does_not_delay_the_lock() {
    let (env, server, dir) = (TestEnv::new(), FakeServer::default(), Dir::new());
    let mut core = device_in(&env, dir.path());
    sync(&mut core, &server).await;
    env.pass_ms(25 * DAY_MS);
    core.handle(Command::Status);
    env.set_clock_by(-25 * DAY_MS as i64);
    core.handle(Command::Status);
    drop(core);
    let mut core = Core::open_for_tests(Paths { dir: Some(dir.path().into()) }, Box::new(env.clone())).unwrap();
    core.handle(Command::Unlock { pin: "2486".into() });
    assert_eq!(core.phase().unwrap(), Phase::Ready);
    env.pass_ms(5 * DAY_MS);
    core.handle(Command::Status);
    assert_eq!(core.phase().unwrap(), Phase::InactivityLocked);
}

#[tokio::test]
async fn a_phone_with_regular_contact_never_locks() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device_with_seal_key(&env, &server).await;
    for _ in 0..5 {
        env.pass_ms(20 * DAY_MS);
        sync(&mut core, &server).await;
        assert_eq!(core.phase().unwrap(), Phase::Ready);
    }
    save_feedback(&mut core, "a");
    core.saved();
    assert_eq!(core.due_in_ms(), Some(AFTER_SAVE_MS));
}
