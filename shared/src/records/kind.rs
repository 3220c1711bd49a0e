//! The kinds of record. What a kind says about its fields is in `dispatch`.

use crate::open_enum;

open_enum! {
    /// The kind of a record. A kind that this build does not know is stored and passed on unchanged.
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

impl Kind {
    /// True for evidence that no one may change once it is written, the office included.
    pub fn is_sealed(&self) -> bool {
        matches!(self, Self::AccessLog | Self::ReportSnapshot)
    }
}
