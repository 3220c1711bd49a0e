//! Small tables that answer one question each: workers, areas, rules, hand-outs, reviews, photos.

use super::{Changed, Open};
use crate::core::scopes::feed_key;
use crate::store::{
    Stored, Txn,
    tables::{Aid, Area, Media, OpenCount, PhotoRef, ReviewIndex, RuleSet, Worker},
};
use shared::{
    DeviceId, Fields, Row, RowId, merge,
    records::{self, Assistance, Kind, Photo},
};

/// What [`ReviewIndex::place`] begins with.
pub const OPEN: &str = "open:";
pub const DONE: &str = "done:";

pub async fn write<T: Txn>(txn: &mut T, changes: &[Changed]) -> Stored<()> {
    let of = |kind: Kind| changes.iter().filter(move |c| c.after.kind == kind);
    let workers: Vec<Worker> = of(Kind::Worker).filter_map(|c| worker(&c.after)).collect();
    txn.put(&workers).await?;
    let areas: Vec<Area> = of(Kind::Area).filter_map(|c| c.after.view::<records::Area>().ok()).map(area).collect();
    txn.put(&areas).await?;
    let (valid, voided): (Vec<_>, Vec<_>) = of(Kind::RuleSet).partition(|c| !c.after.is_void());
    let rule_sets: Vec<RuleSet> = valid.into_iter().filter_map(|c| rule_set(&c.after)).collect();
    txn.put(&rule_sets).await?;
    let voided: Vec<_> = voided.into_iter().map(|c| (c.after.id,)).collect();
    txn.delete::<RuleSet>(&voided).await?;
    let (stand, fall): (Vec<_>, Vec<_>) =
        of(Kind::Assistance).map(|c| aid(&c.after).ok_or((c.after.id,))).partition(Result::is_ok);
    txn.put(&stand.into_iter().flatten().collect::<Vec<_>>()).await?;
    txn.delete::<Aid>(&fall.into_iter().filter_map(Result::err).collect::<Vec<_>>()).await?;
    let reviews: Vec<ReviewIndex> = of(Kind::Review).map(|c| review(&c.after)).collect();
    txn.put(&reviews).await?;
    photos(txn, of(Kind::Photo)).await
}

fn worker(row: &Row) -> Option<Worker> {
    let worker: records::Worker = row.view().ok()?;
    Some(Worker {
        id: row.id.into(),
        code: worker.code,
        name: worker.name,
        role: worker.role.word().to_owned(),
        area: worker.area,
        areas: worker.areas.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(" "),
        unit: worker.unit,
        left: worker.left || row.is_void(),
    })
}

fn area(area: records::Area) -> Area {
    Area { code: area.code, name: area.name }
}

fn rule_set(row: &Row) -> Option<RuleSet> {
    let area = row.fields.parsed("area")?;
    Some(RuleSet { row: row.id, area, doc: serde_json::to_string(&row.fields).ok()? })
}

/// What is open lies by when it was filed, what is decided by when that was.
fn review(row: &Row) -> ReviewIndex {
    let decided = merge::review::decision_of(row);
    let (state, since) = match &decided {
        Some(decided) => (DONE, decided.hlc),
        None => (OPEN, row.hlc),
    };
    ReviewIndex { row: row.id, place: format!("{state}{}", feed_key(row).unwrap_or_default()), since: since.ms() }
}

fn aid(row: &Row) -> Option<Aid> {
    if row.is_void() { None } else { aid_of(row.id, row.device, &row.fields) }
}

/// Something of value handed out; what two devices record alike is worth a look.
pub fn aid_of(row: RowId, device: DeviceId, fields: &Fields) -> Option<Aid> {
    let aid: Assistance = fields.view().ok()?;
    if aid.lines.is_empty() && aid.amount.is_none_or(|a| a.0 == 0) {
        return None;
    }
    Some(Aid {
        row,
        recipient: aid.recipient,
        day: aid.happened.day().number(),
        kind: aid.kind.word().to_owned(),
        fen: aid.value().0,
        device,
        handout: aid.handout,
    })
}

/// Notes which photos there are, and whether their bytes have come.
async fn photos<T: Txn>(txn: &mut T, changes: impl Iterator<Item = &Changed>) -> Stored<()> {
    let rows: Vec<&Row> = changes.map(|c| &*c.after).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let keys: Vec<(RowId,)> = rows.iter().map(|r| (r.id,)).collect();
    let old = txn.get::<PhotoRef>(&keys).await?;
    let hashes: Vec<_> = rows.iter().map(|r| (r.fields.text("sha256").unwrap_or_default().to_owned(),)).collect();
    let known = txn.get::<Media>(&hashes).await?;
    let (mut put, mut delete, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for ((row, old), known) in rows.into_iter().zip(old).zip(known) {
        if let Some(old) = old.filter(|o| o.missing) {
            open.push(missing(old.area, -1));
        }
        match row.view::<Photo>() {
            Ok(photo) if !row.is_void() => {
                let area = feed_key(row).unwrap_or_default();
                if known.is_none() {
                    open.push(missing(area.clone(), 1));
                }
                put.push(PhotoRef {
                    row: row.id,
                    sha256: photo.sha256,
                    mime: photo.mime,
                    area,
                    missing: known.is_none(),
                });
            }
            _ => delete.push((row.id,)),
        }
    }
    txn.put(&put).await?;
    txn.delete::<PhotoRef>(&delete).await?;
    txn.open_count_add(&open).await
}

pub fn missing(area_feed: String, n: i64) -> OpenCount {
    OpenCount { area_feed, what: Open::Photos as i64, n }
}
