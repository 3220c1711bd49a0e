//! A few seeds of the simulator, and every bug it must catch. `make simulate` runs many.

use tests::sim::{self, mutants::Bug};

/// Seeds that a test run takes; `make simulate` takes many more.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=12;

#[test]
fn whatever_goes_wrong_nothing_is_lost_doubled_or_shown_to_strangers() {
    for seed in SEEDS {
        let report = sim::run(seed, None).unwrap();
        assert!(report.checks > 0 && report.operations > 0, "seed {seed} checked nothing");
        if let Some(failure) = report.failure {
            panic!("seed {seed}: {}: {}\n{}", failure.check, failure.what, failure.trace.join("\n"));
        }
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
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
