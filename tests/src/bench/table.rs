//! Prints figures beside their targets.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

/// The target of a figure.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    fn holds(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(n) => figure >= n,
            Self::AtMost(n) => figure <= n,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(n) => format!(">= {}", figure(n)),
            Self::AtMost(n) => format!("<= {}", figure(n)),
        }
    }
}

/// The rows that were printed so far.
#[derive(Default)]
pub struct Table {
    rows: u32,
    short: Vec<String>,
}

impl Table {
    pub fn title(&mut self, title: &str) {
        println!("\n{title}\n{:<58}{:>12}  {:<10}{:>12}", "", "measured", "unit", "to hold");
    }

    /// Prints a figure beside its target.
    pub fn hold(&mut self, what: &str, got: f64, unit: &str, hold: Target) {
        self.rows += 1;
        let sign = if hold.holds(got) { "ok" } else { "SHORT" };
        println!("{what:<58}{:>12}  {unit:<10}{:>12}  {sign}", figure(got), hold.text());
        if !hold.holds(got) {
            self.short.push(what.to_owned());
        }
    }

    /// Prints a figure without a target.
    pub fn note(&mut self, what: &str, got: f64, unit: &str) {
        println!("{what:<58}{:>12}  {unit}", figure(got));
    }

    /// The last line: how many figures reach their target.
    pub fn end(&self, began: Instant) -> String {
        let held = self.rows as usize - self.short.len();
        let mut line = format!("bench: {held} of {} numbers hold", self.rows);
        if !self.short.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(line, "; short: {}", self.short.join(", "));
        }
        format!("{line}; {:.0} s in all.", began.elapsed().as_secs_f64())
    }
}

/// A figure with two decimals below 100, and with groups of thousands from there on.
pub fn figure(n: f64) -> String {
    if n.abs() < 100.0 {
        return format!("{n:.2}");
    }
    let digits = format!("{:.0}", n.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    if n < 0.0 { format!("-{text}") } else { text }
}

pub fn per_second(n: usize, took: Duration) -> f64 {
    n as f64 / took.as_secs_f64()
}

pub fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

/// The value below which `share` of the sorted durations lie.
pub fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_at_a_glance() {
        assert_eq!(figure(0.5), "0.50");
        assert_eq!(figure(999.6), "1 000");
        assert_eq!(figure(41_234.5), "41 234");
        assert_eq!(figure(-1_234_567.0), "-1 234 567");
    }

    #[test]
    fn a_percentile_is_a_value_that_occurred() {
        let all: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(percentile(&all, 0.5), Duration::from_millis(50));
        assert_eq!(percentile(&all, 0.99), Duration::from_millis(99));
        assert_eq!(percentile(&all[..1], 0.99), Duration::from_millis(1));
        assert_eq!(percentile(&[], 0.99), Duration::ZERO);
    }
}
