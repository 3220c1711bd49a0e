//! The part of a core that syncs. It lives as long as the core and is reset when the store is locked.
//!
//! Everything that must survive a kill is in the store, written in the same transaction as the change that it
//! describes. A session may be lost at any moment; the next run begins without it.

use super::{
    clock::SentAt, cooldown::ScopeCooldown, in_flight::InFlight, job::Job, run::Run, schedule::Schedule,
    version::Version,
};
use crate::Reply;
use shared::{
    PhotoId,
    digest::Digest,
    wire::{EnrolRequest, ReportRequest, Scope, SyncError},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[derive(Debug, Default)]
pub struct Session {
    /// In the order of their replies; more than one with pipelining.
    pub(super) in_flight: VecDeque<(InFlight, SentAt)>,
    pub(super) enrolling: Option<Enrolling>,
    pub(super) report: Option<ReportRequest>,
    pub(super) run: Option<Run>,
    /// The result of each [`Job`] that ended.
    pub(super) results: [Option<Reply>; 3],
    /// The job begun last, for drivers that run one job at a time.
    pub(super) last_begun: Option<Job>,
    pub(super) schedule: Schedule,
    /// Photos during which the connection broke. The next run begins with others, in case the photo was the cause.
    pub(super) deferred_photos: BTreeSet<PhotoId>,
    /// Scopes repaired because their digest differed.
    pub(super) repaired: ScopeCooldown,
    /// Scopes downloaded again because their digest differed.
    pub(super) refetched: ScopeCooldown,
    pub(super) verified: VerifiedDigests,
    pub(super) version: Version,
    /// The last push was answered quickly enough for pipelining.
    pub(super) fast_link: bool,
    /// Limits a push to this many operations and pipelines on every link: for simulations.
    pub(super) forced_batch: Option<usize>,
    /// Local number of the last operation whose late outcome a pull asked for.
    pub(super) late_outcomes_through: u64,
}

/// Digests that matched, kept while the scope received nothing, so that a sync without news counts no rows again.
pub(super) type VerifiedDigests = BTreeMap<Scope, Digest>;

/// An enrolment in progress.
#[derive(Clone, Debug)]
pub(super) struct Enrolling {
    pub server: String,
    pub request: EnrolRequest,
}

impl Session {
    /// Discards the replies of all calls in flight when they arrive. The session continues from what the store holds.
    pub(super) fn cancel_in_flight(&mut self) {
        self.in_flight.iter_mut().for_each(|(call, _)| *call = InFlight::Cancelled);
    }

    /// True when the server refused the protocol version and another one is left: the same call is made again. An
    /// enrolment in progress is repeated under that version, too.
    pub(super) fn fall_back(&mut self, error: &SyncError, now: u64) -> bool {
        let falls = self.version.fall_back(error, now);
        if let Some(enrolling) = self.enrolling.as_mut().filter(|_| falls) {
            enrolling.request.proto = self.version.spoken();
        }
        falls
    }
}
