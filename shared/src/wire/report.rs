//! Reports: figures by area and period, as the console and a supervisor's phone show them.

use crate::{AreaCode, Moment, Month, Period, indicators::Figures, records::Category};
use serde::{Deserialize, Serialize};

/// `GET /v1/report?area=…&period=…&category=…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReportRequest {
    pub area: AreaCode,
    pub period: Period,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub area: AreaCode,
    pub area_name: String,
    pub period: Period,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    pub total: Figures,
    /// One line per area one level down.
    pub by_area: Vec<ReportLine>,
    pub by_category: Vec<(Category, Figures)>,
    /// Months of the period that have anything, in order.
    pub by_month: Vec<(Month, Figures)>,
    /// What needs attention.
    pub attention: Attention,
    /// When the figures were read.
    pub as_of: Moment,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportLine {
    pub area: AreaCode,
    pub name: String,
    pub figures: Figures,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// Recipients overdue by the rule set, now.
    pub overdue: i64,
    /// Reviews that wait.
    pub reviews: i64,
    /// Photos recorded whose bytes have not arrived.
    pub photos_missing: i64,
    /// Needs not solved yet.
    pub needs_open: i64,
    /// Devices not heard of for 30 days.
    pub silent_devices: i64,
}
