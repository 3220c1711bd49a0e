//! Kills the server with SIGKILL while devices push, round after round, and counts what was lost.

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
    /// On a PostgreSQL of its own instead of SQLite.
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
        Ok(toll) => {
            println!(
                "kill-rounds: {} kills under load, {} operations acknowledged, {} pushes broken off and sent again, {} \
                 lost, {} doubled.",
                toll.rounds, toll.acknowledged, toll.broken, toll.lost, toll.doubled
            );
            if toll.lost == 0 && toll.doubled == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("kill-rounds: {error:#}");
            ExitCode::FAILURE
        }
    }
}
