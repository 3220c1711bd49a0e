//! The rule sets on this device, and which one is in force where.

use super::{error::Result, record};
use rusqlite::Connection;
use shared::{
    AreaCode, Kind, RowId,
    domain::{rule_set_for, usable_rule_set},
    records::RuleSet,
};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// All rule sets that this build can read.
#[derive(Debug, Default)]
pub struct RuleBook {
    sets: Vec<(RowId, RuleSet)>,
    /// Asked for once for each recipient of a list; areas are few.
    found: RefCell<HashMap<AreaCode, Rc<RuleSet>>>,
}

impl RuleBook {
    /// Reads the rule sets that are not void.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn read(conn: &Connection) -> Result<Self> {
        let rows = record::of_kind(conn, &Kind::RuleSet)?;
        Ok(Self { sets: rows.iter().filter_map(usable_rule_set).collect(), found: RefCell::default() })
    }

    /// The rule set in force at `area`; see [`rule_set_for`].
    pub fn in_force(&self, area: AreaCode) -> Rc<RuleSet> {
        let mut found = self.found.borrow_mut();
        found.entry(area).or_insert_with(|| Rc::new(rule_set_for(&self.sets, area).into_owned())).clone()
    }
}
