//! Notices and tasks of the office.

use super::{
    deeds::Entry,
    dice::Dice,
    phrases::{lines, parts},
};
use shared::{
    AreaCode, Change, Day, Moment, RowId,
    ids::uuid_v7,
    records::{Notice, Record, Task, task::TaskCounts},
};

/// Notices and tasks of a supervisor of `area`, as of `today`.
pub fn notices_and_tasks(seed: u64, area: AreaCode, today: Day) -> Vec<Entry> {
    let mut dice = Dice::new(seed, u64::MAX);
    let at = Moment::shanghai(today.plus(-1).start_utc_ms() + 9 * 3_600_000);
    let mut create = |kind, fields| {
        let row = RowId(uuid_v7(at.utc_ms, dice.bytes()));
        Entry { kind, row, at, change: Change::Create(fields) }
    };
    let notices = lines("notices").iter().enumerate().map(|(n, line)| {
        let [title, text] = parts::<2>(line);
        let (title, text) = (title.to_owned(), text.to_owned());
        Notice { title, text, area, from: today.plus(-(n as i32)), until: Some(today.plus(14)) }
    });
    let mut entries: Vec<Entry> = notices.map(|n| create(Notice::KIND, n.to_fields())).collect();
    let counts = [TaskCounts::HomeVisit, TaskCounts::AnyContact];
    let tasks = lines("tasks").iter().zip(counts).enumerate().map(|(n, (line, counts))| {
        let [title, text] = parts::<2>(line);
        Task {
            title: title.to_owned(),
            text: Some(text.to_owned()),
            area,
            workers: Vec::new(),
            start: today.plus(-10),
            due: today.plus(5 + 7 * n as i32),
            counts,
        }
    });
    entries.extend(tasks.map(|t| create(Task::KIND, t.to_fields())));
    entries
}
