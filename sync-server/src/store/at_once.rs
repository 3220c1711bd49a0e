//! For the backends that have every answer at once: a call of [`Txn`](super::Txn) is the function of its name with `_now`
//! behind it, and a future that is ready. What every push goes through (`get`, `put`, `delete`, `find`) they say themselves.

/// The rest of an `impl Txn`, by the names that its file has imported.
macro_rules! answered_at_once {
    () => {
        fn under<T: Table>(
            &mut self,
            column: &'static str,
            prefix: &str,
        ) -> impl Future<Output = Stored<Vec<T>>> + Send {
            ready(self.under_now(column, prefix))
        }
        fn between<T: Table>(
            &mut self,
            column: &'static str,
            from: i64,
            to: i64,
            limit: usize,
        ) -> impl Future<Output = Stored<Vec<T>>> + Send {
            ready(self.between_now(column, from, to, limit))
        }
        fn head(&mut self) -> impl Future<Output = Stored<Seq>> + Send {
            ready(self.head_now())
        }
        fn advance(&mut self, by: u64) -> impl Future<Output = Stored<Seq>> + Send {
            ready(self.advance_now(by))
        }
        fn seqs(
            &mut self,
            column: SeqColumn,
            values: &[Cell<'_>],
            after: Seq,
            limit: usize,
        ) -> impl Future<Output = Stored<Vec<Seq>>> + Send {
            ready(self.seqs_now(column, values, after, limit))
        }
        fn docs(&mut self, seqs: &[Seq]) -> impl Future<Output = Stored<Vec<(Seq, RowId, String)>>> + Send {
            ready(self.docs_now(seqs))
        }
        fn worker_feed(
            &mut self,
            worker: WorkerId,
            after: Seq,
            limit: usize,
        ) -> impl Future<Output = Stored<Vec<WorkerFeed>>> + Send {
            ready(self.worker_feed_now(worker, after, limit))
        }
        fn tombstones(
            &mut self,
            area_feeds: &[String],
            after: Seq,
            limit: usize,
        ) -> impl Future<Output = Stored<Vec<Tombstone>>> + Send {
            ready(self.tombstones_now(area_feeds, after, limit))
        }
        fn tally_add(&mut self, rows: &[TallyRow]) -> impl Future<Output = Stored<()>> + Send {
            ready(self.tally_add_now(rows))
        }
        fn tally(
            &mut self,
            parent: &str,
            from: Month,
            to: Month,
        ) -> impl Future<Output = Stored<Vec<TallyRow>>> + Send {
            ready(self.tally_now(parent, from, to))
        }
        fn open_count_add(&mut self, rows: &[OpenCount]) -> impl Future<Output = Stored<()>> + Send {
            ready(self.open_count_add_now(rows))
        }
        fn daily_counts_before(
            &mut self,
            recipient: RecipientId,
            day: i32,
            n: usize,
        ) -> impl Future<Output = Stored<Vec<DailyCount>>> + Send {
            ready(self.daily_counts_before_now(recipient, day, n))
        }
        fn overdue(&mut self, area: &str, today: i32) -> impl Future<Output = Stored<i64>> + Send {
            ready(self.overdue_now(area, today))
        }
        fn silent_devices(&mut self, area: &str, before_ms: i64) -> impl Future<Output = Stored<i64>> + Send {
            ready(self.silent_devices_now(area, before_ms))
        }
        fn totals(&mut self) -> impl Future<Output = Stored<Totals>> + Send {
            ready(self.totals_now())
        }
    };
}
pub(crate) use answered_at_once;
