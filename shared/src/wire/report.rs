//! Reports: figures by area and period, for the console and supervisors' phones.

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

/// The figures of an area and a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub area: AreaCode,
    pub area_name: String,
    pub period: Period,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    pub total: Figures,
    /// One line per area of the next level.
    pub by_area: Vec<ReportLine>,
    pub by_category: Vec<(Category, Figures)>,
    /// The months of the period that have figures, in order.
    pub by_month: Vec<(Month, Figures)>,
    /// Open work in the area, whatever the period.
    pub attention: Attention,
    /// The time at which the figures were read.
    pub as_of: Moment,
}

/// The figures of one area below.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportLine {
    pub area: AreaCode,
    pub name: String,
    pub figures: Figures,
}

/// Counts of open work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// Recipients who are overdue today by the rule set in force.
    pub overdue: i64,
    /// Open reviews.
    pub reviews: i64,
    /// Recorded photos whose bytes have not arrived.
    pub photos_missing: i64,
    /// Open needs.
    pub needs_open: i64,
    /// Devices without contact for 30 days.
    pub silent_devices: i64,
}
