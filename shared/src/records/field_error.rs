//! Which field keeps fields from being a record of their kind: one that is needed and absent, or one of another type.
//! Asked only after reading them has failed, since a reader that remembers where it is takes longer.

use super::problem::{Problem, ProblemCode};
use crate::Fields;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Error, MapAccess,
    value::{BorrowedStrDeserializer, MapAccessDeserializer},
};
use serde_json::Value;
use std::{collections::btree_map, fmt};

/// The first problem met; `None` when the fields can be read after all.
pub fn field_error<T: DeserializeOwned>(fields: &Fields) -> Option<Problem> {
    let reader = Reader { fields: fields.0.iter(), present: None };
    T::deserialize(MapAccessDeserializer::new(reader)).err().map(|FieldError(problem)| problem)
}

#[derive(Debug)]
struct FieldError(Problem);

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.field, self.0.code)
    }
}

impl std::error::Error for FieldError {}

impl Error for FieldError {
    fn custom<T: fmt::Display>(detail: T) -> Self {
        Self(Problem::shape("", &detail.to_string()))
    }
    fn missing_field(field: &'static str) -> Self {
        Self(Problem::new(field, ProblemCode::Missing))
    }
}

/// The fields in turn; a `null` is an emptied one, passed over like an absent one.
struct Reader<'a> {
    fields: btree_map::Iter<'a, String, Value>,
    /// The one whose value is to be read next.
    present: Option<(&'a str, &'a Value)>,
}

impl<'de> MapAccess<'de> for Reader<'de> {
    type Error = FieldError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FieldError> {
        let Some((name, value)) = self.fields.by_ref().find(|(_, value)| !value.is_null()) else { return Ok(None) };
        self.present = Some((name, value));
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, FieldError> {
        let (name, value) = self.present.take().unwrap_or(("", &Value::Null));
        seed.deserialize(value).map_err(|e| FieldError(Problem::shape(name, &e.to_string())))
    }
}
