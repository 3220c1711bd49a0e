//! My month: own figures, confirmed and waiting apart. RecordPair come from the same definitions as the office's report:
//! confirmed is what the server's word counts for, waiting is what showing everything adds to it (or, for a withdrawal
//! on its way, takes from it), and their sum is what the report will show.

use super::{
    Ask,
    items::{Names, Photos},
};
use crate::{
    Core, Refusal, Reply,
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

/// 200: more than anyone records in a month.
const RECORDS_MAX: usize = 200;

impl Core {
    pub(crate) fn my_month(&mut self, month: Month) -> Result<Reply, Refusal> {
        let ask = self.ask()?;
        let own = own(&ask, month)?;
        let (confirmed, waiting) = figures(&own, month);
        let names = Names::default();
        let photos = Photos::read(ask.conn(), None)?;
        let shown: Vec<&Row> =
            own.iter().map(|b| &b.doc).filter(|r| listed(&r.kind) && shown_in(r, month)).take(RECORDS_MAX).collect();
        let mut people = BTreeMap::new();
        for row in &shown {
            if let Some(recipient) = row.recipient()
                && let Some(name) = roster::name(ask.conn(), recipient)?
            {
                people.insert(row.id, name);
            }
        }
        let records = shown.into_iter().map(|r| ask.history_item(r, &names, &photos)).collect::<Result<_, _>>()?;
        Ok(Reply::Month(Box::new(MonthView { month, confirmed, waiting, records, people })))
    }
}

fn own(ask: &Ask<'_>, month: Month) -> Result<Vec<RecordPair>, Refusal> {
    let author = ask.me.enrolment.worker;
    Ok(record::of_author(ask.conn(), author, month.first_day(), month.last_day())?)
}

fn listed(kind: &Kind) -> bool {
    matches!(kind, Kind::Visit | Kind::Assistance | Kind::Need | Kind::Activity)
}

/// When it happened, or when it was solved.
fn shown_in(row: &Row, month: Month) -> bool {
    row.happened().day().month() == month || facts(row).iter().any(|f| f.day.month() == month)
}

/// (confirmed, waiting) of a month.
pub fn figures(own: &[RecordPair], month: Month) -> (Figures, Figures) {
    let in_month = |row: &Row| facts(row).into_iter().filter(|f| f.day.month() == month).collect::<Vec<Fact>>();
    let mirrored: Vec<Fact> = own.iter().filter_map(|b| b.mirror.as_ref()).flat_map(in_month).collect();
    let shown: Vec<Fact> = own.iter().filter(|b| b.counts).flat_map(|b| in_month(&b.doc)).collect();
    let (confirmed, all) = (Figures::sum(&mirrored), Figures::sum(&shown));
    // Sums first, differences afterwards: "once per day" is counted over everything, as the report does.
    let mut waiting = all;
    for (indicator, tally) in &confirmed.0 {
        waiting.add(indicator, Tally { n: -tally.n, fen: -tally.fen });
    }
    waiting.0.retain(|_, t| *t != Tally::default());
    (confirmed, waiting)
}
