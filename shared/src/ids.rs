//! Names for things: one newtype per kind of id or counter, so that a signature says what it may touch.

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
    /// Any record, whatever its kind. UUIDv7 when made on a device.
    RowId,
    /// One operation; the same id sent twice is the same operation.
    OpId,
    /// One installation of the app, for as long as its store lives.
    DeviceId,
    /// A conflict that waits for a supervisor.
    ReviewId,
    /// One hand-out of goods to many households; ties its assistance records and photos together.
    HandoutId,
    /// One resumable upload of a photo's bytes.
    UploadId,
    /// A server store's life: a new one after a restore from backup.
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
    /// Position of an operation in its device's outbox: 1, 2, 3 … without gaps.
    OpNo(u64),
    /// How often the server has changed a record: 0 before it exists there, 1 once created.
    Rev(u64),
    /// Position in a county's feed; grows in commit order.
    Seq(u64),
    /// How often a device was found to be a copy or a restore of itself.
    Incarnation(u32),
);

/// The largest op number a device may use; SQLite integers are signed.
pub const MAX_OP_NO: u64 = i64::MAX as u64;

/// A UUIDv7 from a moment and random bytes (RFC 9562 §5.7), so that ids sort by when they were made.
pub fn uuid_v7(now_ms: i64, random: [u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(now_ms).unwrap_or(0), &random).into_uuid()
}

/// A stable id for something an office knows by a code of its own, so that importing a list twice changes nothing.
/// `kind` keeps the codes of workers and recipients apart.
pub fn id_from_code(kind: &str, code: &str) -> Uuid {
    /// Namespace of this product's office codes; any fixed value does.
    const NAMESPACE: Uuid = Uuid::from_u128(0x6c69_616e_7869_6e00_8000_6f66_6669_6365);
    Uuid::new_v5(&NAMESPACE, format!("{kind}:{code}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_sort_later() {
        assert!(uuid_v7(1, [0xff; 10]) < uuid_v7(2, [0; 10]));
    }

    #[test]
    fn the_same_code_of_two_kinds_gives_two_ids() {
        assert_ne!(id_from_code("worker", "1"), id_from_code("recipient", "1"));
        assert_eq!(id_from_code("worker", "1"), id_from_code("worker", "1"));
    }
}
