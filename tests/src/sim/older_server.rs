//! A server of an older build: it quarantines operations that it cannot read, and retries them after its upgrade.
//!
//! There is only one build, so a translation stands in for the older one. Operations that it must not understand reach
//! it with an unknown change; when it writes them, the translation restores the original text, and the chain over it:
//!
//! ```text
//!   original text ──► unknown change ──► the server ──► translated back ──► its store
//!                                        the server ◄── translated again ◄── its store
//! ```

use device_core::Step;
use serde_json::value::RawValue;
use shared::chain::Chain;
use sync_server::store::{
    Cell, Table,
    tables::{Device, OpLog, Quarantine},
};

/// The field that marks an operation of [`super::other_builds`] which an older server must not understand.
pub const MARK: &str = "x_since";
/// The version of the upgraded server.
pub const UPGRADED: &str = "2.0.0";

const KNOWN: &str = "\"change\":{\"create\":";
const UNKNOWN: &str = "\"change\":{\"create_of_tomorrow\":";

/// The operations and chains of one request: as the older server sees them, and the originals.
#[derive(Clone, Debug, Default)]
pub struct Translation {
    texts: Vec<(String, String)>,
    chains: Vec<(Chain, Chain)>,
}

/// Whether the request holds operations that an older server must not understand.
pub fn is_ahead(step: &Step) -> bool {
    matches!(step, Step::Push { request, .. } if request.ops.iter().any(|op| is_marked(op)))
}

fn is_marked(op: &RawValue) -> bool {
    op.get().contains(MARK) && op.get().contains(KNOWN)
}

/// Replaces the operations that an older server must not understand.
pub fn translate(step: &mut Step) -> Option<Translation> {
    if !is_ahead(step) {
        return None;
    }
    let Step::Push { request, .. } = step else { return None };
    let mut translation = Translation::default();
    let (mut seen, mut real) = (request.chain, request.chain);
    for op in &mut request.ops {
        let text = op.get().to_owned();
        if is_marked(op) {
            let other = text.replacen(KNOWN, UNKNOWN, 1);
            translation.texts.push((other.clone(), text.clone()));
            *op = RawValue::from_string(other).ok()?;
        }
        (seen, real) = (seen.then(op.get()), real.then(&text));
        translation.chains.push((seen, real));
    }
    Some(translation)
}

impl Translation {
    /// The row with the originals, for the store.
    pub fn real<T: Table>(&self, row: T) -> T {
        self.row(row, |(seen, real)| (seen, real), |(seen, real)| (seen, real))
    }

    /// The row as the older server sees it.
    pub fn seen<T: Table>(&self, row: T) -> T {
        self.row(row, |(seen, real)| (real, seen), |(seen, real)| (real, seen))
    }

    fn row<T: Table>(
        &self,
        row: T,
        text: impl Fn(&(String, String)) -> (&String, &String),
        chain: impl Fn(&(Chain, Chain)) -> (&Chain, &Chain),
    ) -> T {
        let column = match T::NAME {
            name if name == Device::NAME => "chain",
            name if name == Quarantine::NAME || name == OpLog::NAME => "op",
            _ => return row,
        };
        let Some(at) = T::COLUMNS.iter().position(|c| *c == column) else { return row };
        let mut cells = row.cells();
        match cells[at] {
            Cell::Blob(bytes) => {
                let found = self.chains.iter().map(chain).find(|(from, _)| from.0.as_slice() == bytes);
                let Some((_, to)) = found else { return row };
                cells[at] = Cell::Blob(&to.0);
            }
            Cell::Text(words) => {
                let Some((_, to)) = self.texts.iter().map(text).find(|(from, _)| *from == words) else { return row };
                cells[at] = Cell::Text(to);
            }
            _ => return row,
        }
        T::read(|i| Ok(cells[i])).unwrap_or(row)
    }
}
