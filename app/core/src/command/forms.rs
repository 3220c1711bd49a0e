//! The payloads of commands, as forms fill them in.

use serde::{Deserialize, Serialize};
use shared::{
    AreaCode, Day, Fen, Moment, NeedId, PhotoId, RecipientId, UnitId,
    records::{AssistanceKind, Category, Finding, GoodsLine, NeedKind, Presence, ReceiptMode, Service, VisitMode},
};

/// A visit, call or message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewVisit {
    /// Several of one household at once.
    pub recipients: Vec<RecipientId>,
    pub mode: VisitMode,
    pub presence: Presence,
    /// `None` for now. Never in the future.
    pub happened: Option<Moment>,
    pub findings: Vec<Finding>,
    pub services: Vec<Service>,
    pub note: Option<String>,
    pub follow_up: Option<String>,
    /// A need raised by this visit, for the first recipient.
    pub need: Option<NeedText>,
    /// Draft whose photos go with it; the draft is dropped in the same transaction.
    pub draft: Option<String>,
}

/// A need as it is raised; with a unit it is assigned at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeedText {
    pub kind: NeedKind,
    pub text: String,
    pub unit: Option<UnitId>,
}

/// A need raised on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewNeed {
    pub recipient: RecipientId,
    pub need: NeedText,
    pub draft: Option<String>,
}

/// Assistance to one or several recipients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewAssistance {
    pub kind: AssistanceKind,
    pub happened: Option<Moment>,
    pub policy: Option<String>,
    pub note: Option<String>,
    pub donor: Option<String>,
    /// 解决困难: the need that this closes; without one, a need is opened from `note` and solved at once.
    pub need: Option<NeedId>,
    pub shares: Vec<RecipientShare>,
    pub draft: Option<String>,
}

/// The share of one recipient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecipientShare {
    pub recipient: RecipientId,
    pub amount: Option<Fen>,
    pub lines: Vec<GoodsLine>,
    pub receipt: Option<NewReceipt>,
}

/// How a recipient confirmed goods or money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewReceipt {
    pub mode: ReceiptMode,
    pub happened: Option<Moment>,
    /// Drawn signature or photographed paper, added to the draft before.
    pub photo: Option<PhotoId>,
    pub name: Option<String>,
    pub relation: Option<String>,
    pub reason: Option<String>,
}

/// Search, filters and page of the list of recipients.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecipientQuery {
    /// Part of a name, or pinyin initials: `gj` finds 谷军.
    pub search: String,
    pub category: Option<Category>,
    pub tag: Option<String>,
    /// Only recipients who are due or overdue.
    pub due: bool,
    pub village: Option<AreaCode>,
    pub offset: u32,
    /// 0 means 50.
    pub limit: u32,
}

/// A number that is masked until it is revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RevealField {
    IdNumber,
    Phone,
    GuardianPhone,
}

/// Preferences, readable before unlocking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prefs {
    /// `zh-CN` (when absent) or `en`.
    #[serde(default)]
    pub lang: Option<String>,
    #[serde(default)]
    pub large_text: bool,
    #[serde(default)]
    pub high_contrast: bool,
    #[serde(default)]
    pub dark: bool,
    /// Send photos over metered connections as well.
    #[serde(default)]
    pub photos_on_metered: bool,
}

/// Noon of a day in Shanghai, for tests and demos.
pub fn noon(day: Day) -> Moment {
    Moment::shanghai(day.start_utc_ms() + 12 * 3_600_000)
}
