//! Reading a [`Change`]: `{"<word>": {…}}`. A word that this build does not know is kept as it came; a known word with
//! anything else inside than belongs to it is an error.

use crate::{Change, Fields};
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;

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

/// The word of a change that is kept as it came.
pub(crate) fn word(value: &Value) -> Option<&str> {
    match value {
        Value::String(word) => Some(word),
        Value::Object(map) => map.keys().next().map(String::as_str),
        _ => None,
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Change;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a change")
    }

    /// A change without anything inside: none of today's.
    fn visit_str<E: Error>(self, word: &str) -> Result<Change, E> {
        Ok(Change::Other(Value::from(word)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Change, A::Error> {
        let Some(word) = map.next_key::<String>()? else { return Err(Error::custom("a change says what it does")) };
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
                let inside: Value = map.next_value()?;
                Change::Other(Value::Object(std::iter::once((word, inside)).collect()))
            }
        };
        // Which of two were meant cannot be told.
        if map.next_key::<IgnoredAny>()?.is_some() {
            return Err(Error::custom("a change is one thing"));
        }
        Ok(change)
    }
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_newer_peer_is_carried_through_and_a_broken_one_is_not_taken_for_it() {
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
    fn what_a_newer_peer_adds_inside_a_known_change_is_passed_over() {
        let change: Change = serde_json::from_str(r#"{"void":{"reason":"x","since":3}}"#).unwrap();
        assert_eq!(change, Change::Void { reason: "x".into() });
    }
}
