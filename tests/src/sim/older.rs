//! A server of an older build: some operations say what it does not understand, and it keeps them aside, until it is upgraded and
//! looks at them again.
//!
//! There is only one build here, so the older one is played by a translation. What it must not understand reaches it in words
//! that nobody knows; what it then writes down, of that request, is put back into the words that came, with the chain over them:
//!
//! ```text
//!   the device's words ──► words of tomorrow ──► the server ──► its store
//!                      ◄──────────────────────────────────── the device's words
//! ```

use device_core::Step;
use serde_json::value::RawValue;
use shared::chain::Chain;
use sync_server::store::{
    Cell, Table,
    tables::{Device, OpLog, Quarantine},
};

/// What an operation of [`super::foreign`] carries when an older server is not to understand it.
pub const MARK: &str = "x_since";
/// What the server that is upgraded to calls itself.
pub const UPGRADED: &str = "2.0.0";

const KNOWN: &str = "\"change\":{\"create\":";
const UNKNOWN: &str = "\"change\":{\"create_of_tomorrow\":";

/// Of one request: operations and chains as the older server sees them, with what they really are.
#[derive(Clone, Debug, Default)]
pub struct Translation {
    texts: Vec<(String, String)>,
    chains: Vec<(Chain, Chain)>,
}

/// Whether an older server would not understand all of it.
pub fn is_ahead(step: &Step) -> bool {
    matches!(step, Step::Push { request, .. } if request.ops.iter().any(|op| is_marked(op)))
}

fn is_marked(op: &RawValue) -> bool {
    op.get().contains(MARK) && op.get().contains(KNOWN)
}

/// Puts what an older server must not understand into words it does not know.
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
    /// As it goes into the store.
    pub fn real<T: Table>(&self, row: T) -> T {
        self.row(row, |(seen, real)| (seen, real), |(seen, real)| (seen, real))
    }

    /// As the older server reads it back.
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
