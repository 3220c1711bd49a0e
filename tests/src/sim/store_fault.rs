//! Faults of the server's store.

/// The fault of the next write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// The process crashes before the commit: nothing is written.
    CrashBefore,
    /// The process crashes after the commit: everything is written, and no reply is sent.
    CrashAfter,
    /// The disk is full after this many writes of the transaction.
    FullAfter(u32),
}
