//! 关爱对象: a person who receives assistance.

use super::{Audience, Creator, FieldRule, Kind, Problem, ProblemCode, Record, household::Position, problem::Checks};
use crate::{AreaCode, Day, HouseholdId, id_number::Sex, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    /// 对象类别; locale key `category-<word>`.
    Category {
        /// 孤儿
        Orphan = "orphan",
        /// 事实无人抚养儿童
        UnattendedChild = "unattended_child",
        /// 困难重度残疾人
        SevereDisability = "severe_disability",
        /// 特困人员(集中)
        DestituteInstitution = "destitute_institution",
        /// 特困人员(分散)
        DestituteHome = "destitute_home",
        /// 其他
        Unclassified = "unclassified",
    }
}

open_enum! {
    /// 风险等级; locale key `risk-<word>`.
    RiskTier { High = "high", Middle = "middle", Low = "low" }
}

open_enum! {
    /// Whether a recipient is on the roster.
    RecipientStatus { Active = "active", Withdrawn = "withdrawn" }
}

/// Tags with a label (locale key `tag-<word>`). Any other word is a tag too and is shown unchanged.
pub const TAGS: &[&str] = &[
    "dibao-1",
    "dibao-2",
    "dibao-3",
    "dibao-4",
    "lives-alone",
    "empty-nest",
    "left-behind",
    "advanced-age",
    "unstable-out-of-poverty",
    "marginal",
    "sudden-hardship",
];

/// The six abilities of self-care 自理能力: eating, dressing, toileting, turning in bed, washing, walking. `true`: without
/// help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfCare {
    pub eating: bool,
    pub dressing: bool,
    pub toileting: bool,
    pub turning: bool,
    pub washing: bool,
    pub walking: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guardian {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A person who receives assistance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipient {
    /// The office's own code, unique among recipients.
    pub code: String,
    pub name: String,
    pub category: Category,
    /// The village; the township where the village is unknown.
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<HouseholdId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "known_or_none")]
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// 1 sight, 2 hearing, 3 speech, 4 limbs, 5 intellect, 6 mental, 7 multiple (GB/T 26341).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disability_kind: Option<u8>,
    /// 1 (most severe) to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disability_level: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_care: Option<SelfCare>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian: Option<Guardian>,
    /// Under 14: the guardian's consent or the legal basis for keeping the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskTier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<RecipientStatus>,
}

/// A word of a newer peer reads as unknown; the fields keep it unchanged.
fn known_or_none<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Sex>, D::Error> {
    let value = serde_json::Value::deserialize(d)?;
    Ok(Sex::deserialize(value).ok())
}

impl Recipient {
    /// Whole years on `day`; `None` without a birth date and a valid ID number.
    pub fn age(&self, day: Day) -> Option<i32> {
        use chrono::Datelike;
        let by_number = || crate::id_number::parse(self.id_number.as_deref()?).ok().map(|holder| holder.birth);
        let birth = self.birth.or_else(by_number)?.0;
        let years = day.0.year() - birth.year();
        let before_birthday = (day.0.month(), day.0.day()) < (birth.month(), birth.day());
        Some(years - i32::from(before_birthday))
    }

    /// True under 14, whose data is sensitive (Personal Information Protection Law, art. 28 and 31). Of unknown age,
    /// the children's categories count as minors.
    pub fn is_minor(&self, day: Day) -> bool {
        match self.age(day) {
            Some(age) => age < 14,
            None => matches!(self.category, Category::Orphan | Category::UnattendedChild),
        }
    }

    /// False for a recipient who was withdrawn from the roster.
    pub fn is_active(&self) -> bool {
        self.status != Some(RecipientStatus::Withdrawn)
    }
}

impl Record for Recipient {
    const KIND: Kind = Kind::Recipient;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("code", FieldRule::Fixed),
        ("name", FieldRule::Identity),
        ("category", FieldRule::Identity),
        ("area", FieldRule::Identity),
        ("id_number", FieldRule::Identity),
        ("birth", FieldRule::Identity),
        ("sex", FieldRule::Identity),
        ("household", FieldRule::Server),
        ("phone", FieldRule::Register),
        ("address", FieldRule::Coupled("place")),
        ("position", FieldRule::Coupled("place")),
        ("tags", FieldRule::Set),
        ("disability_kind", FieldRule::Identity),
        ("disability_level", FieldRule::Identity),
        ("self_care", FieldRule::Register),
        ("guardian", FieldRule::Register),
        ("legal_basis", FieldRule::Identity),
        ("risk", FieldRule::Register),
        ("note", FieldRule::Register),
        ("status", FieldRule::Server),
    ];
    const CREATOR: Creator = Creator::Supervisor;
    const AUDIENCE: Audience = Audience::Recipient;
    fn problems(&self) -> Vec<Problem> {
        Checks::default()
            .required("name", &self.name)
            .longest("phone", self.phone.as_deref().unwrap_or_default(), 30)
            .longest("address", self.address.as_deref().unwrap_or_default(), 200)
            .note("note", self.note.as_deref())
            .that(self.tags.len() <= 30, "tags", ProblemCode::TooMany)
            .done()
    }
}
