//! The demo city: invented people with an exact, known history, so that a report can be checked to the last visit.
//!
//! - how large it is and what must come out: [`shape`]
//! - who lives and works there: [`plan`], from the seed lists of [`phrases`] by way of [`people`]
//! - what they did: [`history`] (exact yearly totals, for the city) and [`cadence`] (by the visiting rules up to today,
//!   for one township whose screens show every state); single records come from [`deeds`]
//! - notices and tasks of the office: [`office`]
//! - the roster as import files: [`roster`]; records as the server would hold them: [`rows`]
//!
//! The same seed gives the same city, byte for byte. Histories stream worker by worker.

pub mod cadence;
pub mod deeds;
pub mod dice;
pub mod history;
pub mod office;
pub mod people;
pub mod phrases;
pub mod plan;
pub mod quota;
pub mod roster;
pub mod rows;
pub mod shape;

pub use deeds::{Entry, WorkerLog};
pub use history::History;
pub use plan::Plan;
pub use shape::{Shape, Totals};

#[cfg(test)]
mod tests;
