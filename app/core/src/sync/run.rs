//! The state of one sync, from its first push to its last photo. It is not stored: a run that a kill ends is begun
//! again from the store.

use super::failure::SyncFailure;
use crate::{
    store::photo,
    views::{Progress, SyncProblem},
};
use shared::{
    PhotoId, RowId,
    wire::{MediaStatus, Scope, repair::Bucket},
};
use std::collections::{BTreeSet, VecDeque};

#[derive(Debug, Default)]
pub(super) struct Run {
    /// Begun by the user: photos and bundles that were given up are tried again.
    pub by_user: bool,
    /// Operations in their undo window are sent too, until none is left. Cleared then, so that later saves keep theirs.
    pub at_once: bool,
    pub pull: PullStage,
    /// The user asked again since the pull began: there may be news that it did not see.
    pub pull_again: bool,
    pub repairs: RepairQueue,
    /// The user asked to send photos now, metered or not.
    pub photos_now: bool,
    /// The server refused a push for good; the rest of the run goes on.
    pub push_blocked: bool,
    pub photo: Option<PhotoUpload>,
    /// Photos given up in this run.
    pub skipped_photos: BTreeSet<PhotoId>,
    /// Colleagues' bundles tried in this run.
    pub tried_bundles: BTreeSet<i64>,
    /// The current pull request names the key that this device signs with.
    pub announces_key: bool,
    /// How often the server redirected a push.
    pub redirects: u32,
    /// The first problem that did not end the run.
    pub problem: Option<SyncProblem>,
    /// The longest wait that the server asked for without ending the run, in seconds.
    pub retry_after_s: Option<u32>,
    pub progress: Progress,
}

impl Run {
    /// Records a failure that does not end the run.
    pub fn note(&mut self, failure: &SyncFailure) {
        self.problem.get_or_insert(failure.problem());
        self.retry_after_s = self.retry_after_s.max(failure.retry_after_s());
    }
}

/// How far the pull of a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PullStage {
    /// The first page is to be requested.
    #[default]
    Due,
    /// Between pages. Once the last page is applied, the rows of the server include every operation that was
    /// acknowledged before the first request; the last of those has the local number `settles`.
    Paging {
        settles: u64,
    },
    Done,
}

impl PullStage {
    /// Operations were acknowledged, so their effects are to be fetched. A pull in progress may have passed them
    /// already; its end notices that and begins another.
    pub fn after_ack(&mut self) {
        if *self == Self::Done {
            *self = Self::Due;
        }
    }
}

/// The scopes to repair; the first is being repaired.
#[derive(Debug, Default)]
pub(super) struct RepairQueue {
    pub scopes: VecDeque<Scope>,
    /// Rows of the first scope that are to be fetched.
    pub wanted: Vec<RowId>,
    /// The buckets of the first scope are to be compared from this one on.
    pub compare_from: Option<Bucket>,
}

impl RepairQueue {
    pub fn add(&mut self, scopes: VecDeque<Scope>) {
        if self.scopes.is_empty() && !scopes.is_empty() {
            self.compare_from = Some(Bucket(0));
        }
        self.scopes.extend(scopes);
    }

    /// Removes the first scope.
    pub fn finish_first(&mut self) {
        self.scopes.pop_front();
        self.wanted.clear();
        self.compare_from = Some(Bucket(0));
    }
}

/// The photo that is being uploaded.
#[derive(Clone, Debug)]
pub(super) struct PhotoUpload {
    pub meta: photo::Meta,
    /// The upload's state on the server, once the server told it in this run.
    pub status: Option<MediaStatus>,
    /// Replies in a row that gained no byte.
    pub stalled: u32,
}
