//! Loads for many pushes at once what each of them would load for itself.

use super::push_job::PushJob;
use crate::{
    core::{
        apply::working_set::{WorkingSet, recipient_named},
        feed_state,
    },
    store::{
        Cell, Column, Stored, Txn,
        buffered_txn::BufferedTxn,
        tables::{AreaFeedDigest, CareGrant, DailyCount, Device, OpLog, Recipient, Worker, WorkerDigest},
    },
};
use shared::{Change, Moment, Op, OpId, RecipientId, WorkerId};
use std::collections::{BTreeSet, HashMap};

/// Loads what these pushes will read, as far as that is known beforehand, each table once. The rows stay in the
/// buffered transaction; the rest is loaded when a push needs it.
pub async fn prefetch<T: Txn>(shared: &mut BufferedTxn<'_, T>, pushes: &[PushJob]) -> Stored<()> {
    let hashes: Vec<Cell<'_>> = pushes.iter().map(|p| Cell::Blob(&p.token_hash)).collect();
    let devices = shared.find::<Device>("token_hash", &hashes).await?;
    let authors: HashMap<&[u8], WorkerId> = devices.iter().map(|d| (d.token_hash.as_slice(), d.worker)).collect();
    let workers: BTreeSet<WorkerId> = authors.values().copied().collect();
    shared.get::<Worker>(&workers.iter().map(|w| (*w,)).collect::<Vec<_>>()).await?;
    feed_state::epoch(shared).await?;

    let sent = pushes.iter().flat_map(|p| p.offered.iter().filter_map(move |o| Some((p, o.op.as_ref().ok()?))));
    let sent: Vec<(&PushJob, &Op)> = sent.collect();
    shared.get::<OpLog>(&sent.iter().map(|(_, op)| (op.id,)).collect::<Vec<(OpId,)>>()).await?;
    let ops: Vec<&Op> = sent.iter().map(|(_, op)| *op).collect();
    // Any worker will do: pairings are looked up by recipient.
    WorkingSet::load(shared, &ops, workers.first().copied().unwrap_or(WorkerId::NIL)).await?;

    let recipients: BTreeSet<RecipientId> = ops.iter().filter_map(|op| recipient_named(op)).collect();
    let recipients_found = shared.get::<Recipient>(&recipients.iter().map(|r| (*r,)).collect::<Vec<_>>()).await?;
    let cells: Vec<_> = recipients.iter().map(Column::cell).collect();
    let grants = shared.find::<CareGrant>("recipient", &cells).await?;
    let counted = sent.iter().filter_map(|(push, op)| {
        let Change::Create(fields) = &op.change else { return None };
        let day = fields.parsed::<Moment>("happened")?.day().number();
        Some((recipient_named(op)?, day, *authors.get(push.token_hash.as_slice())?))
    });
    let counted: BTreeSet<(RecipientId, i32, WorkerId)> = counted.collect();
    shared.get::<DailyCount>(&counted.into_iter().collect::<Vec<_>>()).await?;
    let holders: BTreeSet<WorkerId> = grants.iter().map(|g| g.worker).chain(workers).collect();
    shared.get::<WorkerDigest>(&holders.into_iter().map(|w| (w,)).collect::<Vec<_>>()).await?;
    let area_feeds: BTreeSet<&str> = recipients_found.iter().flatten().map(|p| p.place.as_str()).collect();
    shared.get::<AreaFeedDigest>(&area_feeds.into_iter().map(|s| (s.to_owned(),)).collect::<Vec<_>>()).await?;
    Ok(())
}
