//! How the data of `shared` reads in each language. The app and the console both use this crate, so that the office and
//! the phone call a thing by the same name and write a number the same way.
//!
//! Layers, each above the ones before it:
//!
//! - [`lang`], [`catalogue`], [`locale`]: which language, its texts, and a text by its key.
//! - [`numbers`], [`dates`]: numbers, money, sizes, days, moments and periods.
//! - [`labels`], [`masking`]: names of kinds, fields and values; refusals in sentences; numbers of people half hidden.
//! - [`record`]: a record's fields and values in words.
//! - [`check`]: checks on locale files, for tests.
//!
//! Texts that both programs show live in `locales/`, embedded. Each program adds its own texts when it builds its
//! [`Catalogue`]. Nothing here reads a file, a clock or the environment, and a missing text never panics.

pub mod catalogue;
pub mod check;
pub mod dates;
pub mod labels;
pub mod lang;
pub mod locale;
pub mod masking;
pub mod numbers;
pub mod record;
#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, Texts};
pub use fluent_bundle::FluentValue;
pub use lang::Lang;
pub use locale::Locale;
