//! Kills, full disks, locked files.

use crate::{
    Command, Core, Refusal, Reply,
    command::NeedText,
    store::{outbox, photo},
    testing::*,
};
use shared::{
    RowId,
    records::{NeedKind, PhotoOf},
};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Command as Process, Stdio},
};

#[test]
fn saved_survives_closing_and_opening_again() {
    let env = TestEnv::new();
    let dir = Dir::new();
    let (mut core, _office) = ready(&env, Some(dir.path()));
    let mut visit = routine(person(1));
    visit.note = Some("一切都好".into());
    let rows = saved(&mut core, Command::SaveVisit(visit));
    core.handle(Command::SaveDraft { key: "visit:x".into(), json: r#"{"n":1}"#.into() });
    drop(core);
    let mut core = opened(&env, Some(dir.path()));
    assert_eq!(local_row(&core, rows[0]).unwrap().fields.text("note"), Some("一切都好"));
    assert_eq!(waiting(&core).len(), 1);
    let today = answer!(core, Command::Today, Reply::Today(today) => today);
    assert_eq!((today.drafts[0].key.as_str(), today.waiting), ("visit:x", 1));
    let json = answer!(core, Command::LoadDraft { key: "visit:x".into() }, Reply::Draft { json, .. } => json);
    assert_eq!(json.as_deref(), Some(r#"{"n":1}"#));
}

#[test]
fn a_locked_store_is_no_readable_database_and_holds_no_plain_word() {
    let env = TestEnv::new();
    let dir = Dir::new();
    let (mut core, _office) = ready(&env, Some(dir.path()));
    let mut visit = routine(person(1));
    visit.note = Some("这句话不许外传".into());
    saved(&mut core, Command::SaveVisit(visit));
    for lock in [false, true] {
        if lock {
            core.handle(Command::Lock);
        }
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for word in ["谷军", "这句话不许外传", "13800001111", "柳湖村", "token"] {
                assert!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "{word}");
            }
        }
    }
    let store = dir.path().join("store.db");
    assert!(!std::fs::read(&store).unwrap().starts_with(b"SQLite format 3"));
    let plain = rusqlite::Connection::open(&store).unwrap();
    assert!(plain.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get::<_, i64>(0)).is_err());
}

#[test]
fn a_store_whose_vault_is_lost_is_set_aside_and_never_deleted() {
    let env = TestEnv::new();
    let dir = Dir::new();
    let (core, _office) = ready(&env, Some(dir.path()));
    drop(core);
    let before = std::fs::read(dir.path().join("store.db")).unwrap();
    std::fs::remove_file(dir.path().join("vault.db")).unwrap();
    let mut core = opened(&env, Some(dir.path()));
    assert_eq!(refused(&mut core, Command::Today), Refusal::NotEnrolled);
    assert_eq!(std::fs::read(dir.path().join("store-without-key-1.db")).unwrap(), before);
}

/// Everything that a save touches, to compare before and after.
fn traces(core: &Core) -> (usize, i64, i64, usize, usize) {
    let conn = core.store().unwrap().conn();
    let count = |sql: &str| conn.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
    (
        waiting(core).len(),
        count("SELECT count(*) FROM record"),
        count("SELECT count(*) FROM draft"),
        photo::of_draft(conn, "visit:1").unwrap().len(),
        outbox::list(conn, outbox::Part::Recent, 1000).unwrap().len(),
    )
}

#[test]
fn a_full_disk_is_said_plainly_keeps_nothing_by_half_and_is_over_when_there_is_room() {
    let env = TestEnv::new();
    let dir = Dir::new();
    let (mut core, _office) = ready(&env, Some(dir.path()));
    core.handle(Command::SaveDraft { key: "visit:1".into(), json: "{}".into() });
    let bytes = jpeg(7);
    core.handle(Command::AddPhoto { draft: "visit:1".into(), of: PhotoOf::Visit, caption: None, bytes });
    let save = || {
        let mut visit = routine(person(1));
        visit.recipients = vec![person(1), person(2), person(3)];
        visit.note = Some("长".repeat(3900));
        visit.need = Some(NeedText { kind: NeedKind::Housing, text: "漏雨".repeat(900), unit: None });
        visit.draft = Some("visit:1".into());
        Command::SaveVisit(visit)
    };
    let before = traces(&core);
    let pages = core.store().unwrap().pages().unwrap();
    let mut refusals = 0;
    // One page more each time: the disk is full at every point of the transaction in turn.
    for room in 0..200 {
        core.store().unwrap().limit_pages(pages + room).unwrap();
        match core.handle(save()) {
            Reply::Saved { .. } => break,
            Reply::Refused(Refusal::StorageFull) => refusals += 1,
            other => panic!("{other:?}"),
        }
        assert_eq!(traces(&core), before);
        let today = answer!(core, Command::Today, Reply::Today(today) => today);
        assert_eq!(today.recipients, 3, "what was saved before is there to read");
    }
    assert!(refusals > 3, "{refusals}");
    assert_eq!(waiting(&core).len(), 5);
    core.store().unwrap().limit_pages(0).unwrap();
    saved(&mut core, Command::SaveVisit(routine(person(2))));
    assert_eq!(waiting(&core).iter().map(|op| op.no.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
}

/// Set for the child of [`a_kill_at_any_moment_loses_nothing_that_was_acknowledged`] only.
const CHILD_DIR: &str = "DEVICE_CORE_KILL_TEST_DIR";

#[test]
#[ignore = "the child of the next test; does nothing by itself"]
fn child_that_saves_until_it_is_killed() {
    let Ok(dir) = std::env::var(CHILD_DIR) else { return };
    let env = TestEnv::new();
    // Ids must differ from round to round.
    env.set_clock_by(i64::from(std::process::id()) * 1000);
    let mut core = opened(&env, Some(dir.as_ref()));
    let mut out = std::io::stdout();
    for n in 0u128.. {
        env.pass_ms(1);
        core.handle(Command::SaveDraft { key: format!("visit:{}", n % 3), json: "{}".into() });
        let rows = saved(&mut core, Command::SaveVisit(routine(person(1 + n % 3))));
        writeln!(out, "saved {}", rows[0]).unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn a_kill_at_any_moment_loses_nothing_that_was_acknowledged() {
    let env = TestEnv::new();
    let dir = Dir::new();
    drop(ready(&env, Some(dir.path())));
    let mut acknowledged: Vec<RowId> = Vec::new();
    for round in 0..6 {
        let mut child = Process::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "commands::tests::faults::child_that_saves_until_it_is_killed",
                "--ignored",
                "--nocapture",
            ])
            .env(CHILD_DIR, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Killed somewhere after so many saves, wherever the child then is.
        let row = |line: std::io::Result<String>| -> Option<RowId> { line.ok()?.split("saved ").nth(1)?.parse().ok() };
        let mut before = lines.by_ref().filter_map(row).take(5 + round * 7);
        acknowledged.extend(before.by_ref());
        child.kill().unwrap();
        acknowledged.extend(lines.filter_map(row));
        child.wait().unwrap();
    }
    assert!(acknowledged.len() >= 6 * 5);
    let core = opened(&env, Some(dir.path()));
    let ops = waiting(&core);
    for row in &acknowledged {
        assert!(local_row(&core, *row).is_some(), "{row} was acknowledged and is gone");
        assert_eq!(ops.iter().filter(|op| op.row == *row).count(), 1);
    }
    let numbers: Vec<u64> = ops.iter().map(|op| op.no.0).collect();
    assert_eq!(numbers, (1..=ops.len() as u64).collect::<Vec<_>>(), "gapless over all kills");
    let whole: String = core.store().unwrap().conn().query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
    assert_eq!(whole, "ok");
}
