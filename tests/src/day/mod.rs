//! A day in the field, end to end: a real server process, two phones as processes of their own, a bad connection between,
//! and a supervisor who asks for the figures. `make demo` tells it to people; the tests hold it to its checks.
//!
//! - [`stage`]: the township, its server, its history, the way to it
//! - [`cast`]: the two workers and the household they share
//! - the acts, in order: [`enrol`], [`offline`], [`killed`], [`sync`], [`report`], [`console`]
//! - [`teller`]: how it is told

pub mod console;
pub mod enrol;
pub mod killed;
pub mod narrator;
pub mod offline;
pub mod people;
pub mod report;
pub mod stage;
pub mod sync;

pub use narrator::{Language, Narrator};
pub use people::Cast;
pub use stage::{Stage, Where};

use anyhow::Context;

/// Plays the whole day. What did not hold is in `teller`; an error is something that kept the day from going on.
pub async fn play(places: &Where, teller: &mut Narrator) -> anyhow::Result<Stage> {
    let mut stage = Stage::set(places, teller).await.context("setting the stage")?;
    let mut cast = Cast::choose(&stage, places)?;
    enrol::play(&stage, &mut cast, teller).await.context("enrolling")?;
    let saved = offline::play(&stage, &mut cast, teller).await.context("offline")?;
    killed::play(&mut cast, &saved, teller).await.context("after the kill")?;
    sync::play(&mut stage, &mut cast, &saved, teller).await.context("syncing")?;
    let report = report::play(&stage, places, &mut cast, teller).await.context("the report")?;
    console::play(&stage, &report, teller).await.context("the console")?;
    Ok(stage)
}
