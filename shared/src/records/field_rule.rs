//! The conflict rule of a field. What each rule does is in the tables of [`crate::merge::rules`].

/// How concurrent changes of one field are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRule {
    /// Phone, note. The later stamp stands (then the larger device id); the other value is kept in the record's
    /// history.
    Register,
    /// Address and position: fields that only make sense together, merged as one register of this name.
    Coupled(&'static str),
    /// Name, ID number, category. Applied when no one else has changed it; otherwise a supervisor decides.
    Identity,
    /// Tags. Each element has its own stamp, so that adding one and removing another do not conflict.
    Set,
    /// Submitted evidence: never set again, only amended with a reason.
    Fixed,
    /// A need's progress. A step forward applies, a step back changes nothing, two different ends go to a supervisor,
    /// and only a supervisor's reopening starts again.
    Status,
    /// Pairings, roles, names of areas: set by the office. A worker's change is a proposal in review.
    Server,
}

impl FieldRule {
    /// One of each, in the order in which `docs/conflicts.md` prints them.
    pub const EACH: [Self; 7] =
        [Self::Register, Self::Coupled("place"), Self::Identity, Self::Server, Self::Set, Self::Fixed, Self::Status];

    /// The key of the field's stamp: its own name, or the group of the fields that it is coupled to.
    pub fn stamp_key(self, field: &str) -> &str {
        match self {
            Self::Coupled(group) => group,
            _ => field,
        }
    }
}
