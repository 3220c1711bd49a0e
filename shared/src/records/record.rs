//! What every record type declares: its kind, its field rules, its creator and its audience.

use super::{field_rule::FieldRule, kind::Kind, problem::Problem};
use crate::Fields;
use serde::{Serialize, de::DeserializeOwned};

/// Who may bring a record of a kind into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creator {
    /// Any worker, for recipients in their care or villages they serve.
    Worker,
    /// A supervisor over the area; a worker's attempt becomes a proposal in review.
    Supervisor,
    /// Only the server itself or an import by an administrator.
    Server,
}

/// Which scopes a record belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everyone in the county: areas, units, rules, notices.
    Reference,
    /// The workers of its recipient, its author, and supervisors of its area.
    Recipient,
    /// Its author and supervisors of its area.
    Author,
    /// The worker it describes and supervisors of its area.
    Worker,
    /// Never leaves the server by sync.
    Server,
}

/// A typed view of a kind's fields.
pub trait Record: Serialize + DeserializeOwned {
    const KIND: Kind;
    /// The conflict rule of each field; a field not named follows [`FieldRule::Register`].
    const RULES: &'static [(&'static str, FieldRule)];
    const CREATOR: Creator;
    const AUDIENCE: Audience;
    /// What is wrong with it, in the order of the form; empty when it may be saved.
    fn problems(&self) -> Vec<Problem> {
        Vec::new()
    }
    fn to_fields(&self) -> Fields {
        Fields::of(self)
    }
}
