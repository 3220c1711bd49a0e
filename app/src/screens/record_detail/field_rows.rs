//! A record's fields and values in words, as its page shows them.

use serde_json::Value;
use shared::{
    Fields,
    records::{Kind, RuleSet},
};

use crate::labels;

/// (name, value) of each field that says something.
pub(super) fn facts(kind: &Kind, fields: &Fields, rules: Option<&RuleSet>) -> Vec<(String, String)> {
    labels::record_format(rules).fields(kind, fields)
}

/// One value in words, numbers of people masked as on the card.
pub(super) fn format_value(kind: &Kind, name: &str, value: &Value, rules: Option<&RuleSet>) -> String {
    labels::record_format(rules).value(kind, name, value)
}
