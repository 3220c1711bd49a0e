//! What a table is: a struct whose fields are its columns. One definition serves every backend; what each backend needs
//! beyond it (types, indexes) is in that backend's migrations.

use super::{
    cell::{Cell, CellKind, Column},
    error::StoreError,
};

/// A row of a table. Several structs may read one table, each with the columns that it needs; only one of them is
/// written.
pub trait Table: Clone + Send + Sync + Sized + 'static {
    const NAME: &'static str;
    /// Every column, in the order of [`Table::cells`].
    const COLUMNS: &'static [&'static str];
    /// What each column holds, in the same order.
    const KINDS: &'static [CellKind];
    /// The columns of the key, in the order of [`Key::cells`].
    const KEY: &'static [&'static str];
    type Key: Key;
    fn key(&self) -> Self::Key;
    fn cells(&self) -> Vec<Cell<'_>>;
    /// Reads a row by the place of each column.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a cell that does not fit its column, and whatever `cell` fails with.
    fn read<'r>(cell: impl FnMut(usize) -> Result<Cell<'r>, StoreError>) -> Result<Self, StoreError>;
}

/// A table of sums: every column outside the key is a whole number that is added to.
pub trait Counter: Table {}

/// One or several columns that identify a row.
pub trait Key: Send + Sync + Clone + 'static {
    fn cells(&self) -> Vec<Cell<'_>>;
}

macro_rules! key_tuples {
    ($(($($part:ident $at:tt),+))+) => {$(
        impl<$($part: Column + Send + Sync + Clone + 'static),+> Key for ($($part,)+) {
            fn cells(&self) -> Vec<Cell<'_>> {
                vec![$(self.$at.cell()),+]
            }
        }
    )+};
}
key_tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3, E 4)
}

/// The smallest text greater than every text that starts with `prefix`; none where no text is greater.
pub fn prefix_end(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    loop {
        let after = match end.pop()? {
            // The code points between these two are no characters.
            '\u{d7ff}' => Some('\u{e000}'),
            last => char::from_u32(last as u32 + 1),
        };
        if let Some(after) = after {
            end.push(after);
            return Some(end);
        }
    }
}

/// Declares a table: its struct, its columns in order, and its key.
macro_rules! table {
    (
        $(#[$meta:meta])*
        $name:ident = $table:literal key($($key:ident: $key_type:ty),+) {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)+ }

        impl $crate::store::table::Table for $name {
            const NAME: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];
            const KINDS: &'static [$crate::store::cell::CellKind] = &[$(<$type as $crate::store::cell::Column>::KIND),+];
            const KEY: &'static [&'static str] = &[$(stringify!($key)),+];
            type Key = ($($key_type,)+);
            fn key(&self) -> Self::Key { ($(self.$key.clone(),)+) }
            fn cells(&self) -> Vec<$crate::store::cell::Cell<'_>> {
                vec![$($crate::store::cell::Column::cell(&self.$field)),+]
            }
            fn read<'r>(
                mut cell: impl FnMut(usize) -> Result<$crate::store::cell::Cell<'r>, $crate::store::error::StoreError>,
            ) -> Result<Self, $crate::store::error::StoreError> {
                let mut at = 0..;
                // The range has no end, so there is always a next column.
                let mut next = || cell(at.next().unwrap_or_default());
                Ok(Self { $($field: $crate::store::cell::Column::read(next()?)?),+ })
            }
        }
    };
}
pub(crate) use table;

#[cfg(test)]
mod tests {
    use super::prefix_end;

    #[test]
    fn a_prefix_ends_before_the_next_text_that_lacks_it() {
        assert_eq!(prefix_end("6208").as_deref(), Some("6209"));
        assert_eq!(prefix_end("某\u{d7ff}").as_deref(), Some("某\u{e000}"));
        assert_eq!(prefix_end("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(prefix_end("\u{10ffff}"), None);
        assert_eq!(prefix_end(""), None);
    }
}
