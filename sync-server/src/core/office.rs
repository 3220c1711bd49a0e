//! What the office says: imports and edits at the console, all of a call in one transaction or nothing.

use super::{CoreError, ServerCore};
use crate::store::Store;
use shared::{Change, Kind, RowId, WorkerId};

/// One change by the office. Ids follow from codes: [`shared::ids::id_from_code`].
#[derive(Clone, Debug, PartialEq)]
pub struct OfficeChange {
    pub kind: Kind,
    pub row: RowId,
    /// `Create` of a record that exists becomes `Set` of the fields that differ; fields it does not name stay.
    pub change: Change,
}

/// How many records; a record changed by several changes of one call counts each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfficeReply {
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
}

impl<S: Store> ServerCore<S> {
    /// Applies all changes or none, speaking as the server.
    pub async fn apply_office(&self, changes: Vec<OfficeChange>) -> Result<OfficeReply, CoreError> {
        self.apply_office_by(WorkerId::NIL, changes).await
    }
    /// The same, with the person at the console as the author.
    pub async fn apply_office_by(&self, by: WorkerId, changes: Vec<OfficeChange>) -> Result<OfficeReply, CoreError> {
        let _ = (by, changes);
        todo!()
    }
}
