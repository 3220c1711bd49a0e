//! Cases that only PostgreSQL has: several stores on one database, lost connections, a full disk.

use super::*;
use crate::{
    store::{
        CellKind, Job, Store, StoreError, Stored, Table, Txn, conformance,
        tables::{self, *},
    },
    testing::postgres::Database,
};
use shared::{Kind, RecipientId, RowId, WorkerId, ids::*};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::oneshot;
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_passes_the_conformance_suite() {
    let databases = std::sync::Mutex::new(Vec::new());
    let make = || {
        let database = Database::new();
        let open = || tokio::runtime::Handle::current().block_on(database.open());
        let store = tokio::task::block_in_place(open);
        databases.lock().unwrap().push(database);
        store
    };
    conformance::run(make).await;
}

#[tokio::test]
async fn every_table_has_the_columns_its_struct_names_and_text_is_compared_by_its_bytes() {
    let database = Database::new();
    let store = database.open().await;
    let client = store.readers.get().await.unwrap();
    let sql = "SELECT table_name::text, column_name::text, data_type::text, collation_name::text \
               FROM information_schema.columns WHERE table_schema = current_schema()";
    let mut tables: BTreeMap<String, Vec<(String, CellKind)>> = BTreeMap::new();
    for row in client.query(sql, &[]).await.unwrap() {
        let (table, column, kind, collation): (String, String, &str, Option<&str>) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        if table == "schema_version" {
            continue;
        }
        let kind = match kind {
            "bigint" => CellKind::Int,
            "bytea" => CellKind::Blob,
            "text" => CellKind::Text,
            other => panic!("{table}.{column} is {other}"),
        };
        assert_eq!(collation, (kind == CellKind::Text).then_some("C"), "{table}.{column}");
        tables.entry(table).or_default().push((column, kind));
    }
    let mut check = |name: &str, columns: &[&str], kinds: &[CellKind]| {
        let mut named: Vec<_> = columns.iter().map(|c| (*c).to_owned()).zip(kinds.iter().copied()).collect();
        let mut columns = tables.remove(name).unwrap_or_else(|| panic!("no table {name}"));
        named.sort_by(|a, b| a.0.cmp(&b.0));
        columns.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(columns, named, "{name}");
    };
    macro_rules! check {
        ($($table:ident),+) => { $(check($table::NAME, $table::COLUMNS, $table::KINDS);)+ };
    }
    crate::each_table!(check);
    let rest: Vec<&String> = tables.keys().collect();
    assert_eq!(rest, ["clock"], "it has statements of its own");
}

#[tokio::test]
async fn several_servers_that_start_at_once_migrate_once() {
    let database = Database::new();
    let url = database.url();
    let stores = futures_util::future::join_all((0..6).map(|_| PgStore::open(url))).await;
    let stores: Vec<PgStore> = stores.into_iter().map(Result::unwrap).collect();
    let client = stores[0].readers.get().await.unwrap();
    let versions = client.query("SELECT version FROM schema_version ORDER BY version", &[]).await.unwrap();
    let versions: Vec<i64> = versions.iter().map(|row| row.get(0)).collect();
    assert_eq!(versions, (1..=migrations::MIGRATIONS.len() as i64).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_rule_set_of_an_older_database_that_is_not_voided_is_kept() {
    let database = Database::new();
    let client = super::pool::pool(database.url(), 1).unwrap().get().await.unwrap();
    let sql = "CREATE TABLE schema_version (version bigint PRIMARY KEY, migrated timestamptz NOT NULL DEFAULT now())";
    client.batch_execute(sql).await.unwrap();
    for (n, sql) in migrations::MIGRATIONS[..7].iter().enumerate() {
        client.batch_execute(sql).await.unwrap();
        let note = format!("INSERT INTO schema_version (version) VALUES ({})", n + 1);
        client.batch_execute(&note).await.unwrap();
    }
    let fields = |version: u32| format!(r#"{{"area":"620802","version":{version},"frequencies":[]}}"#);
    let docs = [
        format!(r#"{{"kind":"rule_set","fields":{}}}"#, fields(2)),
        format!(r#"{{"kind":"rule_set","fields":{}}}"#, fields(1)),
        format!(r#"{{"kind":"rule_set","fields":{},"void":{{"reason":"x"}}}}"#, fields(3)),
        r#"{"kind":"rule_set","fields":{"of":"tomorrow"}}"#.to_owned(),
    ];
    let insert = "INSERT INTO record (seq, id, rev, kind, doc) VALUES ($1, $2, 1, 'rule_set', $3)";
    for (n, doc) in docs.iter().enumerate() {
        client.execute(insert, &[&(n as i64), &vec![n as u8], doc]).await.unwrap();
    }
    drop(client);
    let store = database.open().await;
    let client = store.readers.get().await.unwrap();
    let rows = client.query("SELECT \"row\", area, doc FROM rule_set ORDER BY \"row\"", &[]).await.unwrap();
    let found: Vec<(Vec<u8>, String, String)> = rows.iter().map(|r| (r.get(0), r.get(1), r.get(2))).collect();
    let area = || "620802".to_owned();
    assert_eq!(found, [(vec![0], area(), fields(2)), (vec![1], area(), fields(1))]);
}

#[tokio::test]
async fn a_store_of_a_newer_server_is_refused_and_left_alone() {
    let database = Database::new();
    let store = database.open().await;
    let client = store.readers.get().await.unwrap();
    client.batch_execute("INSERT INTO schema_version (version) VALUES (999)").await.unwrap();
    let error = PgStore::open(database.url()).await.err().unwrap();
    assert!(error.to_string().contains("999"), "{error}");
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_text_is_refused() {
    let database = Database::with("ENCODING 'SQL_ASCII' TEMPLATE template0");
    let error = PgStore::open(database.url()).await.err().unwrap();
    assert!(error.to_string().contains("createdb --encoding UTF8"), "{error}");
}

#[tokio::test]
async fn opening_a_missing_database_names_it() {
    let database = Database::new();
    let url = database.url().with_database("nowhere").unwrap();
    let error = PgStore::open(&url).await.err().unwrap();
    assert!(error.to_string().contains("\"nowhere\" does not exist"), "{error}");
}

/// Increments a digest and writes a record under a number of the clock.
struct Count(u128);

impl Job for Count {
    type Out = Seq;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Stored<Seq> {
        let worker = WorkerId(id(1));
        let old = txn.get::<WorkerDigest>(&[(worker,)]).await?.pop().flatten();
        let count = old.map_or(0, |d| d.count) + 1;
        txn.put(&[WorkerDigest { worker, count, sum: count * 3 }]).await?;
        let seq = txn.advance(1).await?.next();
        let record = Record {
            seq,
            id: RowId(id(self.0)),
            rev: Rev(1),
            kind: Kind::Visit,
            recipient: Some(RecipientId(id(1))),
            owner: None,
            area_feed: None,
            doc: "{}".into(),
        };
        txn.put(&[record]).await?;
        Ok(seq)
    }
}

struct ReadCounts;

impl Job for ReadCounts {
    type Out = (Seq, Vec<Seq>, u64);
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Stored<Self::Out> {
        let recipient = RecipientId(id(1));
        let seqs = tables::feeds::recipient_seqs(txn, &[recipient], Seq(0), 100_000).await?;
        let digest = txn.get::<WorkerDigest>(&[(WorkerId(id(1)),)]).await?.pop().flatten();
        Ok((txn.head().await?, seqs, digest.map_or(0, |d| d.count)))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_on_one_database_lose_no_count_and_number_in_the_order_of_commits() {
    let database = Database::new();
    let stores = [Arc::new(database.open().await), Arc::new(database.open().await)];
    let mut tasks = Vec::new();
    for n in 0..120 {
        let (here, there) = (stores[n % 2].clone(), stores[(n + 1) % 2].clone());
        tasks.push(tokio::spawn(async move {
            let seq = here.write(Count(n as u128)).await.unwrap();
            // Read through the other server, at once.
            let (head, seqs, count) = there.read(ReadCounts).await.unwrap();
            assert!(seqs.contains(&seq), "an acknowledged row is visible");
            assert_eq!(seqs, (1..=head.0).map(Seq).collect::<Vec<_>>(), "no gap below the clock");
            assert_eq!(count, head.0, "one moment");
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(stores[0].read(ReadCounts).await.unwrap().2, 120);
}

/// Writes, signals that, and goes on after a signal.
struct PausedJob {
    begun: oneshot::Sender<()>,
    go_on: oneshot::Receiver<()>,
}

impl Job for PausedJob {
    type Out = ();
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Stored<()> {
        Count(1).run(txn).await?;
        let _ = self.begun.send(());
        let _ = self.go_on.await;
        Count(2).run(txn).await.map(drop)
    }
}

fn paused_job() -> (PausedJob, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let ((begun, has_begun), (go, go_on)) = (oneshot::channel(), oneshot::channel());
    (PausedJob { begun, go_on }, has_begun, go)
}

/// Ends every other connection to the database.
async fn sever(database: &Database) {
    let (client, connection) = database.url().config().connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let sql = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    client.query(sql, &[]).await.unwrap();
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_of_a_job_leaves_nothing_and_the_next_job_has_a_new_one() {
    let database = Database::new();
    let store = Arc::new(database.open().await);
    let (job, has_begun, go) = paused_job();
    let writing = tokio::spawn({
        let store = store.clone();
        async move { store.write(job).await }
    });
    has_begun.await.unwrap();
    let behind = tokio::spawn({
        let store = store.clone();
        async move { store.write(Count(3)).await }
    });
    sever(&database).await;
    go.send(()).unwrap();
    assert_eq!(writing.await.unwrap(), Err(StoreError::Busy), "to be tried again");
    assert_eq!(behind.await.unwrap(), Ok(Seq(1)), "what waited has a connection of its own");
    assert_eq!(store.read(ReadCounts).await.unwrap(), (Seq(1), vec![Seq(1)], 1));
    sever(&database).await;
    assert!(matches!(store.read(ReadCounts).await, Ok(_) | Err(StoreError::Busy)));
    assert_eq!(store.read(ReadCounts).await.unwrap().0, Seq(1));
}

#[tokio::test]
async fn one_server_writes_at_a_time_and_blocks_no_reader() {
    let database = Database::new();
    let (one, two) = (database.open().await, Arc::new(database.open().await));
    let (job, has_begun, go) = paused_job();
    let writing = tokio::spawn(async move { one.write(job).await });
    has_begun.await.unwrap();
    let waiting = tokio::spawn({
        let two = two.clone();
        async move { two.write(Count(3)).await }
    });
    // Wait until the other server's writer waits for the lock.
    let watch = two.readers.get().await.unwrap();
    let waiting_for_lock = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while watch.query(waiting_for_lock, &[]).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(two.read(ReadCounts).await.unwrap(), (Seq(0), vec![], 0));
    assert!(!waiting.is_finished());
    go.send(()).unwrap();
    writing.await.unwrap().unwrap();
    assert_eq!(waiting.await.unwrap(), Ok(Seq(3)));
    assert_eq!(two.read(ReadCounts).await.unwrap().2, 3);
}

#[tokio::test]
async fn an_aborted_read_leaves_no_open_snapshot() {
    let database = Database::new();
    let store = Arc::new(database.open().await);
    for n in 0..40 {
        let reading = tokio::spawn({
            let store = store.clone();
            async move { store.read(ReadCounts).await }
        });
        tokio::task::yield_now().await;
        reading.abort();
        store.write(Count(n)).await.unwrap();
        assert_eq!(store.read(ReadCounts).await.unwrap().0, Seq(n as u64 + 1));
    }
}

struct Panics {
    writes: bool,
}

impl Job for Panics {
    type Out = ();
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Stored<()> {
        if self.writes {
            Count(9).run(txn).await?;
        }
        txn.head().await?;
        panic!("as the test asks")
    }
}

#[tokio::test]
async fn a_panicking_job_affects_no_other() {
    let database = Database::new();
    let store = database.open().await;
    let (panicking, good) = tokio::join!(store.write(Panics { writes: true }), store.write(Count(1)));
    assert_eq!((panicking, good), (Err(StoreError::Panicked), Ok(Seq(1))));
    assert_eq!(store.read(Panics { writes: false }).await, Err(StoreError::Panicked));
    assert_eq!(store.read(ReadCounts).await.unwrap().0, Seq(1));
}

/// A job that ignores the failure of its write.
struct IgnoresFailure;

impl Job for IgnoresFailure {
    type Out = ();
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Stored<()> {
        Count(5).run(txn).await?;
        let taken = txn.get::<Record>(&[(RowId(id(5)),)]).await?.pop().flatten().ok_or(StoreError::Closed)?;
        let _ = txn.put(&[Record { id: RowId(id(6)), ..taken }]).await;
        let _ = txn.head().await;
        Ok(())
    }
}

#[tokio::test]
async fn a_refused_statement_fails_its_job_even_if_the_job_ignores_it() {
    let database = Database::new();
    let store = database.open().await;
    // Alone, and among others.
    let alone = store.write(IgnoresFailure).await.unwrap_err();
    assert!(matches!(&alone, StoreError::Backend(why) if why.contains("23505")), "{alone:?}");
    let (a, b, c) = tokio::join!(store.write(Count(1)), store.write(IgnoresFailure), store.write(Count(2)));
    assert_eq!((a, b, c), (Ok(Seq(1)), Err(alone), Ok(Seq(2))));
    assert_eq!(store.read(ReadCounts).await.unwrap(), (Seq(2), vec![Seq(1), Seq(2)], 2));
}

#[tokio::test]
async fn a_full_disk_is_reported_and_writes_nothing() {
    let database = Database::new();
    let store = database.open().await;
    store.write(Count(1)).await.unwrap();
    // The error of a full disk, raised where a record is written.
    let fill = "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'could not extend file'; END $$; \
                CREATE TRIGGER fill BEFORE INSERT ON record EXECUTE FUNCTION fill();";
    let client = store.readers.get().await.unwrap();
    client.batch_execute(fill).await.unwrap();
    assert_eq!(store.write(Count(2)).await, Err(StoreError::Full));
    assert_eq!(store.read(ReadCounts).await.unwrap(), (Seq(1), vec![Seq(1)], 1));
    client.batch_execute("DROP TRIGGER fill ON record").await.unwrap();
    assert_eq!(store.write(Count(2)).await, Ok(Seq(2)));
}

#[tokio::test]
async fn commits_are_durable_even_where_the_database_sets_synchronous_commit_off() {
    let database = Database::new();
    let name = database.text().split('/').next_back().unwrap().split('?').next().unwrap().to_owned();
    let (client, connection) = database.url().config().connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let name = database.url().config().get_dbname().map_or(name, str::to_owned);
    client.batch_execute(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).await.unwrap();
    let pool = pool::pool(database.url(), 1).unwrap();
    let txn = pool.get().await.unwrap();
    let setting = async || txn.query_one("SHOW synchronous_commit", &[]).await.unwrap().get::<_, String>(0);
    assert_eq!(setting().await, "off");
    txn.batch_execute(writer::BEGIN).await.unwrap();
    assert_eq!(setting().await, "on");
}
