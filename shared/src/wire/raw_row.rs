//! A row in a message: its JSON, unchanged, so that fields of a newer peer are not lost, and the parsed row, which is
//! computed once on demand.

use crate::Row;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::sync::OnceLock;

/// A row as JSON, parsed on demand.
#[derive(Clone, Debug)]
pub struct RawRow {
    raw: Box<RawValue>,
    row: OnceLock<Option<Box<Row>>>,
}

impl RawRow {
    /// From a stored document.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn from_string(json: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(json).map(Self::from)
    }

    /// The JSON.
    pub fn get(&self) -> &str {
        self.raw.get()
    }

    /// The parsed row; `None` when this build cannot read its envelope.
    pub fn row(&self) -> Option<&Row> {
        self.row.get_or_init(|| serde_json::from_str(self.get()).ok()).as_deref()
    }
}

impl From<Box<RawValue>> for RawRow {
    fn from(raw: Box<RawValue>) -> Self {
        Self { raw, row: OnceLock::new() }
    }
}

impl Serialize for RawRow {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(s)
    }
}

impl<'de> Deserialize<'de> for RawRow {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(d).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_stays_unchanged_whether_the_row_is_readable_or_not() {
        for (json, readable) in [
            (r#"{"of":  "tomorrow", "名":[1.50]}"#, false),
            (
                r#"{"kind":"notice","id":"00000000-0000-0000-0000-000000000007","rev":1,"author":"00000000-0000-0000-0000-000000000000",
                  "device":"00000000-0000-0000-0000-000000000000","hlc":"0000000000000001","fields":{},"new":  1}"#,
                true,
            ),
        ] {
            let row: RawRow = serde_json::from_str(json).unwrap();
            assert_eq!(row.row().is_some(), readable, "{json}");
            assert_eq!((row.get(), serde_json::to_string(&row).unwrap().as_str()), (json, json));
            assert_eq!(row.clone().row(), row.row());
        }
        assert!(RawRow::from_string("{".to_owned()).is_err());
    }
}
