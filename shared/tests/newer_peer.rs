//! A peer of a later version adds fields. Every message still reads, and unknown fields of records and operations are
//! kept.

#![allow(clippy::unwrap_used)]

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::{Op, OpOutcome, Row, wire::*};
use std::path::Path;

/// Objects that are maps (their keys are data) or stand for one word of an enumeration (their key is the word): a newer
/// peer adds nothing beside those keys, only inside.
const NO_FIELDS_BESIDE: [&str; 10] =
    ["cursors", "buckets", "verdict", "change", "outcome", "rejected", "total", "figures", "by_category", "by_month"];

/// Adds a field to every object that has fields.
fn extend(value: &mut Value, name: &str) {
    match value {
        Value::Object(map) => {
            map.iter_mut().for_each(|(name, inner)| extend(inner, name));
            if !NO_FIELDS_BESIDE.contains(&name) {
                map.insert("zz_newer".into(), json!({"of": ["tomorrow", 1, null]}));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| extend(inner, name)),
        _ => {}
    }
}

fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The extended message reads, and without the additions equals the original.
fn ignores_additions<T: Serialize + DeserializeOwned>(name: &str) {
    let plain = golden(name);
    let mut extended = plain.clone();
    extend(&mut extended, "");
    assert_ne!(plain, extended);
    let read: T = serde_json::from_str(&extended.to_string()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut back = serde_json::to_value(&read).unwrap();
    strip(&mut back);
    assert_eq!(back, plain, "{name}");
}

/// Removes the additions that were kept.
fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("zz_newer");
            map.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

#[test]
fn every_message_of_a_newer_peer_still_reads() {
    ignores_additions::<EnrolRequest>("enrol_request");
    ignores_additions::<EnrolReply>("enrol_reply");
    ignores_additions::<PushRequest>("push_request");
    ignores_additions::<PushReply>("push_accepted");
    ignores_additions::<PushReply>("push_resume");
    ignores_additions::<PushReply>("push_new_incarnation");
    ignores_additions::<PullRequest>("pull_request");
    ignores_additions::<PullReply>("pull_reply");
    ignores_additions::<RepairRequest>("repair_request");
    ignores_additions::<RepairRequest>("repair_request_rows");
    ignores_additions::<RepairReply>("repair_reply");
    ignores_additions::<RepairReply>("repair_reply_rows");
    ignores_additions::<RepairReply>("repair_reply_reset");
    ignores_additions::<MediaCreate>("media_create");
    ignores_additions::<MediaStatus>("media_status");
    ignores_additions::<ReportRequest>("report_request");
    ignores_additions::<Report>("report");
    ignores_additions::<ApiError>("error");
    ignores_additions::<ApiError>("error_version");
    ignores_additions::<Vec<Op>>("ops");
    ignores_additions::<Vec<OpOutcome>>("outcomes");
}

#[test]
fn additions_of_a_newer_peer_to_a_record_are_kept_in_its_envelope_and_fields() {
    let mut row = golden("row");
    extend(&mut row, "");
    let back = serde_json::to_value(serde_json::from_value::<Row>(row.clone()).unwrap()).unwrap();
    assert_eq!(back["zz_newer"], row["zz_newer"]);
    assert_eq!(back["fields"], row["fields"], "fields inside lists, too");
}

#[test]
fn unknown_words_survive_reading_and_writing() {
    let verdict = json!({"held": {"until": "2027-01-01"}});
    assert_eq!(serde_json::to_value(serde_json::from_value::<PushVerdict>(verdict.clone()).unwrap()).unwrap(), verdict);
    let mut ops = golden("ops");
    ops[0]["change"] = json!({"merge_with": {"row": "x"}});
    ops[0]["kind"] = json!("herd");
    let read: Vec<Op> = serde_json::from_value(ops.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), ops);
    let mut outcomes = golden("outcomes");
    outcomes[0]["outcome"] = json!({"postponed": {"until": "2027-01-01"}});
    outcomes[3]["outcome"] = json!({"rejected": {"quota": 3}});
    let read: Vec<OpOutcome> = serde_json::from_value(outcomes.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), outcomes);
    let mut error = golden("error");
    error["code"] = json!("gone-fishing");
    let read: ApiError = serde_json::from_value(error.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), error);
    let mut row = golden("row");
    row["category"] = json!("of_tomorrow");
    assert_eq!(serde_json::to_value(serde_json::from_value::<Row>(row.clone()).unwrap()).unwrap(), row);
}
