//! The space that photos take on this device, and releasing originals that the server has verified. Only the bytes are
//! removed: the photo, its hash and its thumbnail stay.

use super::{error::Result, tx::Tx};
use rusqlite::Connection;
use shared::PhotoId;
use uuid::Uuid;

/// Originals on this device, and those among them that may be released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space {
    pub photos: u32,
    pub bytes: u64,
    pub releasable: u32,
    pub releasable_bytes: u64,
}

/// Counts originals. `through`: the last day of verification that is long enough ago for a release.
///
/// # Errors
/// When the store cannot be read.
pub fn space(conn: &Connection, through: i32) -> Result<Space> {
    let sum = |only: &str| -> Result<(u32, u64)> {
        let sql = format!("SELECT count(*), coalesce(sum(size), 0) FROM photo WHERE bytes IS NOT NULL {only}");
        Ok(conn.prepare_cached(&sql)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
    };
    let (photos, bytes) = sum("")?;
    let (releasable, releasable_bytes) = sum(&format!("AND state = 'verified' AND verified_on <= {through}"))?;
    Ok(Space { photos, bytes, releasable, releasable_bytes })
}

/// Releases originals verified on `through` or before, the oldest first, until at most `keep` bytes of photos are left
/// or none may be released. At most about `batch` bytes, which bounds the time of the transaction. Returns how many
/// photos and bytes were released.
///
/// # Errors
/// When the store cannot be written.
pub fn release_down_to(tx: &mut Tx<'_>, keep: u64, through: i32, batch: u64) -> Result<(u32, u64)> {
    let total = space(tx, through)?.bytes;
    let mut oldest: Vec<(PhotoId, u64)> = Vec::new();
    {
        let mut statement = tx.prepare_cached(
            "SELECT id, size FROM photo WHERE state = 'verified' AND verified_on <= ?1 AND bytes IS NOT NULL ORDER BY rowid",
        )?;
        let mut rows = statement.query([through])?;
        let mut released = 0;
        while released < batch
            && total - released > keep
            && let Some(row) = rows.next()?
        {
            let size: u64 = row.get(1)?;
            released = (released + size).min(total);
            oldest.push((PhotoId(Uuid::from_bytes(row.get(0)?)), size));
        }
    }
    for (id, _) in &oldest {
        tx.prepare_cached("UPDATE photo SET bytes = NULL WHERE id = ?1 AND state = 'verified'")?
            .execute([id.as_bytes()])?;
    }
    Ok((u32::try_from(oldest.len()).unwrap_or(u32::MAX), oldest.iter().map(|(_, size)| size).sum()))
}

/// Whether the original was released; false for an unknown photo.
///
/// # Errors
/// When the store cannot be read.
pub fn is_released(conn: &Connection, id: PhotoId) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM photo WHERE id = ?1 AND bytes IS NULL")?
        .query_row([id.as_bytes()], |r| r.get::<_, u32>(0))?
        > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::photo::{self, Meta, State},
        testing::{TestEnv, opened},
    };
    use proptest::prelude::*;
    use shared::records::PhotoOf;

    #[derive(Clone, Debug)]
    struct TestPhoto {
        state: State,
        size: u64,
        /// Days since it was verified.
        ago: i32,
    }

    fn any_photo() -> impl Strategy<Value = TestPhoto> {
        let state = prop_oneof![
            3 => Just(State::Verified),
            1 => prop_oneof![
                Just(State::Draft), Just(State::Local), Just(State::Uploading), Just(State::Stored), Just(State::Failed)
            ],
        ];
        (state, 1u64..4000, 0i32..60).prop_map(|(state, size, ago)| TestPhoto { state, size, ago })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn photos_verified_long_ago_are_released_oldest_first_and_no_more_than_needed(
            photos in prop::collection::vec(any_photo(), 0..14),
            keep in 0u64..20_000,
            batch in 1u64..20_000,
        ) {
            let env = TestEnv::new();
            let mut core = opened(&env, None);
            let today = core.today_day().unwrap().number();
            let through = today - 30;
            let ids: Vec<PhotoId> = core.write(|tx| {
                let mut ids = Vec::new();
                for kept in &photos {
                    let id = PhotoId(tx.new_id());
                    let bytes = vec![7; kept.size as usize];
                    let meta = Meta {
                        id, sha256: shared::chain::sha256_hex(&bytes), mime: "image/jpeg".into(), width: 4, height: 3,
                        size: kept.size, taken: tx.now(), of: PhotoOf::Visit, caption: None,
                        draft: (kept.state == State::Draft).then(|| "visit:1".to_owned()), state: kept.state,
                        upload: None, sent: 0, tries: 0, problem: None,
                    };
                    photo::insert(tx, &meta, b"thumb", &bytes)?;
                    tx.execute("UPDATE photo SET verified_on = ?2 WHERE id = ?1 AND state = 'verified'",
                        (id.as_bytes(), today - kept.ago)).map_err(crate::store::StoreError::from)?;
                    ids.push(id);
                }
                Ok(ids)
            }).unwrap();
            let may_go = |k: &TestPhoto| k.state == State::Verified && k.ago >= 30;
            let before = space(core.store().unwrap().conn(), through).unwrap();
            prop_assert_eq!(before.bytes, photos.iter().map(|k| k.size).sum::<u64>());
            prop_assert_eq!(before.releasable_bytes, photos.iter().filter(|k| may_go(k)).map(|k| k.size).sum::<u64>());

            let (n, released) = core.write(|tx| Ok(release_down_to(tx, keep, through, batch)?)).unwrap();
            let conn = core.store().unwrap().conn();
            let gone: Vec<bool> = ids.iter().map(|id| photo::bytes(conn, *id).unwrap().is_none()).collect();
            prop_assert_eq!(gone.iter().filter(|g| **g).count() as u32, n);
            let after = space(conn, through).unwrap();
            prop_assert_eq!(after.bytes + released, before.bytes);
            let mut last = 0;
            let mut kept_one = false;
            for ((kept, gone), id) in photos.iter().zip(&gone).zip(&ids) {
                prop_assert_eq!(photo::thumb(conn, *id).unwrap().unwrap(), b"thumb".to_vec());
                prop_assert_eq!(is_released(conn, *id).unwrap(), *gone);
                if *gone {
                    prop_assert!(may_go(kept), "{:?} was released", kept);
                    prop_assert!(!kept_one, "an older one stayed");
                    last = kept.size;
                } else if may_go(kept) {
                    kept_one = true;
                }
            }
            // Enough, or all that may be released; and without the last one it would not have been enough.
            prop_assert!(after.bytes <= keep || after.releasable == 0 || released >= batch);
            prop_assert!(n == 0 || (after.bytes + last > keep && released - last < batch));
        }
    }
}
