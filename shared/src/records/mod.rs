//! Every kind of record, one file each: its fields, its field rules and what makes it valid. A record travels as a
//! [`Row`]: an envelope the sync understands around fields that only the kind understands.

use crate::{Fields, field_error::field_error, merge::rules::FieldRule, open_enum};
use serde::{Serialize, de::DeserializeOwned};

pub mod access_log;
pub mod activity;
pub mod area;
pub mod assistance;
pub mod disbursement;
pub mod facility;
pub mod feedback;
pub mod household;
pub mod need;
pub mod notice;
pub mod pairing;
pub mod photo;
pub mod problem;
pub mod receipt;
pub mod recipient;
pub mod report_snapshot;
pub mod review;
mod row;
pub mod rule_set;
pub mod task;
pub mod unit;
pub mod visit;
pub mod worker;

pub use access_log::AccessLog;
pub use activity::{Activity, ActivityKind};
pub use area::Area;
pub use assistance::{Assistance, AssistanceKind, GoodsLine};
pub use disbursement::Disbursement;
pub use facility::{Facility, FacilityKind};
pub use feedback::{Feedback, FeedbackKind};
pub use household::Household;
pub use need::{Need, NeedKind, NeedStatus};
pub use notice::Notice;
pub use pairing::{Pairing, PairingRole};
pub use photo::{Photo, PhotoOf};
pub use problem::{Problem, ProblemCode};
pub use receipt::{Receipt, ReceiptMode};
pub use recipient::{Category, Recipient, RiskTier};
pub use report_snapshot::ReportSnapshot;
pub use review::{Review, ReviewReason, ReviewStatus};
pub use row::{Former, Row, Stamp, Void, recipient_of};
pub use rule_set::{CheckItem, FrequencyRule, GoodsItem, RuleSet};
pub use task::{Task, TaskCounts};
pub use unit::Unit;
pub use visit::{Finding, Presence, Service, Visit, VisitMode};
pub use worker::{Role, Worker};

open_enum! {
    /// What a row is. A kind this build does not know travels and is stored all the same.
    Kind {
        Area = "area",
        Unit = "unit",
        Worker = "worker",
        Household = "household",
        Recipient = "recipient",
        Pairing = "pairing",
        Visit = "visit",
        Assistance = "assistance",
        Receipt = "receipt",
        Need = "need",
        Activity = "activity",
        Facility = "facility",
        Disbursement = "disbursement",
        Photo = "photo",
        Task = "task",
        Notice = "notice",
        RuleSet = "rule_set",
        ReportSnapshot = "report_snapshot",
        AccessLog = "access_log",
        Feedback = "feedback",
        Review = "review",
    }
}

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

    /// The rule of one field. One that is not named belongs to the office where only the office makes the record, and
    /// is a register otherwise.
    pub fn rule(&self, field: &str) -> FieldRule {
        let named = self.rules().iter().find(|(name, _)| *name == field).map(|(_, rule)| *rule);
        let unnamed = if self.creator() == Creator::Worker { FieldRule::Register } else { FieldRule::Server };
        named.unwrap_or(unnamed)
    }

    /// Evidence that nobody changes once it is written, the office included.
    pub fn is_sealed(&self) -> bool {
        matches!(self, Self::AccessLog | Self::ReportSnapshot)
    }

    pub fn creator(&self) -> Creator {
        per_kind!(self, R => R::CREATOR, else Creator::Server)
    }

    pub fn audience(&self) -> Audience {
        per_kind!(self, R => R::AUDIENCE, else Audience::Server)
    }

    /// Checks fields against the kind: every field problem, or the first field that is needed and absent or of another type.
    pub fn problems(&self, fields: &Fields) -> Vec<Problem> {
        per_kind!(self, R => match fields.view::<R>() {
            Ok(record) => record.problems(),
            Err(e) => vec![field_error::<R>(fields).unwrap_or_else(|| Problem::shape("", &e.to_string()))],
        }, else vec![])
    }
}
