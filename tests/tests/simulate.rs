//! A few seeds of the simulator, and every bug that it must catch. `make simulate` runs many seeds.

use tests::sim::{self, mutants::Bug};

/// The seeds of a test run; `make simulate` runs many more.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=12;

#[test]
fn no_fault_loses_or_doubles_an_operation_or_shows_a_row_outside_its_scopes() {
    for seed in SEEDS {
        let report = sim::run(seed, None).unwrap();
        assert!(report.checks > 0 && report.operations > 0, "seed {seed} checked nothing");
        if let Some(failure) = report.failure {
            panic!("seed {seed}: {}: {}\n{}", failure.check, failure.what, failure.trace.join("\n"));
        }
    }
}

#[test]
fn the_same_seed_repeats_the_same_run() {
    for seed in [3, 4] {
        let (first, second) = (sim::run(seed, None).unwrap(), sim::run(seed, None).unwrap());
        assert_eq!((first.hash, first.steps, first.checks), (second.hash, second.steps, second.checks), "seed {seed}");
    }
    assert_ne!(sim::run(5, None).unwrap().hash, sim::run(6, None).unwrap().hash);
}

#[test]
fn every_planted_bug_is_caught() {
    for bug in Bug::ALL {
        let caught = (1..=40).find_map(|seed| sim::run(seed, Some(*bug)).unwrap().failure);
        assert!(caught.is_some(), "{} was not caught", bug.name());
    }
}
