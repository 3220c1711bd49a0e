//! One record's change within a transaction.

use shared::Row;

/// A record before and after a transaction, however many operations changed it.
#[derive(Clone, Debug)]
pub struct RowChange {
    /// `None` for a record that is new.
    pub before: Option<Box<Row>>,
    pub after: Box<Row>,
}
