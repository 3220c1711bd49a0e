//! A day in the field, end to end: a real server process, two phones as processes of their own, a bad connection
//! between, and a supervisor who asks for the figures. `make demo` tells it to people; the tests hold it to its checks.
//!
//! - [`township`]: the township, its server, its history, the way to it
//! - [`people`]: the two workers and the household they share
//! - the acts, in order: [`enrol`], [`offline`], [`killed`], [`sync`], [`report`], [`console`]
//! - [`narrator`]: how it is told

pub mod console;
pub mod enrol;
pub mod killed;
pub mod narrator;
pub mod offline;
pub mod people;
pub mod report;
pub mod sync;
pub mod township;

pub use narrator::{Language, Narrator};
pub use people::People;
pub use township::{DayPaths, Township};

use anyhow::Context;

/// Plays the whole day. What did not hold is in `narrator`; an error is something that kept the day from going on.
pub async fn play(paths: &DayPaths, narrator: &mut Narrator) -> anyhow::Result<Township> {
    let mut township = Township::set(paths, narrator).await.context("setting the township")?;
    let mut people = People::choose(&township, paths)?;
    enrol::play(&township, &mut people, narrator).await.context("enrolling")?;
    let saved = offline::play(&township, &mut people, narrator).await.context("offline")?;
    killed::play(&mut people, &saved, narrator).await.context("after the kill")?;
    sync::play(&mut township, &mut people, &saved, narrator).await.context("syncing")?;
    let report = report::play(&township, paths, &mut people, narrator).await.context("the report")?;
    console::play(&township, &report, narrator).await.context("the console")?;
    Ok(township)
}
