//! Metered connections: records are always sent; photos wait until the user sends them.

use super::{media::take, *};
use crate::{command::Prefs, store::photo::State, views::PhotosHeld};
use shared::wire::{CHUNK_BYTES, MediaState};

pub fn status(state: MediaState, offset: usize) -> Answer<MediaStatus> {
    Ok(MediaStatus { upload: UploadId(Uuid::from_u128(0xF0)), state, offset: offset as u64 })
}

fn metered(core: &mut Core, metered: Option<bool>) {
    assert_eq!(core.handle(Command::SetConnection { metered }), Reply::Done);
}

async fn run(core: &mut Core, command: Command, server: &FakeServer) -> SyncView {
    match run_to_end(core, command, server).await {
        Reply::Sync(view) => *view,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_metered_connection_holds_back_photos_but_no_records_and_the_view_says_why() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    metered(&mut core, Some(true));
    take(&mut core, 5000);
    let view = sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["push", "pull"]);
    assert_eq!((view.waiting_total, view.photos_waiting, view.photos_bytes), (0, 1, 5000));
    assert_eq!((view.photos_held, view.last_problem), (Some(PhotosHeld::Metered), None));

    // Photos are sent when the platform does not know, or knows that the connection is unmetered.
    for unmetered in [None, Some(false)] {
        metered(&mut core, unmetered);
        assert_eq!(core.sync_view().unwrap().photos_held, None, "{unmetered:?}");
    }
    server.plan_media([status(MediaState::Verified, 0)]);
    let view = sync(&mut core, &server).await;
    assert_eq!((view.photos_waiting, view.photos_held), (0, None));
    metered(&mut core, Some(true));
    assert_eq!(core.sync_view().unwrap().photos_held, None, "no photo waits");
}

#[tokio::test]
async fn send_photos_now_applies_to_one_run() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    metered(&mut core, Some(true));
    let first = take(&mut core, 10);
    server.plan_media([status(MediaState::Verified, 0)]);
    let view = run(&mut core, Command::SendPhotosNow, &server).await;
    assert_eq!(server.take_calls(), ["push", "pull", "create"]);
    assert_eq!(view.photos_waiting, 0);
    assert_eq!(crate::store::photo::get(core.store().unwrap().conn(), first).unwrap().unwrap().state, State::Verified);
    take(&mut core, 20);
    let view = sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["push", "pull"], "the command was for that run");
    assert_eq!(view.photos_held, Some(PhotosHeld::Metered));
}

#[tokio::test]
async fn a_running_sync_stops_photos_when_the_wifi_is_lost_and_resumes_on_send_photos_now() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    take(&mut core, 3 * CHUNK_BYTES);
    let statuses = [0, CHUNK_BYTES, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES].map(|at| status(MediaState::Uploading, at));
    server.plan_media(statuses.into_iter().chain([status(MediaState::Verified, 0)]));
    assert!(core.begin(&Command::SyncNow).is_none());
    let mut seen = Vec::new();
    while let Some(step) = core.next_step() {
        seen.push(step.name());
        let reply = step.run(&server).await;
        core.apply(reply);
        // The phone leaves the Wi-Fi after the first chunk.
        if seen.len() == 4 {
            metered(&mut core, Some(true));
        }
    }
    assert_eq!(seen, ["push", "pull", "media_create", "media_chunk"]);
    let view = core.sync_view().unwrap();
    assert_eq!((view.photos_bytes, view.photos_held), (2 * CHUNK_BYTES as u64, Some(PhotosHeld::Metered)));
    // The user sends the photos over mobile data while a sync runs.
    server.state().media_plan.push_front(status(MediaState::Uploading, CHUNK_BYTES));
    assert!(core.begin(&Command::SyncNow).is_none());
    let step = core.next_step().unwrap();
    assert!(core.begin(&Command::SendPhotosNow).is_none());
    let reply = step.run(&server).await;
    core.apply(reply);
    while let Some(step) = core.next_step() {
        core.apply(step.run(&server).await);
    }
    assert_eq!(core.sync_view().unwrap().photos_waiting, 0);
}

#[tokio::test]
async fn the_preference_or_an_unmetered_connection_makes_the_next_sync_due_at_once() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    metered(&mut core, Some(true));
    take(&mut core, 10);
    sync(&mut core, &server).await;
    let idle = core.due_in_ms().unwrap();
    assert!(idle > 60_000, "{idle}");
    metered(&mut core, Some(false));
    assert_eq!(core.due_in_ms(), Some(0));
    metered(&mut core, Some(true));
    sync(&mut core, &server).await;
    assert!(core.due_in_ms().unwrap() > 60_000);
    core.handle(Command::SetPrefs(Prefs { photos_on_metered: true, ..Prefs::default() }));
    assert_eq!((core.due_in_ms(), core.sync_view().unwrap().photos_held), (Some(0), None));
    server.take_calls();
    server.plan_media([status(MediaState::Verified, 0)]);
    assert_eq!(sync(&mut core, &server).await.photos_waiting, 0);
}

#[tokio::test]
async fn the_metered_state_outlives_the_lock() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    metered(&mut core, Some(true));
    core.handle(Command::Lock);
    metered(&mut core, Some(true));
    core.handle(Command::Unlock { pin: "2486".into() });
    take(&mut core, 10);
    assert_eq!(sync(&mut core, &server).await.photos_held, Some(PhotosHeld::Metered));
}
