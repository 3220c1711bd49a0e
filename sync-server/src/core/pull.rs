//! Pull: what changed in a device's scopes since its cursors, a page at a time, from one snapshot. Rows go out as the
//! bytes they are kept as.

use super::{
    CoreError, ServerCore, auth,
    cursor::Place,
    error::refuse,
    late_outcomes, meta,
    scopes::{reference_feeds, scopes_of},
};
use crate::store::{
    Column, Job, Store, StoreError, Stored, Txn,
    tables::{self, AreaFeedDigest, CareGrant, Device, Record, WorkerDigest},
};
use shared::{
    Day, Moment, RowId, WorkerId,
    digest::Digest,
    ids::Seq,
    wire::{ErrorCode, PULL_BYTES_MAX, PULL_ROWS_MAX, PullReply, PullRequest, RawRow, Scope, ScopePage, Token},
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A device is noted as seen once an hour; a write at every look would make idle devices the main load.
const SEEN_EVERY_MS: i64 = 3_600_000;

struct Pull {
    token_hash: Vec<u8>,
    request: PullRequest,
    now_ms: i64,
}

impl<S: Store> ServerCore<S> {
    pub(super) async fn pull_step(&self, token: &Token, request: PullRequest) -> Result<PullReply, CoreError> {
        auth::check_proto(request.proto)?;
        self.sweep_if_due().await?;
        let (token_hash, now_ms) = (auth::token_hash(token), self.now_ms());
        let keys = request.keys.clone();
        let (mut reply, device) = self.inner.store.read(Pull { token_hash, request, now_ms }).await?;
        reply.seal_key = self.exchange_keys(keys, &device).await?;
        if now_ms.saturating_sub(device.last_seen) >= SEEN_EVERY_MS {
            self.inner.store.write(Seen { device: device.id, now_ms }).await?;
        }
        Ok(reply)
    }
}

struct Seen {
    device: shared::DeviceId,
    now_ms: i64,
}

impl Job for Seen {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        if let Some(device) = txn.get::<Device>(&[(self.device,)]).await?.into_iter().next().flatten() {
            txn.put(&[Device { last_seen: self.now_ms.max(device.last_seen), ..device }]).await?;
        }
        Ok(())
    }
}

/// What may still go into a reply.
struct Room {
    rows: usize,
    bytes: usize,
    /// Nothing went in yet: a first row goes in however large it is.
    fresh: bool,
}

impl Room {
    fn takes(&mut self, bytes: usize) -> bool {
        if self.rows == 0 || bytes > self.bytes && !self.fresh {
            return false;
        }
        self.rows -= 1;
        self.bytes = self.bytes.saturating_sub(bytes);
        self.fresh = false;
        true
    }
}

impl Job for Pull {
    type Out = (PullReply, Device);
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let auth::DeviceAuth { device, worker } = auth::device(txn, &self.token_hash).await?;
        if device.id != self.request.device {
            return refuse(ErrorCode::NotAllowed);
        }
        let facts = meta::facts(txn).await?;
        let meta::Facts { epoch, .. } = facts;
        let head = txn.head().await?;
        let today = Day::of_utc_ms(self.now_ms);
        let other_epoch = self.request.epoch.is_some_and(|e| e != epoch);
        let scopes = scopes_of(&worker);
        let dropped = self.request.cursors.keys().filter(|s| !scopes.contains(s)).copied().collect();
        let mut room = Room { rows: PULL_ROWS_MAX, bytes: PULL_BYTES_MAX, fresh: true };
        let (mut pages, mut more) = (Vec::with_capacity(scopes.len()), false);
        for scope in scopes {
            let known = self.request.cursors.get(&scope).copied();
            let place = Place::of(known, other_epoch, head, facts.floor, today);
            let (mut page, last) = page(txn, scope, place.after, &mut room).await?;
            page.reset = place.reset;
            if last {
                page.digest = Some(digest(txn, scope).await?);
            }
            page.cursor = place.next(page.cursor, last, &facts);
            more |= !last;
            pages.push(page);
        }
        let server_now = Moment::shanghai(self.now_ms);
        let told = late_outcomes::told(txn, &device, &self.request.ask).await?;
        Ok((PullReply { epoch, server_now, scopes: pages, dropped, more, told, seal_key: None }, device))
    }
}

/// Something at a place in a scope's feed.
enum Item {
    Row(RowId, String),
    Gone(RowId),
}

/// The next page of a scope, and whether it is its last.
async fn page<T: Txn>(txn: &mut T, scope: Scope, after: Seq, room: &mut Room) -> Result<(ScopePage, bool), CoreError> {
    let mut page = ScopePage { scope, reset: false, rows: Vec::new(), gone: Vec::new(), cursor: after, digest: None };
    // One more than fits tells whether there is more.
    let limit = room.rows + 1;
    let mut stretch = match scope {
        Scope::Worker(worker) => of_worker(txn, worker, after, limit).await?,
        Scope::Area(area) => {
            let area_feeds = txn.with_prefix::<AreaFeedDigest>("area_feed", area.as_str()).await?;
            let area_feeds = area_feeds.into_iter().map(|d| d.area_feed).collect();
            of_shelves(txn, area_feeds, after, limit).await?
        }
        Scope::Reference(area) => of_shelves(txn, reference_feeds(area), after, limit).await?,
    };
    let mut sent: HashSet<RowId> = HashSet::new();
    while let Some((seq, item)) = stretch.items.pop_first() {
        let fits = match &item {
            // A row stands at two places when it entered and was changed afterwards: the bytes are the same.
            Item::Row(id, _) if sent.contains(id) => true,
            Item::Row(_, doc) => room.takes(doc.len()),
            Item::Gone(id) => room.takes(id.as_bytes().len()),
        };
        if !fits {
            return Ok((page, false));
        }
        match item {
            Item::Row(id, doc) if sent.insert(id) => {
                page.rows.push(RawRow::from_string(doc).map_err(|e| StoreError::Corrupt(e.to_string()))?);
            }
            Item::Row(..) => {}
            Item::Gone(id) => page.gone.push(id),
        }
        page.cursor = seq;
    }
    page.cursor = page.cursor.max(stretch.until);
    Ok((page, !stretch.cut))
}

/// Part of a scope's feed.
struct Stretch {
    items: BTreeMap<Seq, Item>,
    /// How far it was looked at, beyond the last item where something needs no telling.
    until: Seq,
    /// There is more behind it.
    cut: bool,
}

/// One source of a feed, at most `limit` places of it.
struct Source {
    places: usize,
    last: Option<Seq>,
}

/// How far all sources are known in full: a source cut short at `limit` is known up to its last place. The cursor must
/// not pass what another source still holds back.
fn horizon(sources: [Source; 2], limit: usize) -> (Seq, Seq, bool) {
    let cut = sources.iter().filter(|s| s.places >= limit).filter_map(|s| s.last).min();
    let last = sources.iter().filter_map(|s| s.last).max().unwrap_or_default();
    (cut.unwrap_or(Seq(u64::MAX)), cut.unwrap_or(last), cut.is_some())
}

/// A worker's scope: the records of the recipients in their care by seq, and their own feed for what that misses.
async fn of_worker<T: Txn>(txn: &mut T, worker: WorkerId, after: Seq, limit: usize) -> Stored<Stretch> {
    let grants = txn.find::<CareGrant>("worker", &[worker.cell()]).await?;
    let recipients: BTreeSet<_> = grants.iter().filter(|g| g.active).map(|g| g.recipient).collect();
    let recipients: Vec<_> = recipients.into_iter().collect();
    let seqs = tables::feeds::recipient_seqs(txn, &recipients, after, limit).await?;
    let mut feed = tables::feeds::worker_feed(txn, worker, after, limit).await?;
    let walked = Source { places: seqs.len(), last: seqs.last().copied() };
    let told = Source { places: feed.len(), last: feed.last().map(|f| f.seq) };
    let (end, until, cut) = horizon([walked, told], limit);
    let seqs: Vec<Seq> = seqs.into_iter().filter(|s| *s <= end).collect();
    feed.retain(|f| f.seq <= end);
    let mut items: BTreeMap<Seq, Item> =
        tables::feeds::docs(txn, &seqs).await?.into_iter().map(|r| (r.seq, Item::Row(r.id, r.doc))).collect();
    let entered: Vec<(RowId,)> = feed.iter().filter(|f| !f.gone).map(|f| (f.row,)).collect();
    let mut docs: HashMap<RowId, String> =
        txn.get::<Record>(&entered).await?.into_iter().flatten().map(|r| (r.id, r.doc)).collect();
    for entry in feed {
        let item = match entry.gone {
            true => Some(Item::Gone(entry.row)),
            false => docs.remove(&entry.row).map(|doc| Item::Row(entry.row, doc)),
        };
        items.extend(item.map(|item| (entry.seq, item)));
    }
    Ok(Stretch { items, until, cut })
}

/// An area's or reference scope: its area_feeds by seq, and what moved off them.
async fn of_shelves<T: Txn>(txn: &mut T, area_feeds: Vec<String>, after: Seq, limit: usize) -> Stored<Stretch> {
    let seqs = tables::feeds::area_feed_seqs(txn, &area_feeds, after, limit).await?;
    let mut left = tables::feeds::tombstones(txn, &area_feeds, after, limit).await?;
    let walked = Source { places: seqs.len(), last: seqs.last().copied() };
    let told = Source { places: left.len(), last: left.last().map(|g| g.seq) };
    let (end, until, cut) = horizon([walked, told], limit);
    let seqs: Vec<Seq> = seqs.into_iter().filter(|s| *s <= end).collect();
    left.retain(|g| g.seq <= end);
    // From one village to the next inside the same township nothing left the township.
    let keys: Vec<(RowId,)> = left.iter().map(|g| (g.row,)).collect();
    let now = txn.get::<Record>(&keys).await?;
    let within = |area_feed: &Option<String>| area_feed.as_ref().is_some_and(|s| area_feeds.contains(s));
    let gone = left.into_iter().zip(now).filter(|(_, now)| now.as_ref().is_none_or(|r| !within(&r.area_feed)));
    let mut items: BTreeMap<Seq, Item> = gone.map(|(g, _)| (g.seq, Item::Gone(g.row))).collect();
    items.extend(tables::feeds::docs(txn, &seqs).await?.into_iter().map(|r| (r.seq, Item::Row(r.id, r.doc))));
    Ok(Stretch { items, until, cut })
}

/// What a device that has read a scope to its end must hold.
async fn digest<T: Txn>(txn: &mut T, scope: Scope) -> Stored<Digest> {
    let area_feeds = match scope {
        Scope::Worker(worker) => {
            let found = txn.get::<WorkerDigest>(&[(worker,)]).await?.into_iter().next().flatten();
            return Ok(found.map(|d| Digest { count: d.count, sum: d.sum }).unwrap_or_default());
        }
        Scope::Area(area) => txn.with_prefix::<AreaFeedDigest>("area_feed", area.as_str()).await?,
        Scope::Reference(area) => {
            let keys: Vec<_> = reference_feeds(area).into_iter().map(|s| (s,)).collect();
            txn.get::<AreaFeedDigest>(&keys).await?.into_iter().flatten().collect()
        }
    };
    Ok(area_feeds.iter().fold(Digest::default(), |sum, d| Digest {
        count: sum.count.wrapping_add(d.count),
        sum: sum.sum.wrapping_add(d.sum),
    }))
}
