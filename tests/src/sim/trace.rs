//! The events of a run in order, and a hash over them that two runs of one seed must share. A failure shows the events
//! of its rows.

use super::clock::START_MS;
use shared::RowId;
use std::collections::BTreeMap;

/// 60: enough to see the cause, short enough to read.
const SHOWN: usize = 60;

struct TraceEvent {
    text: String,
    rows: Vec<RowId>,
}

pub struct Trace {
    lines: Vec<TraceEvent>,
    hash: u64,
    /// How often each kind of fault was injected.
    pub faults: BTreeMap<&'static str, u64>,
    pub syncs: u64,
    pub checks: u64,
    /// How often the run covered each case: a check whose case never occurs proves nothing.
    pub reached: BTreeMap<&'static str, u64>,
}

impl Default for Trace {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            hash: 0xcbf2_9ce4_8422_2325,
            faults: BTreeMap::new(),
            syncs: 0,
            checks: 0,
            reached: BTreeMap::new(),
        }
    }
}

impl Trace {
    pub fn event(&mut self, now_ms: i64, text: String, rows: Vec<RowId>) {
        self.fold(&now_ms.to_be_bytes());
        self.fold(text.as_bytes());
        let passed = (now_ms - START_MS) / 1000;
        let (days, hours, minutes, seconds) = (passed / 86_400, passed / 3600 % 24, passed / 60 % 60, passed % 60);
        let text = format!("day {days} {hours:02}:{minutes:02}:{seconds:02} {text}");
        self.lines.push(TraceEvent { text, rows });
    }

    pub fn fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
    }

    pub fn reach(&mut self, what: &'static str) {
        self.reach_often(what, 1);
    }

    pub fn reach_often(&mut self, what: &'static str, times: u64) {
        *self.reached.entry(what).or_default() += times;
    }

    /// Adds bytes to the hash without an event.
    pub fn fold(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    pub fn hash(&self) -> u64 {
        self.hash
    }

    pub fn steps(&self) -> u64 {
        self.lines.len() as u64
    }

    /// The last events about any of `rows`, and those about no row, such as faults; without rows, the last events.
    pub fn about(&self, rows: &[RowId]) -> Vec<String> {
        let about =
            |line: &&TraceEvent| rows.is_empty() || line.rows.is_empty() || line.rows.iter().any(|r| rows.contains(r));
        let mut lines: Vec<String> =
            self.lines.iter().rev().filter(about).take(SHOWN).map(|l| l.text.clone()).collect();
        lines.reverse();
        lines
    }

    pub fn whole(&self) -> Vec<String> {
        self.lines.iter().map(|line| line.text.clone()).collect()
    }
}
