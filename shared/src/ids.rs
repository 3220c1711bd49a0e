//! One newtype per kind of id or counter, so that a signature says what it may touch.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            pub const NIL: Self = Self(Uuid::nil());
            pub fn as_bytes(&self) -> &[u8; 16] { self.0.as_bytes() }
            pub fn is_nil(&self) -> bool { self.0.is_nil() }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> { Uuid::from_str(s).map(Self) }
        }
        impl From<Uuid> for $name { fn from(u: Uuid) -> Self { Self(u) } }
    )+};
}

macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        uuid_ids!($($(#[$doc])* $name),+);
        $(
            impl From<$name> for RowId { fn from(id: $name) -> Self { Self(id.0) } }
            impl From<RowId> for $name { fn from(id: RowId) -> Self { Self(id.0) } }
        )+
    };
}

uuid_ids!(
    /// A record of any kind. UUIDv7 when made on a device.
    RowId,
    /// One operation. The same id sent twice is the same operation.
    OpId,
    /// One installation of the app, as long as its store exists.
    DeviceId,
    /// A review, which waits for a supervisor.
    ReviewId,
    /// One hand-out of goods to many households: links its assistance records and photos.
    HandoutId,
    /// One resumable upload of a photo.
    UploadId,
    /// The identity of a server's history. A server restored from a backup has a new one.
    Epoch,
);

row_ids!(
    UnitId,
    WorkerId,
    HouseholdId,
    RecipientId,
    PairingId,
    VisitId,
    AssistanceId,
    ReceiptId,
    NeedId,
    PhotoId,
    TaskId,
    FacilityId,
);

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident($int:ty)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $int);
        impl $name {
            pub fn next(self) -> Self { Self(self.0.saturating_add(1)) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
    )+};
}

counters!(
    /// The position of an operation in its device's outbox: 1, 2, 3 … without gaps.
    OpNo(u64),
    /// The revision of a record: 0 before it exists on the server, 1 once created, one more with every change in force.
    Rev(u64),
    /// The position of a row in every feed; grows in commit order.
    Seq(u64),
    /// The numbering of a device's operations. A copied or restored device gets the next one.
    Incarnation(u32),
);

/// The largest operation number: SQLite integers are signed.
pub const MAX_OP_NO: u64 = i64::MAX as u64;

/// A UUIDv7 from a moment (UTC milliseconds) and random bytes (RFC 9562 §5.7). Such ids sort by their time.
pub fn uuid_v7(now_ms: i64, random: [u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(now_ms).unwrap_or(0), &random).into_uuid()
}

/// A stable id from a code of the office, so that importing a list twice changes nothing. `kind` separates the codes of
/// workers from those of recipients.
pub fn id_from_code(kind: &str, code: &str) -> Uuid {
    /// The namespace of office codes; any fixed value will do.
    const NAMESPACE: Uuid = Uuid::from_u128(0x6c69_616e_7869_6e00_8000_6f66_6669_6365);
    Uuid::new_v5(&NAMESPACE, format!("{kind}:{code}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_later() {
        assert!(uuid_v7(1, [0xff; 10]) < uuid_v7(2, [0; 10]));
    }

    #[test]
    fn the_same_code_of_two_kinds_has_two_ids() {
        assert_ne!(id_from_code("worker", "1"), id_from_code("recipient", "1"));
        assert_eq!(id_from_code("worker", "1"), id_from_code("worker", "1"));
    }
}
