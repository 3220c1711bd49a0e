//! The kinds of change. On the wire `{"<word>": {…}}`, read by hand: a word that this build does not know is kept
//! unchanged, while a known word with invalid content is an error.

use crate::Fields;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;

/// What an operation changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A new record with these fields.
    Create(Fields),
    /// Fields of an existing record; a `null` empties one.
    Set(Fields),
    /// Elements that are added to a set field or removed from it.
    Elements {
        field: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        add: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remove: Vec<String>,
    },
    /// A correction of a submitted record.
    Amend { reason: String, fields: Fields },
    /// A step of a status, with the fields that belong to it (time of solving, unit, progress note).
    Advance {
        to: String,
        #[serde(default)]
        generation: u32,
        #[serde(default, skip_serializing_if = "Fields::is_empty")]
        fields: Fields,
    },
    /// The record is withdrawn and counts for nothing.
    Void { reason: String },
    /// A supervisor reopens a finished need.
    Reopen { reason: String },
    /// A supervisor decides a review: the proposed change is applied or declined.
    Resolve { accept: bool, reason: String },
    /// A change of a newer peer, kept unchanged, since this build cannot evaluate it.
    #[serde(untagged)]
    Other(Value),
}

impl Change {
    /// The word on the wire, for logs and outcome lists.
    pub fn name(&self) -> &str {
        match self {
            Self::Create(_) => "create",
            Self::Set(_) => "set",
            Self::Elements { .. } => "elements",
            Self::Amend { .. } => "amend",
            Self::Advance { .. } => "advance",
            Self::Void { .. } => "void",
            Self::Reopen { .. } => "reopen",
            Self::Resolve { .. } => "resolve",
            Self::Other(value) => word(value).unwrap_or("other"),
        }
    }

    /// The names of the fields that the change touches.
    pub fn field_names(&self) -> Vec<String> {
        match self {
            Self::Create(fields) | Self::Set(fields) | Self::Amend { fields, .. } => {
                fields.names().map(str::to_owned).collect()
            }
            Self::Elements { field, .. } => vec![field.clone()],
            Self::Advance { .. } | Self::Reopen { .. } => vec!["status".to_owned()],
            Self::Void { .. } | Self::Resolve { .. } | Self::Other(_) => Vec::new(),
        }
    }

    /// The author's reason, for the kinds of change that require one.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Amend { reason, .. }
            | Self::Void { reason }
            | Self::Reopen { reason }
            | Self::Resolve { reason, .. } => Some(reason),
            Self::Create(_) | Self::Set(_) | Self::Elements { .. } | Self::Advance { .. } | Self::Other(_) => None,
        }
    }
}

#[derive(Deserialize)]
struct Elements {
    field: String,
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

#[derive(Deserialize)]
struct Amend {
    reason: String,
    fields: Fields,
}

#[derive(Deserialize)]
struct Advance {
    to: String,
    #[serde(default)]
    generation: u32,
    #[serde(default)]
    fields: Fields,
}

#[derive(Deserialize)]
struct Reason {
    reason: String,
}

#[derive(Deserialize)]
struct Resolve {
    accept: bool,
    reason: String,
}

/// The word of a change that this build does not know.
fn word(value: &Value) -> Option<&str> {
    match value {
        Value::String(word) => Some(word),
        Value::Object(map) => map.keys().next().map(String::as_str),
        _ => None,
    }
}

struct ChangeVisitor;

impl<'de> Visitor<'de> for ChangeVisitor {
    type Value = Change;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a change")
    }

    /// A change without content. No known change has this form.
    fn visit_str<E: Error>(self, word: &str) -> Result<Change, E> {
        Ok(Change::Other(Value::from(word)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Change, A::Error> {
        let Some(word) = map.next_key::<String>()? else { return Err(Error::custom("a change names its kind")) };
        let change = match word.as_str() {
            "create" => Change::Create(map.next_value()?),
            "set" => Change::Set(map.next_value()?),
            "elements" => {
                let Elements { field, add, remove } = map.next_value()?;
                Change::Elements { field, add, remove }
            }
            "amend" => {
                let Amend { reason, fields } = map.next_value()?;
                Change::Amend { reason, fields }
            }
            "advance" => {
                let Advance { to, generation, fields } = map.next_value()?;
                Change::Advance { to, generation, fields }
            }
            "void" => Change::Void { reason: map.next_value::<Reason>()?.reason },
            "reopen" => Change::Reopen { reason: map.next_value::<Reason>()?.reason },
            "resolve" => {
                let Resolve { accept, reason } = map.next_value()?;
                Change::Resolve { accept, reason }
            }
            _ => {
                let content: Value = map.next_value()?;
                Change::Other(Value::Object(std::iter::once((word, content)).collect()))
            }
        };
        // With two words it is undefined which change is meant.
        if map.next_key::<IgnoredAny>()?.is_some() {
            return Err(Error::custom("a change has one kind only"));
        }
        Ok(change)
    }
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ChangeVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_change_survives_reading_and_writing_and_a_broken_one_is_an_error() {
        for (newer, word) in [(r#"{"merge_with":{"n":1.5,"row":"x"}}"#, "merge_with"), (r#""archive""#, "archive")] {
            let change: Change = serde_json::from_str(newer).unwrap();
            assert_eq!(change.name(), word);
            assert_eq!(serde_json::to_string(&change).unwrap(), newer);
        }
        for broken in [r#"{"create":5}"#, r#"{"void":{}}"#, "{}", "7", r#"{"set":{},"void":{"reason":"x"}}"#] {
            assert!(serde_json::from_str::<Change>(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn an_unknown_field_inside_a_known_change_is_ignored() {
        let change: Change = serde_json::from_str(r#"{"void":{"reason":"x","since":3}}"#).unwrap();
        assert_eq!(change, Change::Void { reason: "x".into() });
    }
}
