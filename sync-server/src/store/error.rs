//! What can go wrong in a store.

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nothing was written; the same call works again once there is room.
    #[error("the disk is full: free some space, nothing was lost and nothing half written")]
    Full,
    /// More calls wait than can be served soon.
    #[error("the store has too much to do; try again in a few seconds")]
    Busy,
    /// A job panicked. The jobs that shared its commit are not affected.
    #[error("a step of the server failed in an unforeseen way; its log tells where")]
    Panicked,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// A stored value does not have the type of its column.
    #[error("the store holds a value that cannot be read: {0}")]
    Corrupt(String),
    /// The backend refused.
    #[error("the store failed: {0}")]
    Backend(String),
}

/// The result of a call to the store.
pub type Stored<T> = Result<T, StoreError>;
