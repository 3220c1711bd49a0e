//! The tables, each a plain struct, with the queries that only they need. Column types and indexes are in the
//! migrations of each backend; what a table is for is said here.
//!
//! - [`feeds`]: records, worker feeds, tombstones, digests
//! - [`people`]: areas, rules, workers, recipients, grants
//! - [`devices`]: devices, codes, operations
//! - [`figures`]: sums, daily counts, what is open
//! - [`media`]: photos and uploads
//! - [`meta`]: facts about the store
//!
//! A query is a function over the generic operations of [`super::Txn`]: a new one touches no backend.

pub mod devices;
pub mod feeds;
pub mod figures;
pub mod media;
pub mod meta;
pub mod people;

pub use devices::{Device, DeviceContact, EnrolCode, OpLog, Quarantine};
pub use feeds::{AreaFeedDigest, Record, RecordDoc, RecordHead, RecordSeq, Tombstone, WorkerDigest, WorkerFeed};
pub use figures::{DailyCount, OpenCount, ReviewIndex, TallyRow, Totals};
pub use media::{Aid, Media, PhotoRef, Upload};
pub use meta::Meta;
pub use people::{Account, Area, CareGrant, Recipient, RuleSet, Worker, WorkerArea};

/// Calls a macro of the caller's with the name of every table, so that a check over all tables includes a new one.
#[macro_export]
macro_rules! each_table {
    ($then:ident) => {
        $then!(
            Meta,
            Record,
            WorkerFeed,
            Tombstone,
            WorkerDigest,
            AreaFeedDigest,
            CareGrant,
            Worker,
            Account,
            Recipient,
            Area,
            RuleSet,
            Device,
            EnrolCode,
            OpLog,
            Quarantine,
            DailyCount,
            OpenCount,
            TallyRow,
            ReviewIndex,
            Aid,
            PhotoRef,
            Media,
            Upload
        )
    };
}
