//! Originals that may go, and that never go too early.

use crate::{
    Command, Core, Reply,
    store::photo,
    testing::{Dir, TestEnv, opened, ready},
    views::SyncView,
};
use shared::{PhotoId, records::PhotoOf};
use std::sync::atomic::Ordering;

const DAY_MS: u64 = 86_400_000;

/// A photo as picked: noise, so that it takes up room.
fn picked(seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let picture = image::RgbImage::from_fn(400, 300, |_, _| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        image::Rgb([state as u8, (state >> 8) as u8, (state >> 16) as u8])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&picture).unwrap();
    bytes
}

fn add(core: &mut Core, seed: u32) -> PhotoId {
    let command = Command::AddPhoto { draft: "visit:1".into(), of: PhotoOf::Visit, caption: None, bytes: picked(seed) };
    match core.handle(command) {
        Reply::PhotoAdded(view) => view.id,
        other => panic!("{other:?}"),
    }
}

/// As the sync does when the server says so.
fn verify(core: &mut Core, id: PhotoId) {
    core.write(|tx| {
        photo::adopt(tx, id)?;
        Ok(photo::set_verified(tx, id)?)
    })
    .unwrap();
}

fn release(core: &mut Core) -> SyncView {
    match core.handle(Command::ReleasePhotos) {
        Reply::Sync(view) => *view,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_original_goes_thirty_days_after_it_was_verified_and_leaves_its_thumbnail() {
    let env = TestEnv::new();
    let (mut core, _) = ready(&env, None);
    let (sent, draft) = (add(&mut core, 1), add(&mut core, 2));
    verify(&mut core, sent);
    env.pass_ms(29 * DAY_MS);
    core.record_contact();
    let late = add(&mut core, 3);
    verify(&mut core, late);
    assert_eq!(core.sync_view().unwrap().photo_space.releasable, 0, "a restored server may still ask for it");
    assert_eq!(release(&mut core).photo_space.photos, 3);
    env.pass_ms(DAY_MS);
    let space = core.sync_view().unwrap().photo_space;
    assert_eq!((space.photos, space.releasable), (3, 1));
    let left = release(&mut core).photo_space;
    assert_eq!((left.photos, left.releasable, left.bytes), (2, 0, space.bytes - space.releasable_bytes));
    for (id, gone) in [(sent, true), (draft, false), (late, false)] {
        for thumb in [true, false] {
            match core.handle(Command::Photo { photo: id, thumb }) {
                Reply::Photo { base64, released, .. } => assert!(!base64.is_empty() && released == gone),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_restored_server_is_offered_all_that_may_be_newer_than_its_backup() {
    let env = TestEnv::new();
    let (mut core, _) = ready(&env, None);
    let id = add(&mut core, 1);
    verify(&mut core, id);
    env.pass_ms(29 * DAY_MS);
    release(&mut core);
    assert_eq!(core.write(|tx| Ok(photo::offer_again(tx)?)).unwrap(), 1);
}

#[test]
fn nothing_goes_by_itself_while_there_is_room_and_the_oldest_first_when_there_is_none() {
    let (env, dir) = (TestEnv::new(), Dir::new());
    let (mut core, _) = ready(&env, Some(dir.path()));
    let ids: Vec<_> = (1..=6).map(|n| add(&mut core, n)).collect();
    for id in &ids {
        verify(&mut core, *id);
    }
    env.pass_ms(31 * DAY_MS);
    core.release_if_needed().unwrap();
    assert_eq!(core.sync_view().unwrap().photo_space.photos, 6, "nobody can say how much room there is");
    let size = photo::get(core.store().unwrap().conn(), ids[0]).unwrap().unwrap().size;
    env.free.store((512 << 20) - size, Ordering::SeqCst);
    core.release_if_needed().unwrap();
    let conn = core.store().unwrap().conn();
    let there = ids.iter().map(|id| photo::bytes(conn, *id).unwrap().is_some()).collect::<Vec<_>>();
    assert_eq!(there, [false, true, true, true, true, true]);
}

#[test]
fn what_was_let_go_of_makes_the_file_smaller() {
    let (env, dir) = (TestEnv::new(), Dir::new());
    let (mut core, _) = ready(&env, Some(dir.path()));
    for n in 1..=8 {
        let id = add(&mut core, n);
        verify(&mut core, id);
    }
    env.pass_ms(31 * DAY_MS);
    core.record_contact();
    let pages = core.store().unwrap().pages().unwrap();
    let bytes = core.sync_view().unwrap().photo_space.releasable_bytes;
    release(&mut core);
    let now = core.store().unwrap().pages().unwrap();
    assert!(u64::from(pages - now) * 4096 >= bytes / 10 * 9, "{pages} pages became {now} for {bytes} bytes");
    drop(core);
    let core = opened(&env, Some(dir.path()));
    assert_eq!(core.sync_view().unwrap().photo_space.photos, 0);
}
