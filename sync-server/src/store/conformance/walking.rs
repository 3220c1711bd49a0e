//! Queries by a whole-number column, and record heads by area feed, which housekeeping and repairs need.

use super::super::{Cell, Job, Store, StoreError, Stored, Txn, tables::*};
use super::{id, record};
use shared::{RowId, WorkerId, ids::Seq};

job!(Put { gone: Vec<Tombstone>, feed: Vec<WorkerFeed>, records: Vec<Record> } -> (), |job, txn| {
    txn.put(&job.gone).await?;
    txn.put(&job.feed).await?;
    txn.put(&job.records).await
});
job!(Walk { from: i64, to: i64, limit: usize } -> Vec<u64>, |job, txn| {
    let found = txn.between::<Tombstone>("seq", job.from, job.to, job.limit).await?;
    Ok(found.iter().map(|g| g.seq.0).collect())
});
job!(Feed { from: i64, to: i64 } -> Vec<(u64, bool)>, |job, txn| {
    let found = txn.between::<WorkerFeed>("seq", job.from, job.to, 9).await?;
    Ok(found.iter().map(|f| (f.seq.0, f.gone)).collect())
});
job!(Delete { seq: u64 } -> (), |job, txn| {
    let found = txn.between::<Tombstone>("seq", job.seq as i64, job.seq as i64 + 1, 1).await?;
    let keys: Vec<_> = found.iter().map(super::super::Table::key).collect();
    txn.delete::<Tombstone>(&keys).await
});
job!(AreaFeed { area_feeds: Vec<&'static str> } -> Vec<(RowId, u64)>, |job, txn| {
    let cells: Vec<Cell<'_>> = job.area_feeds.iter().map(|s| Cell::Text(s)).collect();
    let found = txn.find::<RecordHead>("area_feed", &cells).await?;
    Ok(found.iter().map(|h| (h.id, h.rev.0)).collect())
});

pub async fn rows_between_two_numbers_come_in_order_and_in_steps<S: Store>(store: &S) {
    let gone =
        |n: u128, seq: u64| Tombstone { area_feed: format!("62082610{}", n % 3), row: RowId(id(n)), seq: Seq(seq) };
    let entry =
        |n: u128, seq: u64, gone| WorkerFeed { worker: WorkerId(id(n)), row: RowId(id(9)), seq: Seq(seq), gone };
    let put = Put {
        gone: vec![gone(1, 7), gone(2, 3), gone(3, 12), gone(4, 5)],
        feed: vec![entry(1, 4, true), entry(2, 6, false)],
        records: vec![record(1, 21, 1), Record { area_feed: None, ..record(2, 22, 1) }],
    };
    store.write(put).await.expect("put");
    let walk = async |from, to, limit| store.read(Walk { from, to, limit }).await.expect("walk");
    assert_eq!(walk(i64::MIN, i64::MAX, 9).await, [3, 5, 7, 12], "across every key, by number");
    assert_eq!(walk(3, 12, 9).await, [3, 5, 7], "from is in, to is not");
    assert_eq!(walk(4, 12, 1).await, [5]);
    assert_eq!(walk(13, 3, 9).await, [0; 0]);
    assert_eq!(store.read(Feed { from: 0, to: 9 }).await.expect("walk"), [(4, true), (6, false)]);
    store.write(Delete { seq: 5 }).await.expect("delete");
    assert_eq!(walk(0, 100, 9).await, [3, 7, 12]);

    let area_feed = store.read(AreaFeed { area_feeds: vec!["620826101201", "620826"] }).await.expect("find");
    assert_eq!(area_feed, [(RowId(id(1)), 1)], "a record without an area feed is in none");
}
