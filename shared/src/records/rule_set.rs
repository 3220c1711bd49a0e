//! 规则: what the bureau may change without a new app: the frequencies of visits, the check-list, the kinds of policy and
//! goods, and the emergency contacts. Which rule set is in force where is said by [`crate::domain::rule_set_for`].

use super::{Audience, Category, Creator, FieldRule, Kind, Record};
use crate::{AreaCode, Fen};
use serde::{Deserialize, Serialize};

/// A kind of policy with its labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyItem {
    pub word: String,
    pub zh: String,
    pub en: String,
}

/// One item of the check-list 四必查.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckItem {
    pub word: String,
    pub zh: String,
    pub en: String,
}

/// How often a recipient is to be visited or contacted. The strictest matching rule applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrequencyRule {
    /// Applies to this category only; to any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Applies to recipients with this tag only; to any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The longest interval between home visits, in days; none when absent or 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_days: Option<u16>,
    /// The longest interval between visits or contacts, in days; none when absent or 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_days: Option<u16>,
}

/// A kind of goods with its labels and value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsItem {
    pub word: String,
    pub zh: String,
    pub en: String,
    /// 袋, 台, 桶 …
    pub unit: String,
    pub unit_value: Fen,
}

/// Whom to call in an emergency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyContact {
    pub zh: String,
    pub en: String,
    pub phone: String,
}

/// The rules of an area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleSet {
    /// The area in which it applies, unless a nearer area has its own.
    pub area: AreaCode,
    /// Of several rule sets for one area, the one with the highest version is in force.
    pub version: u32,
    /// 待民政局确认: shown beside due days that follow from an unconfirmed rule set.
    #[serde(default)]
    pub to_be_confirmed: bool,
    pub checklist: Vec<CheckItem>,
    pub frequencies: Vec<FrequencyRule>,
    pub policies: Vec<PolicyItem>,
    pub goods: Vec<GoodsItem>,
    #[serde(default)]
    pub emergency: Vec<EmergencyContact>,
    /// Days without contact to the server after which a device locks (inactivity lock); never when absent or 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_after_days: Option<u16>,
}

impl RuleSet {
    /// The default of the product, for `area`.
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
    fn the_embedded_default_is_valid_and_unconfirmed() {
        let rules = RuleSet::default_for("6208".parse().unwrap());
        assert!(rules.to_be_confirmed);
        assert_eq!(rules.checklist.len(), 4);
        assert!(rules.emergency.iter().any(|e| e.phone == "110"));
    }
}
