//! My month: the worker's own figures, confirmed and waiting apart. Both use the indicators of the office's report:
//! `confirmed` is what the server rows count for, `waiting` is the difference that the local rows make (negative for a
//! withdrawal that is not sent yet), and their sum is what the report will show.

use super::{
    ctx::QueryCtx,
    items::{Names, Photos},
};
use crate::{
    core::Core,
    reply::{Refusal, Reply},
    store::{
        record::{self, RecordPair},
        roster,
    },
    views::MonthView,
};
use shared::{
    Kind, Month, Row,
    indicators::{Fact, Figures, Tally, facts},
};
use std::collections::BTreeMap;

/// 200: more than one worker records in a month.
const RECORDS_MAX: usize = 200;

impl Core {
    pub(crate) fn my_month(&mut self, month: Month) -> Result<Reply, Refusal> {
        let ctx = self.query_ctx()?;
        let own = own(&ctx, month)?;
        let (confirmed, waiting) = figures(&own, month);
        let names = Names::default();
        let photos = Photos::read(ctx.conn(), None)?;
        let shown: Vec<&Row> = own
            .iter()
            .map(|b| &b.local_row)
            .filter(|r| listed(&r.kind) && shown_in(r, month))
            .take(RECORDS_MAX)
            .collect();
        let mut people = BTreeMap::new();
        for row in &shown {
            if let Some(recipient) = row.recipient()
                && let Some(name) = roster::name(ctx.conn(), recipient)?
            {
                people.insert(row.id, name);
            }
        }
        let records = shown.into_iter().map(|r| ctx.history_item(r, &names, &photos)).collect::<Result<_, _>>()?;
        Ok(Reply::Month(Box::new(MonthView { month, confirmed, waiting, records, people })))
    }
}

fn own(ctx: &QueryCtx<'_>, month: Month) -> Result<Vec<RecordPair>, Refusal> {
    let author = ctx.identity.enrolment.worker;
    Ok(record::of_author(ctx.conn(), author, month.first_day(), month.last_day())?)
}

fn listed(kind: &Kind) -> bool {
    matches!(kind, Kind::Visit | Kind::Assistance | Kind::Need | Kind::Activity)
}

/// Whether a record happened, or counts, in a month.
fn shown_in(row: &Row, month: Month) -> bool {
    row.happened().day().month() == month || facts(row).iter().any(|f| f.day.month() == month)
}

/// The confirmed and the waiting figures of a month.
pub fn figures(own: &[RecordPair], month: Month) -> (Figures, Figures) {
    let in_month = |row: &Row| facts(row).into_iter().filter(|f| f.day.month() == month).collect::<Vec<Fact>>();
    let server: Vec<Fact> = own.iter().filter_map(|b| b.server_row.as_ref()).flat_map(in_month).collect();
    let local: Vec<Fact> = own.iter().filter(|b| b.counts).flat_map(|b| in_month(&b.local_row)).collect();
    let (confirmed, all) = (Figures::sum(&server), Figures::sum(&local));
    // The difference of the sums, not the sum of differences: "once per day" is counted over all records, as in the
    // report.
    let mut waiting = all;
    for (indicator, tally) in &confirmed.0 {
        waiting.add(indicator, Tally { n: -tally.n, fen: -tally.fen });
    }
    waiting.0.retain(|_, t| *t != Tally::default());
    (confirmed, waiting)
}
