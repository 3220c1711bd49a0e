//! 规则: what the bureau decides and may change without a new app: how often whom, the check-list, the kinds of
//! policy and goods, and whom to phone when it burns.

use super::{Audience, Category, Creator, FieldRule, Kind, Record};
use crate::{AreaCode, Fen};
use serde::{Deserialize, Serialize};

/// A word with its labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    pub word: String,
    pub zh: String,
    pub en: String,
}

/// One line of the check-list 四必查.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckItem {
    pub word: String,
    pub zh: String,
    pub en: String,
}

/// How often a recipient is to be seen. The strictest rule that matches is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrequencyRule {
    /// Only this category; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Only with this tag; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// A home visit at least every so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_days: Option<u16>,
    /// A visit or contact at least every so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_days: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsItem {
    pub word: String,
    pub zh: String,
    pub en: String,
    /// 袋, 台, 桶 …
    pub unit: String,
    pub unit_value: Fen,
}

/// Whom to phone at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyContact {
    pub zh: String,
    pub en: String,
    pub phone: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleSet {
    /// In force for this area and below, unless a nearer area has its own.
    pub area: AreaCode,
    pub version: u32,
    /// 待民政局确认: shown beside what follows from an unconfirmed rule.
    #[serde(default)]
    pub to_be_confirmed: bool,
    pub checklist: Vec<CheckItem>,
    pub frequencies: Vec<FrequencyRule>,
    pub policies: Vec<Labelled>,
    pub goods: Vec<GoodsItem>,
    #[serde(default)]
    pub emergency: Vec<EmergencyContact>,
    /// Days without contact to the server after which a device locks; never when absent or 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_after_days: Option<u16>,
}

impl RuleSet {
    /// The default shipped with the product, for `area`.
    pub fn default_for(area: AreaCode) -> Self {
        let mut rules: Self =
            serde_json::from_str(include_str!("default_rules.json")).expect("the embedded rule set is valid JSON");
        rules.area = area;
        rules
    }
}

impl Record for RuleSet {
    const KIND: Kind = Kind::RuleSet;
    const RULES: &'static [(&'static str, FieldRule)] = &[("area", FieldRule::Fixed)];
    const CREATOR: Creator = Creator::Server;
    const AUDIENCE: Audience = Audience::Reference;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_default_reads_and_says_that_it_awaits_confirmation() {
        let rules = RuleSet::default_for("6208".parse().unwrap());
        assert!(rules.to_be_confirmed);
        assert_eq!(rules.checklist.len(), 4);
        assert!(rules.emergency.iter().any(|e| e.phone == "110"));
    }
}
