//! Data that all workers of a county share: rules and units.

use crate::{
    core::Core,
    reply::{Refusal, Reply},
    store::{Identity, record, rules::RuleBook},
    views::UnitView,
};
use shared::{AreaCode, Kind, records::RuleSet, records::Unit};

impl Core {
    /// The rule set in force; the product's default before a pull has brought one, and while the store is locked.
    pub(crate) fn rules(&mut self) -> Result<Reply, Refusal> {
        let in_force = match &self.store {
            Some(store) => match Identity::read(store.conn())? {
                Some(identity) => {
                    Some(RuleSet::clone(&RuleBook::read(store.conn())?.in_force(identity.enrolment.area)))
                }
                None => None,
            },
            None => None,
        };
        let province: AreaCode = "62".parse().expect("two digits are a province");
        Ok(Reply::Rules(Box::new(in_force.unwrap_or_else(|| RuleSet::default_for(province)))))
    }

    /// Units by name.
    pub(crate) fn units(&mut self) -> Result<Reply, Refusal> {
        let rows = record::of_kind(self.store()?.conn(), &Kind::Unit)?;
        let named = |r: &shared::Row| Some(UnitView { id: r.id.into(), name: r.view::<Unit>().ok()?.name });
        let mut units: Vec<UnitView> = rows.iter().filter(|r| !r.is_void()).filter_map(named).collect();
        units.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Reply::Units(units))
    }
}
