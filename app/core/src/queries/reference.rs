//! What is the same for everyone of a county: rules, units, areas.

use crate::{
    Core, Refusal, Reply,
    store::{Me, record, roster, rules::RuleBook},
    views::{AreaView, UnitView},
};
use shared::{AreaCode, Kind, records::RuleSet, records::Unit};

impl Core {
    /// The rule set in force; the product's own before any came, and while the store is locked.
    pub(crate) fn rules(&mut self) -> Result<Reply, Refusal> {
        let in_force = match &self.store {
            Some(store) => match Me::read(store.conn())? {
                Some(me) => Some(RuleSet::clone(&RuleBook::read(store.conn())?.in_force(me.enrolment.area))),
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

    /// The areas a supervisor answers for, or those one level below `under` that this device knows.
    pub(crate) fn areas(&mut self, under: Option<AreaCode>) -> Result<Reply, Refusal> {
        let me = self.me()?;
        let conn = self.store()?.conn();
        let names = roster::area_names(conn)?;
        let mut codes: Vec<AreaCode> = match under {
            None if me.enrolment.areas.is_empty() => vec![me.enrolment.area],
            None => me.enrolment.areas,
            Some(under) => names
                .keys()
                .filter_map(|code| code.parse::<AreaCode>().ok())
                .filter(|code| code.parent() == Some(under))
                .collect(),
        };
        codes.sort();
        let name = |code: AreaCode| names.get(code.as_str()).cloned().unwrap_or_else(|| code.to_string());
        Ok(Reply::Areas(codes.into_iter().map(|code| AreaView { name: name(code), code }).collect()))
    }
}
