//! The tables. Column types per backend and indexes are in its migrations; why a table is there is said here.

use super::table::table;
use shared::{
    AreaCode, DeviceId, HandoutId, Hlc, Kind, OpId, RecipientId, RowId, UnitId, UploadId, WorkerId,
    chain::Chain,
    ids::{Incarnation, OpNo, PairingId, Rev, Seq},
};

table! {
    /// Facts about the store itself: its epoch, the last day whose pairings were swept, and those of `core::meta`.
    Meta = "meta" key(name: String) {
        name: String,
        value: String,
    }
}

table! {
    /// Every record, once. `seq` is its place in every feed: a change moves it to the end. `doc` is the wire's JSON, so
    /// that a pull sends it without reading it.
    Record = "record" key(id: RowId) {
        seq: Seq,
        id: RowId,
        rev: Rev,
        kind: Kind,
        /// Only where the record is seen through its recipient.
        recipient: Option<RecipientId>,
        /// The worker who keeps it in their scope whatever becomes of a pairing: who recorded it, whom it describes, whose
        /// proposal it reviews.
        owner: Option<WorkerId>,
        /// The area feed it lies in: a digits-only code, or `r` and a code for reference data; none for what stays here.
        area_feed: Option<String>,
        doc: String,
    }
}

table! {
    /// A record without its JSON, for what only moves it between feeds or counts it. Found by `recipient` and by `area_feed`.
    RecordHead = "record" key(id: RowId) {
        id: RowId,
        rev: Rev,
        recipient: Option<RecipientId>,
        owner: Option<WorkerId>,
        area_feed: Option<String>,
    }
}

table! {
    /// What a worker's scope holds or lost beyond "the rows of my recipients": what entered with a pairing, what one
    /// recorded oneself and keeps after a pairing ended, what left.
    WorkerFeed = "worker_feed" key(worker: WorkerId, row: RowId) {
        worker: WorkerId,
        row: RowId,
        seq: Seq,
        gone: bool,
    }
}

table! {
    /// Rows that moved off a area_feed.
    Tombstone = "tombstone" key(area_feed: String, row: RowId) {
        area_feed: String,
        row: RowId,
        seq: Seq,
    }
}

table! {
    WorkerDigest = "worker_digest" key(worker: WorkerId) {
        worker: WorkerId,
        count: u64,
        sum: u64,
    }
}

table! {
    AreaFeedDigest = "area_feed_digest" key(area_feed: String) {
        area_feed: String,
        count: u64,
        sum: u64,
    }
}

table! {
    /// A pairing as a right. `active` says whether its rows are in the worker's scope now; dates alone would change it
    /// without a write.
    CareGrant = "care_grant" key(pairing: PairingId) {
        pairing: PairingId,
        worker: WorkerId,
        recipient: RecipientId,
        start: i32,
        /// First day no longer in force.
        end: Option<i32>,
        active: bool,
    }
}

table! {
    Worker = "worker" key(id: WorkerId) {
        id: WorkerId,
        code: String,
        name: String,
        role: String,
        area: AreaCode,
        /// Codes, separated by blanks.
        areas: String,
        unit: Option<UnitId>,
        left: bool,
    }
}

table! {
    /// A console log-in.
    Account = "account" key(worker: WorkerId) {
        worker: WorkerId,
        salt: Vec<u8>,
        /// Argon2id, parameters as in `core::accounts`.
        hash: Vec<u8>,
    }
}

table! {
    /// A recipient for look-ups: where counted, and when due.
    Recipient = "recipient" key(id: RecipientId) {
        id: RecipientId,
        place: AreaCode,
        category: String,
        active: bool,
        visit_days: Option<i32>,
        contact_days: Option<i32>,
        /// Day the care began.
        since: i32,
        last_visit: Option<i32>,
        last_contact: Option<i32>,
        due_on: Option<i32>,
    }
}

table! {
    Area = "area" key(code: AreaCode) {
        code: AreaCode,
        name: String,
    }
}

table! {
    /// Every rule set that is not voided; `shared::domain::rule_set_for` says which one is in force where. `doc` is the
    /// record's fields.
    RuleSet = "rule_set" key(row: RowId) {
        row: RowId,
        area: AreaCode,
        doc: String,
    }
}

table! {
    Device = "device" key(id: DeviceId) {
        id: DeviceId,
        worker: WorkerId,
        token_hash: Vec<u8>,
        incarnation: Incarnation,
        last_op: OpNo,
        chain: Chain,
        last_hlc: Hlc,
        label: String,
        enrolled: i64,
        last_seen: i64,
        revoked: Option<i64>,
        /// What its bundles are checked against; absent until it told.
        sign_key: Option<[u8; 32]>,
    }
}

table! {
    EnrolCode = "enrol_code" key(hash: Vec<u8>) {
        hash: Vec<u8>,
        worker: WorkerId,
        expires: i64,
        used_by: Option<DeviceId>,
        proof_hash: Option<Vec<u8>>,
    }
}

table! {
    /// Every operation ever accepted for judgement, as it came, and what became of it.
    OpLog = "op_log" key(op_id: OpId) {
        op_id: OpId,
        device: DeviceId,
        incarnation: Incarnation,
        op_no: OpNo,
        /// Who spoke: nil for the server itself.
        worker: WorkerId,
        row: RowId,
        kind: Kind,
        change: String,
        /// The stamp as the device gave it.
        original: Hlc,
        /// The stamp that orders.
        hlc: Hlc,
        skew_ms: i64,
        /// The record's revision after it; absent where it changed nothing.
        rev: Option<Rev>,
        /// JSON of [`shared::Outcome`]; absent for applied.
        outcome: Option<String>,
        op: String,
        received: i64,
    }
}

table! {
    /// Operations that could not be read: kept as they came, blocking nothing.
    Quarantine = "quarantine" key(device: DeviceId, incarnation: Incarnation, op_no: OpNo) {
        device: DeviceId,
        incarnation: Incarnation,
        op_no: OpNo,
        op: String,
        outcome: String,
        received: i64,
    }
}

table! {
    /// What counts once per recipient, worker and day: how many records stand behind each indicator, and where the one
    /// count is booked.
    DailyCount = "daily_count" key(recipient: RecipientId, day: i32, worker: WorkerId) {
        recipient: RecipientId,
        day: i32,
        worker: WorkerId,
        area: String,
        category: String,
        /// Five bytes per indicator: its number, then how many records (little-endian).
        contributions: Vec<u8>,
    }
}

table! {
    /// How many of something are open on a area_feed.
    OpenCount = "open_count" key(area_feed: String, what: i64) {
        area_feed: String,
        /// See `core::effects::Open`.
        what: i64,
        n: i64,
    }
}

table! {
    /// Where a review lies, to list what waits in an area without looking at every record.
    ReviewIndex = "review_index" key(row: RowId) {
        row: RowId,
        /// `open:` or `done:` and the area_feed, so that one range holds what waits below an area.
        place: String,
        /// UTC milliseconds: when it was filed, or when it was decided.
        since: i64,
    }
}

table! {
    /// Money and goods handed out, to notice when two devices record the same.
    Aid = "aid" key(row: RowId) {
        row: RowId,
        recipient: RecipientId,
        day: i32,
        kind: String,
        fen: i64,
        device: DeviceId,
        handout: Option<HandoutId>,
    }
}

table! {
    /// Photos recorded, to know which bytes are missing.
    PhotoRef = "photo_ref" key(row: RowId) {
        row: RowId,
        sha256: String,
        mime: String,
        area: String,
        missing: bool,
    }
}

table! {
    /// Bytes that are stored and checked.
    Media = "media" key(sha256: String) {
        sha256: String,
        size: u64,
        mime: String,
        verified: i64,
    }
}

table! {
    /// Uploads begun, and those finished of late. `touched` is the day (since 1970, in Shanghai) of its last byte.
    Upload = "upload" key(id: UploadId) {
        id: UploadId,
        device: DeviceId,
        sha256: String,
        size: u64,
        mime: String,
        offset: u64,
        begun: i64,
        touched: i32,
    }
}

/// Every table, handed to a macro of the caller's: what must hold for each of them is said once, and a new one is in all of it.
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
            ReviewIndex,
            Aid,
            PhotoRef,
            Media,
            Upload
        )
    };
}
