//! Runs the benchmarks and prints each figure beside its target.

use clap::{Parser, ValueEnum};
use std::{process::ExitCode, time::Instant};
use tests::{
    bench::{self, Backend, table::Table},
    harness::interrupt::to_the_end,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Sync,
    FanIn,
    History,
    Phone,
}

#[derive(Parser)]
#[command(about = "Measures push, pull, fan-in, reports and the device, and prints each figure beside its target")]
struct Arguments {
    /// Only these parts; history needs fan-in.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Runs on a PostgreSQL for this run instead of SQLite.
    #[arg(long)]
    postgres: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    to_the_end("bench", run(Arguments::parse())).await
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let began = Instant::now();
    let wanted = |part: Part| arguments.only.is_empty() || arguments.only.contains(&part);
    let backend = if arguments.postgres { Backend::Postgres } else { Backend::Sqlite };
    let mut table = Table::default();
    let baseline = bench::peer::run(&mut table)?;
    if wanted(Part::Sync) {
        bench::sync::run(&backend, &baseline, &mut table).await?;
    }
    if wanted(Part::FanIn) || wanted(Part::History) {
        let (mut stage, mut recorders) = bench::fan_in::run(&backend, &baseline, &mut table).await?;
        if wanted(Part::History) {
            bench::history::run(&mut stage, &mut recorders, &mut table).await?;
        }
        stage.server.kill().await?;
    }
    if wanted(Part::Phone) && !arguments.postgres {
        bench::phone::run(&mut table).await?;
    }
    println!("\n{}", table.end(began));
    Ok(())
}
