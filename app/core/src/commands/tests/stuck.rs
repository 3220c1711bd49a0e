//! What the server refused, and rows that leave.

use crate::{
    Command, Refusal, Reply,
    store::{eviction, member},
    testing::*,
    views::RecordState,
};
use shared::{
    RowId,
    ids::OpNo,
    op::Rejection,
    records::{Problem, ProblemCode},
};

fn state(core: &mut crate::Core, row: RowId) -> RecordState {
    answer!(core, Command::Record { row }, Reply::Record(v) => v.item.state)
}

fn month(core: &mut crate::Core) -> (i64, i64) {
    let command = Command::MyMonth { month: "2026-03".parse().unwrap() };
    answer!(core, command, Reply::Month(m) => (m.confirmed.visits(), m.waiting.visits()))
}

fn attention(core: &mut crate::Core) -> Vec<OpNo> {
    answer!(core, Command::SyncState, Reply::Sync(s) => s.attention.iter().map(|i| i.op_no).collect())
}

fn refused_visit(core: &mut crate::Core, office: &mut Office, why: Rejection) -> RowId {
    let row = saved(core, Command::SaveVisit(routine(person(1))))[0];
    office.refuse = Some(why);
    office.sync(core);
    office.refuse = None;
    row
}

#[test]
fn a_refused_visit_stays_readable_and_is_not_counted() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let row = refused_visit(&mut core, &mut office, Rejection::NotYours);
    assert_eq!(state(&mut core, row), RecordState::Rejected);
    assert_eq!(month(&mut core), (0, 0), "the report will not show it either");
    assert_eq!(attention(&mut core).len(), 1);
    env.pass_ms(60_000);
    office.sync(&mut core);
    assert!(local_row(&core, row).is_some(), "and no sweep takes it while it wants a look");
}

#[test]
fn a_refused_visit_is_mended_under_its_own_id() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let why = Rejection::Invalid(vec![Problem::new("note", ProblemCode::TooLong)]);
    let row = refused_visit(&mut core, &mut office, why);
    let fields = shared::Fields::new().with("note", "短");
    saved(&mut core, Command::Amend { row, reason: String::new(), fields });
    assert_eq!((state(&mut core, row), month(&mut core)), (RecordState::Waiting, (0, 1)));
    assert!(attention(&mut core).is_empty());
    office.sync(&mut core);
    assert_eq!((state(&mut core, row), month(&mut core)), (RecordState::Confirmed, (1, 0)));
    assert_eq!(office.rows[&row].fields.text("note"), Some("短"));
}

#[test]
fn a_refused_operation_is_sent_again_once_the_cause_is_gone() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let row = refused_visit(&mut core, &mut office, Rejection::NotYours);
    let op_no = attention(&mut core)[0];
    assert_eq!(saved(&mut core, Command::Resend { op_no }), [row]);
    assert_eq!(refused(&mut core, Command::Resend { op_no: OpNo(99) }), Refusal::NotFound);
    office.sync(&mut core);
    assert_eq!((state(&mut core, row), month(&mut core)), (RecordState::Confirmed, (1, 0)));
}

#[test]
fn an_id_that_is_taken_is_sent_under_another() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let row = refused_visit(&mut core, &mut office, Rejection::IdTaken);
    let op_no = attention(&mut core)[0];
    let again = saved(&mut core, Command::Resend { op_no });
    assert_ne!(again, [row]);
    office.sync(&mut core);
    assert_eq!(month(&mut core), (1, 0), "once");
}

#[test]
fn what_was_put_aside_asks_no_more_and_stays_in_the_log() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let row = refused_visit(&mut core, &mut office, Rejection::NotYours);
    let op_no = attention(&mut core)[0];
    assert!(matches!(core.handle(Command::Acknowledge { op_no }), Reply::Done));
    assert!(attention(&mut core).is_empty());
    assert!(local_row(&core, row).is_none(), "it was never on the server and leaves the card");
    let log = answer!(core, Command::SyncState, Reply::Sync(s) => s.recent);
    assert_eq!((log[0].op_no, &log[0].state), (op_no, &RecordState::Rejected));
    let other = refused_visit(&mut core, &mut office, Rejection::NotYours);
    saved(&mut core, Command::Void { row: other, reason: String::new() });
    assert!(local_row(&core, other).is_none() && attention(&mut core).is_empty());
    assert!(waiting(&core).is_empty(), "the server has nothing to withdraw");
}

#[test]
fn a_refused_edit_gives_way_to_what_stands() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    saved(&mut core, Command::EditRecipient { recipient: person(1), fields: phone("2") });
    assert_eq!(local_row(&core, person(1)).unwrap().fields.text("phone"), Some("2"));
    office.refuse = Some(Rejection::NotYours);
    office.push(&mut core);
    assert_eq!(local_row(&core, person(1)).unwrap().fields.text("phone"), Some("13800001111"));
}

#[test]
fn a_recipient_who_leaves_stays_until_pending_work_was_accepted() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let visit = saved(&mut core, Command::SaveVisit(routine(person(1))))[0];
    let leave = |core: &mut crate::Core| {
        core.write(|tx| {
            member::remove(tx, &scope(), person(1).into())?;
            Ok(eviction::sweep(tx)?)
        })
        .unwrap()
    };
    assert_eq!(leave(&mut core), 0);
    assert!(local_row(&core, person(1)).is_some());
    office.sync(&mut core);
    assert!(local_row(&core, person(1)).is_none(), "gone with the pull that settled it");
    let list = answer!(core, Command::Recipients(Default::default()), Reply::Recipients(v) => v);
    assert_eq!(list.total, 2);
    assert!(local_row(&core, visit).is_some(), "own work stays, in its author's scope");
    assert_eq!(month(&mut core), (1, 0));
}
