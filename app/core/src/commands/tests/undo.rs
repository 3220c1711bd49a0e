//! Taking back within seconds, and withdrawing afterwards.

use crate::{Command, Refusal, Reply, store::undo::UNDO_MS, testing::*};
use shared::{Kind, records::PhotoOf};

fn void(row: shared::RowId, reason: &str) -> Command {
    Command::Void { row, reason: reason.into() }
}

#[test]
fn within_seconds_a_save_is_taken_back_as_if_it_had_never_been() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    core.handle(Command::SaveDraft { key: "visit:1".into(), json: r#"{"note":"半截"}"#.into() });
    let bytes = jpeg(3);
    core.handle(Command::AddPhoto { draft: "visit:1".into(), of: PhotoOf::Visit, caption: None, bytes });
    let mut visit = routine(person(1));
    visit.draft = Some("visit:1".into());
    let rows = saved(&mut core, Command::SaveVisit(visit));
    let undoable = |core: &mut crate::Core, row| answer!(core, Command::Record { row }, Reply::Record(v) => v.undoable);
    assert!(undoable(&mut core, rows[0]));
    env.pass_ms(UNDO_MS - 1);
    saved(&mut core, void(rows[0], ""));
    assert_eq!(waiting(&core), vec![]);
    assert!(local_row(&core, rows[0]).is_none() && local_row(&core, rows[1]).is_none());
    let (json, photos) =
        answer!(core, Command::LoadDraft { key: "visit:1".into() }, Reply::Draft { json, photos } => (json, photos));
    assert_eq!((json.as_deref(), photos.len()), (Some(r#"{"note":"半截"}"#), 1), "the draft is back with its photo");
    assert_eq!(office.push(&mut core), 0);
    let rows = saved(&mut core, Command::SaveVisit(routine(person(2))));
    assert_eq!(waiting(&core)[0].no.0, 1, "no gap on the wire");
    assert_eq!(office.push(&mut core), 1);
    assert!(!undoable(&mut core, rows[0]), "what was offered cannot be taken back");
}

#[test]
fn what_was_saved_after_it_moves_up() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    saved(&mut core, Command::SaveVisit(routine(person(1))));
    office.sync(&mut core);
    let second = saved(&mut core, Command::SaveVisit(routine(person(2))));
    let third = saved(&mut core, Command::SaveVisit(routine(person(3))));
    saved(&mut core, void(second[0], ""));
    let ops = waiting(&core);
    assert_eq!((ops.len(), ops[0].no.0, ops[0].row), (1, 2, third[0]));
    office.sync(&mut core);
    assert_eq!(office.rows.values().filter(|r| r.kind == Kind::Visit).count(), 2);
    saved(&mut core, Command::SaveVisit(routine(person(2))));
    assert_eq!(waiting(&core)[0].no.0, 3);
}

#[test]
fn a_save_that_another_builds_on_is_withdrawn_instead() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    let rows = saved(&mut core, Command::SaveVisit(routine(person(1))));
    let fields = shared::Fields::new().with("follow_up", "再来");
    saved(&mut core, Command::Amend { row: rows[0], reason: String::new(), fields });
    assert!(matches!(refused(&mut core, void(rows[0], "")), Refusal::Invalid(_)), "a withdrawal needs a reason");
    saved(&mut core, void(rows[0], "记错人"));
    assert_eq!(waiting(&core).last().unwrap().change.name(), "void");
    let view = answer!(core, Command::Record { row: rows[0] }, Reply::Record(v) => v);
    assert!(view.item.void && view.void_reason.as_deref() == Some("记错人"));
}

#[test]
fn a_save_is_held_back_for_seconds_only_and_offered_at_once_when_asked() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    saved(&mut core, Command::SaveVisit(routine(person(1))));
    assert!(core.take_unsent(false, 10, 10_000).unwrap().is_empty());
    assert_eq!(core.held_back_ms(), Some(UNDO_MS));
    env.set_clock_by(-86_400_000);
    env.pass_ms(UNDO_MS);
    assert_eq!(core.take_unsent(false, 10, 10_000).unwrap().len(), 1, "a clock set back holds nothing up");
    saved(&mut core, Command::SaveVisit(routine(person(1))));
    assert_eq!(core.take_unsent(true, 10, 10_000).unwrap().len(), 2);
    assert_eq!(core.held_back_ms(), None);
}

#[test]
fn after_a_restart_everything_is_sent_and_a_withdrawal_is_a_withdrawal() {
    let env = TestEnv::new();
    let dir = Dir::new();
    let (mut core, _office) = ready(&env, Some(dir.path()));
    let rows = saved(&mut core, Command::SaveVisit(routine(person(1))));
    drop(core);
    let mut core = opened(&env, Some(dir.path()));
    assert!(matches!(refused(&mut core, void(rows[0], "")), Refusal::Invalid(_)));
    assert_eq!(core.take_unsent(false, 10, 10_000).unwrap().len(), 1);
}

#[test]
fn undoing_the_solving_of_a_need_opens_it_again() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let need = crate::command::NeedText { kind: shared::records::NeedKind::Living, text: "缺米".into(), unit: None };
    let rows = saved(&mut core, Command::OpenNeed(crate::command::NewNeed { recipient: person(1), need, draft: None }));
    office.sync(&mut core);
    let mut solve = aid(shared::records::AssistanceKind::Solve, vec![share(person(1))]);
    (solve.need, solve.note) = (Some(rows[0].into()), Some("送米".into()));
    let made = saved(&mut core, Command::SaveAssistance(solve));
    assert_eq!(local_row(&core, rows[0]).unwrap().fields.text("status"), Some("solved"));
    saved(&mut core, void(made[0], ""));
    let back = local_row(&core, rows[0]).unwrap();
    assert_eq!((back.fields.text("status"), back.rev), (Some("opened"), office.rows[&rows[0]].rev));
}
