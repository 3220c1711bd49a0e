//! Why a change waits for a supervisor. Apart from [`super::review`], since outcomes of operations name it too.

use crate::open_enum;

open_enum! {
    /// Why no rule may decide; locale key `review-<word>`.
    ReviewReason {
        /// Name, ID number or category was changed by someone else meanwhile.
        IdentityConflict = "identity_conflict",
        /// Two people reached different end states.
        StatusConflict = "status_conflict",
        /// Decided before the need was reopened.
        StaleStatus = "stale_status",
        /// Two corrections of the same record.
        AmendmentConflict = "amendment_conflict",
        /// The record was withdrawn meanwhile.
        EditAfterVoid = "edit_after_void",
        /// The same goods, household and day were recorded twice.
        LikelyDuplicate = "likely_duplicate",
        /// A change that only the office makes, proposed by a worker.
        Proposal = "proposal",
        /// Recorded after the pairing had ended.
        GrantEnded = "grant_ended",
    }
}
