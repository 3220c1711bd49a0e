//! Numbers of people, half hidden. Full numbers are for the page of one person or case; lists show them masked.

use serde_json::Value;
use shared::id_number;

/// `value` of `field` with the numbers in it masked; fields that hold no number are left as they are.
pub fn masked(field: &str, value: Option<Value>) -> Option<Value> {
    match (field, value) {
        ("id_number", Some(Value::String(text))) => Some(id_number::masked(&text).into()),
        ("phone", Some(Value::String(text))) => Some(id_number::masked_phone(&text).into()),
        ("guardian", Some(Value::Object(mut guardian))) => {
            let phone = guardian.remove("phone");
            guardian.extend(masked("phone", phone).map(|phone| ("phone".to_owned(), phone)));
            Some(Value::Object(guardian))
        }
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_masked_and_other_values_are_not() {
        assert_eq!(masked("phone", Some(json!("13812340011"))), Some(json!("138****0011")));
        assert_eq!(masked("id_number", Some(json!("11010519491231002X"))), Some(json!("1101**********002X")));
        assert_eq!(
            masked("guardian", Some(json!({"name": "张三", "phone": "13812340011"}))),
            Some(json!({"name": "张三", "phone": "138****0011"}))
        );
        assert_eq!(masked("note", Some(json!("13812340011"))), Some(json!("13812340011")));
        assert_eq!(masked("phone", None), None);
    }

    #[test]
    fn masking_twice_changes_nothing_more() {
        let once = masked("phone", Some(json!("13812340011")));
        assert_eq!(masked("phone", once.clone()), once);
    }
}
