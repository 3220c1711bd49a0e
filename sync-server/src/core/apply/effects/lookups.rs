//! Look-up tables of workers, areas, rules, hand-outs, reviews and photos, kept in step with their records.

use super::figures::OpenKind;
use crate::core::apply::{row_change::RowChange, scopes::feed_key};
use crate::store::{
    Stored, Txn,
    tables::{Aid, Area, Media, OpenCount, PhotoRef, ReviewIndex, RuleSet, Worker},
};
use shared::{
    DeviceId, Fields, Row, RowId, merge,
    records::{self, Assistance, Kind, Photo},
};

/// Start of [`ReviewIndex::place`] of an open review.
pub const OPEN: &str = "open:";
/// Start of [`ReviewIndex::place`] of a decided review.
pub const DONE: &str = "done:";

/// Writes the look-up rows of changed records.
///
/// # Errors
///
/// The store failed.
pub async fn write<T: Txn>(txn: &mut T, changes: &[RowChange]) -> Stored<()> {
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
    let (valid, void): (Vec<_>, Vec<_>) =
        of(Kind::Assistance).map(|c| aid(&c.after).ok_or((c.after.id,))).partition(Result::is_ok);
    txn.put(&valid.into_iter().flatten().collect::<Vec<_>>()).await?;
    txn.delete::<Aid>(&void.into_iter().filter_map(Result::err).collect::<Vec<_>>()).await?;
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

/// An open review is sorted by the time of filing, a decided one by the time of the decision.
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

/// The look-up row of something of value that was handed out; `None` for other assistance. It reveals a hand-out that
/// two devices recorded.
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

/// Writes which photos are recorded, and whether their bytes have arrived.
async fn photos<T: Txn>(txn: &mut T, changes: impl Iterator<Item = &RowChange>) -> Stored<()> {
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
            open.push(missing_photos(old.area, -1));
        }
        match row.view::<Photo>() {
            Ok(photo) if !row.is_void() => {
                let area = feed_key(row).unwrap_or_default();
                if known.is_none() {
                    open.push(missing_photos(area.clone(), 1));
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
    txn.add(&open).await
}

/// A change of the number of missing photos in an area feed.
pub fn missing_photos(area_feed: String, n: i64) -> OpenCount {
    OpenCount { area_feed, what: OpenKind::Photos as i64, n }
}
