//! The app and the console as people use them: fingers on the real WebView, a mouse in a real browser.
//!
//! - [`handset`]: one phone with one hand: taps are counted, every wait is for something to be seen and has an end
//! - [`fixture`]: the demo township with its server, and the ways of phones to it
//! - [`contest`]: two people who correct one name, for what a supervisor decides
//! - [`browser`]: the console in headless Chromium
//! - [`gallery`]: where the pictures go

pub mod browser;
pub mod contest;
pub mod fixture;
pub mod gallery;
pub mod handset;
mod patience;

pub use browser::Browser;
pub use contest::Contest;
pub use fixture::Fixture;
pub use gallery::Gallery;
pub use handset::Handset;
pub use patience::PATIENCE;
