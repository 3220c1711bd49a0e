//! Events for an observer: each is reported once, and a repeated push reports nothing.

use super::{fixture::*, media};
use serde_json::json;
use shared::{Kind, Moment, digest::Buckets, protocol::SyncProtocol, wire::RepairRequest};
use std::sync::{Arc, Mutex};
use sync_server::core::{Observer, OutcomeCounts};

/// What an observer received so far.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    operations: OutcomeCounts,
    reviews_raised: u64,
    reviews_decided: Vec<bool>,
    repairs: u64,
    photos: (u64, u64),
    waits: u64,
}

#[derive(Default)]
struct Recorder(Mutex<Seen>);

impl Recorder {
    /// Returns what was received since the last call.
    fn take(&self) -> Seen {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Observer for Recorder {
    fn operations_evaluated(&self, counts: OutcomeCounts) {
        let sum = &mut self.0.lock().unwrap().operations;
        sum.applied += counts.applied;
        sum.merged += counts.merged;
        sum.in_review += counts.in_review;
        sum.rejected += counts.rejected;
        sum.quarantined += counts.quarantined;
    }
    fn reviews_raised(&self, n: u64) {
        self.0.lock().unwrap().reviews_raised += n;
    }
    fn review_decided(&self, accepted: bool) {
        self.0.lock().unwrap().reviews_decided.push(accepted);
    }
    fn repair_served(&self) {
        self.0.lock().unwrap().repairs += 1;
    }
    fn photo_announced(&self) {
        self.0.lock().unwrap().photos.0 += 1;
    }
    fn photo_verified(&self) {
        self.0.lock().unwrap().photos.1 += 1;
    }
    fn device_asked_to_wait(&self) {
        self.0.lock().unwrap().waits += 1;
    }
}

#[tokio::test]
async fn an_observer_counts_outcomes_once_and_the_reviews_they_raise() {
    let fixture = Fixture::new().await;
    let recorder = Arc::new(Recorder::default());
    let _ = fixture.core.clone().with_observer(recorder.clone());
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    one.pull().await;
    two.pull().await;
    one.set(Kind::Recipient, recipient("R2"), json!({"name": "谷军", "phone": "1"}));
    one.visit("R4");
    one.create(Kind::Other("moon_walk".into()), json!({"recipient": recipient("R1")}));
    let repeated = one.request();
    one.push().await;
    one.core.push(&one.token, repeated).await.unwrap();
    let operations = OutcomeCounts { applied: 1, rejected: 2, quarantined: 1, ..Default::default() };
    assert_eq!(recorder.take(), Seen { operations, ..Default::default() });

    two.set(Kind::Recipient, recipient("R2"), json!({"name": "谷均"}));
    let shared::Outcome::InReview { review, .. } = two.push_one().await else { panic!() };
    let operations = OutcomeCounts { in_review: 1, ..Default::default() };
    assert_eq!(recorder.take(), Seen { operations, reviews_raised: 1, ..Default::default() });
    fixture.core.decide_review(&fixture.viewer("S1").await, review, true, "核实过").await.unwrap();
    assert_eq!(recorder.take(), Seen { reviews_decided: vec![true], ..Default::default() });
}

#[tokio::test]
async fn an_observer_counts_repairs_photos_and_devices_that_have_to_wait() {
    let fixture = Fixture::new().await;
    let recorder = Arc::new(Recorder::default());
    let _ = fixture.core.clone().with_observer(recorder.clone());
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    let scope = *phone.cursors.keys().next().unwrap();
    let request = RepairRequest {
        proto: 2,
        device: phone.id,
        epoch: phone.epoch.unwrap(),
        scope,
        cursor: phone.cursors[&scope],
        buckets: Some(Buckets::default()),
        from: None,
        want: Vec::new(),
        client_now: Moment::shanghai(phone.now()),
    };
    fixture.core.repair(&phone.token, request).await.unwrap();
    assert_eq!(recorder.take(), Seen { repairs: 1, ..Default::default() });

    let bytes = media::jpeg(3);
    let row = media::photo(&mut phone, &bytes);
    phone.push().await;
    recorder.take();
    media::upload_photo(&fixture, &phone, row, &bytes).await;
    assert_eq!(recorder.take(), Seen { photos: (1, 1), ..Default::default() });

    let incoming = fixture.folder.join("objects/incoming");
    let _ = std::fs::remove_dir_all(&incoming);
    std::fs::write(&incoming, "no folder").unwrap();
    let bytes = media::jpeg(4);
    let row = media::photo(&mut phone, &bytes);
    let upload = fixture.core.media_create(&phone.token, media::request(row, &bytes)).await.unwrap().upload;
    recorder.take();
    let chunk = shared::wire::MediaChunk { upload, offset: 0, bytes };
    fixture.core.media_chunk(&phone.token, chunk).await.unwrap_err();
    assert_eq!(recorder.take(), Seen { waits: 1, ..Default::default() });
}
