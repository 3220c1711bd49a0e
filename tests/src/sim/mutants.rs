//! Bugs to plant. The simulator proves itself by catching each of them. Production code knows nothing of this: a bug sits
//! in a wrapper around a seam, written so that its effect is that of the bug it is named after.
//!
//! - around the server's store: [`super::txn`]
//! - around its photo storage: [`super::photos`]
//! - around request and reply, and on the device's own store by SQL: [`super::plant`]

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
    /// A pull's cursor passes a row that it did not hold, as with a clock or a sequence that is not in commit order.
    CursorSkipsACommit,
    /// A row that left a scope goes from the device while work on it waits.
    EvictedBeforeAccepted,
    /// The server judges and does not tell what needs attention.
    OutcomeNotTold,
    /// The server judges an operation again when it comes twice.
    OpIdIgnored,
    /// The server answers before its commit, and crashes.
    AcknowledgedBeforeDurable,
    /// What stands behind an unreadable operation in one push is dropped with it.
    NeighboursOfTheUnreadableDropped,
    /// Rows that left a scope are not told.
    LeavingNotTold,
    /// A worker's scope holds the recipients of everyone.
    StrangersRowsInScope,
    /// Stamps are those of arrival, so that whoever syncs last wins.
    ArrivalWins,
    /// Figures are booked twice.
    TalliedTwice,
    /// What ceases to be open stays counted as open.
    OpenNeverCloses,
    /// A push counts as acknowledged although its reply was lost.
    LostReplyTakenForYes,
    /// A new incarnation forgets what waits.
    NewIncarnationForgetsUnsent,
    /// A restored server's new epoch is not noticed.
    EpochIgnored,
    /// A photo is called verified without its bytes.
    PhotoVerifiedWithoutBytes,
    /// Work recorded after the pairing had ended raises no review.
    LateWorkDropped,
    /// Tags are set as a whole by the last who touches them.
    SetOverwritesWhole,
    /// Pairings do not begin or end with the day.
    DaysNotSwept,
    /// A transaction that fails half way keeps its first half.
    HalfATransactionKept,
    /// The clock's error is not taken out of stamps.
    SkewNotCorrected,
    /// A value that lost is thrown away instead of being kept as a former one.
    LoserForgotten,
    /// Photos whose bytes were lost in a restore are vouched for.
    LostPhotosVouchedFor,
    /// Of pushes judged together the last is acknowledged and not written.
    LastOfAGroupForgotten,
    /// A push that overtook the one before it is acknowledged with it and not written.
    OvertakerAcknowledged,
    /// What was put into a file counts as sent.
    ExportTakenForSent,
    /// What left a scope is pruned, and who was away for longer is not told to start over.
    FloorForgotten,
    /// The sweep of abandoned uploads takes photos along.
    SweepTakesPhotosAlong,
    /// What an older server could not understand is not looked at again by a newer one.
    KeptAsideForGood,
    /// What a newer server made of it is not told to the author.
    JudgedAgainUntold,
    /// A save is called saved before it is on the disk, and the power fails.
    SaveDoesNotWaitForDisk,
    /// The outbox is folded while a restored server may still ask for what is in it.
    FoldedTooEarly,
}

impl Bug {
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|bug| bug.name() == name)
    }
}
