//! The demo township's history: visits at the intervals of the rule set up to today, so that the today screen shows
//! recipients who are overdue, due today and due soon, and the cards show records.

use super::{
    deeds::{self, About, Entry, WorkerLog},
    dice::{Dice, mix},
    phrases::lines,
    plan::{Pair, Plan, recipient_id},
};
use shared::{
    Day,
    due::intervals,
    records::{NeedStatus, PairingRole, RuleSet},
};

/// Days past due of a village's recipients, in turn: each state appears on a grid worker's today screen.
const DAYS_OVER: [i32; 12] = [3, 0, -2, -5, -1, 9, -4, -3, 0, 1, -5, -2];
/// 130 days of visits at the rules' own pace: more than a quarter, so that the report has months to show.
const REACH_DAYS: i32 = 130;

/// The records of every carer of `plan`, up to the day before `plan.shape.today`.
pub fn logs(plan: &Plan) -> Vec<WorkerLog> {
    let rules = RuleSet::default_for(plan.shape.city);
    let carers = plan.carers();
    carers.map(|worker| WorkerLog { worker, entries: of_worker(plan, &rules, worker) }).collect()
}

fn of_worker(plan: &Plan, rules: &RuleSet, worker: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    let own = plan.pairs_of(worker).iter().filter(|p| p.role == PairingRole::Paired);
    for pair in own {
        of_pair(plan, rules, pair, DAYS_OVER[pair.recipient % DAYS_OVER.len()], &mut entries);
    }
    entries.sort_by_key(|e| e.at);
    entries
}

fn of_pair(plan: &Plan, rules: &RuleSet, pair: &Pair, over: i32, entries: &mut Vec<Entry>) {
    let mut dice = Dice::new(plan.shape.seed, 1 + mix(pair.worker as u64, pair.recipient as u64, 11) % (1 << 60));
    let dice = &mut dice;
    let recipient = &plan.recipients[pair.recipient];
    let about = About { recipient: recipient_id(recipient), category: &recipient.category };
    let today = plan.shape.today;
    let first = today.plus(-REACH_DAYS);
    let (visit_days, contact_days) = intervals(rules, recipient);
    let (v, c) = (i32::from(visit_days.unwrap_or(30)), i32::from(contact_days.unwrap_or(15)));

    // The later of the two dates is moved back, so that the other one decides when the recipient is due.
    let by_call = v - 3 > c && dice.chance(500);
    let (last_visit, last_call) = if by_call { (v + over - 3, c + over) } else { (v + over, (c + over - 2).max(1)) };
    for day in back_from(dice, today.plus(-last_visit.max(1)), v, first) {
        let at = deeds::working_hour(dice, day);
        entries.push(deeds::home_visit(dice, about, at));
    }
    for day in back_from(dice, today.plus(-last_call.max(1)), c, first) {
        let at = deeds::working_hour(dice, day);
        entries.push(deeds::contact(dice, about, at));
    }

    let some_hour = |dice: &mut Dice| {
        let day = today.plus(-(dice.between(2, REACH_DAYS.into()) as i32));
        deeds::working_hour(dice, day)
    };
    let goods = deeds::goods_list();
    if dice.chance(500) {
        let at = some_hour(dice);
        entries.push(deeds::policy(dice, about, at));
    }
    if dice.chance(350) {
        let at = some_hour(dice);
        entries.push(deeds::deed(dice, about, at));
    }
    if dice.chance(300) {
        let at = some_hour(dice);
        let item = &goods[dice.below(goods.len() as u64) as usize];
        entries.push(deeds::goods(dice, about, at, item, 1));
    }
    if dice.chance(120) {
        let at = some_hour(dice);
        let yuan = dice.between(2, 10) * 100;
        entries.push(deeds::money(dice, about, at, shared::Fen::from_yuan(yuan)));
    }
    if dice.chance(350) {
        need(dice, about, today, entries);
    }
}

/// A need in one of its states.
fn need(dice: &mut Dice, about: About, today: Day, entries: &mut Vec<Entry>) {
    let raised = today.plus(-(dice.between(6, 40) as i32));
    let at = deeds::working_hour(dice, raised);
    let (need, outcome) = deeds::need(dice, about, at);
    let days = dice.between(1, 5) as i32;
    let later = deeds::working_hour(dice, raised.plus(days));
    let step = match dice.below(4) {
        0 => None,
        1 => Some(deeds::step(&need, NeedStatus::InHand, later, dice.pick(lines("in-hand")))),
        _ => Some(deeds::step(&need, NeedStatus::Solved, later, &outcome)),
    };
    entries.push(need);
    entries.extend(step);
}

/// `last` and about every `interval` days before it, not before `first`.
fn back_from(dice: &mut Dice, last: Day, interval: i32, first: Day) -> Vec<Day> {
    let mut days = Vec::new();
    let mut day = last;
    while day >= first {
        days.push(day);
        day = day.plus(-(interval - dice.between(0, i64::from(interval / 4)) as i32).max(1));
    }
    days
}
