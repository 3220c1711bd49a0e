//! Why a change waits for a supervisor. Apart from [`super::review`], since outcomes of operations name it too.

use crate::open_enum;

open_enum! {
    /// Why a change waits for a supervisor; locale key `review-<word>`.
    ReviewReason {
        /// Someone else has changed name, ID number or category as well.
        IdentityConflict = "identity_conflict",
        /// Two people recorded different ends of a need.
        StatusConflict = "status_conflict",
        /// The step was made before the need was reopened.
        StaleStatus = "stale_status",
        /// Two corrections of the same record.
        AmendmentConflict = "amendment_conflict",
        /// The record was voided before the change arrived.
        EditAfterVoid = "edit_after_void",
        /// The same goods for the same household on the same day were recorded twice.
        LikelyDuplicate = "likely_duplicate",
        /// A worker proposes a change that only the office makes.
        Proposal = "proposal",
        /// Recorded after the pairing had ended.
        GrantEnded = "grant_ended",
    }
}
