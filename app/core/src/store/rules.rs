//! The rule sets that came, and which is in force where.

use super::{Result, record};
use rusqlite::Connection;
use shared::{AreaCode, Kind, records::RuleSet};

#[derive(Clone, Debug, Default)]
pub struct RuleBook(Vec<RuleSet>);

impl RuleBook {
    pub fn read(conn: &Connection) -> Result<Self> {
        let rows = record::of_kind(conn, &Kind::RuleSet)?;
        // One that this build cannot read is passed over: an older one that it can read, or the default, is in force.
        Ok(Self(rows.iter().filter(|r| !r.is_void()).filter_map(|r| r.view().ok()).collect()))
    }

    /// The set of the nearest area, the newest version of it; the product's default before any came.
    pub fn in_force(&self, area: AreaCode) -> RuleSet {
        let nearest = self.0.iter().filter(|r| r.area.contains(&area));
        let nearest = nearest.max_by_key(|r| (r.area.as_str().len(), r.version));
        nearest.cloned().unwrap_or_else(|| RuleSet::default_for(area))
    }
}
