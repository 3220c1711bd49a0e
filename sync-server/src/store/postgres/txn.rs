//! A transaction on one connection. Reads wait for their rows; writes are sent at once and their answers gathered at the
//! next read or at the end, so that a job costs as many round trips as it has reads.

use super::{
    errors::{failed, no_connection},
    statements::{self as sql, array_type, key_kinds, kind_of, text},
    values::{Array, Found, Param, columns_of},
};
use crate::store::{
    Cell, CellKind, Column, Key, SeqColumn, StoreError, Stored, Table, TallyRow, Totals, Txn, prefix_end,
    tables::{DailyCount, OpenCount, Tombstone, WorkerFeed},
};
use deadpool_postgres::{Object, Pool};
use futures_util::{TryStreamExt, future::join};
use shared::{Month, RecipientId, RowId, WorkerId, ids::Seq};
use std::{
    collections::HashMap,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};

type Waiting = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send>>;

pub struct PgTxn {
    client: Option<Arc<Object>>,
    /// Sent, in this order, and not yet answered.
    sent: Vec<Waiting>,
    /// The first statement that failed. From there on the transaction can only be rolled back, whatever its job makes
    /// of it.
    failure: Option<StoreError>,
}

impl PgTxn {
    pub async fn on(pool: &Pool) -> Stored<Self> {
        let client = pool.get().await.map_err(no_connection)?;
        Ok(Self { client: Some(Arc::new(client)), sent: Vec::new(), failure: None })
    }

    fn client(&self) -> Stored<Arc<Object>> {
        self.client.clone().ok_or(StoreError::Closed)
    }

    /// What begins, divides or ends transactions: done when this returns.
    pub async fn control(&mut self, statements: &str) -> Stored<()> {
        self.client()?.batch_execute(statements).await.map_err(failed)
    }

    /// Begins a snapshot, whose first read carries the news if it could not be begun.
    pub async fn begin_snapshot(&mut self) -> Stored<()> {
        let client = self.client()?;
        self.send(async move { client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await }).await
    }

    /// Waits for what was sent. An error is that of the first statement that failed; it stays the transaction's.
    pub async fn settle(&mut self) -> Stored<()> {
        let outcome = gather(std::mem::take(&mut self.sent)).await;
        self.note(outcome)?;
        self.failure.clone().map_or(Ok(()), Err)
    }

    /// Takes a failure of one job out of the way of the next.
    pub fn forgive(&mut self) {
        self.failure = None;
    }

    /// Gives the connection back. Whoever does not, loses it: nobody knows then what state it is in.
    pub fn finish(mut self) {
        self.sent.clear();
        self.client = None;
    }

    fn note<T>(&mut self, outcome: Stored<T>) -> Stored<T> {
        outcome.inspect_err(|error| {
            self.failure.get_or_insert_with(|| error.clone());
        })
    }

    /// Waits for `work` while what was sent before it is answered: the connection hands out answers in order.
    async fn wait_for<T>(&mut self, work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Stored<T> {
        let (before, outcome) = join(gather(std::mem::take(&mut self.sent)), work).await;
        self.note(before)?;
        self.note(outcome.map_err(failed))
    }

    async fn prepare(&mut self, sql: &str) -> Stored<(Arc<Object>, tokio_postgres::Statement)> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let client = self.client()?;
        let statement = {
            let mut preparing = pin!(client.prepare_cached(sql));
            match once(preparing.as_mut()).await {
                Poll::Ready(statement) => self.note(statement.map_err(failed))?,
                Poll::Pending => self.wait_for(preparing).await?,
            }
        };
        Ok((client, statement))
    }

    async fn send(
        &mut self,
        work: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static,
    ) -> Stored<()> {
        let mut work: Waiting = Box::pin(work);
        match once(work.as_mut()).await {
            Poll::Ready(outcome) => self.note(outcome.map_err(failed)),
            Poll::Pending => {
                self.sent.push(work);
                Ok(())
            }
        }
    }

    /// A statement whose rows nobody needs.
    async fn execute(&mut self, sql: &str, params: Vec<Param>) -> Stored<()> {
        let (client, statement) = self.prepare(sql).await?;
        self.send(async move { client.execute_raw(&statement, params).await.map(drop) }).await
    }

    async fn rows(&mut self, sql: &str, params: Vec<Param>) -> Stored<Vec<Found>> {
        let (client, statement) = self.prepare(sql).await?;
        let query = async { client.query_raw(&statement, params).await?.try_collect::<Vec<_>>().await };
        self.wait_for(query).await?.into_iter().map(Found::new).collect()
    }

    async fn read<T: Table>(&mut self, sql: &str, params: Vec<Param>) -> Stored<Vec<T>> {
        self.rows(sql, params).await?.iter().map(|row| row.read(0)).collect()
    }

    async fn number(&mut self, sql: &str, params: Vec<Param>) -> Stored<i64> {
        self.rows(sql, params).await?.first().map_or(Ok(0), |row| row.get(0))
    }
}

impl Drop for PgTxn {
    fn drop(&mut self) {
        self.sent.clear();
        if let Some(client) = self.client.take().and_then(Arc::into_inner) {
            // Closed instead of given back.
            drop(Object::take(client));
        }
    }
}

/// Polls once: what the work has to send is then sent.
async fn once<F: Future + ?Sized>(mut work: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx))).await
}

/// All answers, in order; of several errors the first, which the others follow from.
async fn gather(sent: Vec<Waiting>) -> Stored<()> {
    let mut outcome = Ok(());
    for waiting in sent {
        outcome = outcome.and(waiting.await.map_err(failed));
    }
    outcome
}

fn keys<T: Table>(keys: &[T::Key]) -> Stored<Vec<Param>> {
    let mut arrays: Vec<Array> = key_kinds::<T>().into_iter().map(Array::new).collect();
    for key in keys {
        for (array, cell) in arrays.iter_mut().zip(key.cells()) {
            array.push(cell)?;
        }
    }
    Ok(arrays.into_iter().map(Param::Array).collect())
}

fn array<'a>(kind: CellKind, cells: impl IntoIterator<Item = Cell<'a>>) -> Stored<Param> {
    Array::of(kind, cells).map(Param::Array)
}

/// One row for each key, the last: one statement cannot write the same row twice.
fn last_of_each<T: Table>(rows: &[T]) -> Vec<&T> {
    let mut at: HashMap<Vec<Cell<'_>>, usize> = HashMap::with_capacity(rows.len());
    let key_columns: Vec<usize> = T::KEY.iter().filter_map(|k| T::COLUMNS.iter().position(|c| c == k)).collect();
    let mut last: Vec<&T> = Vec::with_capacity(rows.len());
    for row in rows {
        let cells = row.cells();
        let key = key_columns.iter().map(|i| cells[*i]).collect();
        match at.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => last[*known.get()] = row,
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(last.len());
                last.push(row);
            }
        }
    }
    last
}

/// A span of texts that start with `prefix`: what to ask beside `column >= $n`.
fn span(column: &str, prefix: &str, at: usize) -> (String, Vec<Param>) {
    let from = Param::of(Cell::Text(prefix));
    match prefix_end(prefix) {
        Some(end) => (format!("{column} >= ${at} AND {column} < ${}", at + 1), vec![from, Param::of(Cell::Text(&end))]),
        None => (format!("{column} >= ${at}"), vec![from]),
    }
}

impl Txn for PgTxn {
    async fn get<T: Table>(&mut self, wanted: &[T::Key]) -> Stored<Vec<Option<T>>> {
        let mut found: Vec<Option<T>> = wanted.iter().map(|_| None).collect();
        if wanted.is_empty() {
            return Ok(found);
        }
        for row in self.rows(&text::<T>("get", "", sql::get::<T>), keys::<T>(wanted)?).await? {
            let at = usize::try_from(row.get::<i64>(0)? - 1).ok();
            if let Some(slot) = at.and_then(|at| found.get_mut(at)) {
                *slot = Some(row.read(1)?);
            }
        }
        Ok(found)
    }

    async fn put<T: Table>(&mut self, rows: &[T]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let columns = if rows.len() == 1 { columns_of(rows)? } else { columns_of(last_of_each(rows))? };
        self.execute(&text::<T>("put", "", sql::put::<T>), columns).await
    }

    async fn delete<T: Table>(&mut self, unwanted: &[T::Key]) -> Stored<()> {
        if unwanted.is_empty() {
            return Ok(());
        }
        self.execute(&text::<T>("delete", "", sql::delete::<T>), keys::<T>(unwanted)?).await
    }

    async fn find<T: Table>(&mut self, column: &'static str, values: &[Cell<'_>]) -> Stored<Vec<T>> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let values = array(kind_of::<T>(column), values.iter().copied())?;
        self.read(&text::<T>("find", column, || sql::find::<T>(column)), vec![values]).await
    }

    async fn under<T: Table>(&mut self, column: &'static str, prefix: &str) -> Stored<Vec<T>> {
        if prefix.is_empty() {
            return self.read(&text::<T>("all", "", sql::all::<T>), Vec::new()).await;
        }
        let from = Param::of(Cell::Text(prefix));
        match prefix_end(prefix) {
            Some(end) => {
                let params = vec![from, Param::of(Cell::Text(&end))];
                self.read(&text::<T>("under", column, || sql::under::<T>(column, true)), params).await
            }
            None => self.read(&text::<T>("from", column, || sql::under::<T>(column, false)), vec![from]).await,
        }
    }

    async fn between<T: Table>(&mut self, column: &'static str, from: i64, to: i64, limit: usize) -> Stored<Vec<T>> {
        let params = vec![Param::Int(from), Param::Int(to), Param::Int(limit as i64)];
        self.read(&text::<T>("between", column, || sql::between::<T>(column)), params).await
    }

    async fn head(&mut self) -> Stored<Seq> {
        self.number("SELECT seq FROM clock WHERE part = ''", Vec::new()).await.map(|n| Seq(n as u64))
    }

    async fn advance(&mut self, by: u64) -> Stored<Seq> {
        let sql = "UPDATE clock SET seq = seq + $1 WHERE part = '' RETURNING seq - $1";
        self.number(sql, vec![Param::Int(by as i64)]).await.map(|n| Seq(n as u64))
    }

    async fn seqs(&mut self, column: SeqColumn, values: &[Cell<'_>], after: Seq, limit: usize) -> Stored<Vec<Seq>> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let (column, kind) = match column {
            SeqColumn::Recipient => ("recipient", CellKind::Blob),
            SeqColumn::AreaFeed => ("area_feed", CellKind::Text),
        };
        // Each index ends in the seq, so this never touches the records themselves.
        let sql = format!(
            "SELECT s.seq FROM unnest($1::{}) AS k(v) CROSS JOIN LATERAL (SELECT seq FROM record WHERE {column} = k.v \
             AND seq > $2 ORDER BY seq LIMIT $3) s ORDER BY s.seq LIMIT $3",
            array_type(kind)
        );
        let params = vec![array(kind, values.iter().copied())?, Param::of(after.cell()), Param::Int(limit as i64)];
        self.rows(&sql, params).await?.iter().map(|row| row.get(0)).collect()
    }

    async fn docs(&mut self, seqs: &[Seq]) -> Stored<Vec<(Seq, RowId, String)>> {
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT t.seq, t.id, t.doc FROM unnest($1::bigint[]) WITH ORDINALITY AS k(seq, n) \
                   JOIN record t ON t.seq = k.seq ORDER BY k.n";
        let params = vec![array(CellKind::Int, seqs.iter().map(Column::cell))?];
        self.rows(sql, params).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
    }

    async fn worker_feed(&mut self, worker: WorkerId, after: Seq, limit: usize) -> Stored<Vec<WorkerFeed>> {
        let sql = text::<WorkerFeed>("after", "worker", || sql::after::<WorkerFeed>("worker"));
        let params = vec![array(CellKind::Blob, [worker.cell()])?, Param::of(after.cell()), Param::Int(limit as i64)];
        self.read(&sql, params).await
    }

    async fn tombstones(&mut self, area_feeds: &[String], after: Seq, limit: usize) -> Stored<Vec<Tombstone>> {
        if area_feeds.is_empty() {
            return Ok(Vec::new());
        }
        let sql = text::<Tombstone>("after", "area_feed", || sql::after::<Tombstone>("area_feed"));
        let area_feeds = array(CellKind::Text, area_feeds.iter().map(Column::cell))?;
        self.read(&sql, vec![area_feeds, Param::of(after.cell()), Param::Int(limit as i64)]).await
    }

    async fn tally_add(&mut self, rows: &[TallyRow]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        // Grouped first: one statement cannot write the same row twice.
        let sql = "INSERT INTO tally (parent, month, area, category, indicator, n, fen) \
                   SELECT p, m, a, c, i, sum(n)::bigint, sum(fen)::bigint FROM unnest($1::text[], $2::bigint[], \
                   $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[]) AS k(p, m, a, c, i, n, fen) \
                   GROUP BY p, m, a, c, i ON CONFLICT (parent, month, area, category, indicator) \
                   DO UPDATE SET n = tally.n + excluded.n, fen = tally.fen + excluded.fen";
        let text = |of: fn(&TallyRow) -> &str| array(CellKind::Text, rows.iter().map(|r| Cell::Text(of(r))));
        let int = |of: fn(&TallyRow) -> i64| array(CellKind::Int, rows.iter().map(|r| Cell::Int(of(r))));
        let params = vec![
            text(|r| &r.parent)?,
            int(|r| i64::from(r.month.number()))?,
            text(|r| &r.area)?,
            text(|r| &r.category)?,
            int(|r| i64::from(r.indicator))?,
            int(|r| r.n)?,
            int(|r| r.fen)?,
        ];
        self.execute(sql, params).await
    }

    async fn tally(&mut self, parent: &str, from: Month, to: Month) -> Stored<Vec<TallyRow>> {
        let sql = "SELECT month, area, category, indicator, n, fen FROM tally \
                   WHERE parent = $1 AND month BETWEEN $2 AND $3 ORDER BY month, area, category, indicator";
        let month = |m: Month| Param::Int(i64::from(m.number()));
        let rows = self.rows(sql, vec![Param::of(Cell::Text(parent)), month(from), month(to)]).await?;
        let row = |row: &Found| {
            Ok(TallyRow {
                parent: parent.to_owned(),
                month: Month::from_number(row.get(0)?),
                area: row.get(1)?,
                category: row.get(2)?,
                indicator: row.get::<i64>(3)? as u8,
                n: row.get(4)?,
                fen: row.get(5)?,
            })
        };
        rows.iter().map(row).collect()
    }

    async fn open_count_add(&mut self, rows: &[OpenCount]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO open_count (area_feed, what, n) SELECT s, w, sum(n)::bigint \
                   FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS k(s, w, n) GROUP BY s, w \
                   ON CONFLICT (area_feed, what) DO UPDATE SET n = open_count.n + excluded.n";
        self.execute(sql, columns_of(rows)?).await
    }

    async fn daily_counts_before(&mut self, recipient: RecipientId, day: i32, n: usize) -> Stored<Vec<DailyCount>> {
        let sql = text::<DailyCount>("before", "day", || {
            let columns = DailyCount::COLUMNS.join(", ");
            format!(
                "SELECT {columns} FROM daily_count WHERE recipient = $1 AND day <= $2 ORDER BY day DESC, worker DESC LIMIT $3"
            )
        });
        self.read(&sql, vec![Param::of(recipient.cell()), Param::of(day.cell()), Param::Int(n as i64)]).await
    }

    async fn overdue(&mut self, area: &str, today: i32) -> Stored<i64> {
        let (below, mut params) = span("place", area, 2);
        params.insert(0, Param::of(today.cell()));
        let sql = format!("SELECT count(*) FROM recipient WHERE due_on < $1 AND active <> 0 AND {below}");
        self.number(&sql, params).await
    }

    async fn silent_devices(&mut self, area: &str, before_ms: i64) -> Stored<i64> {
        let (below, mut params) = span("worker.area", area, 2);
        params.insert(0, Param::Int(before_ms));
        let sql = format!(
            "SELECT count(*) FROM device JOIN worker ON worker.id = device.worker \
             WHERE device.revoked IS NULL AND device.last_seen < $1 AND {below}"
        );
        self.number(&sql, params).await
    }

    async fn totals(&mut self) -> Stored<Totals> {
        let sql = "SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM op_log), \
                   (SELECT count(*) FROM device WHERE revoked IS NULL), (SELECT count(*) FROM photo_ref WHERE missing <> 0)";
        let rows = self.rows(sql, Vec::new()).await?;
        let Some(row) = rows.first() else { return Ok(Totals::default()) };
        Ok(Totals { records: row.get(0)?, ops: row.get(1)?, devices: row.get(2)?, photos_pending: row.get(3)? })
    }
}
