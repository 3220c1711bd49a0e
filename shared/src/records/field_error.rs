//! Finds the first field that is missing or has a wrong type. Used only after reading the fields has failed, since
//! keeping track of the current field takes longer.

use super::problem::{Problem, ProblemCode};
use crate::Fields;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Error, MapAccess,
    value::{BorrowedStrDeserializer, MapAccessDeserializer},
};
use serde_json::Value;
use std::{collections::btree_map, fmt};

/// The first problem; `None` when the fields can be read.
pub fn field_error<T: DeserializeOwned>(fields: &Fields) -> Option<Problem> {
    let access = FieldsAccess { fields: fields.0.iter(), present: None };
    T::deserialize(MapAccessDeserializer::new(access)).err().map(|FieldError(problem)| problem)
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

/// Gives the fields one after the other. An emptied field (`null`) is skipped like an absent one.
struct FieldsAccess<'a> {
    fields: btree_map::Iter<'a, String, Value>,
    /// The field whose value is read next.
    present: Option<(&'a str, &'a Value)>,
}

impl<'de> MapAccess<'de> for FieldsAccess<'de> {
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
