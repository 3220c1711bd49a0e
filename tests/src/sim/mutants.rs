//! Bugs to plant. The checks prove themselves by catching each of them. Production code has no switch for a bug: it
//! sits in a wrapper around an interface and has the effect of the bug that it is named after.
//!
//! - around the server's store: `txn`
//! - around its photo storage: `photos`
//! - around request and reply, and on the device's own store by SQL: `planted_bugs`

macro_rules! bugs {
    ($($(#[doc = $what:literal])+ $name:ident,)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug { $($(#[doc = $what])+ $name,)+ }

        impl Bug {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }
            pub fn what(self) -> &'static str {
                match self { $(Self::$name => concat!($($what),+)),+ }
            }
        }
    };
}

bugs! {
    /// The cursor of a pull passes a row that the page did not hold, as with sequence numbers out of commit order.
    CursorSkipsCommit,
    /// A device removes a row that left its scopes while operations on it wait.
    EvictedBeforeAccepted,
    /// The server does not send outcomes that need attention.
    OutcomeNotSent,
    /// The server evaluates a repeated operation again.
    OpEvaluatedTwice,
    /// The server replies before its commit, and crashes.
    AcknowledgedBeforeDurable,
    /// The operations after an unreadable one in the same push are dropped.
    OpsBehindUnreadableDropped,
    /// The server does not send which rows left a scope.
    TombstonesNotSent,
    /// A worker's scope holds the recipients of all workers.
    StrangersRowsInScope,
    /// Stamps hold the time of arrival, so that the last sync wins.
    ArrivalWins,
    /// Figures are added twice.
    TalliedTwice,
    /// Closed reviews and needs stay counted as open.
    OpenCountNeverFalls,
    /// A push with a lost reply counts as acknowledged.
    LostReplyCountsAsAck,
    /// A new incarnation drops waiting operations.
    NewIncarnationDropsUnsent,
    /// Devices do not notice a new epoch.
    EpochIgnored,
    /// The server reports a photo as verified without its bytes.
    PhotoVerifiedWithoutBytes,
    /// A record made after the end of the pairing raises no review.
    LateWorkDropped,
    /// The last change of tags overwrites all tags.
    TagsOverwrittenWhole,
    /// Pairings do not begin or end on their dates.
    PairingDatesNotApplied,
    /// A failed transaction keeps its first writes.
    PartialTransactionKept,
    /// Stamps are not corrected for the skew of the clock.
    SkewNotCorrected,
    /// A value that lost is dropped instead of kept as a former value.
    FormerValueDropped,
    /// Photos whose bytes were lost in a restore are reported as held.
    LostPhotosReportedHeld,
    /// The last push of a batch is acknowledged and not written.
    LastOfBatchForgotten,
    /// A push that overtook its predecessor is acknowledged and not written.
    OvertakingPushAcknowledged,
    /// Exported operations count as sent.
    ExportCountsAsSent,
    /// Tombstones are pruned, and devices away for longer are not told to restart their scopes.
    PruneFloorIgnored,
    /// The sweep of abandoned uploads deletes photos.
    SweepDeletesPhotos,
    /// A newer server does not retry quarantined operations.
    QuarantineNeverRetried,
    /// The server does not send late outcomes.
    LateOutcomeNotSent,
    /// A save is confirmed before it is durable, and the power fails.
    SaveNotSynced,
    /// The outbox is compacted while a restored server may still ask for its operations.
    CompactedTooEarly,
}

impl Bug {
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|bug| bug.name() == name)
    }
}
