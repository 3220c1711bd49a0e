//! The kinds of record, one file each: its fields, the conflict rule of each field, and what makes it valid. A record
//! travels as a [`Row`]: an envelope that sync understands around fields that only the kind understands.
//!
//! Below the kinds lie [`kind`], [`record`] (what every record type declares), [`field_rule`] and [`problem`]; above
//! them `dispatch`, from a kind to its record type.

pub mod access_log;
pub mod activity;
pub mod area;
pub mod assistance;
pub mod disbursement;
mod dispatch;
pub mod facility;
pub mod feedback;
mod field_error;
pub mod field_rule;
pub mod household;
pub mod kind;
pub mod need;
pub mod notice;
pub mod pairing;
pub mod photo;
pub mod problem;
pub mod receipt;
pub mod recipient;
pub mod record;
pub mod report_snapshot;
pub mod review;
pub mod review_reason;
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
pub use field_rule::FieldRule;
pub use household::Household;
pub use kind::Kind;
pub use need::{Need, NeedKind, NeedStatus};
pub use notice::Notice;
pub use pairing::{Pairing, PairingRole};
pub use photo::{Photo, PhotoOf};
pub use problem::{Problem, ProblemCode};
pub use receipt::{Receipt, ReceiptMode};
pub use recipient::{Category, Recipient, RiskTier};
pub use record::{Audience, Creator, Record};
pub use report_snapshot::ReportSnapshot;
pub use review::{Review, ReviewStatus};
pub use review_reason::ReviewReason;
pub use row::{Former, Row, Stamp, Void, recipient_of};
pub use rule_set::{CheckItem, FrequencyRule, GoodsItem, RuleSet};
pub use task::{Task, TaskCounts};
pub use unit::Unit;
pub use visit::{Finding, Presence, Service, Visit, VisitMode};
pub use worker::{Role, Worker};
