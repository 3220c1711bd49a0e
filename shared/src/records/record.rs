//! What every record type declares: its kind, its field rules, its creator and its audience.

use super::{field_rule::FieldRule, kind::Kind, problem::Problem};
use crate::Fields;
use serde::{Serialize, de::DeserializeOwned};

/// Who may create a record of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creator {
    /// Any worker, for recipients in their care or villages they serve.
    Worker,
    /// A supervisor over the area; a worker's new record is a proposal in review.
    Supervisor,
    /// Only the server itself, or an import by an administrator.
    Server,
}

/// The scopes to which a record belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everyone in the county: areas, units, rule sets, notices.
    Reference,
    /// The workers of its recipient, its author, and supervisors of its area.
    Recipient,
    /// Its author and supervisors of its area.
    Author,
    /// The worker it describes and supervisors of its area.
    Worker,
    /// None: the record never leaves the server by sync.
    Server,
}

/// A typed view of a kind's fields.
pub trait Record: Serialize + DeserializeOwned {
    const KIND: Kind;
    /// The conflict rule of each field; a field not named follows [`FieldRule::Register`].
    const RULES: &'static [(&'static str, FieldRule)];
    const CREATOR: Creator;
    const AUDIENCE: Audience;
    /// The problems of the record, in the order of the form; empty when it is valid.
    fn problems(&self) -> Vec<Problem> {
        Vec::new()
    }
    /// The record as fields.
    fn to_fields(&self) -> Fields {
        Fields::of(self)
    }
}
