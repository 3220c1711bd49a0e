//! `simulate`: runs seeds, or the planted bugs, and says what broke. `docs/simulator.md` tells how to read it.

use clap::Parser;
use std::{
    collections::BTreeMap,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use tests::sim::{self, SeedReport, mutants::Bug};

#[derive(Parser)]
struct Options {
    /// How many seeds to run.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// Runs the planted bugs instead, each on so many seeds at most, and fails for one that is not caught.
    #[arg(long)]
    mutants: bool,
    /// Only this planted bug.
    #[arg(long)]
    mutant: Option<String>,
    /// Prints everything that happened in a seed that broke, not only what is about its rows.
    #[arg(long)]
    whole: bool,
    /// Seeds side by side.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let done = if options.mutants || options.mutant.is_some() { mutants(&options) } else { seeds(&options) };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("simulate: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all seeds; true when nothing broke.
fn seeds(options: &Options) -> anyhow::Result<bool> {
    let begun = Instant::now();
    let (next, end) = (AtomicU64::new(options.first_seed), options.first_seed + options.seeds);
    let reports = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let report = sim::run(seed, None);
                    if let Ok(SeedReport { failure: Some(failure), .. }) = &report {
                        println!("seed {seed} broke: {}: {}", failure.check, failure.what);
                        let lines = if options.whole { &failure.whole } else { &failure.trace };
                        lines.iter().for_each(|line| println!("    {line}"));
                        println!("  again: make simulate SEEDS=1 FIRST_SEED={seed}");
                    }
                    reports.lock().unwrap_or_else(PoisonError::into_inner).push(report);
                }
            });
        }
    });
    let reports = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
    let reports = reports.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    Ok(conclude(&reports, begun))
}

fn conclude(reports: &[SeedReport], begun: Instant) -> bool {
    let sum = |of: fn(&SeedReport) -> u64| reports.iter().map(of).sum::<u64>();
    let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
    for (kind, n) in reports.iter().flat_map(|r| &r.faults) {
        *faults.entry(kind).or_default() += n;
    }
    println!("faults injected:");
    for (kind, n) in &faults {
        println!("  {n:>8}  {kind}");
    }
    let failures = reports.iter().filter(|r| r.failure.is_some()).count();
    println!(
        "{} syncs, {} steps, {} checks, {:.1} s",
        sum(|r| r.syncs),
        sum(|r| r.steps),
        sum(|r| r.checks),
        begun.elapsed().as_secs_f64()
    );
    println!(
        "simulate: {} seeds, {} operations, {} faults, {failures} failures.",
        reports.len(),
        sum(|r| r.operations),
        faults.values().sum::<u64>()
    );
    failures == 0
}

/// Plants each bug and looks for the first seed that catches it; true when all are caught.
fn mutants(options: &Options) -> anyhow::Result<bool> {
    let begun = Instant::now();
    let bugs: Vec<Bug> = match &options.mutant {
        Some(name) => vec![Bug::of(name).ok_or_else(|| anyhow::anyhow!("there is no mutant {name}"))?],
        None => Bug::ALL.to_vec(),
    };
    let mut missed = 0;
    for bug in &bugs {
        let mut caught = None;
        for seed in options.first_seed..options.first_seed + options.seeds {
            if let Some(failure) = sim::run(seed, Some(*bug))?.failure {
                caught = Some((seed, failure));
                break;
            }
        }
        match caught {
            Some((seed, failure)) => {
                println!("{:<34} seed {seed:<3} {}", bug.name(), failure.check);
                if options.mutant.is_some() {
                    println!("  {}", failure.what);
                    failure.trace.iter().for_each(|line| println!("    {line}"));
                }
            }
            None => {
                missed += 1;
                println!("{:<34} not caught in {} seeds:{}", bug.name(), options.seeds, bug.what());
            }
        }
    }
    println!("{:.1} s", begun.elapsed().as_secs_f64());
    println!("simulate: {} mutants, {} caught, {missed} missed.", bugs.len(), bugs.len() - missed);
    Ok(missed == 0)
}
