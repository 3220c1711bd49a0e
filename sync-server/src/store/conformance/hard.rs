//! Edge cases: extreme values, large batches, concurrent jobs, jobs that misbehave.

use super::*;
use std::collections::BTreeSet;

pub async fn run<S: Store>(make: impl Fn() -> S) {
    every_text_and_number_survives(&make()).await;
    a_prefix_is_compared_by_bytes(&make()).await;
    of_two_rows_with_one_key_the_last_stands_and_sums_add_up(&make()).await;
    a_batch_may_be_of_any_size(&make()).await;
    a_job_sees_what_it_wrote(&make()).await;
    no_job_runs_between_the_read_and_the_write_of_another(Arc::new(make())).await;
    a_read_job_changes_nothing(&make()).await;
    a_job_that_waits_is_committed_whole_or_not_at_all(&make()).await;
    area_feeds_are_read_like_recipients(&make()).await;
}

job!(PutMeta { rows: Vec<Meta> } -> (), |job, txn| txn.put(&job.rows).await);
job!(GetMeta { names: Vec<String> } -> Vec<Option<Meta>>, |job, txn| {
    txn.get::<Meta>(&job.names.into_iter().map(|n| (n,)).collect::<Vec<_>>()).await
});
job!(DropMeta { names: Vec<String> } -> (), |job, txn| {
    txn.delete::<Meta>(&job.names.into_iter().map(|n| (n,)).collect::<Vec<_>>()).await
});
job!(MetaUnder { prefix: String } -> Vec<String>, |job, txn| {
    Ok(txn.with_prefix::<Meta>("name", &job.prefix).await?.into_iter().map(|m| m.name).collect())
});

fn meta(name: &str, value: &str) -> Meta {
    Meta { name: name.into(), value: value.into() }
}

const TEXTS: [&str; 12] = [
    "",
    "\u{0}",
    "\u{0}\u{0}谷",
    "\u{1}",
    "\u{1}\u{1}",
    "\u{1}\u{2}",
    "a\u{0}b",
    "'; DROP TABLE record; --",
    "\\x00 {} \"$1\"",
    "\u{feff}𠮷\u{10ffff}",
    "NULL",
    " \r\n\t",
];

async fn every_text_and_number_survives<S: Store>(store: &S) {
    let rows: Vec<Meta> = TEXTS.iter().rev().zip(TEXTS).map(|(value, name)| meta(name, value)).collect();
    store.write(PutMeta { rows: rows.clone() }).await.expect("put");
    let names = TEXTS.map(str::to_owned).to_vec();
    let found = store.read(GetMeta { names: names.clone() }).await.expect("get");
    assert_eq!(found, rows.into_iter().map(Some).collect::<Vec<_>>(), "as keys and as values");
    store.write(DropMeta { names: names[1..].to_vec() }).await.expect("delete");
    assert_eq!(store.read(MetaUnder { prefix: String::new() }).await.expect("all"), [""]);

    let mut extreme = device(1, 1, i64::MIN, Some(i64::MAX));
    (extreme.last_op, extreme.last_hlc, extreme.token_hash) = (OpNo(u64::MAX), Hlc(u64::MAX - 1), Vec::new());
    let mut plain = device(2, 1, -1, None);
    plain.token_hash = (0..=255).collect();
    store.write(PutDevices { rows: vec![extreme.clone(), plain.clone()] }).await.expect("put");
    assert_eq!(store.read(DevicesOf { worker: 1 }).await.expect("find"), [extreme, plain]);
}

job!(PutDevices { rows: Vec<Device> } -> (), |job, txn| txn.put(&job.rows).await);
job!(DevicesOf { worker: u128 } -> Vec<Device>, |job, txn| {
    let mut found = txn.find::<Device>("worker", &[WorkerId(id(job.worker)).cell()]).await?;
    found.sort_by_key(|d| d.id);
    Ok(found)
});

async fn a_prefix_is_compared_by_bytes<S: Store>(store: &S) {
    let mut names =
        vec!["b", "a", "A", "ab", "a\u{0}", "a\u{1}", "aä", "aZ", "ä", "a-b", "a b", "谷", "谷某", "\u{d7ff}x"];
    store.write(PutMeta { rows: names.iter().map(|n| meta(n, "")).collect() }).await.expect("put");
    names.sort_unstable();
    for prefix in ["a", "ä", "谷", "A", "a\u{0}", "\u{d7ff}", "c"] {
        let expected: Vec<&str> = names.iter().filter(|n| n.starts_with(prefix)).copied().collect();
        let found = store.read(MetaUnder { prefix: prefix.into() }).await.expect("under");
        assert_eq!(found, expected, "{prefix:?}, in the order of bytes");
    }
}

job!(Twice {} -> (i64, i64), |job, txn| {
    let row = |n| OpenCount { area_feed: "62".into(), what: 1, n };
    txn.add(&[row(2), row(-1), row(4)]).await?;
    txn.add(&[tally("620826", (2026, 1), 1, 10), tally("620826", (2026, 1), 2, -3)]).await?;
    let month = Month::new(2026, 1).expect("month");
    let standing = txn.get::<OpenCount>(&[("62".into(), 1)]).await?.pop().flatten().map_or(0, |s| s.n);
    Ok((standing, tables::figures::tally(txn, "6208", month, month).await?.iter().map(|t| t.n * 100 + t.fen).sum()))
});

async fn of_two_rows_with_one_key_the_last_stands_and_sums_add_up<S: Store>(store: &S) {
    let rows = vec![meta("a", "1"), meta("b", "2"), meta("a", "3")];
    store.write(PutMeta { rows }).await.expect("put");
    let names = vec!["a".to_owned(), "b".to_owned(), "a".to_owned()];
    let found = store.read(GetMeta { names: names.clone() }).await.expect("get");
    assert_eq!(found, [Some(meta("a", "3")), Some(meta("b", "2")), Some(meta("a", "3"))]);
    store.write(DropMeta { names }).await.expect("delete, the same twice");
    assert_eq!(store.write(Twice {}).await.expect("add"), (5, 307));
}

async fn a_batch_may_be_of_any_size<S: Store>(store: &S) {
    // Eight columns each: well over 65,535 values.
    let rows: Vec<Worker> = (0..12_000).map(|n| worker(n, "620826101")).collect();
    store.write(PutWorkers { rows: rows.clone() }).await.expect("put");
    let keys: Vec<u128> = (0..12_001).rev().collect();
    let found = store.read(GetWorkers { keys: keys.clone() }).await.expect("get");
    assert_eq!(found[0], None);
    assert!(found[1..].iter().rev().zip(&rows).all(|(found, row)| found.as_ref() == Some(row)));
    let codes: Vec<String> = keys.iter().map(|n| format!("W{n}")).collect();
    let found = store.read(FindWorkers { codes }).await.expect("find");
    assert_eq!(found.iter().map(|w| w.id).collect::<BTreeSet<_>>().len(), 12_000);
    store.write(DropWorkers { keys }).await.expect("delete");
    assert_eq!(store.read(GetWorkers { keys: vec![5, 11_999] }).await.expect("get"), [None, None]);
}

job!(DropWorkers { keys: Vec<u128> } -> (), |job, txn| {
    txn.delete::<Worker>(&job.keys.iter().map(|n| (WorkerId(id(*n)),)).collect::<Vec<_>>()).await
});

job!(RereadsItsWrites {} -> Vec<Option<String>>, |job, txn| {
    let mut seen = Vec::new();
    for value in ["first", "second"] {
        txn.put(&[meta("x", value)]).await?;
        txn.delete::<Meta>(&[("x".into(),)]).await?;
        txn.put(&[meta("x", value), meta("y", value)]).await?;
        seen.push(txn.get::<Meta>(&[("x".into(),)]).await?.pop().flatten().map(|m| m.value));
        txn.delete::<Meta>(&[("x".into(),)]).await?;
        seen.push(txn.get::<Meta>(&[("x".into(),)]).await?.pop().flatten().map(|m| m.value));
    }
    txn.advance(3).await?;
    seen.push(Some(txn.head().await?.0.to_string()));
    Ok(seen)
});

async fn a_job_sees_what_it_wrote<S: Store>(store: &S) {
    let seen = store.write(RereadsItsWrites {}).await.expect("write");
    let seen: Vec<Option<&str>> = seen.iter().map(Option::as_deref).collect();
    assert_eq!(seen, [Some("first"), None, Some("second"), None, Some("3")]);
    let found = store.read(GetMeta { names: vec!["x".into(), "y".into()] }).await.expect("get");
    assert_eq!(found, [None, Some(meta("y", "second"))]);
}

job!(OneMore {} -> u64, |job, txn| {
    let worker = WorkerId(id(1));
    let count = txn.get::<WorkerDigest>(&[(worker,)]).await?.pop().flatten().map_or(0, |d| d.count) + 1;
    txn.put(&[WorkerDigest { worker, count, sum: 0 }]).await?;
    Ok(count)
});

async fn no_job_runs_between_the_read_and_the_write_of_another<S: Store>(store: Arc<S>) {
    let tasks: Vec<_> = (0..80)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.write(OneMore {}).await.expect("counted") })
        })
        .collect();
    let mut counts = BTreeSet::new();
    for task in tasks {
        counts.insert(task.await.expect("no panic"));
    }
    assert_eq!(counts, (1..=80).collect(), "each its own number, none lost");
}

async fn a_read_job_changes_nothing<S: Store>(store: &S) {
    // Refused or without effect.
    let _ = store.read(PutMeta { rows: vec![meta("x", "1")] }).await;
    assert_eq!(store.read(GetMeta { names: vec!["x".into()] }).await.expect("get"), [None]);
    store.write(PutMeta { rows: vec![meta("x", "1")] }).await.expect("a writer can");
}

job!(YieldsBetweenWrites {} -> (), |job, txn| {
    txn.put(&[meta("before", "1")]).await?;
    tokio::task::yield_now().await;
    txn.put(&[meta("after", "1")]).await
});

async fn a_job_that_waits_is_committed_whole_or_not_at_all<S: Store>(store: &S) {
    let done = store.write(YieldsBetweenWrites {}).await.is_ok();
    let found = store.read(GetMeta { names: vec!["before".into(), "after".into()] }).await.expect("get");
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [done, done]);
    store.write(PutMeta { rows: vec![meta("x", "1")] }).await.expect("the next goes on");
}

job!(AreaFeedSeqs { area_feeds: Vec<&'static str>, after: u64, limit: usize } -> Vec<u64>, |job, txn| {
    let area_feeds: Vec<String> = job.area_feeds.iter().map(|feed| (*feed).to_owned()).collect();
    Ok(tables::feeds::area_feed_seqs(txn, &area_feeds, Seq(job.after), job.limit).await?.iter().map(|s| s.0).collect())
});

async fn area_feeds_are_read_like_recipients<S: Store>(store: &S) {
    let in_feed =
        |n: u128, area_feed: Option<&str>| Record { area_feed: area_feed.map(str::to_owned), ..record(n, n as u64, n) };
    let rows = vec![in_feed(1, Some("62")), in_feed(2, Some("r62")), in_feed(3, None), in_feed(4, Some("62"))];
    store.write(PutRecords { rows }).await.expect("put");
    let walk = async |area_feeds: &[&'static str], after, limit| {
        store.read(AreaFeedSeqs { area_feeds: area_feeds.to_vec(), after, limit }).await.expect("seqs")
    };
    assert_eq!(walk(&["62"], 0, 9).await, [1, 4]);
    assert_eq!(walk(&["r62", "62"], 1, 9).await, [2, 4]);
    assert_eq!(walk(&["r62", "62"], 0, 2).await, [1, 2]);
    assert!(walk(&[], 0, 9).await.is_empty());
    assert_eq!(store.read(Docs { seqs: vec![] }).await.expect("docs"), []);
}
