//! Facts about the store itself.

use crate::store::table::table;

table! {
    /// Facts about the store itself: its epoch, the last day whose pairings were swept, and others of `core::meta`.
    Meta = "meta" key(name: String) {
        name: String,
        value: String,
    }
}
