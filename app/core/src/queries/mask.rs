//! Masks ID and telephone numbers.

use serde_json::Value;
use shared::{
    id_number::{masked, masked_phone},
    records::Former,
};

/// Masks a former value: old numbers are as sensitive as new ones.
pub fn mask_former(mut former: Former) -> Former {
    mask(&former.field.clone(), &mut former.value);
    former
}

/// Masks the value of a field that holds a number.
pub fn mask(field: &str, value: &mut Value) {
    match (field, value) {
        ("id_number", Value::String(text)) => *text = masked(text),
        ("phone", Value::String(text)) => *text = masked_phone(text),
        ("guardian", Value::Object(guardian)) => {
            if let Some(phone) = guardian.get_mut("phone") {
                mask("phone", phone);
            }
        }
        _ => {}
    }
}
