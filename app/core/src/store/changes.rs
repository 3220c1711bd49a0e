//! What a transaction changed, as far as something else follows from it. See [`super::derive`].

use shared::{RowId, ids::RecipientId};
use std::collections::BTreeSet;

#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Rows whose operations, or the outcomes of those, changed: their local rows are replayed.
    pub rows: BTreeSet<RowId>,
    /// Recipients whose roster entries are computed again.
    pub recipients: BTreeSet<RecipientId>,
    /// A rule set changed: every due day is computed again.
    pub rules: bool,
}
