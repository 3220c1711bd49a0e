//! Addresses with a query string.

use form_urlencoded::{Serializer, parse};

/// `path?name=value&…`, with names and values encoded. Words from newer clients may hold any character.
pub fn address<'a>(path: &str, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    format!("{path}?{}", Serializer::new(String::new()).extend_pairs(query).finish())
}

/// The first value of `name` in a query string.
pub fn query_value(query: &str, name: &str) -> Option<String> {
    parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The query string with all values of `name` replaced by one.
pub fn with_query_value(path: &str, query: &str, name: &str, value: &str) -> String {
    let kept: Vec<_> = parse(query.as_bytes()).filter(|(key, _)| key != name).collect();
    let kept = kept.iter().map(|(key, value)| (&**key, &**value));
    address(path, kept.chain([(name, value)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_add_a_parameter_or_leave_an_attribute() {
        assert_eq!(address("/a", [("category", "a&area=62\"'<")]), "/a?category=a%26area%3D62%22%27%3C");
    }

    #[test]
    fn a_replaced_value_keeps_the_others() {
        let query = "area=62&lang=en&q=%E8%B0%B7+%22";
        assert_eq!(with_query_value("/a", query, "lang", "zh-CN"), "/a?area=62&q=%E8%B0%B7+%22&lang=zh-CN");
        assert_eq!(with_query_value("/a", "", "lang", "en"), "/a?lang=en");
        assert_eq!(query_value(query, "q").as_deref(), Some("谷 \""));
        assert_eq!(query_value(query, "lan"), None);
    }
}
