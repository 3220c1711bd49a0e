//! The promises of [`Objects`], one function each, run on every implementation: a folder, memory, and a real S3 server.
//! Two handles on the same storage stand for two processes, or for one before and after a kill.

use super::{
    Assembled::{Gap, Whole},
    *,
};
use shared::chain::sha256_hex;
use std::sync::atomic::{AtomicU32, Ordering};

/// An upload that no other check uses.
fn upload() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("u{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn photo(n: u8) -> Vec<u8> {
    (0..10_000u32).map(|i| (i as u8).wrapping_mul(n).wrapping_add(n)).collect()
}

async fn whole(objects: &dyn Objects, upload: &str, bytes: &[u8]) -> bool {
    match objects.assemble(upload.into(), bytes.len() as u64).await.unwrap() {
        Whole { bytes: found, sha256 } => found == bytes && shared::chain::hex(&sha256) == sha256_hex(bytes),
        Gap(_) => false,
    }
}

/// Runs all checks. `make` opens the same storage again.
pub async fn run(make: impl Fn() -> StoredObjects) {
    let (one, two) = (make(), make());
    an_upload_resumes_at_every_offset_and_in_another_process(&one, &two).await;
    chunks_that_come_twice_or_overlap_change_nothing(&one).await;
    a_hole_is_found_where_it_begins(&one).await;
    a_stored_photo_stays_and_is_stored_once(&one, &two).await;
    two_processes_finish_the_same_bytes(&one, &two).await;
    a_kill_after_storing_leaves_all_that_a_second_finish_needs(&one, &two).await;
    removing_an_upload_may_be_repeated_and_affects_no_other(&one).await;
    an_unknown_photo_is_missing(&one).await;
    a_photo_is_held_when_all_of_it_is_there(&one, &two).await;
    one.probe().await.unwrap();
}

async fn an_upload_resumes_at_every_offset_and_in_another_process(one: &dyn Objects, two: &dyn Objects) {
    let bytes = photo(3);
    for cut in [1, 9, 10, 99, 4096, bytes.len() - 1] {
        let name = upload();
        one.write_at(name.clone(), 0, bytes[..cut].to_vec()).await.unwrap();
        assert_eq!(two.assemble(name.clone(), bytes.len() as u64).await.unwrap(), Gap(cut as u64));
        two.write_at(name.clone(), cut as u64, bytes[cut..].to_vec()).await.unwrap();
        assert!(whole(one, &name, &bytes).await, "cut at {cut}");
    }
}

async fn chunks_that_come_twice_or_overlap_change_nothing(one: &dyn Objects) {
    let (name, bytes) = (upload(), photo(5));
    for (from, to) in [(0, 4000), (0, 4000), (4000, 5000), (2000, 4500), (4000, 10_000), (9000, 10_000)] {
        one.write_at(name.clone(), from as u64, bytes[from..to].to_vec()).await.unwrap();
    }
    assert!(whole(one, &name, &bytes).await);
    // Bytes beyond the announced size are ignored.
    assert!(whole(one, &name, &bytes[..7000]).await);
}

async fn a_hole_is_found_where_it_begins(one: &dyn Objects) {
    let (name, bytes) = (upload(), photo(7));
    assert_eq!(one.assemble(name.clone(), 10).await.unwrap(), Gap(0));
    one.write_at(name.clone(), 5000, bytes[5000..].to_vec()).await.unwrap();
    assert_eq!(one.assemble(name.clone(), 10_000).await.unwrap(), Gap(0));
    one.write_at(name.clone(), 0, bytes[..4999].to_vec()).await.unwrap();
    assert_eq!(one.assemble(name.clone(), 10_000).await.unwrap(), Gap(4999));
    one.write_at(name.clone(), 4999, vec![bytes[4999]]).await.unwrap();
    assert!(whole(one, &name, &bytes).await);
}

async fn a_stored_photo_stays_and_is_stored_once(one: &dyn Objects, two: &dyn Objects) {
    let bytes = photo(11);
    let hash = sha256_hex(&bytes);
    one.keep(hash.clone(), bytes.clone()).await.unwrap();
    assert_eq!(two.read(hash.clone()).await.unwrap(), bytes);
    // Storing the same bytes again changes nothing.
    two.keep(hash.clone(), bytes.clone()).await.unwrap();
    assert_eq!(one.read(hash).await.unwrap(), bytes);
}

async fn two_processes_finish_the_same_bytes(one: &dyn Objects, two: &dyn Objects) {
    let (name, bytes) = (upload(), photo(13));
    let hash = sha256_hex(&bytes);
    one.write_at(name.clone(), 0, bytes.clone()).await.unwrap();
    let finish = async |objects: &dyn Objects| {
        objects.keep(hash.clone(), bytes.clone()).await?;
        objects.forget(name.clone()).await
    };
    let (a, b) = futures_util::future::join(finish(one), finish(two)).await;
    assert_eq!((a, b), (Ok(()), Ok(())));
    assert_eq!(one.read(hash).await.unwrap(), bytes);
    assert_eq!(one.assemble(name, 1).await.unwrap(), Gap(0), "its chunks are gone");
}

async fn a_kill_after_storing_leaves_all_that_a_second_finish_needs(one: &dyn Objects, two: &dyn Objects) {
    let (name, bytes) = (upload(), photo(17));
    let hash = sha256_hex(&bytes);
    one.write_at(name.clone(), 0, bytes.clone()).await.unwrap();
    one.keep(hash.clone(), bytes.clone()).await.unwrap();
    // Killed here, before the database is updated.
    assert!(whole(two, &name, &bytes).await);
    two.keep(hash.clone(), bytes.clone()).await.unwrap();
    two.forget(name.clone()).await.unwrap();
    assert_eq!(two.read(hash).await.unwrap(), bytes);
    assert_eq!(two.assemble(name, 1).await.unwrap(), Gap(0));
}

async fn removing_an_upload_may_be_repeated_and_affects_no_other(one: &dyn Objects) {
    let (name, bytes) = (upload(), photo(19));
    let longer = format!("{name}0");
    one.forget(name.clone()).await.unwrap();
    for name in [&name, &longer] {
        one.write_at(name.clone(), 0, bytes.clone()).await.unwrap();
    }
    one.forget(name.clone()).await.unwrap();
    one.forget(name.clone()).await.unwrap();
    assert_eq!(one.assemble(name.clone(), 1).await.unwrap(), Gap(0));
    assert!(whole(one, &longer, &bytes).await, "the upload whose name has the same prefix");
    // After a mismatch the same upload starts over.
    one.write_at(name.clone(), 0, bytes.clone()).await.unwrap();
    assert!(whole(one, &name, &bytes).await);
}

async fn an_unknown_photo_is_missing(one: &dyn Objects) {
    assert_eq!(one.read(sha256_hex(b"never stored")).await, Err(ObjectsError::Missing));
}

async fn a_photo_is_held_when_all_of_it_is_there(one: &dyn Objects, two: &dyn Objects) {
    let (name, bytes) = (upload(), photo(23));
    let (hash, size) = (sha256_hex(&bytes), bytes.len() as u64);
    assert_eq!(one.holds(hash.clone(), size).await, Ok(false));
    one.write_at(name.clone(), 0, bytes.clone()).await.unwrap();
    assert_eq!(one.holds(hash.clone(), size).await, Ok(false), "its chunks are no photo yet");
    one.keep(hash.clone(), bytes).await.unwrap();
    one.forget(name).await.unwrap();
    assert_eq!(two.holds(hash.clone(), size).await, Ok(true));
    for other in [0, size - 1, size + 1] {
        assert_eq!(two.holds(hash.clone(), other).await, Ok(false), "{other} bytes are not its {size}");
    }
}
