//! One suite that every backend passes, a function for each promise of [`Store`] and [`Txn`]. The tests of a backend
//! call [`run`] with a way to make an empty store.

use super::{
    Cell, Column, Job, Store, StoreError, Stored, TallyRow, Totals, Txn,
    tables::{self, *},
};
use shared::{AreaCode, DeviceId, Hlc, Kind, Month, RecipientId, RowId, WorkerId, chain::Chain, ids::*};
use std::sync::{Arc, mpsc};
use uuid::Uuid;

/// A job for a test: its fields, its result, its body.
macro_rules! job {
    ($name:ident { $($field:ident: $type:ty),* } -> $out:ty, |$job:ident, $txn:ident| $body:expr) => {
        struct $name { $($field: $type),* }
        impl Job for $name {
            type Out = $out;
            type Err = StoreError;
            #[allow(unused_variables, reason = "not every job has fields")]
            async fn run<T: Txn>(self, $txn: &mut T) -> Stored<$out> {
                let $job = self;
                $body
            }
        }
    };
}

mod hard;
mod walking;

/// Runs every check, each on a store of its own.
pub async fn run<S: Store>(make: impl Fn() -> S) {
    rows_come_back_as_they_went_in(&make()).await;
    a_prefix_finds_what_starts_with_it(&make()).await;
    a_failed_job_writes_nothing_and_affects_no_other(Arc::new(make())).await;
    numbers_are_given_out_once_and_in_the_order_of_commits(Arc::new(make())).await;
    a_read_sees_one_moment(Arc::new(make())).await;
    a_changed_record_moves_to_the_end_of_its_feeds(&make()).await;
    feeds_come_in_order_and_stop_at_their_limit(&make()).await;
    walking::rows_between_two_numbers_come_in_order_and_in_steps(&make()).await;
    figures_add_up(&make()).await;
    overdue_and_silent_are_counted_to_the_day(&make()).await;
    hard::run(make).await;
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}
fn record(n: u128, seq: u64, recipient: u128) -> Record {
    Record {
        seq: Seq(seq),
        id: RowId(id(n)),
        rev: Rev(1),
        kind: Kind::Visit,
        recipient: Some(RecipientId(id(recipient))),
        owner: None,
        area_feed: Some("620826101201".into()),
        doc: format!("{{\"n\":{n}}}"),
    }
}
fn worker(n: u128, area: &str) -> Worker {
    Worker {
        id: WorkerId(id(n)),
        code: format!("W{n}"),
        name: "谷\u{0}某 '\"".into(),
        role: "worker".into(),
        area: area.parse().expect("an area code"),
        areas: String::new(),
        unit: None,
        left: false,
    }
}

job!(PutWorkers { rows: Vec<Worker> } -> (), |job, txn| txn.put(&job.rows).await);
job!(GetWorkers { keys: Vec<u128> } -> Vec<Option<Worker>>, |job, txn| {
    txn.get::<Worker>(&job.keys.iter().map(|n| (WorkerId(id(*n)),)).collect::<Vec<_>>()).await
});
job!(DropWorker { key: u128 } -> (), |job, txn| txn.delete::<Worker>(&[(WorkerId(id(job.key)),)]).await);
job!(FindWorkers { codes: Vec<String> } -> Vec<Worker>, |job, txn| {
    txn.find::<Worker>("code", &job.codes.iter().map(|c| Cell::Text(c)).collect::<Vec<_>>()).await
});
job!(PutDigest { row: WorkerDigest } -> WorkerDigest, |job, txn| {
    txn.put(std::slice::from_ref(&job.row)).await?;
    txn.get::<WorkerDigest>(&[(job.row.worker,)]).await?.pop().flatten().ok_or(StoreError::Closed)
});

async fn rows_come_back_as_they_went_in<S: Store>(store: &S) {
    let rows: Vec<Worker> = (1..=3).map(|n| worker(n, "620826101")).collect();
    store.write(PutWorkers { rows: rows.clone() }).await.expect("put");
    let found = store.read(GetWorkers { keys: vec![3, 9, 1] }).await.expect("get");
    assert_eq!(found, [Some(rows[2].clone()), None, Some(rows[0].clone())], "in the order of the keys");

    let mut changed = rows[1].clone();
    (changed.left, changed.unit) = (true, Some(UnitId(id(7))));
    store.write(PutWorkers { rows: vec![changed.clone()] }).await.expect("put again");
    store.write(DropWorker { key: 1 }).await.expect("delete");
    store.write(DropWorker { key: 1 }).await.expect("deleting nothing is fine");
    let found = store.read(GetWorkers { keys: vec![1, 2] }).await.expect("get");
    assert_eq!(found, [None, Some(changed.clone())]);
    let codes = ["W2", "W1", "nobody"].map(str::to_owned).to_vec();
    assert_eq!(store.read(FindWorkers { codes }).await.expect("find"), [changed]);
    assert!(store.read(FindWorkers { codes: Vec::new() }).await.expect("find").is_empty());

    let digest = WorkerDigest { worker: WorkerId(id(1)), count: 3, sum: u64::MAX - 5 };
    assert_eq!(store.write(PutDigest { row: digest.clone() }).await.expect("digest"), digest, "all 64 bits");
}

job!(PutAreas { codes: Vec<&'static str> } -> (), |job, txn| {
    let rows: Vec<Area> = job.codes.iter().map(|c| Area { code: c.parse().expect("code"), name: "某".into() }).collect();
    txn.put(&rows).await
});
job!(Under { prefix: &'static str } -> Vec<AreaCode>, |job, txn| {
    Ok(txn.with_prefix::<Area>("code", job.prefix).await?.into_iter().map(|a| a.code).collect())
});

async fn a_prefix_finds_what_starts_with_it<S: Store>(store: &S) {
    let codes = vec!["6208", "620826", "620826101", "620826999", "620827", "6209", "62"];
    store.write(PutAreas { codes }).await.expect("put");
    let under = async |prefix| {
        let mut found: Vec<String> =
            store.read(Under { prefix }).await.expect("under").iter().map(ToString::to_string).collect();
        found.sort();
        found
    };
    assert_eq!(under("620826").await, ["620826", "620826101", "620826999"]);
    assert_eq!(under("6209").await, ["6209"]);
    assert_eq!(under("").await.len(), 7);
    assert!(under("7").await.is_empty());
}

job!(Half { n: u128, fail: bool } -> (), |job, txn| {
    txn.put(&[worker(job.n, "620826101")]).await?;
    txn.advance(10).await?;
    if job.fail { Err(StoreError::Backend("as the test asks".into())) } else { Ok(()) }
});
job!(Head {} -> Seq, |job, txn| txn.head().await);

async fn a_failed_job_writes_nothing_and_affects_no_other<S: Store>(store: Arc<S>) {
    let mut tasks = Vec::new();
    for n in 0..40u128 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move { store.write(Half { n, fail: n % 4 == 0 }).await.is_ok() }));
    }
    for (n, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.expect("no panic"), n % 4 != 0);
    }
    let found = store.read(GetWorkers { keys: (0..40).collect() }).await.expect("get");
    for (n, row) in found.iter().enumerate() {
        assert_eq!(row.is_some(), n % 4 != 0, "{n}");
    }
    assert_eq!(store.read(Head {}).await.expect("head"), Seq(300), "a failed job's numbers are not used up");
}

job!(Number { n: u128 } -> Seq, |job, txn| {
    let seq = txn.advance(1).await?.next();
    txn.put(&[record(job.n, seq.0, 1)]).await?;
    Ok(seq)
});
job!(Everything {} -> (Seq, Vec<Seq>), |job, txn| {
    let recipient = RecipientId(id(1));
    let seqs = tables::feeds::recipient_seqs(txn, &[recipient], Seq(0), 10_000).await?;
    Ok((txn.head().await?, seqs))
});

async fn numbers_are_given_out_once_and_in_the_order_of_commits<S: Store>(store: Arc<S>) {
    let mut tasks = Vec::new();
    for n in 0..60u128 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let seq = store.write(Number { n }).await.expect("numbered");
            // Whatever a snapshot's clock says, every row up to it is there.
            let (head, seqs) = store.read(Everything {}).await.expect("read");
            assert!(seqs.contains(&seq), "what was answered is there");
            assert_eq!(seqs, (1..=head.0).map(Seq).collect::<Vec<_>>(), "no gap below the clock");
        }));
    }
    for task in tasks {
        task.await.expect("no panic");
    }
}

struct Pause {
    reading: mpsc::Sender<()>,
    go_on: mpsc::Receiver<()>,
}
impl Job for Pause {
    type Out = (Seq, Seq);
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Stored<(Seq, Seq)> {
        let first = txn.head().await?;
        // The other side may have failed an assertion; then there is nothing to wait for.
        let _ = self.reading.send(());
        // Held up for real, as by a slow disk: a backend that shares its threads hands its other work on.
        let _ = tokio::task::block_in_place(|| self.go_on.recv());
        Ok((first, txn.head().await?))
    }
}

async fn a_read_sees_one_moment<S: Store>(store: Arc<S>) {
    let ((reading, is_reading), (go, go_on)) = (mpsc::channel(), mpsc::channel());
    let reader = store.clone();
    let read = tokio::spawn(async move { reader.read(Pause { reading, go_on }).await });
    tokio::task::spawn_blocking(move || is_reading.recv()).await.expect("no panic").expect("the reader reads");
    store.write(Half { n: 1, fail: false }).await.expect("a reader holds up no writer");
    go.send(()).expect("the reader waits");
    assert_eq!(read.await.expect("no panic").expect("read"), (Seq(0), Seq(0)));
    assert_eq!(store.read(Head {}).await.expect("head"), Seq(10));
}

job!(PutRecords { rows: Vec<Record> } -> (), |job, txn| txn.put(&job.rows).await);
job!(Docs { seqs: Vec<u64> } -> Vec<RecordDoc>, |job, txn| {
    tables::feeds::docs(txn, &job.seqs.iter().copied().map(Seq).collect::<Vec<_>>()).await
});
job!(Seqs { recipients: Vec<u128>, after: u64, limit: usize } -> Vec<u64>, |job, txn| {
    let recipients: Vec<RecipientId> = job.recipients.iter().map(|n| RecipientId(id(*n))).collect();
    Ok(tables::feeds::recipient_seqs(txn, &recipients, Seq(job.after), job.limit).await?.iter().map(|s| s.0).collect())
});

async fn a_changed_record_moves_to_the_end_of_its_feeds<S: Store>(store: &S) {
    let rows = vec![record(1, 1, 1), record(2, 2, 1), record(3, 3, 2), record(4, 4, 1)];
    store.write(PutRecords { rows }).await.expect("put");
    let mut changed = record(2, 9, 1);
    (changed.rev, changed.doc) = (Rev(2), "{\"n\":\"二\"}".into());
    store.write(PutRecords { rows: vec![changed] }).await.expect("change");
    let seqs = async |recipients: &[u128], after, limit| {
        store.read(Seqs { recipients: recipients.to_vec(), after, limit }).await.expect("seqs")
    };
    assert_eq!(seqs(&[1], 0, 10).await, [1, 4, 9]);
    assert_eq!(seqs(&[2, 1], 0, 10).await, [1, 3, 4, 9], "several feeds as one");
    assert_eq!(seqs(&[2, 1], 1, 2).await, [3, 4]);
    assert!(seqs(&[1], 9, 10).await.is_empty());
    let docs = store.read(Docs { seqs: vec![2, 9, 3] }).await.expect("docs");
    let docs: Vec<_> = docs.iter().map(|r| (r.seq.0, r.id.0.as_u128(), r.doc.as_str())).collect();
    assert_eq!(docs, [(9, 2, "{\"n\":\"二\"}"), (3, 3, "{\"n\":3}")]);
}

job!(PutFeed { rows: Vec<WorkerFeed>, gone: Vec<Tombstone> } -> (), |job, txn| {
    txn.put(&job.rows).await?;
    txn.put(&job.gone).await
});
job!(Feed { after: u64, limit: usize } -> Vec<(u64, bool)>, |job, txn| {
    let feed = tables::feeds::worker_feed(txn, WorkerId(id(1)), Seq(job.after), job.limit).await?;
    Ok(feed.iter().map(|f| (f.seq.0, f.gone)).collect())
});
job!(Left { area_feeds: Vec<String>, after: u64, limit: usize } -> Vec<u64>, |job, txn| {
    Ok(tables::feeds::tombstones(txn, &job.area_feeds, Seq(job.after), job.limit).await?.iter().map(|g| g.seq.0).collect())
});

async fn feeds_come_in_order_and_stop_at_their_limit<S: Store>(store: &S) {
    let entry = |row, seq, gone| WorkerFeed { worker: WorkerId(id(1)), row: RowId(id(row)), seq: Seq(seq), gone };
    let left =
        |area_feed: &str, row, seq| Tombstone { area_feed: area_feed.into(), row: RowId(id(row)), seq: Seq(seq) };
    let gone = vec![left("620826101201", 1, 7), left("620826101202", 2, 5), left("620826102201", 3, 6)];
    store.write(PutFeed { rows: vec![entry(1, 3, false), entry(2, 1, false)], gone }).await.expect("put");
    store.write(PutFeed { rows: vec![entry(2, 8, true)], gone: Vec::new() }).await.expect("stamp anew");
    assert_eq!(store.read(Feed { after: 0, limit: 9 }).await.expect("feed"), [(3, false), (8, true)]);
    assert_eq!(store.read(Feed { after: 0, limit: 1 }).await.expect("feed"), [(3, false)]);
    assert_eq!(store.read(Feed { after: 3, limit: 9 }).await.expect("feed"), [(8, true)]);
    let left = async |area_feeds: &[&str], after, limit| {
        let area_feeds = area_feeds.iter().map(|s| (*s).to_owned()).collect();
        store.read(Left { area_feeds, after, limit }).await.expect("gone")
    };
    assert_eq!(left(&["620826101201", "620826101202"], 0, 9).await, [5, 7]);
    assert_eq!(left(&["620826101201", "620826101202"], 5, 9).await, [7]);
    assert_eq!(left(&["620826101201", "620826101202", "620826102201"], 0, 2).await, [5, 6]);
}

fn tally(area: &str, month: (i16, u8), n: i64, fen: i64) -> TallyRow {
    let parent = area.parse::<AreaCode>().expect("code").parent().map(|p| p.to_string()).unwrap_or_default();
    let month = Month::new(month.0, month.1).expect("a month");
    TallyRow { parent, area: area.into(), month, category: "orphan".into(), indicator: 3, n, fen }
}
job!(Count { rows: Vec<TallyRow> } -> (), |job, txn| txn.add(&job.rows).await);
job!(Tally { parent: &'static str } -> Vec<TallyRow>, |job, txn| {
    let (from, to) = (Month::new(2025, 12).expect("month"), Month::new(2026, 1).expect("month"));
    tables::figures::tally(txn, job.parent, from, to).await
});
job!(Stand { rows: Vec<OpenCount> } -> Vec<OpenCount>, |job, txn| {
    txn.add(&job.rows).await?;
    txn.with_prefix::<OpenCount>("area_feed", "620826").await
});
job!(Days { day: i32, n: usize } -> Vec<i32>, |job, txn| {
    let recipient = RecipientId(id(1));
    let once = |day: i32| DailyCount {
        recipient,
        day,
        worker: WorkerId(id(1)),
        area: String::new(),
        category: String::new(),
        contributions: vec![1, 2, 3],
    };
    txn.put(&[once(3), once(9), once(5)]).await?;
    Ok(tables::figures::daily_counts_before(txn, recipient, job.day, job.n).await?.iter().map(|o| o.day).collect())
});

async fn figures_add_up<S: Store>(store: &S) {
    let first = vec![tally("620826", (2025, 12), 2, 100), tally("620825", (2026, 1), 1, 0)];
    let second =
        vec![tally("620826", (2025, 12), -1, 50), tally("620826", (2026, 2), 7, 0), tally("6208", (2026, 1), 5, 0)];
    store.write(Count { rows: first }).await.expect("count");
    store.write(Count { rows: second }).await.expect("count");
    let found = store.read(Tally { parent: "6208" }).await.expect("tally");
    assert_eq!(found, [tally("620826", (2025, 12), 1, 150), tally("620825", (2026, 1), 1, 0)]);

    let row = |n| OpenCount { area_feed: "620826101201".into(), what: 1, n };
    store.write(Stand { rows: vec![row(2)] }).await.expect("stand");
    assert_eq!(store.write(Stand { rows: vec![row(-3)] }).await.expect("stand"), [row(-1)]);
    assert_eq!(store.write(Days { day: 8, n: 5 }).await.expect("days"), [5, 3]);
    assert_eq!(store.write(Days { day: 9, n: 2 }).await.expect("days"), [9, 5]);
}

fn person(n: u128, place: &str, due_on: Option<i32>, active: bool) -> Recipient {
    Recipient {
        id: RecipientId(id(n)),
        place: place.parse().expect("code"),
        category: String::new(),
        active,
        visit_days: None,
        contact_days: None,
        since: 0,
        last_visit: None,
        last_contact: None,
        due_on,
    }
}
fn device(n: u128, worker: u128, last_seen: i64, revoked: Option<i64>) -> Device {
    Device {
        id: DeviceId(id(n)),
        worker: WorkerId(id(worker)),
        token_hash: vec![n as u8],
        incarnation: Incarnation(1),
        last_op: OpNo(0),
        chain: Chain::default(),
        last_hlc: Hlc::ZERO,
        label: String::new(),
        enrolled: 0,
        last_seen,
        revoked,
        sign_key: None,
    }
}
job!(People {} -> (), |job, txn| {
    txn.put(&[
        person(1, "620826101201", Some(10), true),
        person(2, "620826101202", Some(9), true),
        person(3, "620826102201", Some(1), true),
        person(4, "620826101201", Some(1), false),
        person(5, "620826101201", None, true),
    ])
    .await?;
    txn.put(&[worker(1, "620826101"), worker(2, "620825101")]).await?;
    txn.put(&[device(1, 1, 99, None), device(2, 1, 100, None), device(3, 1, 0, Some(5)), device(4, 2, 0, None)]).await
});
job!(Attention { area: &'static str } -> (i64, i64), |job, txn| {
    Ok((tables::people::overdue(txn, job.area, 10).await?, tables::devices::silent_devices(txn, job.area, 100).await?))
});
job!(Totalled {} -> Totals, |job, txn| tables::figures::totals(txn).await);

async fn overdue_and_silent_are_counted_to_the_day<S: Store>(store: &S) {
    store.write(People {}).await.expect("put");
    assert_eq!(store.read(Attention { area: "620826101" }).await.expect("read"), (1, 1));
    assert_eq!(store.read(Attention { area: "620826" }).await.expect("read"), (2, 1));
    assert_eq!(store.read(Attention { area: "6208" }).await.expect("read"), (2, 2));
    let totals = store.read(Totalled {}).await.expect("read");
    assert_eq!((totals.devices, totals.records), (3, 0));
}
