//! What holds for the demo city.

use super::{
    cadence, office,
    plan::{Plan, recipient_id, worker_id},
    rows::rows,
    *,
};
use shape::{PUBLISHED_2025, PUBLISHED_SINCE_2023};
use shared::{
    Period, RowId,
    due::next_due,
    id_number,
    indicators::{Figures, facts},
    records::{Kind, PairingRole, Record, Role, RuleSet, VisitMode},
};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

const SEED: u64 = 2026;
static CITY: LazyLock<Plan> = LazyLock::new(|| Plan::new(Shape::city(SEED, shape::city_end())));

fn today() -> shared::Day {
    "2026-11-23".parse().unwrap()
}

#[test]
fn the_city_has_the_published_shape() {
    let city = &*CITY;
    assert_eq!(city.workers.len(), 20_518);
    assert_eq!(city.recipients.len(), 22_427);
    let level = |l| city.areas.iter().filter(|a| a.code.level() == l).count();
    assert_eq!(level(shared::AreaLevel::County), 7);
    assert_eq!(level(shared::AreaLevel::Township), 113);
    assert!((190..=210).contains(&city.units.len()), "{}", city.units.len());
    let role = |r| city.workers.iter().filter(|w| w.role == r).count();
    assert_eq!((role(Role::Administrator), role(Role::Supervisor)), (1, 1 + 7 + 113));
}

#[test]
fn every_area_comes_after_its_parent_and_everything_lies_in_a_known_area() {
    let city = &*CITY;
    let mut known = HashSet::new();
    for area in &city.areas {
        assert!(area.code == city.shape.city || known.contains(&area.code.parent().unwrap()), "{area:?}");
        assert!(known.insert(area.code), "{area:?} twice");
    }
    assert!(city.units.iter().all(|u| known.contains(&u.area)));
    assert!(city.workers.iter().all(|w| known.contains(&w.area) && w.areas.iter().all(|a| known.contains(a))));
    assert!(city.recipients.iter().all(|r| known.contains(&r.area)));
}

#[test]
fn no_code_id_number_or_phone_is_given_twice() {
    let city = &*CITY;
    let unique = |all: Vec<&str>| all.len() == all.iter().collect::<HashSet<_>>().len();
    assert!(unique(city.workers.iter().map(|w| w.code.as_str()).collect()));
    assert!(unique(city.units.iter().map(|u| u.code.as_str()).collect()));
    assert!(unique(city.recipients.iter().map(|r| r.code.as_str()).collect()));
    assert!(unique(city.recipients.iter().filter_map(|r| r.id_number.as_deref()).collect()));
    let guardians = city.recipients.iter().filter_map(|r| r.guardian.as_ref()?.phone.as_deref());
    let phones = city.recipients.iter().filter_map(|r| r.phone.as_deref());
    assert!(unique(city.workers.iter().filter_map(|w| w.phone.as_deref()).chain(phones).chain(guardians).collect()));
}

#[test]
fn identity_numbers_hold_and_belong_to_nobody() {
    for r in &CITY.recipients {
        let number = r.id_number.as_deref().unwrap();
        let known = id_number::parse(number).unwrap();
        assert_eq!((Some(known.birth), Some(known.sex)), (r.birth, r.sex));
        assert!(number.starts_with("6299"), "{number}");
        assert!(r.phone.as_deref().is_none_or(|p| p.starts_with("1010") && p.len() == 11));
    }
}

#[test]
fn everyone_is_cared_for_and_every_carer_cares_for_someone() {
    let city = &*CITY;
    let paired: Vec<usize> = city.pairs.iter().filter(|p| p.role == PairingRole::Paired).map(|p| p.recipient).collect();
    assert_eq!(paired.len(), city.recipients.len());
    assert_eq!(paired.iter().collect::<HashSet<_>>().len(), city.recipients.len());
    assert!(city.carers().all(|w| !city.pairs_of(w).is_empty()));
    let distinct: HashSet<_> = city.pairs.iter().map(|p| (p.worker, p.recipient)).collect();
    assert_eq!(distinct.len(), city.pairs.len());
}

#[test]
fn people_and_records_would_pass_every_check_of_their_kind() {
    let city = &*CITY;
    assert!(city.recipients.iter().all(|r| r.problems().is_empty()));
    assert!(city.workers.iter().all(|w| w.problems().is_empty()));
    let minors = city.recipients.iter().filter(|r| r.is_minor(city.shape.today));
    assert!(minors.clone().count() > 500);
    assert!(minors.clone().all(|r| r.guardian.is_some() && r.legal_basis.is_some()));
}

/// Facts of one worker are enough: "once" never reaches across workers.
fn figures_by_period(
    plan: &Plan,
    periods: &[Period],
    logs: impl Iterator<Item = WorkerLog>,
) -> (Vec<Totals>, Uncounted) {
    let mut totals = vec![Totals::default(); periods.len()];
    let mut uncounted = Uncounted::default();
    let mut ids: HashSet<RowId> = HashSet::new();
    for log in logs {
        let rows = rows(plan, &log);
        assert!(rows.iter().all(|r| ids.insert(r.id)), "an id was given twice");
        uncounted.count(&rows);
        let facts: Vec<_> = rows.iter().flat_map(facts).collect();
        for (total, period) in totals.iter_mut().zip(periods) {
            let within = facts.iter().filter(|f| period.contains(f.day.month()));
            *total += Totals::from(&Figures::sum(within));
        }
    }
    (totals, uncounted)
}

/// Records that must not count, to be sure that there are some.
#[derive(Debug, Default)]
struct Uncounted {
    records: u64,
    voided: u64,
    same_day: u64,
    not_found: u64,
    open_needs: u64,
}

impl Uncounted {
    fn count(&mut self, rows: &[shared::Row]) {
        self.records += rows.len() as u64;
        self.voided += rows.iter().filter(|r| r.is_void()).count() as u64;
        let mut seen = HashSet::new();
        for row in rows.iter().filter(|r| !r.is_void()) {
            if let Ok(visit) = row.view::<shared::records::Visit>()
                && row.kind == Kind::Visit
                && visit.mode == VisitMode::Home
            {
                let found = visit.presence == shared::records::Presence::Found;
                self.not_found += u64::from(!found);
                self.same_day += u64::from(found && !seen.insert((visit.recipient, visit.happened.day())));
            }
            self.open_needs += u64::from(row.kind == Kind::Need && row.fields.text("status") != Some("solved"));
        }
    }
}

#[test]
fn the_citys_history_adds_up_to_the_published_figures_to_the_last_fen() {
    let periods = ["2025".parse().unwrap(), "since-2023".parse().unwrap()];
    let (totals, uncounted) = figures_by_period(&CITY, &periods, History::new(&CITY));
    assert_eq!(totals, [PUBLISHED_2025, PUBLISHED_SINCE_2023]);
    assert!(
        uncounted.voided > 300 && uncounted.same_day > 1000 && uncounted.not_found > 5000 && uncounted.open_needs > 500,
        "{uncounted:?}"
    );
}

#[test]
fn a_city_that_ends_earlier_in_2026_still_has_the_published_totals() {
    let mut shape = Shape::city(SEED, "2026-03-15".parse().unwrap());
    // A hundredth of the people is enough to see the split at work, and the totals stay what they are divided by.
    (shape.workers, shape.recipients) = (600, 700);
    for span in &mut shape.spans {
        let t = &mut span.totals;
        (t.visits, t.contacts, t.policies) = (t.visits / 100, t.contacts / 100, t.policies / 100);
        (t.solved, t.deeds, t.aid.0) = (t.solved / 100, t.deeds / 100, t.aid.0 / 100);
    }
    let mut wanted = Totals::default();
    shape.spans.iter().for_each(|s| wanted += s.totals);
    let plan = Plan::new(shape);
    let (totals, _) = figures_by_period(&plan, &["since-2023".parse().unwrap()], History::new(&plan));
    assert_eq!(totals, [wanted]);
    assert!(History::new(&plan).flat_map(|l| l.entries).all(|e| e.at.day() <= plan.shape.today));
}

#[test]
fn the_same_seed_gives_the_same_city_and_another_seed_another() {
    let again = Plan::new(Shape::city(SEED, shape::city_end()));
    assert_eq!(again.recipients, CITY.recipients);
    assert_eq!(again.workers, CITY.workers);
    assert_eq!(again.pairs, CITY.pairs);
    let some = |plan: &Plan| History::new(plan).take(400).collect::<Vec<_>>();
    assert_eq!(some(&again), some(&CITY));
    let other = Plan::new(Shape::city(SEED + 1, shape::city_end()));
    assert_ne!(other.recipients, CITY.recipients);
    assert_ne!(some(&other), some(&CITY));
}

#[test]
fn the_demo_township_is_alive_overdue_due_today_and_due_soon() {
    let plan = Plan::new(Shape::township(SEED, today()));
    assert_eq!(plan.recipients.len(), 120);
    assert_eq!(plan.carers().count(), 40);
    assert_eq!(plan.areas.iter().filter(|a| a.code.level() == shared::AreaLevel::Village).count(), 8);
    let rules = RuleSet::default_for(plan.shape.city);
    let mut last: HashMap<_, (Option<shared::Day>, Option<shared::Day>)> = HashMap::new();
    for log in cadence::logs(&plan) {
        for row in rows(&plan, &log) {
            assert!(row.happened().day() < today(), "nothing happens today or later");
            if let Ok(v) = row.view::<shared::records::Visit>()
                && row.kind == Kind::Visit
            {
                let (visit, contact) = last.entry(v.recipient).or_default();
                let slot = if v.mode == VisitMode::Home { visit } else { contact };
                *slot = (*slot).max(Some(v.happened.day()));
            }
        }
    }
    let mut over = Vec::new();
    for r in &plan.recipients {
        let (visit, contact) = last[&recipient_id(r)];
        over.push(next_due(&rules, r, plan.shape.paired_since, visit, contact).unwrap().days_over(today()));
    }
    let count = |range: std::ops::RangeInclusive<i32>| over.iter().filter(|d| range.contains(d)).count();
    assert!(count(1..=30) >= 15, "overdue: {over:?}");
    assert!(count(0..=0) >= 5, "today: {over:?}");
    assert!(count(-7..=-1) >= 50, "soon: {over:?}");
    let grid = plan.carers().next().unwrap();
    assert!(plan.pairs_of(grid).len() >= 10, "a grid worker looks after more than a handful");
    assert_eq!(worker_id(&plan.workers[grid]), worker_id(&plan.workers[grid].clone()));
}

#[test]
fn notices_and_tasks_are_valid_records() {
    let area = "620802001".parse().unwrap();
    let notices_and_tasks = office::notices_and_tasks(SEED, area, today());
    assert!(
        notices_and_tasks.iter().any(|e| e.kind == Kind::Task)
            && notices_and_tasks.iter().any(|e| e.kind == Kind::Notice)
    );
    for entry in notices_and_tasks {
        let shared::Change::Create(fields) = &entry.change else { panic!("{entry:?}") };
        assert!(entry.kind.problems(fields).is_empty());
    }
}
