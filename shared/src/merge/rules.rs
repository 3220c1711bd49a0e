//! The conflict rules, one line each. Which field follows which rule stands beside the field, in `records/`.

/// How two changes of one field become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRule {
    /// Phone, note. Unchanged since the author saw it, or last set by this device: applied. Otherwise the later stamp
    /// (then the larger device id) stands, and the other value is kept in the record's history.
    Register,
    /// Address and position: several fields that only make sense together, decided as one register of this name.
    Coupled(&'static str),
    /// Name, ID number, category. Unchanged since the author saw it: applied. Otherwise a supervisor decides.
    Identity,
    /// Tags. Each element has a stamp of its own: adding one and removing another both hold.
    Set,
    /// What was submitted: never set again, only amended with a reason.
    Fixed,
    /// A need's progress. Forward holds, backward is passed over, two different ends are decided by a supervisor, and
    /// only a supervisor's reopening starts again.
    Status,
    /// Pairings, roles, names of areas: set by the office. What a worker sends is a proposal in review.
    Server,
}

impl FieldRule {
    /// The stamp that a field shares with the fields it is coupled to.
    pub fn stamp_key(self, field: &str) -> &str {
        match self {
            Self::Coupled(group) => group,
            _ => field,
        }
    }
}
