//! Kills the server with SIGKILL under load, round after round, and counts what was lost or doubled.

use clap::Parser;
use std::process::ExitCode;
use tests::{bench::Backend, harness::interrupt::interrupted, kill};

#[derive(Parser)]
#[command(about = "Kills the server under load, round after round, and counts what was lost or doubled")]
struct Arguments {
    #[arg(long, default_value_t = 50)]
    rounds: u32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs on a PostgreSQL for this run instead of SQLite.
    #[arg(long)]
    postgres: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { rounds, seed, postgres } = Arguments::parse();
    let backend = if postgres { Backend::Postgres } else { Backend::Sqlite };
    let done = tokio::select! {
        done = kill::rounds(&backend, rounds, seed) => done,
        () = interrupted() => Err(anyhow::anyhow!("interrupted")),
    };
    match done {
        Ok(report) => {
            println!(
                "kill-rounds: {} kills under load, {} operations acknowledged, {} pushes broken off and sent again, {} \
                 lost, {} doubled.",
                report.rounds, report.acknowledged, report.broken, report.lost, report.doubled
            );
            if report.lost == 0 && report.doubled == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("kill-rounds: {error:#}");
            ExitCode::FAILURE
        }
    }
}
