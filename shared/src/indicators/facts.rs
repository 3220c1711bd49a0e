//! From a record to its facts: what it contributes to which indicator.

use super::indicator::Indicator;
use crate::{
    Day, Fen,
    ids::{RecipientId, WorkerId},
    records::{Activity, Assistance, AssistanceKind, Kind, Need, NeedStatus, Presence, Row, Service, Visit, VisitMode},
};
use serde::{Deserialize, Serialize};

/// "One per recipient × worker × day": facts with the same key count once per indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DailyKey {
    pub recipient: RecipientId,
    pub worker: WorkerId,
    pub day: Day,
}

/// One contribution of one record to an indicator. Its area, category and unit are those of the row's envelope.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fact {
    pub indicator: Indicator,
    /// The day on which it counts.
    pub day: Day,
    pub n: i64,
    pub fen: Fen,
    /// Present where it counts once per day.
    pub daily_key: Option<DailyKey>,
}

/// The facts of `row`; none for a voided record.
pub fn facts(row: &Row) -> Vec<Fact> {
    if row.is_void() {
        return Vec::new();
    }
    match row.kind {
        Kind::Visit => row.view().map(|v| of_visit(row, &v)).unwrap_or_default(),
        Kind::Assistance => row.view().map(|a| of_assistance(&a)).unwrap_or_default(),
        Kind::Need => row.view().map(|n| of_need(&n)).unwrap_or_default(),
        Kind::Activity => row.view().map(|a| of_activity(&a)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn of_visit(row: &Row, visit: &Visit) -> Vec<Fact> {
    let day = visit.happened.day();
    let indicator = match (&visit.mode, &visit.presence) {
        (VisitMode::Home, Presence::Found) => Indicator::HomeVisit,
        (VisitMode::Home, _) => Indicator::NotFound,
        (VisitMode::Phone | VisitMode::Wechat | VisitMode::Video, Presence::Found) => Indicator::Contact,
        // An unanswered call is no contact. A mode of a newer peer counts once this side knows it.
        _ => return Vec::new(),
    };
    let daily_key = Some(DailyKey { recipient: visit.recipient, worker: row.author, day });
    let mut facts = vec![Fact { indicator, day, n: 1, fen: Fen::ZERO, daily_key }];
    // Services count only where the recipient was met.
    let services = if visit.presence == Presence::Found { visit.services.as_slice() } else { &[] };
    for service in services {
        let indicator = match service {
            Service::Tutoring => Indicator::Tutoring,
            Service::Medical => Indicator::Medical,
            Service::Counselling => Indicator::Counselling,
            Service::FamilyCare => Indicator::FamilyCare,
            Service::Chores | Service::Errand | Service::Other(_) => continue,
        };
        facts.push(Fact { indicator, day, n: 1, fen: Fen::ZERO, daily_key });
    }
    facts
}

fn of_assistance(aid: &Assistance) -> Vec<Fact> {
    let day = aid.happened.day();
    let money = aid.amount.unwrap_or_default();
    let goods = aid.goods_value();
    let fact = |indicator, fen| Fact { indicator, day, n: 1, fen, daily_key: None };
    match aid.kind {
        AssistanceKind::Publicise => vec![fact(Indicator::Publicised, Fen::ZERO)],
        AssistanceKind::Implement => {
            let mut facts = vec![fact(Indicator::Implemented, Fen::ZERO)];
            if money > Fen::ZERO {
                facts.push(fact(Indicator::Benefit, money));
            }
            facts
        }
        AssistanceKind::Deed => vec![fact(Indicator::Deed, Fen::ZERO)],
        AssistanceKind::Money | AssistanceKind::Goods => {
            let mut facts = Vec::new();
            if money > Fen::ZERO {
                facts.push(fact(Indicator::AidMoney, money));
            }
            if !aid.lines.is_empty() {
                facts.push(fact(Indicator::AidGoods, goods));
            }
            facts
        }
        AssistanceKind::Donation => vec![fact(Indicator::Donation, aid.value())],
        // The need that it closes counts, and counts once.
        AssistanceKind::Solve | AssistanceKind::Other(_) => Vec::new(),
    }
}

fn of_need(need: &Need) -> Vec<Fact> {
    match (&need.status, need.solved) {
        (NeedStatus::Solved, Some(solved)) => {
            vec![Fact { indicator: Indicator::Solved, day: solved.day(), n: 1, fen: Fen::ZERO, daily_key: None }]
        }
        _ => Vec::new(),
    }
}

fn of_activity(activity: &Activity) -> Vec<Fact> {
    let day = activity.happened.day();
    let fact = |indicator, n| Fact { indicator, day, n, fen: Fen::ZERO, daily_key: None };
    vec![fact(Indicator::ActivityPeople, activity.people), fact(Indicator::ActivitySession, activity.sessions)]
}
