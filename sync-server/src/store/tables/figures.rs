//! Figures: what reports add up, what counts once a day, what is open, and how much the store holds.

use super::{
    devices::{Device, OpLog},
    feeds::Record,
    media::PhotoRef,
};
use crate::store::{
    cell::{Cell, Column},
    error::Stored,
    query::{Filter, Order, Query},
    table::{Counter, table},
    txn::Txn,
};
use shared::{Month, RecipientId, RowId, WorkerId};

table! {
    /// A figure of an area and month.
    TallyRow = "tally" key(parent: String, month: Month, area: String, category: String, indicator: u8) {
        /// Parent of `area`, so that one range holds the figures of all areas one level down; empty for a province.
        parent: String,
        month: Month,
        area: String,
        /// The category's word; empty for none.
        category: String,
        indicator: u8,
        n: i64,
        /// Money, in 0.01 CNY.
        fen: i64,
    }
}

table! {
    /// What counts once per recipient, worker and day: how many records contribute to each indicator, and under which
    /// area and category the one count is entered.
    DailyCount = "daily_count" key(recipient: RecipientId, day: i32, worker: WorkerId) {
        recipient: RecipientId,
        day: i32,
        worker: WorkerId,
        area: String,
        category: String,
        /// Five bytes per indicator: its number, then the number of records (little-endian).
        contributions: Vec<u8>,
    }
}

table! {
    /// How many reviews, needs or missing photos are open in an area feed.
    OpenCount = "open_count" key(area_feed: String, what: i64) {
        area_feed: String,
        /// See `core::effects::Open`.
        what: i64,
        n: i64,
    }
}

table! {
    /// State and area feed of a review, to list those of an area without reading every record.
    ReviewIndex = "review_index" key(row: RowId) {
        row: RowId,
        /// `open:` or `done:` and the area feed, so that one range holds what is open below an area.
        place: String,
        /// UTC milliseconds: when it was created, or when it was decided.
        since: i64,
    }
}

impl Counter for TallyRow {}
impl Counter for OpenCount {}

/// Figures of all areas right below `parent`, from one month to another, both included.
///
/// # Errors
/// As at [`Txn`].
pub async fn tally(txn: &mut impl Txn, parent: &str, from: Month, to: Month) -> Stored<Vec<TallyRow>> {
    let months = i64::from(from.number())..i64::from(to.number()) + 1;
    let parent = [Cell::Text(parent)];
    let query = Query::one_of("parent", &parent).filter(Filter::Within("month", months));
    txn.select(&query.order(Order::Ascending("month"))).await
}

/// The last `n` daily counts of a recipient on `day` or earlier, newest first.
///
/// # Errors
/// As at [`Txn`].
pub async fn daily_counts_before(
    txn: &mut impl Txn,
    recipient: RecipientId,
    day: i32,
    n: usize,
) -> Stored<Vec<DailyCount>> {
    let recipient = [recipient.cell()];
    let days = Filter::Within("day", i64::MIN..i64::from(day) + 1);
    txn.select(&Query::one_of("recipient", &recipient).filter(days).order(Order::Descending("day")).limit(n)).await
}

/// How much the store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub records: u64,
    pub ops: u64,
    /// Devices in force.
    pub devices: u64,
    pub photos_pending: u64,
}

/// Counts the whole store.
///
/// # Errors
/// As at [`Txn`].
pub async fn totals(txn: &mut impl Txn) -> Stored<Totals> {
    Ok(Totals {
        records: txn.count::<Record>(&[]).await? as u64,
        ops: txn.count::<OpLog>(&[]).await? as u64,
        devices: txn.count::<Device>(&[Filter::IsNull("revoked")]).await? as u64,
        photos_pending: txn.count::<PhotoRef>(&[Filter::Is("missing", Cell::Int(1))]).await? as u64,
    })
}
