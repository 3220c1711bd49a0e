//! The rule sets that came, and which is in force where.

use super::{Result, record};
use rusqlite::Connection;
use shared::{AreaCode, Kind, records::RuleSet};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

#[derive(Debug, Default)]
pub struct RuleBook {
    sets: Vec<Rc<RuleSet>>,
    /// Asked for once for each recipient of a list; areas are few.
    found: RefCell<HashMap<AreaCode, Rc<RuleSet>>>,
}

impl RuleBook {
    pub fn read(conn: &Connection) -> Result<Self> {
        let rows = record::of_kind(conn, &Kind::RuleSet)?;
        // One that this build cannot read is passed over: an older one that it can read, or the default, is in force.
        let sets = rows.iter().filter(|r| !r.is_void()).filter_map(|r| r.view().ok()).map(Rc::new).collect();
        Ok(Self { sets, found: RefCell::default() })
    }

    /// The set of the nearest area, the newest version of it; the product's default before any came.
    pub fn in_force(&self, area: AreaCode) -> Rc<RuleSet> {
        let mut found = self.found.borrow_mut();
        let search = || {
            let nearest = self.sets.iter().filter(|r| r.area.contains(&area));
            let nearest = nearest.max_by_key(|r| (r.area.as_str().len(), r.version));
            nearest.cloned().unwrap_or_else(|| Rc::new(RuleSet::default_for(area)))
        };
        found.entry(area).or_insert_with(search).clone()
    }
}
