//! The rule sets on this device, and which one is in force where.

use super::{error::Result, record};
use rusqlite::Connection;
use shared::{AreaCode, Kind, records::RuleSet};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// All rule sets that this build can read.
#[derive(Debug, Default)]
pub struct RuleBook {
    sets: Vec<Rc<RuleSet>>,
    /// A list looks the same few areas up once per recipient.
    found: RefCell<HashMap<AreaCode, Rc<RuleSet>>>,
}

impl RuleBook {
    /// Reads the rule sets that are not void.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn read(conn: &Connection) -> Result<Self> {
        let rows = record::of_kind(conn, &Kind::RuleSet)?;
        // A set that this build cannot read is skipped: an older one, or the default, is in force instead.
        let sets = rows.iter().filter(|r| !r.is_void()).filter_map(|r| r.view().ok()).map(Rc::new).collect();
        Ok(Self { sets, found: RefCell::default() })
    }

    /// The newest version of the set of the nearest area; the product's default where there is none.
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
