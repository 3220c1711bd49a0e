//! The city's history: exact totals, streamed worker by worker. It also holds records that must not count: second
//! visits on the same day, visits that found nobody, unanswered calls, voided records, open needs, donations.

use super::{
    deeds::{self, About, Entry, WorkerLog},
    dice::{Dice, mix},
    phrases::lines,
    plan::{Pair, Plan, recipient_id},
    quota::Quota,
    shape::DaySpan,
};
use shared::{
    Day, Fen, Moment,
    records::{Category, GoodsItem, NeedStatus},
};

/// 25,000 fen: the mean handout, which makes the number of aid records plausible.
const MEAN_AID: Fen = Fen(25_000);
/// 10 yuan: the least value of a handout.
const LEAST_AID: i64 = 1000;

/// A total that is split over pairs of worker and recipient.
#[derive(Clone, Copy)]
enum Total {
    Visits,
    Contacts,
    Policies,
    Solved,
    Deeds,
    Aid,
}
const ALL: [Total; 6] = [Total::Visits, Total::Contacts, Total::Policies, Total::Solved, Total::Deeds, Total::Aid];

/// The running split of one span.
struct Share {
    span: DaySpan,
    quotas: [Quota; 6],
    budget: AidBudget,
}

/// Streams the records of every worker of a [`Plan`].
pub struct History<'a> {
    plan: &'a Plan,
    shares: Vec<Share>,
    goods: Vec<GoodsItem>,
    /// The next worker.
    next: usize,
}

impl<'a> History<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        let weight_of = |n: usize, of: Total| plan.pairs.iter().map(|p| weight(plan, p, n, of)).sum::<u64>();
        let shares = plan.shape.spans.iter().enumerate().map(|(n, span)| {
            let t = span.totals;
            let records = t.aid.0 / MEAN_AID.0;
            let totals = [t.visits, t.contacts, t.policies, t.solved, t.deeds, records];
            let quotas = std::array::from_fn(|i| Quota::new(totals[i] as u64, weight_of(n, ALL[i])));
            Share { span: *span, quotas, budget: AidBudget { left: t.aid.0, records } }
        });
        Self { plan, shares: shares.collect(), goods: deeds::goods_list(), next: 0 }
    }

    fn of_worker(&mut self, worker: usize) -> Vec<Entry> {
        let plan = self.plan;
        let mut entries = Vec::new();
        for (place, pair) in plan.pairs_of(worker).iter().enumerate() {
            let mut dice = Dice::new(plan.shape.seed, 1 + mix(worker as u64, place as u64, 7) % (1 << 60));
            let recipient = &plan.recipients[pair.recipient];
            let about = About { recipient: recipient_id(recipient), category: &recipient.category };
            for (n, share) in self.shares.iter_mut().enumerate() {
                let mut history = PairHistory { dice: &mut dice, about, span: share.span, entries: &mut entries };
                let mut take = |of: Total| share.quotas[of as usize].take(weight(plan, pair, n, of));
                history.visits(take(Total::Visits));
                history.contacts(take(Total::Contacts));
                history.policies(take(Total::Policies));
                history.needs(take(Total::Solved));
                history.deeds(take(Total::Deeds));
                history.aid(take(Total::Aid), &mut share.budget, &self.goods);
            }
        }
        // A stable sort: a record stays before the operations that change it.
        entries.sort_by_key(|e| e.at);
        entries
    }
}

impl Iterator for History<'_> {
    type Item = WorkerLog;
    fn next(&mut self) -> Option<WorkerLog> {
        let worker = self.next;
        if worker >= self.plan.workers.len() {
            return None;
        }
        self.next += 1;
        Some(WorkerLog { worker, entries: self.of_worker(worker) })
    }
}

/// The weight of a pair in a total: by chance, and larger where the need is greater.
fn weight(plan: &Plan, pair: &Pair, span: usize, of: Total) -> u64 {
    let chance =
        2 + mix(plan.shape.seed ^ ((pair.worker as u64) << 32), pair.recipient as u64, (span * 8 + of as usize) as u64)
            % 9;
    let need = match (&plan.recipients[pair.recipient].category, of) {
        (Category::DestituteHome, Total::Visits | Total::Aid) => 4,
        (Category::SevereDisability, Total::Visits | Total::Policies) => 3,
        (Category::Orphan | Category::UnattendedChild, Total::Contacts | Total::Aid) => 4,
        (Category::DestituteInstitution, Total::Visits | Total::Contacts) => 1,
        _ => 2,
    };
    chance * need
}

/// Makes the records of one worker, one recipient and one span of days.
struct PairHistory<'a> {
    dice: &'a mut Dice,
    about: About<'a>,
    span: DaySpan,
    entries: &'a mut Vec<Entry>,
}

impl PairHistory<'_> {
    /// `n` different days, spread over the span.
    fn days(&mut self, n: u64) -> Vec<Day> {
        let length = self.span.to.since(self.span.from) as u64 + 1;
        assert!(n <= length, "{n} different days do not fit into {length}");
        let start = |k: u64| k * length / n;
        (0..n).map(|k| self.span.from.plus((start(k) + self.dice.below(start(k + 1) - start(k))) as i32)).collect()
    }

    fn hour(&mut self, day: Day) -> Moment {
        deeds::working_hour(self.dice, day)
    }

    fn visits(&mut self, n: u64) {
        for day in self.days(n) {
            let at = self.hour(day);
            let visit = deeds::home_visit(self.dice, self.about, at);
            self.entries.push(visit);
            // A second visit in the evening, which the figures count once; sometimes it is voided.
            if self.dice.chance(15) {
                let again = Moment::shanghai(at.utc_ms + 3_600_000);
                let second = deeds::home_visit(self.dice, self.about, again);
                let withdrawn = self.dice.chance(300).then(|| deeds::void(self.dice, &second));
                self.entries.push(second);
                self.entries.extend(withdrawn);
            }
        }
        if n > 0 && self.dice.chance(120) {
            let day = self.days(1)[0];
            let at = self.hour(day);
            let shut = deeds::not_found(self.dice, self.about, at);
            self.entries.push(shut);
        }
        if self.dice.chance(4) {
            let day = self.days(1)[0];
            let at = self.hour(day);
            let mistaken = deeds::home_visit(self.dice, self.about, at);
            let withdrawn = deeds::void(self.dice, &mistaken);
            self.entries.extend([mistaken, withdrawn]);
        }
    }

    fn contacts(&mut self, n: u64) {
        for day in self.days(n) {
            let at = self.hour(day);
            let call = deeds::contact(self.dice, self.about, at);
            self.entries.push(call);
            if self.dice.chance(10) {
                let again = Moment::shanghai(at.utc_ms + 5_400_000);
                let second = deeds::contact(self.dice, self.about, again);
                self.entries.push(second);
            }
        }
        if self.dice.chance(60) {
            let day = self.days(1)[0];
            let at = self.hour(day);
            let call = deeds::unanswered(self.dice, self.about, at);
            self.entries.push(call);
        }
    }

    fn policies(&mut self, n: u64) {
        for _ in 0..n {
            let day = self.days(1)[0];
            let at = self.hour(day);
            let policy = deeds::policy(self.dice, self.about, at);
            self.entries.push(policy);
        }
    }

    /// `n` needs solved in this span; a need may have been raised in the span before.
    fn needs(&mut self, n: u64) {
        for day in self.days(n) {
            let before = self.dice.between(1, 28) as i32;
            let raised = self.hour(day.plus(-before));
            let (need, outcome) = deeds::need(self.dice, self.about, raised);
            let solved = self.hour(day);
            let step = deeds::step(&need, NeedStatus::Solved, solved, &outcome);
            self.entries.extend([need, step]);
        }
        if self.dice.chance(12) {
            let day = self.days(1)[0];
            let at = self.hour(day);
            let (need, _) = deeds::need(self.dice, self.about, at);
            let moved = match self.dice.below(3) {
                0 => {
                    let what = self.dice.pick(lines("in-hand"));
                    Some(deeds::step(&need, NeedStatus::InHand, at, what))
                }
                1 => {
                    let why = self.dice.pick(lines("cannot"));
                    Some(deeds::step(&need, NeedStatus::Cannot, at, why))
                }
                _ => None,
            };
            self.entries.push(need);
            self.entries.extend(moved);
        }
    }

    fn deeds(&mut self, n: u64) {
        for _ in 0..n {
            let day = self.days(1)[0];
            let at = self.hour(day);
            let deed = deeds::deed(self.dice, self.about, at);
            self.entries.push(deed);
        }
    }

    fn aid(&mut self, n: u64, budget: &mut AidBudget, goods: &[GoodsItem]) {
        for day in self.days(n) {
            let at = self.hour(day);
            let entry = match budget.next(self.dice, goods) {
                Handout::Money(amount) => deeds::money(self.dice, self.about, at, amount),
                Handout::Goods(item, quantity) => deeds::goods(self.dice, self.about, at, item, quantity),
            };
            self.entries.push(entry);
        }
        if self.dice.chance(6) {
            let day = self.days(1)[0];
            let at = self.hour(day);
            let given = deeds::donation(self.dice, self.about, at);
            self.entries.push(given);
        }
    }
}

/// What remains to hand out in a span, and in how many records.
struct AidBudget {
    /// Fen.
    left: i64,
    records: i64,
}

enum Handout<'a> {
    Money(Fen),
    Goods(&'a GoodsItem, i64),
}

impl AidBudget {
    /// A handout near the mean of what remains, so that the last one, which takes the rest, is of the usual size.
    fn next<'a>(&mut self, dice: &mut Dice, goods: &'a [GoodsItem]) -> Handout<'a> {
        let most = self.left - (self.records - 1) * LEAST_AID;
        let mean = self.left / self.records;
        self.records -= 1;
        if self.records == 0 {
            return Handout::Money(Fen(std::mem::take(&mut self.left)));
        }
        let wanted = (mean * dice.between(30, 170) / 100).clamp(LEAST_AID, most);
        if dice.chance(550) {
            let affordable: Vec<&GoodsItem> = goods.iter().filter(|g| g.unit_value.0 <= wanted).collect();
            if !affordable.is_empty() {
                let item = affordable[dice.below(affordable.len() as u64) as usize];
                let quantity = (wanted / item.unit_value.0).clamp(1, 4);
                self.left -= item.unit_value.0 * quantity;
                return Handout::Goods(item, quantity);
            }
        }
        let amount = (wanted / LEAST_AID).max(1) * LEAST_AID;
        self.left -= amount;
        Handout::Money(Fen(amount))
    }
}
