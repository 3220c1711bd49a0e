//! From a [`Kind`] to what its record type declares. A new kind has one line here.

use super::{
    AccessLog, Activity, Area, Assistance, Disbursement, Facility, Feedback, Household, Need, Notice, Pairing, Photo,
    Receipt, Recipient, ReportSnapshot, Review, RuleSet, Task, Unit, Visit, Worker,
    field_error::field_error,
    field_rule::FieldRule,
    kind::Kind,
    problem::Problem,
    record::{Audience, Creator, Record},
};
use crate::Fields;

/// Evaluates `$body` with `$record` as the record type of `$kind`.
macro_rules! per_kind {
    ($kind:expr, $record:ident => $body:expr, else $other:expr) => {{
        macro_rules! arm {
            ($t:ty) => {{
                type $record = $t;
                $body
            }};
        }
        match $kind {
            Kind::Area => arm!(Area),
            Kind::Unit => arm!(Unit),
            Kind::Worker => arm!(Worker),
            Kind::Household => arm!(Household),
            Kind::Recipient => arm!(Recipient),
            Kind::Pairing => arm!(Pairing),
            Kind::Visit => arm!(Visit),
            Kind::Assistance => arm!(Assistance),
            Kind::Receipt => arm!(Receipt),
            Kind::Need => arm!(Need),
            Kind::Activity => arm!(Activity),
            Kind::Facility => arm!(Facility),
            Kind::Disbursement => arm!(Disbursement),
            Kind::Photo => arm!(Photo),
            Kind::Task => arm!(Task),
            Kind::Notice => arm!(Notice),
            Kind::RuleSet => arm!(RuleSet),
            Kind::ReportSnapshot => arm!(ReportSnapshot),
            Kind::AccessLog => arm!(AccessLog),
            Kind::Feedback => arm!(Feedback),
            Kind::Review => arm!(Review),
            Kind::Other(_) => $other,
        }
    }};
}

impl Kind {
    /// The conflict rules of this kind's fields.
    pub fn rules(&self) -> &'static [(&'static str, FieldRule)] {
        per_kind!(self, R => R::RULES, else &[])
    }

    /// The rule of one field. A field without a rule of its own is the office's where only the office makes the record,
    /// and a register otherwise.
    pub fn rule(&self, field: &str) -> FieldRule {
        let named = self.rules().iter().find(|(name, _)| *name == field).map(|(_, rule)| *rule);
        let unnamed = if self.creator() == Creator::Worker { FieldRule::Register } else { FieldRule::Server };
        named.unwrap_or(unnamed)
    }

    /// Who may create a record of this kind.
    pub fn creator(&self) -> Creator {
        per_kind!(self, R => R::CREATOR, else Creator::Server)
    }

    /// The scopes to which records of this kind belong.
    pub fn audience(&self) -> Audience {
        per_kind!(self, R => R::AUDIENCE, else Audience::Server)
    }

    /// The problems of these fields: all problems of a readable record, or the first field that is missing or has a
    /// wrong type. None for a kind that this build does not know.
    pub fn problems(&self, fields: &Fields) -> Vec<Problem> {
        per_kind!(self, R => match fields.view::<R>() {
            Ok(record) => record.problems(),
            Err(e) => vec![field_error::<R>(fields).unwrap_or_else(|| Problem::shape("", &e.to_string()))],
        }, else vec![])
    }
}
