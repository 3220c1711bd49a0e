//! Who is due for a visit or a call, and why. Due days follow from the rule set in force
//! ([`crate::domain::rule_set_for`]) and from what was recorded; no one types a schedule.

use crate::{
    Day,
    indicators::{Indicator, facts},
    records::{FrequencyRule, Kind, Recipient, Row, RuleSet},
};
use serde::{Deserialize, Serialize};

/// What a recipient is due for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueFor {
    Visit,
    Contact,
}

/// When a recipient is due next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub what: DueFor,
    pub on: Day,
    /// The rule's interval in days, for "every 10 days".
    pub every_days: u16,
    /// The day of the last visit or contact; absent for none.
    pub last: Option<Day>,
}

impl Due {
    /// Days past due at `today`: 0 on the day itself, negative before.
    pub fn days_over(&self, today: Day) -> i32 {
        today.since(self.on)
    }
}

/// The sooner of the next visit and the next contact. `since` is the day on which the care began
/// ([`crate::domain::care_since`]): a recipient who was never seen is due one interval later. `None` for a withdrawn
/// recipient, and when no rule applies.
pub fn next_due(
    rules: &RuleSet,
    recipient: &Recipient,
    since: Day,
    last_visit: Option<Day>,
    last_contact: Option<Day>,
) -> Option<Due> {
    if !recipient.is_active() {
        return None;
    }
    soonest(intervals(rules, recipient), since, last_visit, last_contact)
}

/// As [`next_due`], from the (visit, contact) intervals in days, for stores that keep these beside the dates.
pub fn soonest(
    (visit_days, contact_days): (Option<u16>, Option<u16>),
    since: Day,
    last_visit: Option<Day>,
    last_contact: Option<Day>,
) -> Option<Due> {
    let due = |what, every: Option<u16>, last: Option<Day>| {
        every.map(|every_days| Due { what, on: last.unwrap_or(since).plus(i32::from(every_days)), every_days, last })
    };
    let visit = due(DueFor::Visit, visit_days, last_visit);
    // A home visit is a contact as well.
    let contact = due(DueFor::Contact, contact_days, last_visit.max(last_contact));
    match (visit, contact) {
        (Some(v), Some(c)) => Some(if v.on <= c.on { v } else { c }),
        (v, c) => v.or(c),
    }
}

/// The strictest (visit, contact) intervals of the rules that match.
pub fn intervals(rules: &RuleSet, recipient: &Recipient) -> (Option<u16>, Option<u16>) {
    let matching = || rules.frequencies.iter().filter(|rule| matches(rule, recipient));
    let visit = matching().filter_map(|r| r.visit_days).filter(|d| *d > 0).min();
    let contact = matching().filter_map(|r| r.contact_days).filter(|d| *d > 0).min();
    (visit, contact)
}

/// What `row` means for the due days of its recipient: a completed home visit or a contact, and its day. `None` for
/// every other row, a voided one included.
pub fn seen_on(row: &Row) -> Option<(DueFor, Day)> {
    if row.kind != Kind::Visit {
        return None;
    }
    facts(row).into_iter().find_map(|fact| match fact.indicator {
        Indicator::HomeVisit => Some((DueFor::Visit, fact.day)),
        Indicator::Contact => Some((DueFor::Contact, fact.day)),
        _ => None,
    })
}

fn matches(rule: &FrequencyRule, recipient: &Recipient) -> bool {
    rule.category.as_ref().is_none_or(|c| *c == recipient.category)
        && rule.tag.as_ref().is_none_or(|tag| recipient.tags.contains(tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fields;

    fn rules() -> RuleSet {
        RuleSet::default_for("6208".parse().unwrap())
    }
    fn recipient(category: &str, tags: &[&str]) -> Recipient {
        Fields::new()
            .with("code", "R1")
            .with("name", "某")
            .with("category", category)
            .with("area", "620802001001")
            .with("tags", tags.to_vec())
            .view()
            .unwrap()
    }
    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_strictest_matching_rule_is_in_force() {
        assert_eq!(intervals(&rules(), &recipient("severe_disability", &[])), (Some(15), Some(7)));
        assert_eq!(intervals(&rules(), &recipient("severe_disability", &["lives-alone"])), (Some(7), Some(7)));
        assert_eq!(intervals(&rules(), &recipient("something-new", &[])), (Some(30), Some(15)));
    }

    #[test]
    fn a_call_postpones_the_next_call_but_not_the_visit() {
        let who = recipient("severe_disability", &[]);
        let due =
            next_due(&rules(), &who, day("2025-01-01"), Some(day("2025-03-01")), Some(day("2025-03-14"))).unwrap();
        assert_eq!((due.what, due.on), (DueFor::Visit, day("2025-03-16")));
        assert_eq!(due.days_over(day("2025-03-19")), 3);
    }

    #[test]
    fn a_home_visit_is_a_contact_as_well() {
        let who = recipient("orphan", &[]);
        let due = next_due(&rules(), &who, day("2025-01-01"), Some(day("2025-03-01")), None).unwrap();
        assert_eq!((due.what, due.on), (DueFor::Contact, day("2025-03-08")));
    }

    #[test]
    fn someone_never_seen_is_due_an_interval_after_the_care_began() {
        let due = next_due(&rules(), &recipient("destitute_home", &[]), day("2025-01-01"), None, None).unwrap();
        assert_eq!(due.on, day("2025-01-08"));
        assert_eq!(due.last, None);
    }

    #[test]
    fn a_withdrawn_recipient_is_never_due() {
        let mut who = recipient("orphan", &[]);
        who.status = Some(crate::records::recipient::RecipientStatus::Withdrawn);
        assert_eq!(next_due(&rules(), &who, day("2025-01-01"), None, None), None);
    }
}
