//! Which rule set is in force at a place.

use crate::{
    AreaCode, RowId,
    records::{Row, RuleSet},
};
use std::borrow::Cow;

/// The rule set of a row; `None` for a voided one, and for one that this build cannot read: the next rule set in the
/// order of [`rule_set_for`] is then in force.
pub fn usable_rule_set(row: &Row) -> Option<(RowId, RuleSet)> {
    if row.is_void() { None } else { Some((row.id, row.view().ok()?)) }
}

/// The rule set in force at `place`, of all usable ones: that of the nearest area at or above the place; of several for
/// one area, the highest version; of several of one version, the largest record id, so that the order in which they
/// arrive does not matter. The default shipped with the product where no rule set covers the place.
pub fn rule_set_for<'a>(sets: impl IntoIterator<Item = &'a (RowId, RuleSet)>, place: AreaCode) -> Cow<'a, RuleSet> {
    let covering = sets.into_iter().filter(|(_, rules)| rules.area.contains(&place));
    match covering.max_by_key(|(id, rules)| (rules.area.level(), rules.version, *id)) {
        Some((_, rules)) => Cow::Borrowed(rules),
        None => Cow::Owned(RuleSet::default_for(place)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DeviceId, Fields, Hlc, Rev, WorkerId,
        records::{Kind, Void},
    };
    use std::collections::BTreeMap;
    use uuid::Uuid;

    const VILLAGE: &str = "620802001001";

    fn set(id: u128, area: &str, version: u32) -> (RowId, RuleSet) {
        let rules = RuleSet::default_for(area.parse().unwrap());
        (RowId(Uuid::from_u128(id)), RuleSet { version, lock_after_days: Some(id as u16), ..rules })
    }

    /// The number of the set in force in [`VILLAGE`]; `None` for the default.
    fn in_force(sets: &[(RowId, RuleSet)]) -> Option<u16> {
        let forwards = rule_set_for(sets, VILLAGE.parse().unwrap()).lock_after_days;
        let backwards = rule_set_for(sets.iter().rev(), VILLAGE.parse().unwrap()).lock_after_days;
        assert_eq!(forwards, backwards, "the order of arrival does not matter");
        forwards.filter(|n| sets.iter().any(|(_, rules)| rules.lock_after_days == Some(*n)))
    }

    #[test]
    fn the_nearest_area_wins_over_a_higher_version_farther_up() {
        assert_eq!(in_force(&[set(1, "6208", 9), set(2, "620802", 1)]), Some(2));
        assert_eq!(in_force(&[set(1, "6208", 9), set(2, "620802", 1), set(3, VILLAGE, 0)]), Some(3));
    }

    #[test]
    fn of_one_area_the_highest_version_wins_and_of_one_version_the_largest_id() {
        assert_eq!(in_force(&[set(5, "620802", 1), set(2, "620802", 2)]), Some(2));
        assert_eq!(in_force(&[set(5, "620802", 2), set(2, "620802", 2)]), Some(5));
    }

    #[test]
    fn a_neighbouring_or_smaller_area_does_not_count_and_without_any_the_default_is_in_force() {
        assert_eq!(in_force(&[set(1, "620803", 9), set(2, "620802001002", 9), set(3, "620802002", 9)]), None);
        assert_eq!(in_force(&[]), None);
        let rules = rule_set_for(&[], VILLAGE.parse().unwrap());
        assert_eq!(*rules, RuleSet::default_for(VILLAGE.parse().unwrap()));
    }

    #[test]
    fn a_voided_or_unreadable_rule_set_is_not_usable() {
        let mut row = Row {
            kind: Kind::RuleSet,
            id: RowId(Uuid::from_u128(1)),
            rev: Rev(1),
            author: WorkerId::NIL,
            device: DeviceId::NIL,
            hlc: Hlc::ZERO,
            area: None,
            category: None,
            unit: None,
            fields: Fields::of(&set(1, "620802", 3).1),
            stamps: BTreeMap::new(),
            void: None,
            former: vec![],
            extra: BTreeMap::new(),
        };
        assert_eq!(usable_rule_set(&row), Some(set(1, "620802", 3)));
        let unreadable = Row { fields: Fields::new().with("area", "620802"), ..row.clone() };
        assert_eq!(usable_rule_set(&unreadable), None);
        row.void = Some(Void { reason: "x".into(), by: WorkerId::NIL, hlc: Hlc::ZERO });
        assert_eq!(usable_rule_set(&row), None);
    }
}
