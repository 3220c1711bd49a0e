//! Counts the events of the core.

use super::{labels::result, registry::Metrics};
use crate::core::observe::{Observer, OutcomeCounts};

impl Observer for Metrics {
    fn operations_evaluated(&self, counts: OutcomeCounts) {
        let OutcomeCounts { applied, merged, in_review, rejected, quarantined } = counts;
        for (outcome, n) in [("applied", applied), ("merged", merged), ("in_review", in_review), ("rejected", rejected)]
        {
            self.operations.get_or_create(&result(outcome)).inc_by(n);
        }
        self.operations_quarantined.inc_by(quarantined);
    }

    fn reviews_raised(&self, n: u64) {
        self.reviews_raised.inc_by(n);
    }

    fn review_decided(&self, accepted: bool) {
        self.reviews_decided.get_or_create(&result(if accepted { "accepted" } else { "declined" })).inc();
    }

    fn repair_served(&self) {
        self.repairs.inc();
    }

    fn photo_announced(&self) {
        self.photos_announced.inc();
    }

    fn photo_verified(&self) {
        self.photos_verified.inc();
    }

    fn device_asked_to_wait(&self) {
        self.steps_deferred.inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_of_the_core_moves_its_counter() {
        let metrics = Metrics::default();
        let counts = OutcomeCounts { applied: 5, merged: 4, in_review: 3, rejected: 2, quarantined: 1 };
        metrics.operations_evaluated(counts);
        metrics.reviews_raised(3);
        metrics.review_decided(true);
        metrics.repair_served();
        metrics.photo_announced();
        metrics.photo_verified();
        metrics.device_asked_to_wait();
        let text = metrics.to_text();
        for line in [
            "lianxin_operations_total{result=\"applied\"} 5",
            "lianxin_operations_total{result=\"merged\"} 4",
            "lianxin_operations_total{result=\"in_review\"} 3",
            "lianxin_operations_total{result=\"rejected\"} 2",
            "lianxin_operations_quarantined_total 1",
            "lianxin_reviews_raised_total 3",
            "lianxin_reviews_decided_total{result=\"accepted\"} 1",
            "lianxin_reviews_decided_total{result=\"declined\"} 0",
            "lianxin_repairs_total 1",
            "lianxin_photos_announced_total 1",
            "lianxin_photos_verified_total 1",
            "lianxin_steps_deferred_total 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} in {text}");
        }
    }
}
