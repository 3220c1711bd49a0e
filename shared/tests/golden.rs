//! Golden files pin the wire: a message that is written differently, or no longer reads back, is a change of the
//! protocol and needs a new version. `UPDATE_GOLDEN=1 cargo test -p shared --test golden` writes them again.

#![allow(clippy::unwrap_used)]

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};
use shared::{
    Change, Fields, Hlc, Moment, Op, OpOutcome, Outcome, Row,
    chain::Chain,
    digest::{Buckets, Digest, bucket_of},
    ids::*,
    indicators::{Figures, Indicator, Tally},
    op::Rejection,
    records::{Category, Kind, Problem, ProblemCode, ReviewReason, Role},
    seal::{KeyId, SealPublic, SignPublic},
    wire::{
        repair::{Bucket, Differing},
        *,
    },
};
use std::{collections::BTreeMap, path::Path};
use uuid::Uuid;

fn check<T: Serialize + DeserializeOwned>(name: &str, message: &T) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(message).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{name}.json is missing"));
    assert_eq!(text, golden, "{name} is written differently");
    let back: T = serde_json::from_str(&golden).unwrap();
    assert_eq!(serde_json::to_string_pretty(&back).unwrap() + "\n", golden, "{name} does not survive reading");
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}
fn now() -> Moment {
    "2026-11-23T10:02:00.000+08:00".parse().unwrap()
}
fn raw<T: Serialize>(value: &T) -> Box<RawValue> {
    RawValue::from_string(serde_json::to_string(value).unwrap()).unwrap()
}
fn visit_fields() -> Fields {
    serde_json::from_value(json!({
        "recipient": id(5), "mode": "home", "presence": "found", "happened": now(),
        "findings": [{"item": "living", "good": true}, {"item": "fire", "good": false, "note": "烟囱漏烟"}],
        "services": ["family_care"], "note": "老人精神好"
    }))
    .unwrap()
}
fn op(no: u64, change: Change) -> Op {
    Op {
        id: OpId(id(u128::from(no) + 100)),
        no: OpNo(no),
        base: Rev(if matches!(change, Change::Create(_)) { 0 } else { 3 }),
        hlc: Hlc::new(1_795_399_320_000, 2),
        kind: if matches!(change, Change::Advance { .. } | Change::Reopen { .. }) { Kind::Need } else { Kind::Visit },
        row: RowId(id(7)),
        change,
    }
}

#[test]
fn every_change() {
    let fields = || Fields::new().with("note", "改");
    let changes = [
        Change::Create(visit_fields()),
        Change::Set(Fields::new().with("phone", "13800000011").with("address", Value::Null)),
        Change::Elements { field: "tags".into(), add: vec!["lives-alone".into()], remove: vec!["empty-nest".into()] },
        Change::Amend { reason: "写错了".into(), fields: fields() },
        Change::Advance { to: "solved".into(), generation: 1, fields: Fields::new().with("solved", now().to_string()) },
        Change::Void { reason: "重复".into() },
        Change::Reopen { reason: "没到账".into() },
        Change::Resolve { accept: true, reason: "身份证已核".into() },
    ];
    let ops: Vec<Op> = changes.into_iter().zip(1..).map(|(change, no)| op(no, change)).collect();
    check("ops", &ops);
}

#[test]
fn every_outcome() {
    let rejections = [
        Rejection::Invalid(vec![Problem::new("note", ProblemCode::TooLong)]),
        Rejection::NotYours,
        Rejection::NeedsAmendment { field: "note".into() },
        Rejection::UnknownRow,
        Rejection::IdTaken,
        Rejection::NeedsNewerServer,
        Rejection::Malformed { detail: "missing field hlc".into() },
        Rejection::NotAllowed,
    ];
    let review = ReviewId(id(9));
    let mut outcomes = vec![
        Outcome::Applied,
        Outcome::Merged { lost: vec!["phone".into()] },
        Outcome::InReview { review, reason: ReviewReason::LikelyDuplicate, applied: true },
    ];
    outcomes.extend(rejections.map(Outcome::Rejected));
    let outcomes: Vec<OpOutcome> = outcomes
        .into_iter()
        .zip(1..)
        .map(|(outcome, n)| OpOutcome { op_id: OpId(id(100 + n)), op_no: OpNo(n as u64), outcome })
        .collect();
    check("outcomes", &outcomes);
}

#[test]
fn push() {
    let request = PushRequest {
        proto: PROTO,
        caps: vec![],
        device: DeviceId(id(1)),
        incarnation: Incarnation(1),
        first_op: OpNo(1),
        chain: Chain::default(),
        client_now: now(),
        ops: vec![raw(&op(1, Change::Create(visit_fields())))],
    };
    check("push_request", &request);
    let reply = |verdict| PushReply { epoch: Epoch(id(2)), server_now: now(), verdict };
    check("push_accepted", &reply(PushVerdict::Accepted { acked_through: OpNo(1), outcomes: vec![] }));
    check("push_resume", &reply(PushVerdict::Resume { have: OpNo(0) }));
    check("push_new_incarnation", &reply(PushVerdict::NewIncarnation { incarnation: Incarnation(2) }));
}

#[test]
fn pull() {
    let worker = Scope::Worker(WorkerId(id(3)));
    let reference = Scope::Reference("620802".parse().unwrap());
    let request = PullRequest {
        proto: PROTO,
        device: DeviceId(id(1)),
        epoch: Some(Epoch(id(2))),
        cursors: BTreeMap::from([(worker, Seq(41)), (reference, Seq(7))]),
        client_now: now(),
        ask: vec![OpId(id(101))],
        keys: None,
    };
    check("pull_request", &request);
    let keys = Keys { seal: Some(KeyId([0xab; 8])), sign: Some(SignPublic([0xcd; 32])) };
    check("pull_request_keys", &PullRequest { keys: Some(keys), ..request });
    let row = Row {
        kind: Kind::Visit,
        id: RowId(id(7)),
        rev: Rev(1),
        author: WorkerId(id(3)),
        device: DeviceId(id(1)),
        hlc: Hlc::new(1_795_399_320_000, 2),
        area: Some("620802101201".parse().unwrap()),
        category: Some(Category::DestituteHome),
        unit: Some(UnitId(id(4))),
        fields: visit_fields(),
        stamps: BTreeMap::new(),
        void: None,
        former: vec![],
        extra: BTreeMap::new(),
    };
    check("row", &row);
    let mut digest = Digest::default();
    digest.add(row.id, row.rev);
    let page = ScopePage {
        scope: worker,
        reset: false,
        rows: vec![raw(&row).into()],
        gone: vec![RowId(id(8))],
        cursor: Seq(42),
        digest: Some(digest),
    };
    let quiet = ScopePage { scope: reference, reset: true, rows: vec![], gone: vec![], cursor: Seq(7), digest: None };
    let reply = PullReply {
        epoch: Epoch(id(2)),
        server_now: now(),
        scopes: vec![page, quiet],
        dropped: vec![Scope::Area("620802101201".parse().unwrap())],
        more: true,
        told: vec![OpOutcome { op_id: OpId(id(101)), op_no: OpNo(1), outcome: Outcome::Applied }],
        seal_key: None,
    };
    check("pull_reply", &reply);
    let quiet = PullReply { scopes: vec![], dropped: vec![], more: false, ..reply };
    check("pull_reply_key", &PullReply { seal_key: Some(SealPublic([0xab; 32])), ..quiet });
}

#[test]
fn repair() {
    let worker = Scope::Worker(WorkerId(id(3)));
    let mut buckets = Buckets::default();
    buckets.add(RowId(id(7)), Rev(1));
    buckets.add(RowId(id(8)), Rev(4));
    let request = RepairRequest {
        proto: PROTO,
        device: DeviceId(id(1)),
        epoch: Epoch(id(2)),
        scope: worker,
        cursor: Seq(42),
        buckets: Some(buckets),
        from: Some(Bucket(1)),
        want: vec![],
        client_now: now(),
    };
    check("repair_request", &request);
    check("repair_request_rows", &RepairRequest { buckets: None, from: None, want: vec![RowId(id(7))], ..request });
    let bucket = |row, rev| Differing { bucket: Bucket(bucket_of(row)), rows: vec![(row, rev)] };
    let reply = RepairReply {
        epoch: Epoch(id(2)),
        server_now: now(),
        seq: Seq(47),
        reset: false,
        differ: vec![bucket(RowId(id(7)), Rev(2))],
        rows: vec![],
        more: true,
    };
    check("repair_reply", &reply);
    let row = json!({"kind": "visit", "id": id(7), "rev": 2, "author": id(3), "device": id(1),
        "hlc": "01a202aaf5c00002", "fields": visit_fields()});
    check(
        "repair_reply_rows",
        &RepairReply { differ: vec![], rows: vec![raw(&row).into()], more: false, ..reply.clone() },
    );
    check("repair_reply_reset", &RepairReply { reset: true, differ: vec![], more: false, ..reply });
}

#[test]
fn enrol_media_report_and_error() {
    let proof = "00".repeat(32);
    let request = EnrolRequest {
        proto: PROTO,
        code: "ABCDE-12345".into(),
        device: DeviceId(id(1)),
        proof,
        label: "Redmi 9A".into(),
        client_now: now(),
        sign_key: None,
    };
    check("enrol_request", &request);
    check("enrol_request_key", &EnrolRequest { sign_key: Some(SignPublic([0xcd; 32])), ..request });
    let reply = EnrolReply {
        token: Token("opaque".into()),
        epoch: Epoch(id(2)),
        worker: WorkerId(id(3)),
        name: "李红".into(),
        role: Role::Worker,
        area: "620802101".parse().unwrap(),
        areas: vec!["620802101201".parse().unwrap()],
        unit: Some(UnitId(id(4))),
        server_now: now(),
        seal_key: None,
    };
    check("enrol_reply", &reply);
    check("enrol_reply_key", &EnrolReply { seal_key: Some(SealPublic([0xab; 32])), ..reply });
    check("bundle_reply", &BundleReply { server_now: now(), verdict: BundleVerdict::Accepted });
    check(
        "media_create",
        &MediaCreate { photo: PhotoId(id(6)), sha256: "ab".repeat(32), size: 204_800, mime: "image/jpeg".into() },
    );
    check("media_status", &MediaStatus { upload: UploadId(id(11)), state: MediaState::Uploading, offset: 131_072 });
    let mut total = Figures::default();
    total.add(&Indicator::HomeVisit, Tally { n: 62_000, fen: shared::Fen(0) });
    total.add(&Indicator::AidMoney, Tally { n: 10, fen: shared::Fen(224_090_000) });
    let area = "6208".parse().unwrap();
    let period = "2025".parse().unwrap();
    check("report_request", &ReportRequest { area, period, category: Some(Category::Orphan) });
    check(
        "report",
        &Report {
            area,
            area_name: "示例市".into(),
            period,
            category: None,
            by_area: vec![ReportLine {
                area: "620802".parse().unwrap(),
                name: "崆峒区".into(),
                figures: total.clone(),
            }],
            by_category: vec![(Category::Orphan, total.clone())],
            by_month: vec![("2025-01".parse().unwrap(), total.clone())],
            total,
            attention: report::Attention {
                overdue: 143,
                reviews: 6,
                photos_missing: 31,
                needs_open: 17,
                silent_devices: 4,
            },
            as_of: now(),
        },
    );
    let message = "服务器忙,请稍后再试".into();
    check("error", &ApiError { code: ErrorCode::Busy, message, retry_after: Some(30), accepts: None });
    let accepts = Some(Accepts { oldest: 1, newest: 1 });
    let message = "这台服务器版本较旧".into();
    check("error_version", &ApiError { code: ErrorCode::ProtocolTooNew, message, retry_after: None, accepts });
}

#[test]
fn every_message_of_version_1_survives_reading_and_writing() {
    fn reads<T: Serialize + DeserializeOwned>(name: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1").join(format!("{name}.json"));
        let text = std::fs::read_to_string(path).unwrap();
        let message: T = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string_pretty(&message).unwrap() + "\n", text, "{name}");
    }
    reads::<EnrolRequest>("enrol_request");
    reads::<EnrolReply>("enrol_reply");
    reads::<PushRequest>("push_request");
    reads::<PushReply>("push_accepted");
    reads::<PushReply>("push_resume");
    reads::<PushReply>("push_new_incarnation");
    reads::<PullRequest>("pull_request");
    reads::<PullReply>("pull_reply");
    reads::<MediaCreate>("media_create");
    reads::<MediaStatus>("media_status");
    reads::<ReportRequest>("report_request");
    reads::<Report>("report");
    reads::<ApiError>("error");
    reads::<Vec<Op>>("ops");
    reads::<Vec<OpOutcome>>("outcomes");
    reads::<Row>("row");
}
