//! Cells as parameters and columns. A batch is sent as one array per column, however many rows it has: a statement has
//! as many parameters as columns, and one text that can be prepared.
//!
//! PostgreSQL's text cannot hold U+0000, and an office's list may. It is stored as U+0001 U+0001, and U+0001 itself as
//! U+0001 U+0002. Every text comes back unchanged, and comparisons and prefixes give the same results.

use crate::store::{
    cell::{Cell, CellKind, Column},
    error::{StoreError, Stored},
    table::Table,
};
use bytes::{BufMut, BytesMut};
use std::{borrow::Cow, collections::BTreeMap, error::Error, fmt};
use tokio_postgres::{
    Row,
    types::{FromSql, IsNull, ToSql, Type, to_sql_checked},
};

/// A parameter that owns its bytes. Its `Debug`, which the driver logs, never shows them.
pub enum Param {
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
    Array(Array),
}

impl Param {
    pub fn of(cell: Cell<'_>) -> Self {
        match cell {
            // No query looks for NULL by value; these bytes equal no value.
            Cell::Null => Self::Blob(Vec::new()),
            Cell::Int(n) => Self::Int(n),
            Cell::Text(text) => Self::Text(escaped(text).into_owned()),
            Cell::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Array(array) => write!(f, "{} values", array.len),
            _ => f.write_str("a value"),
        }
    }
}

impl ToSql for Param {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Int(n) => out.put_i64(*n),
            Self::Text(text) => out.put_slice(text.as_bytes()),
            Self::Blob(bytes) => out.put_slice(bytes),
            Self::Array(array) => array.write(out),
        }
        Ok(IsNull::No)
    }
    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA, Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::BYTEA_ARRAY].contains(ty)
    }
    to_sql_checked!();
}

/// One column of a batch, in the wire's binary form.
pub struct Array {
    kind: CellKind,
    len: i32,
    nulls: bool,
    body: BytesMut,
}

impl Array {
    pub fn new(kind: CellKind) -> Self {
        Self { kind, len: 0, nulls: false, body: BytesMut::new() }
    }

    /// One column from values of one kind.
    pub fn of<'a>(kind: CellKind, cells: impl IntoIterator<Item = Cell<'a>>) -> Stored<Self> {
        let mut array = Self::new(kind);
        cells.into_iter().try_for_each(|cell| array.push(cell))?;
        Ok(array)
    }

    pub fn push(&mut self, cell: Cell<'_>) -> Stored<()> {
        self.len += 1;
        match (self.kind, cell) {
            (_, Cell::Null) => {
                self.nulls = true;
                self.body.put_i32(-1);
            }
            (CellKind::Int, Cell::Int(n)) => {
                self.body.put_i32(8);
                self.body.put_i64(n);
            }
            (CellKind::Text, Cell::Text(text)) => self.put(escaped(text).as_bytes()),
            (CellKind::Blob, Cell::Blob(bytes)) => self.put(bytes),
            (kind, _) => return Err(StoreError::Corrupt(format!("a value in a column of another kind: {kind:?}"))),
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) {
        self.body.put_i32(bytes.len() as i32);
        self.body.put_slice(bytes);
    }

    fn write(&self, out: &mut BytesMut) {
        let element = match self.kind {
            CellKind::Int => Type::INT8,
            CellKind::Text => Type::TEXT,
            CellKind::Blob => Type::BYTEA,
        };
        // One dimension that counts from 1.
        out.put_i32(1);
        out.put_i32(i32::from(self.nulls));
        out.put_u32(element.oid());
        out.put_i32(self.len);
        out.put_i32(1);
        out.put_slice(&self.body);
    }
}

/// One array for each of `T`'s columns.
pub fn columns_of<'r, T: Table>(rows: impl IntoIterator<Item = &'r T>) -> Stored<Vec<Param>> {
    let mut arrays: Vec<Array> = T::KINDS.iter().map(|kind| Array::new(*kind)).collect();
    for row in rows {
        for (array, cell) in arrays.iter_mut().zip(row.cells()) {
            array.push(cell)?;
        }
    }
    Ok(arrays.into_iter().map(Param::Array).collect())
}

fn escaped(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b > 1) {
        return text.into();
    }
    text.replace('\u{1}', "\u{1}\u{2}").replace('\0', "\u{1}\u{1}").into()
}

fn restored(text: &str) -> Option<String> {
    if !text.contains('\u{1}') {
        return None;
    }
    let (mut out, mut chars) = (String::with_capacity(text.len()), text.chars());
    while let Some(c) = chars.next() {
        out.push(match c {
            '\u{1}' if chars.next() == Some('\u{1}') => '\0',
            c => c,
        });
    }
    Some(out)
}

/// Any column's bytes as they came.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }
    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A row of a result, with its restored texts.
pub struct Found {
    row: Row,
    texts: BTreeMap<usize, String>,
}

impl Found {
    pub fn new(row: Row) -> Stored<Self> {
        let mut found = Self { row, texts: BTreeMap::new() };
        for i in 0..found.row.len() {
            if let Cell::Text(text) = found.cell(i)?
                && let Some(text) = restored(text)
            {
                found.texts.insert(i, text);
            }
        }
        Ok(found)
    }

    pub fn cell(&self, i: usize) -> Stored<Cell<'_>> {
        if let Some(text) = self.texts.get(&i) {
            return Ok(Cell::Text(text));
        }
        let strange = || StoreError::Corrupt("a column of a type that the schema does not have".into());
        let Some(Raw(bytes)) = self.row.try_get::<_, Option<Raw<'_>>>(i).map_err(|_| strange())? else {
            return Ok(Cell::Null);
        };
        let column = self.row.columns().get(i).ok_or_else(strange)?.type_();
        Ok(match *column {
            Type::INT8 => Cell::Int(i64::from_be_bytes(bytes.try_into().map_err(|_| strange())?)),
            Type::TEXT => {
                let text = std::str::from_utf8(bytes);
                Cell::Text(text.map_err(|_| StoreError::Corrupt("text that is not UTF-8".into()))?)
            }
            Type::BYTEA => Cell::Blob(bytes),
            _ => return Err(strange()),
        })
    }

    /// The table's row that begins at column `from`.
    pub fn read<T: Table>(&self, from: usize) -> Stored<T> {
        T::read(|i| self.cell(from + i))
    }

    pub fn get<C: Column>(&self, i: usize) -> Stored<C> {
        C::read(self.cell(i)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts() -> impl Strategy<Value = String> {
        proptest::collection::vec(prop_oneof![Just('\0'), Just('\u{1}'), Just('\u{2}'), Just('a'), any::<char>()], 0..8)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn every_text_comes_back_in_its_order_and_with_its_prefixes(a in texts(), b in texts()) {
            let (x, y) = (escaped(&a), escaped(&b));
            prop_assert!(!x.contains('\0'));
            prop_assert_eq!(restored(&x).unwrap_or_else(|| x.to_string()), a.as_str());
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.starts_with(&*y), a.starts_with(&b));
        }
    }
}
