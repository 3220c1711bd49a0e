//! A peer of a later version adds fields. Every message still reads, and what belongs to a record or an operation is kept.

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

/// The extended message reads, and without what it ignores it is the message it was.
fn passed_over<T: Serialize + DeserializeOwned>(name: &str) {
    let plain = golden(name);
    let mut extended = plain.clone();
    extend(&mut extended, "");
    assert_ne!(plain, extended);
    let read: T = serde_json::from_str(&extended.to_string()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut back = serde_json::to_value(&read).unwrap();
    strip(&mut back);
    assert_eq!(back, plain, "{name}");
}

/// Takes away what was kept of the additions.
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
    passed_over::<EnrolRequest>("enrol_request");
    passed_over::<EnrolReply>("enrol_reply");
    passed_over::<PushRequest>("push_request");
    passed_over::<PushReply>("push_accepted");
    passed_over::<PushReply>("push_resume");
    passed_over::<PushReply>("push_new_incarnation");
    passed_over::<PullRequest>("pull_request");
    passed_over::<PullReply>("pull_reply");
    passed_over::<RepairRequest>("repair_request");
    passed_over::<RepairRequest>("repair_request_rows");
    passed_over::<RepairReply>("repair_reply");
    passed_over::<RepairReply>("repair_reply_rows");
    passed_over::<RepairReply>("repair_reply_reset");
    passed_over::<MediaCreate>("media_create");
    passed_over::<MediaStatus>("media_status");
    passed_over::<ReportRequest>("report_request");
    passed_over::<Report>("report");
    passed_over::<ApiError>("error");
    passed_over::<ApiError>("error_version");
    passed_over::<Vec<Op>>("ops");
    passed_over::<Vec<OpOutcome>>("outcomes");
}

#[test]
fn what_a_newer_peer_adds_to_a_record_is_kept_on_every_level_that_is_the_records_own() {
    let mut row = golden("row");
    extend(&mut row, "");
    let back = serde_json::to_value(serde_json::from_value::<Row>(row.clone()).unwrap()).unwrap();
    assert_eq!(back["zz_newer"], row["zz_newer"]);
    assert_eq!(back["fields"], row["fields"], "fields inside lists, too");
}

#[test]
fn words_that_only_a_newer_peer_knows_are_carried_through() {
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
