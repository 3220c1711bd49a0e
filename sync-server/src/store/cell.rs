//! The four kinds of value that a store holds, and how the project's types convert to them.

use super::error::StoreError;
use shared::{
    AreaCode, DeviceId, Hlc, Kind, Month, OpId, RecipientId, RowId, UploadId, WorkerId, chain::Chain, ids::*,
};

/// A value in a column, borrowed from its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl Cell<'_> {
    /// The kind of a value that is not NULL.
    pub fn kind(&self) -> Option<CellKind> {
        match self {
            Self::Null => None,
            Self::Int(_) => Some(CellKind::Int),
            Self::Text(_) => Some(CellKind::Text),
            Self::Blob(_) => Some(CellKind::Blob),
        }
    }
}

/// The type of a column that is not NULL. A backend that sends arrays by column must know it before the first value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    Int,
    Text,
    Blob,
}

/// A type that fits one column.
pub trait Column: Sized {
    const KIND: CellKind;
    fn cell(&self) -> Cell<'_>;
    /// Reads a value.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a cell of another kind, or with a value that the type cannot have.
    fn read(cell: Cell<'_>) -> Result<Self, StoreError>;
}

fn wrong(what: &str, cell: Cell<'_>) -> StoreError {
    let found = match cell {
        Cell::Null => "nothing",
        Cell::Int(_) => "a number",
        Cell::Text(_) => "text",
        Cell::Blob(_) => "bytes",
    };
    StoreError::Corrupt(format!("{what} expected, {found} found"))
}

impl Column for i64 {
    const KIND: CellKind = CellKind::Int;
    fn cell(&self) -> Cell<'_> {
        Cell::Int(*self)
    }
    fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
        if let Cell::Int(n) = cell { Ok(n) } else { Err(wrong("a number", cell)) }
    }
}

/// Whole numbers of other widths; `u64` keeps its bits in the sign.
macro_rules! int_columns {
    ($($int:ty),+) => {$(
        impl Column for $int {
            const KIND: CellKind = CellKind::Int;
            fn cell(&self) -> Cell<'_> { Cell::Int(*self as i64) }
            fn read(cell: Cell<'_>) -> Result<Self, StoreError> { i64::read(cell).map(|n| n as $int) }
        }
    )+};
}
int_columns!(u8, i32, u32, u64);

impl Column for bool {
    const KIND: CellKind = CellKind::Int;
    fn cell(&self) -> Cell<'_> {
        Cell::Int(i64::from(*self))
    }
    fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
        i64::read(cell).map(|n| n != 0)
    }
}

impl Column for String {
    const KIND: CellKind = CellKind::Text;
    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }
    fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
        if let Cell::Text(text) = cell { Ok(text.to_owned()) } else { Err(wrong("text", cell)) }
    }
}

impl Column for Vec<u8> {
    const KIND: CellKind = CellKind::Blob;
    fn cell(&self) -> Cell<'_> {
        Cell::Blob(self)
    }
    fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
        if let Cell::Blob(bytes) = cell { Ok(bytes.to_vec()) } else { Err(wrong("bytes", cell)) }
    }
}

impl<const N: usize> Column for [u8; N] {
    const KIND: CellKind = CellKind::Blob;
    fn cell(&self) -> Cell<'_> {
        Cell::Blob(self)
    }
    fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
        match cell {
            Cell::Blob(bytes) => bytes.try_into().map_err(|_| wrong("bytes of another length", cell)),
            _ => Err(wrong("bytes", cell)),
        }
    }
}

impl<T: Column> Column for Option<T> {
    const KIND: CellKind = T::KIND;
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, T::cell)
    }
    fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
        if cell == Cell::Null { Ok(None) } else { T::read(cell).map(Some) }
    }
}

macro_rules! id_columns {
    ($($id:ident),+) => {$(
        impl Column for $id {
            const KIND: CellKind = CellKind::Blob;
            fn cell(&self) -> Cell<'_> { Cell::Blob(self.as_bytes()) }
            fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
                <[u8; 16]>::read(cell).map(|b| Self(uuid::Uuid::from_bytes(b)))
            }
        }
    )+};
}
id_columns!(RowId, OpId, DeviceId, WorkerId, RecipientId, UnitId, UploadId, PairingId, PhotoId, HandoutId, Epoch);

macro_rules! counter_columns {
    ($($counter:ident),+) => {$(
        impl Column for $counter {
            const KIND: CellKind = CellKind::Int;
            fn cell(&self) -> Cell<'_> { Cell::Int(self.0 as i64) }
            fn read(cell: Cell<'_>) -> Result<Self, StoreError> { i64::read(cell).map(|n| Self(n as _)) }
        }
    )+};
}
counter_columns!(OpNo, Rev, Seq, Incarnation, Hlc);

impl Column for Chain {
    const KIND: CellKind = CellKind::Blob;
    fn cell(&self) -> Cell<'_> {
        Cell::Blob(&self.0)
    }
    fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
        <[u8; 32]>::read(cell).map(Self)
    }
}

/// As the number of months since year 0.
impl Column for Month {
    const KIND: CellKind = CellKind::Int;
    fn cell(&self) -> Cell<'_> {
        Cell::Int(i64::from(self.number()))
    }
    fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
        i32::read(cell).map(Self::from_number)
    }
}

impl Column for Kind {
    const KIND: CellKind = CellKind::Text;
    fn cell(&self) -> Cell<'_> {
        Cell::Text(self.word())
    }
    fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
        if let Cell::Text(word) = cell { Ok(Self::from(word)) } else { Err(wrong("a kind", cell)) }
    }
}

impl Column for AreaCode {
    const KIND: CellKind = CellKind::Text;
    fn cell(&self) -> Cell<'_> {
        Cell::Text(self.as_str())
    }
    fn read(cell: Cell<'_>) -> Result<Self, StoreError> {
        match cell {
            Cell::Text(text) => text.parse().map_err(|_| wrong("an area code", cell)),
            _ => Err(wrong("an area code", cell)),
        }
    }
}
