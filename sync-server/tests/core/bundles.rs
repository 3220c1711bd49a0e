//! Bundles: a device's work as a file, handed in by any device, the console or the command line.

use super::fixture::*;
use serde_json::{json, value::RawValue};
use shared::{
    DeviceId, Kind, Moment, OpId, Outcome, PhotoId, RowId,
    chain::sha256_hex,
    ids::Incarnation,
    op::Rejection,
    protocol::SyncProtocol,
    records::ReviewReason,
    seal::{KeyId, SealPublic, SealSecret, SignSecret},
    wire::{
        BUNDLE_CONTENT_MAX, BundleVerdict, ErrorCode, Keys, PushRequest,
        bundle::{BundledPhoto, Content, Header, seal},
    },
};
use std::io::Read;
use sync_server::{
    core::RelayedBy,
    store::{Job, Store, StoreError, Txn, tables::OpLog},
};

/// A phone that saves bundles.
struct Author {
    phone: Phone,
    sign: SignSecret,
    server: SealPublic,
}

impl Author {
    async fn of(fixture: &Fixture, worker: &str) -> Self {
        let phone = fixture.phone(worker).await;
        let mut seed = [7; 32];
        seed[..16].copy_from_slice(phone.id.as_bytes());
        let sign = SignSecret::new(seed);
        let server = tell(fixture, &phone, Keys { seal: None, sign: Some(sign.public()) }).await;
        Self { phone, sign, server: server.expect("the server tells its key") }
    }

    fn header(&self, ops: usize) -> Header {
        let created_ms = self.phone.now() - self.phone.skew;
        Header { device: self.phone.id, key: self.server.id(), created_ms, ops: ops as u32 }
    }

    fn seal(&self, header: Header, content: &Content) -> Vec<u8> {
        let packed = zstd::encode_all(&content.to_bytes()[..], 3).unwrap();
        seal(header, &packed, &self.server, &self.sign, [1; 32]).unwrap()
    }

    fn of_request(&self, request: PushRequest, photos: Vec<BundledPhoto>) -> Vec<u8> {
        self.seal(self.header(request.ops.len()), &Content { pushes: vec![request], photos })
    }

    /// A bundle of everything in the outbox.
    fn bundle(&self) -> Vec<u8> {
        self.of_request(self.phone.request(), vec![])
    }
}

/// The server's reply to the keys of a pull.
async fn tell(fixture: &Fixture, phone: &Phone, keys: Keys) -> Option<SealPublic> {
    let request = shared::wire::PullRequest {
        proto: 1,
        device: phone.id,
        epoch: None,
        cursors: Default::default(),
        client_now: Moment::shanghai(START_MS),
        ask: vec![],
        keys: Some(keys),
    };
    fixture.core.pull(&phone.token, request).await.unwrap().seal_key
}

/// Hands in a bundle by a device.
async fn hand_in(fixture: &Fixture, relayed_by: &Phone, file: Vec<u8>) -> BundleVerdict {
    fixture.core.bundle(&relayed_by.token, file).await.unwrap().verdict
}

/// The whole operation log.
struct Log;

impl Job for Log {
    type Out = Vec<OpLog>;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<OpLog>, StoreError> {
        txn.with_prefix::<OpLog>("op_id", "").await
    }
}

/// A device's operations in the log, by id.
async fn logged(fixture: &Fixture, device: DeviceId) -> Vec<OpId> {
    let log = fixture.core.store().read(Log).await.unwrap();
    log.into_iter().filter(|o| o.device == device).map(|o| o.op_id).collect()
}

#[tokio::test]
async fn a_colleague_hands_in_a_bundle_and_the_authors_push_repeats_it() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    let first = author.phone.visit("R1");
    author.phone.push().await;
    let rows = [author.phone.visit("R1"), author.phone.visit("R2")];
    let stranger = author.phone.visit("R4");
    let file = author.bundle();
    assert_eq!(hand_in(&fixture, &relayed_by, file.clone()).await, BundleVerdict::Accepted);
    assert_eq!(hand_in(&fixture, &relayed_by, file).await, BundleVerdict::Repeated);
    for row in rows {
        let row = fixture.row(row).await;
        assert_eq!((row.author, row.device, row.rev.0), (author.phone.worker, author.phone.id, 1));
    }
    assert!(fixture.find(stranger).await.is_none());
    let figures = fixture.report(VILLAGE, "2026-03").await.total;

    // Later the author is online again, with one more record.
    author.phone.visit("R2");
    let outcomes = author.phone.push().await;
    assert_eq!(outcomes.len(), 1, "the author learns the outcome: {outcomes:?}");
    assert_eq!(outcomes[0].outcome, Outcome::Rejected(Rejection::NotYours));
    assert_eq!(logged(&fixture, author.phone.id).await.len(), 5, "every operation once");
    assert_eq!(fixture.report(VILLAGE, "2026-03").await.total, figures, "the visit counts once");
    author.phone.pull().await;
    assert!(rows.into_iter().chain([first]).all(|row| author.phone.holds(row)));
}

#[tokio::test]
async fn a_bundle_after_the_authors_push_is_a_repeat() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    author.phone.visit("R1");
    author.phone.visit("R2");
    let file = author.bundle();
    author.phone.push().await;
    author.phone.visit("R2");
    author.phone.push().await;
    assert_eq!(hand_in(&fixture, &relayed_by, file).await, BundleVerdict::Repeated);
    assert_eq!(logged(&fixture, author.phone.id).await.len(), 3);
    author.phone.visit("R1");
    assert!(author.phone.push().await.is_empty(), "the bundle does not change its numbering");
}

#[tokio::test]
async fn an_old_bundle_never_forces_the_phone_in_use_into_a_new_incarnation() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    let row = author.phone.visit("R1");
    let mut request = author.phone.request();
    request.incarnation = Incarnation(9);
    request.chain = shared::chain::Chain([5; 32]);
    let file = author.of_request(request, vec![]);
    author.phone.outbox.clear();
    author.phone.visit("R2");
    author.phone.push().await;
    assert_eq!(hand_in(&fixture, &relayed_by, file).await, BundleVerdict::Accepted, "its work is not lost either");
    assert!(fixture.find(row).await.is_some());
    author.phone.visit("R2");
    assert!(author.phone.push().await.is_empty());
}

#[tokio::test]
async fn work_from_before_a_revocation_counts_and_later_work_waits_for_a_supervisor() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    let before = author.phone.visit("R1");
    fixture.env.advance(3_600_000);
    fixture.core.revoke_device(author.phone.id).await.unwrap();
    fixture.env.advance(3_600_000);
    let after = author.phone.visit("R2");
    let change = author.phone.set(Kind::Recipient, recipient("R1"), json!({"phone": "13811112222"}));
    assert_eq!(hand_in(&fixture, &relayed_by, author.bundle()).await, BundleVerdict::Accepted);
    assert!(fixture.find(before).await.is_some());
    assert!(fixture.find(after).await.is_none(), "the visit waits in a review");
    let log = fixture.core.store().read(Log).await.unwrap();
    let outcome = |id: OpId| {
        let entry = log.iter().find(|o| o.op_id == id).unwrap();
        entry.outcome.as_deref().map(|o| serde_json::from_str(o).unwrap())
    };
    let held = Outcome::InReview {
        review: shared::ids::ReviewId(shared::ids::id_from_code("review", &change.to_string())),
        reason: ReviewReason::GrantEnded,
        applied: false,
    };
    assert_eq!(outcome(change), Some(held));
    assert_eq!(fixture.row(recipient("R1")).await.fields.text("phone"), Some("13900000000"));

    // Enrolled again, the phone continues and learns all outcomes.
    let issued = fixture.core.issue_code("W1").await.unwrap();
    let again = fixture.core.enrol(enrol_request(&issued.code, author.phone.id, "b")).await.unwrap();
    author.phone.token = again.token;
    assert_eq!(author.phone.push().await.len(), 2);
    assert_eq!(logged(&fixture, author.phone.id).await.len(), 3);
}

#[tokio::test]
async fn a_revoked_device_cannot_relay() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    author.phone.visit("R1");
    fixture.core.revoke_device(relayed_by.id).await.unwrap();
    let refused = fixture.core.bundle(&relayed_by.token, author.bundle()).await.unwrap_err();
    assert_eq!(refused.code(), Some(&ErrorCode::TokenRevoked));
    assert!(logged(&fixture, author.phone.id).await.is_empty());
}

#[tokio::test]
async fn every_fault_of_a_bundle_is_named_and_nothing_of_it_is_applied() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    author.phone.visit("R1");
    let header = author.header(1);
    let content = || Content { pushes: vec![author.phone.request()], photos: vec![] };
    let good = author.bundle();
    let with = |header: Header| author.seal(header, &content());

    let elsewhere = SealSecret::derive([9; 32]).public();
    let other_server = Author { server: elsewhere, sign: author.sign.clone(), phone: fixture.phone("W1").await };
    let mut newer = good.clone();
    newer[9] = 7;
    let forged = seal(header, b"x", &author.server, &SignSecret::new([3; 32]), [1; 32]).unwrap();
    let unpacked = seal(header, &content().to_bytes(), &author.server, &author.sign, [1; 32]).unwrap();
    let bomb = zstd::encode_all(std::io::repeat(0).take(BUNDLE_CONTENT_MAX as u64 + 1), 3).unwrap();
    let bomb = seal(header, &bomb, &author.server, &author.sign, [1; 32]).unwrap();
    let mut foreign = author.phone.request();
    foreign.device = relayed_by.id;
    let mut zero = author.phone.request();
    zero.first_op = shared::ids::OpNo(0);
    let mut tomorrow = author.phone.request();
    tomorrow.proto = 99;
    let many = author.phone.request_of(vec![RawValue::from_string("{}".into()).unwrap(); 251]);
    for (file, verdict) in [
        (Vec::new(), BundleVerdict::Damaged),
        (b"lianxinb".to_vec(), BundleVerdict::Damaged),
        (good[..good.len() - 1].to_vec(), BundleVerdict::Damaged),
        ([&good[..], b"x"].concat(), BundleVerdict::Damaged),
        (newer, BundleVerdict::NewerFormat),
        (other_server.of_request(author.phone.request(), vec![]), BundleVerdict::OtherServer),
        (with(Header { key: KeyId([1; 8]), ..header }), BundleVerdict::OtherServer),
        (with(Header { device: DeviceId(fresh()), ..header }), BundleVerdict::AuthorUnknown),
        // A device whose signing key the server never got.
        (with(Header { device: relayed_by.id, ..header }), BundleVerdict::AuthorUnknown),
        (forged, BundleVerdict::BadSignature),
        (unpacked, BundleVerdict::Damaged),
        (bomb, BundleVerdict::Damaged),
        (with(Header { ops: 2, ..header }), BundleVerdict::Damaged),
        (author.of_request(foreign, vec![]), BundleVerdict::Damaged),
        (author.of_request(zero, vec![]), BundleVerdict::Damaged),
        (author.of_request(tomorrow, vec![]), BundleVerdict::NewerFormat),
        (author.of_request(many, vec![]), BundleVerdict::Damaged),
    ] {
        assert_eq!(hand_in(&fixture, &relayed_by, file).await, verdict);
    }
    for at in 0..good.len() {
        let mut flipped = good.clone();
        flipped[at] ^= 1 << (at % 8);
        let verdict = hand_in(&fixture, &relayed_by, flipped).await;
        assert!(!verdict.is_delivered(), "byte {at}: {verdict}");
    }
    assert!(logged(&fixture, author.phone.id).await.is_empty());
    assert_eq!(hand_in(&fixture, &relayed_by, good).await, BundleVerdict::Accepted);
}

#[tokio::test]
async fn an_unreadable_operation_of_a_bundle_blocks_no_other_and_is_stored_once() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    let row = author.phone.visit("R1");
    let mut ops = author.phone.request().ops;
    ops.push(RawValue::from_string(r#"{"op_id":"not one"}"#.into()).unwrap());
    let request = author.phone.request_of(ops);
    let file = author.of_request(request.clone(), vec![]);
    assert_eq!(hand_in(&fixture, &relayed_by, file.clone()).await, BundleVerdict::Accepted);
    assert_eq!(hand_in(&fixture, &relayed_by, file.clone()).await, BundleVerdict::Repeated);
    assert!(fixture.find(row).await.is_some());
    let reply = author.phone.send(request.clone()).await.unwrap();
    let again = author.phone.send(request).await.unwrap();
    assert_eq!(reply.verdict, again.verdict, "the author's own push, and its repeat");
    assert_eq!(hand_in(&fixture, &relayed_by, file).await, BundleVerdict::Repeated);
}

#[tokio::test]
async fn a_bundle_in_any_order_leaves_every_stamp_at_its_time() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    let mut saved = Vec::new();
    for _ in 0..4 {
        fixture.env.advance(3 * 3_600_000);
        saved.push((author.phone.now(), author.phone.visit("R1")));
    }
    let file = |author: &Author, no: usize| {
        let raw = serde_json::value::to_raw_value(&author.phone.outbox[no]).unwrap();
        let request = PushRequest { first_op: author.phone.outbox[no].no, ..author.phone.request_of(vec![raw]) };
        author.of_request(request, vec![])
    };
    // The third before the first two, as when a restored server has forgotten those; then the fourth as an operation
    // that only a file has, since the phone was put back.
    let third = file(&author, 2);
    let fourth = file(&author, 3);
    assert_eq!(hand_in(&fixture, &relayed_by, third).await, BundleVerdict::Accepted);
    author.phone.outbox.truncate(2);
    author.phone.push().await;
    fixture.env.advance(3 * 3_600_000);
    author.phone.visit("R2");
    author.phone.push().await;
    assert_eq!(hand_in(&fixture, &relayed_by, fourth).await, BundleVerdict::Accepted);
    for (n, (at_ms, row)) in (1..).zip(saved) {
        assert_eq!(fixture.logged(row).await[0].hlc.ms() - at_ms, 0, "visit {n}");
    }
}

#[tokio::test]
async fn photos_of_a_bundle_are_stored_like_uploaded_ones() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe0];
    jpeg.extend((0..20_000u32).map(|i| (i * i) as u8));
    let row = author.phone.create(
        Kind::Photo,
        json!({"sha256": sha256_hex(&jpeg), "size": jpeg.len(), "mime": "image/jpeg", "width": 4, "height": 3,
            "happened": Moment::shanghai(START_MS).to_string(), "of": "visit", "recipient": recipient("R1")}),
    );
    let photo = |mime: &str, bytes: &[u8]| BundledPhoto { mime: mime.into(), bytes: bytes.into() };
    let photos = vec![photo("image/jpeg", b"no photo"), photo("image/jpeg", &jpeg), photo("text/plain", &jpeg[..50])];
    let file = author.of_request(author.phone.request(), photos);
    assert_eq!(hand_in(&fixture, &relayed_by, file.clone()).await, BundleVerdict::Accepted);
    assert_eq!(fixture.core.stats().await.unwrap().photos_pending, 0);
    let viewer = fixture.viewer("S1").await;
    assert_eq!(fixture.core.photo_for(&viewer, PhotoId::from(row)).await.unwrap().1, jpeg);
    assert_eq!(hand_in(&fixture, &relayed_by, file.clone()).await, BundleVerdict::Repeated);
    // The same file restores a photo that the photo storage has lost since.
    let name = sha256_hex(&jpeg);
    std::fs::remove_file(fixture.folder.join("objects").join(&name[..2]).join(name)).unwrap();
    assert_eq!(hand_in(&fixture, &relayed_by, file).await, BundleVerdict::Accepted);
    assert_eq!(fixture.core.photo_for(&viewer, PhotoId::from(row)).await.unwrap().1, jpeg);
}

#[tokio::test]
async fn a_bundle_with_nothing_new_is_a_repeat() {
    let fixture = Fixture::new().await;
    let (author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    let no_photo = BundledPhoto { mime: "image/jpeg".into(), bytes: b"#!/bin/sh".to_vec() };
    for photos in [vec![], vec![no_photo]] {
        let file = author.seal(author.header(0), &Content { pushes: vec![], photos });
        assert_eq!(hand_in(&fixture, &relayed_by, file).await, BundleVerdict::Repeated);
    }
}

#[tokio::test]
async fn a_clock_a_day_off_is_corrected_by_the_phones_estimate_in_the_bundle() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    author.phone.skew = DAY_MS;
    let row = author.phone.visit("R1");
    let file = author.bundle();
    fixture.env.advance(3 * DAY_MS);
    assert_eq!(hand_in(&fixture, &relayed_by, file).await, BundleVerdict::Accepted);
    assert_eq!(fixture.row(row).await.hlc.ms(), START_MS, "the three days of transport are no skew");
}

#[tokio::test]
async fn every_import_of_a_bundle_is_logged_with_author_and_bearer_only() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    author.phone.visit("R1");
    let file = author.bundle();
    hand_in(&fixture, &relayed_by, file.clone()).await;
    fixture.core.import_bundle(file.clone(), RelayedBy::Console { worker: worker("A1") }).await.unwrap();
    fixture.core.import_bundle(file, RelayedBy::CommandLine).await.unwrap();
    let log = fixture.core.store().read(Log).await.unwrap();
    let mut traces: Vec<(String, String)> = Vec::new();
    for entry in log.iter().filter(|o| o.kind == Kind::AccessLog) {
        let row = fixture.row(entry.row).await;
        traces.push((row.author.to_string(), row.fields.text("detail").unwrap().to_owned()));
    }
    traces.sort();
    let detail = |way: &str| format!("bundle of device {}, 1 operations, by {way}", author.phone.id);
    let mut expected = [
        (relayed_by.worker.to_string(), detail(&format!("device {}", relayed_by.id))),
        (worker("A1").to_string(), detail("console")),
        (shared::WorkerId::NIL.to_string(), detail("command line")),
    ];
    expected.sort();
    assert_eq!(traces, expected);
}

#[tokio::test]
async fn the_servers_key_lasts_as_long_as_its_store_and_is_sent_only_to_devices_without_it() {
    let fixture = Fixture::new().await;
    let author = Author::of(&fixture, "W1").await;
    let known = Keys { seal: Some(author.server.id()), sign: None };
    assert_eq!(tell(&fixture, &author.phone, known).await, None);
    let other = Keys { seal: Some(KeyId([0; 8])), sign: None };
    assert_eq!(tell(&fixture, &author.phone, other).await, Some(author.server));
    let issued = fixture.core.issue_code("W2").await.unwrap();
    let again = fixture.open_again().await;
    let reply = again.enrol(enrol_request(&issued.code, DeviceId(fresh()), "a")).await.unwrap();
    assert_eq!(reply.seal_key, Some(author.server));
}

#[tokio::test]
async fn only_an_enrolment_code_changes_a_devices_key() {
    let fixture = Fixture::new().await;
    let (mut author, relayed_by) = (Author::of(&fixture, "W1").await, fixture.phone("W2").await);
    author.phone.visit("R1");
    let next = SignSecret::new([8; 32]);
    tell(&fixture, &author.phone, Keys { seal: None, sign: Some(next.public()) }).await;
    author.sign = next;
    assert_eq!(hand_in(&fixture, &relayed_by, author.bundle()).await, BundleVerdict::BadSignature);
    let issued = fixture.core.issue_code("W1").await.unwrap();
    let request = enrol_request(&issued.code, author.phone.id, "b");
    let request = shared::wire::EnrolRequest { sign_key: Some(author.sign.public()), ..request };
    fixture.core.enrol(request).await.unwrap();
    assert_eq!(hand_in(&fixture, &relayed_by, author.bundle()).await, BundleVerdict::Accepted);
    assert!(fixture.find(RowId(fresh())).await.is_none());
}
