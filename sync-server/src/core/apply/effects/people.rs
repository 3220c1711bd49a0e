//! Recipients' look-up rows with their due days, and pairings as rights.

use super::figures::{self, LastDaysChange};
use crate::core::apply::{
    row_change::RowChange,
    scopes::{area_of, recipient_seen_through},
};
use crate::store::{
    Column, Stored, Txn,
    tables::{self, CareGrant, DailyCount, Recipient, Record},
};
use shared::{
    AreaCode, Day, RecipientId, Row, RowId, WorkerId,
    domain::{self, CarePeriod, care_since, rule_set_for},
    due::{intervals, soonest},
    indicators::Indicator,
    records::{self, Kind, RuleSet},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The workers of each touched recipient, before and after.
pub struct CareChange {
    pub before: HashMap<RecipientId, BTreeSet<WorkerId>>,
    pub after: HashMap<RecipientId, BTreeSet<WorkerId>>,
    /// First days of the pairings in force.
    starts: HashMap<RecipientId, Vec<Day>>,
    grants: Vec<CareGrant>,
}

impl CareChange {
    /// Loads the pairings of every recipient that `changes` touch and applies the changed ones.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn load<T: Txn>(txn: &mut T, changes: &[RowChange], flips: Vec<CareGrant>, today: Day) -> Stored<Self> {
        let mut grants = flips;
        grants.extend(changes.iter().filter_map(|c| grant_of(&c.after, today)));
        let touched = changes.iter().filter_map(|c| recipient_seen_through(&c.after));
        let recipients: BTreeSet<RecipientId> = touched.chain(grants.iter().map(|g| g.recipient)).collect();
        let cells: Vec<_> = recipients.iter().map(Column::cell).collect();
        let known = txn.find::<CareGrant>("recipient", &cells).await?;
        let mut now: HashMap<_, &CareGrant> = known.iter().map(|g| (g.pairing, g)).collect();
        now.extend(grants.iter().map(|g| (g.pairing, g)));
        let mut starts: HashMap<RecipientId, Vec<Day>> = HashMap::new();
        for grant in now.values().filter(|g| g.active) {
            starts.entry(grant.recipient).or_default().push(Day::from_number(grant.start));
        }
        let (before, after) = (by_recipient(known.iter()), by_recipient(now.into_values()));
        Ok(Self { before, after, starts, grants })
    }

    /// Recipients that gained or lost a worker.
    pub fn transferred(&self) -> impl Iterator<Item = RecipientId> {
        let all: BTreeSet<RecipientId> = self.before.keys().chain(self.after.keys()).copied().collect();
        all.into_iter().filter(|r| self.before.get(r) != self.after.get(r))
    }
}

fn by_recipient<'a>(grants: impl Iterator<Item = &'a CareGrant>) -> HashMap<RecipientId, BTreeSet<WorkerId>> {
    let mut map: HashMap<RecipientId, BTreeSet<WorkerId>> = HashMap::new();
    for grant in grants.filter(|g| g.active) {
        map.entry(grant.recipient).or_default().insert(grant.worker);
    }
    map
}

/// The right that a pairing gives.
fn grant_of(row: &Row, today: Day) -> Option<CareGrant> {
    let care = CarePeriod::of(row)?;
    Some(CareGrant {
        pairing: row.id.into(),
        worker: care.worker,
        recipient: care.recipient,
        start: care.start.number(),
        end: care.end.map(Day::number),
        active: care.in_force(today),
    })
}

/// True if the pairing is in force on `day`.
pub fn in_force(grant: &CareGrant, day: Day) -> bool {
    domain::in_force(Day::from_number(grant.start), grant.end.map(Day::from_number), day)
}

/// Writes pairings as rights and the look-up rows of all recipients that the changes concern.
///
/// # Errors
///
/// The store failed.
pub async fn write<T: Txn>(
    txn: &mut T,
    changes: &[RowChange],
    care: &CareChange,
    last_days: &HashMap<RecipientId, LastDaysChange>,
) -> Stored<()> {
    txn.put(&care.grants).await?;
    let described: HashMap<RecipientId, &Row> =
        changes.iter().filter(|c| c.after.kind == Kind::Recipient).map(|c| (c.after.id.into(), &*c.after)).collect();
    let rule_areas: Vec<AreaCode> =
        changes.iter().filter(|c| c.after.kind == Kind::RuleSet).filter_map(|c| area_of(&c.after)).collect();
    let mut wanted: BTreeSet<RecipientId> = described.keys().chain(last_days.keys()).copied().collect();
    wanted.extend(care.grants.iter().map(|g| g.recipient));
    let keys: Vec<_> = wanted.iter().map(|r| (*r,)).collect();
    let found = txn.get::<Recipient>(&keys).await?;

    let new = wanted.iter().zip(&found).filter(|(id, old)| old.is_none() && described.contains_key(*id));
    let before = last_days_before(txn, new.map(|(id, _)| *id).collect()).await?;
    let rules = if described.is_empty() && rule_areas.is_empty() { Vec::new() } else { load_rules(txn).await? };
    let recorded = recorded_on(txn, care, &described).await?;
    let mut people = Vec::with_capacity(keys.len());
    for (id, old) in wanted.into_iter().zip(found) {
        let described = described.get(&id).and_then(|row| describe(row, old.as_ref(), &rules));
        // A recipient whom records only refer to is not on the roster yet.
        let Some(mut person) = described.or_else(|| old.clone()) else { continue };
        if let Some(recorded) = recorded.get(&id) {
            let starts = care.starts.get(&id).into_iter().flatten().copied();
            person.since = care_since(starts, *recorded).number();
        }
        if let Some((visit, contact)) = before.get(&id) {
            (person.last_visit, person.last_contact) = (*visit, *contact);
        }
        if let Some(change) = last_days.get(&id) {
            person.last_visit = person.last_visit.max(change.visit);
            person.last_contact = person.last_contact.max(change.contact);
            if change.removed {
                (person.last_visit, person.last_contact) = find_last_days(txn, id).await?;
            }
        }
        set_due_day(&mut person);
        if old.as_ref() != Some(&person) {
            people.push(person);
        }
    }
    txn.put(&people).await?;
    apply_new_rules(txn, &rule_areas, &rules).await
}

/// The days on which those recipients were recorded whose records or pairings changed.
async fn recorded_on<T: Txn>(
    txn: &mut T,
    care: &CareChange,
    described: &HashMap<RecipientId, &Row>,
) -> Stored<HashMap<RecipientId, Day>> {
    let mut recorded: HashMap<RecipientId, Day> =
        described.iter().map(|(id, row)| (*id, Day::of_utc_ms(row.hlc.ms()))).collect();
    let others: BTreeSet<RecipientId> =
        care.grants.iter().map(|g| g.recipient).filter(|id| !described.contains_key(id)).collect();
    let keys: Vec<_> = others.iter().map(|id| (RowId::from(*id),)).collect();
    for (id, record) in others.iter().zip(txn.get::<Record>(&keys).await?) {
        if let Some(row) = record.and_then(|r| serde_json::from_str::<Row>(&r.doc).ok()) {
            recorded.insert(*id, Day::of_utc_ms(row.hlc.ms()));
        }
    }
    Ok(recorded)
}

/// The look-up row of a recipient's record.
fn describe(row: &Row, old: Option<&Recipient>, rules: &[(RowId, RuleSet)]) -> Option<Recipient> {
    let recipient: records::Recipient = row.view().ok()?;
    let (visit_days, contact_days) = intervals_for(&recipient, rules);
    Some(Recipient {
        id: row.id.into(),
        place: recipient.area,
        category: recipient.category.word().to_owned(),
        active: recipient.is_active() && !row.is_void(),
        visit_days,
        contact_days,
        since: Day::of_utc_ms(row.hlc.ms()).number(),
        last_visit: old.and_then(|o| o.last_visit),
        last_contact: old.and_then(|o| o.last_contact),
        due_on: None,
    })
}

/// Sets the day on which the recipient is next due, by the rules of `shared`.
fn set_due_day(person: &mut Recipient) {
    let days = |n: Option<i32>| n.and_then(|n| u16::try_from(n).ok());
    let day = |n: Option<i32>| n.map(Day::from_number);
    let due = soonest(
        (days(person.visit_days), days(person.contact_days)),
        Day::from_number(person.since),
        day(person.last_visit),
        day(person.last_contact),
    );
    person.due_on = due.filter(|_| person.active).map(|d| d.on.number());
}

/// The (visit, contact) intervals of the rule set in force where the recipient lives.
fn intervals_for(recipient: &records::Recipient, rules: &[(RowId, RuleSet)]) -> (Option<i32>, Option<i32>) {
    let (visit, contact) = intervals(&rule_set_for(rules, recipient.area), recipient);
    (visit.map(i32::from), contact.map(i32::from))
}

async fn load_rules<T: Txn>(txn: &mut T) -> Stored<Vec<(RowId, RuleSet)>> {
    let rows = txn.with_prefix::<tables::RuleSet>("area", "").await?;
    // A rule set that a newer server wrote may not be readable here: the next one up is then in force.
    Ok(rows.into_iter().filter_map(|r| Some((r.row, serde_json::from_str(&r.doc).ok()?))).collect())
}

/// Recomputes the due days of everyone in areas whose rules changed.
async fn apply_new_rules<T: Txn>(txn: &mut T, areas: &[AreaCode], rules: &[(RowId, RuleSet)]) -> Stored<()> {
    if areas.is_empty() {
        return Ok(());
    }
    let everyone = txn.with_prefix::<Recipient>("place", "").await?;
    let people = everyone.into_iter().filter(|p| areas.iter().any(|a| a.contains(&p.place))).collect();
    derive_due_days(txn, people, rules, None).await
}

/// Derives the due days of every recipient anew, from records, pairings in force and rule sets: for a store whose due
/// days were derived by an older server, which chose the rule set and the day on which care began in another way.
pub async fn derive_all_due_days<T: Txn>(txn: &mut T, today: Day) -> Stored<()> {
    let everyone = txn.with_prefix::<Recipient>("place", "").await?;
    let mut starts: HashMap<RecipientId, Vec<Day>> = HashMap::new();
    for grant in txn.with_prefix::<CareGrant>("worker", "").await?.iter().filter(|g| in_force(g, today)) {
        starts.entry(grant.recipient).or_default().push(Day::from_number(grant.start));
    }
    let rules = load_rules(txn).await?;
    derive_due_days(txn, everyone, &rules, Some(&starts)).await
}

/// `starts`: the first days of the pairings in force, where the day on which care began is derived too.
async fn derive_due_days<T: Txn>(
    txn: &mut T,
    mut people: Vec<Recipient>,
    rules: &[(RowId, RuleSet)],
    starts: Option<&HashMap<RecipientId, Vec<Day>>>,
) -> Stored<()> {
    let keys: Vec<_> = people.iter().map(|p| (p.id.into(),)).collect();
    let docs = txn.get::<Record>(&keys).await?;
    for (person, record) in people.iter_mut().zip(docs) {
        let Some(row) = record.and_then(|r| serde_json::from_str::<Row>(&r.doc).ok()) else { continue };
        let Ok(recipient) = row.view::<records::Recipient>() else { continue };
        (person.visit_days, person.contact_days) = intervals_for(&recipient, rules);
        if let Some(starts) = starts {
            let starts = starts.get(&person.id).into_iter().flatten().copied();
            person.since = care_since(starts, Day::of_utc_ms(row.hlc.ms())).number();
        }
        set_due_day(person);
    }
    txn.put(&people).await
}

/// The last visit and contact of recipients who are new on the roster. Work may arrive before its recipient, for
/// example on a restored server.
async fn last_days_before<T: Txn>(
    txn: &mut T,
    new: Vec<RecipientId>,
) -> Stored<HashMap<RecipientId, (Option<i32>, Option<i32>)>> {
    if new.is_empty() {
        return Ok(HashMap::new());
    }
    let cells: Vec<_> = new.iter().map(Column::cell).collect();
    let mut last: HashMap<RecipientId, (Option<i32>, Option<i32>)> = HashMap::new();
    for count in txn.find::<DailyCount>("recipient", &cells).await? {
        let (visit, contact) = last.entry(count.recipient).or_default();
        let day = |indicator| figures::counts_as(&count, indicator).then_some(count.day);
        *visit = (*visit).max(day(&Indicator::HomeVisit));
        *contact = (*contact).max(day(&Indicator::Contact));
    }
    Ok(last)
}

/// The last day of a visit and of a contact, from the recipient's daily counts.
async fn find_last_days<T: Txn>(txn: &mut T, recipient: RecipientId) -> Stored<(Option<i32>, Option<i32>)> {
    let (mut visit, mut contact, mut until, mut seen) = (None, None, i32::MAX, HashSet::new());
    loop {
        let page = tables::figures::daily_counts_before(txn, recipient, until, 50).await?;
        let fresh = page.iter().filter(|o| seen.insert((o.day, o.worker))).count();
        for count in &page {
            let last =
                |slot: Option<i32>, indicator| slot.or(figures::counts_as(count, indicator).then_some(count.day));
            visit = last(visit, &Indicator::HomeVisit);
            contact = last(contact, &Indicator::Contact);
        }
        match page.last() {
            Some(oldest) if fresh > 0 && (visit.is_none() || contact.is_none()) => until = oldest.day,
            _ => return Ok((visit, contact)),
        }
    }
}
