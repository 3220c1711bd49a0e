//! Resolving reviews, and what the authors of the changes see of it.

use crate::{Command, Core, Refusal, Reply, store::undo::UNDO_MS, testing::*, views::*};
use serde_json::json;
use shared::{
    Change, Fields, Kind, Outcome, ReviewId, RowId,
    op::Rejection,
    records::{AssistanceKind, ReceiptMode, ReviewReason, ReviewStatus, Role},
    wire::ErrorCode,
};

const NAME: &str = "谷均";

/// A supervisor's phone of the township.
fn supervisor(env: &TestEnv) -> (Core, Office) {
    let (mut core, office) = ready(env, None);
    let mut me = enrolment(Role::Supervisor);
    me.areas = vec!["620802001".parse().unwrap()];
    core.write(|tx| Ok(tx.set_enrolment(&me)?)).unwrap();
    (core, office)
}

fn reviews(core: &mut Core) -> ReviewsView {
    answer!(core, Command::Reviews, Reply::Reviews(view) => *view)
}

fn review(core: &mut Core, id: ReviewId) -> ReviewItem {
    answer!(core, Command::Review { review: id }, Reply::Review(view) => *view)
}

fn resolve(id: ReviewId, accept: bool) -> Command {
    Command::Resolve { review: id, accept, reason: "看过证件".into() }
}

/// A second name for the first person, by a colleague, as the server files it.
fn filed(office: &mut Office, n: u128) -> ReviewId {
    let op = json!({"op_id": uuid::Uuid::from_u128(0x900 + n), "op_no": 1, "hlc": "0000000000000001", "kind": "recipient",
        "row": person(n), "change": {"set": {"name": NAME}}});
    let fields = json!({"reason": "identity_conflict", "status": "open", "row": person(n), "row_kind": "recipient",
        "recipient": person(n), "op": op, "proposed_by": colleague(), "proposed_name": "王玉梅",
        "proposed_hlc": "0000000000010000", "current": {"name": "谷军"}, "current_by": me()});
    ReviewId(office.add(Kind::Review, 0x70 + n, fields).0)
}

#[test]
fn a_supervisor_sees_both_values_and_decides_without_a_connection() {
    let env = TestEnv::new();
    let (mut core, mut office) = supervisor(&env);
    let id = filed(&mut office, 1);
    office.pull(&mut core);
    let view = reviews(&mut core);
    assert_eq!((view.open.len(), view.done.len(), view.holds_area), (1, 0, true));
    let case = &view.open[0];
    assert_eq!((case.recipient_name.as_deref(), case.proposed.by.as_deref()), (Some("谷军"), Some("王玉梅")));
    let value = ReviewValue { field: "name".into(), proposed: Some(json!(NAME)), standing: Some(json!("谷军")) };
    assert_eq!((case.values.clone(), case.may_decide, case.acceptable), (vec![value], true, true));

    saved(&mut core, resolve(id, true));
    let case = review(&mut core, id);
    let decision = case.decision.unwrap();
    assert_eq!((decision.accepted, decision.reason.as_str(), decision.by.as_deref()), (true, "看过证件", Some("王一")));
    assert!(case.waiting && case.undoable);
    assert_eq!((reviews(&mut core).open.len(), reviews(&mut core).done.len()), (0, 1));
    let sent = waiting(&core);
    assert_eq!(sent[0].change, Change::Resolve { accept: true, reason: "看过证件".into() });
}

#[test]
fn within_seconds_a_decision_is_taken_back_and_afterwards_it_is_not() {
    let env = TestEnv::new();
    let (mut core, mut office) = supervisor(&env);
    let id = filed(&mut office, 1);
    office.pull(&mut core);
    saved(&mut core, resolve(id, false));
    env.pass_ms(UNDO_MS - 1);
    saved(&mut core, Command::Undo { row: RowId(id.0) });
    assert_eq!((waiting(&core).len(), review(&mut core, id).decision), (0, None));
    saved(&mut core, resolve(id, true));
    env.pass_ms(UNDO_MS);
    assert_eq!(refused(&mut core, Command::Undo { row: RowId(id.0) }), Refusal::NotNow);
    assert_eq!(refused(&mut core, resolve(id, false)), Refusal::NotNow, "decided once");
}

#[test]
fn who_may_not_decide_is_told_so_and_a_reason_is_asked_for() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let id = filed(&mut office, 1);
    office.pull(&mut core);
    assert_eq!(refused(&mut core, resolve(id, true)), Refusal::Server(ErrorCode::NotAllowed));
    let case = review(&mut core, id);
    assert!(!case.may_decide, "a worker reads it: {:?}", case.standing);
    assert_eq!(reviews(&mut core).own.len(), 1, "the name that stands is this worker's");
    assert!(reviews(&mut core).open.is_empty());

    let (mut core, mut office) = supervisor(&env);
    let id = filed(&mut office, 1);
    office.pull(&mut core);
    let blank = Command::Resolve { review: id, accept: true, reason: " ".into() };
    assert!(matches!(refused(&mut core, blank), Refusal::Invalid(_)));
    let mut elsewhere = enrolment(Role::Supervisor);
    elsewhere.areas = vec!["620802002".parse().unwrap()];
    core.write(|tx| Ok(tx.set_enrolment(&elsewhere)?)).unwrap();
    assert_eq!(refused(&mut core, resolve(id, true)), Refusal::Server(ErrorCode::NotAllowed));
    assert!(reviews(&mut core).open.is_empty(), "another township's are not theirs");
}

#[test]
fn the_author_is_told_of_the_decision_once_and_may_put_it_aside() {
    for accepted in [true, false] {
        let env = TestEnv::new();
        let (mut core, mut office) = ready(&env, None);
        let fields = Fields::new().with("status", "withdrawn");
        saved(&mut core, Command::EditRecipient { recipient: person(1), fields });
        office.sync(&mut core);
        let told = |core: &mut Core| answer!(core, Command::SyncState, Reply::Sync(s) => s.attention);
        let first = told(&mut core);
        assert_eq!(
            (first[0].state.clone(), first[0].decided.clone()),
            (RecordState::InReview { applied: false }, None)
        );
        saved_aside(&mut core, &first[0]);
        let Some(Outcome::InReview { review, .. }) = first[0].outcome.clone() else { panic!() };

        let entry = crate::store::outbox::entry(core.store().unwrap().conn(), first[0].op_no.0).unwrap().unwrap();
        let status = if accepted { ReviewStatus::Accepted } else { ReviewStatus::Declined };
        let fields = json!({"reason": "proposal", "status": status, "row": person(1), "row_kind": "recipient",
            "recipient": person(1), "op": entry.op().unwrap(), "proposed_by": me(), "proposed_hlc": "0000000000000000",
            "decision": "核实过", "decided_name": "杨秀兰"});
        let made = office.add(Kind::Review, 77, fields);
        let mut row = office.rows.remove(&made).unwrap();
        row.id = RowId(review.0);
        office.rows.insert(made, row.clone());
        office.put(row);
        office.pull(&mut core);

        let again = told(&mut core);
        assert_eq!(again.len(), 1, "it asks for a look once more");
        let decided = again[0].decided.clone().unwrap();
        assert_eq!(
            (decided.accepted, decided.reason.as_str(), decided.by.as_deref()),
            (accepted, "核实过", Some("杨秀兰"))
        );
        let state = if accepted { RecordState::Confirmed } else { RecordState::Merged };
        assert_eq!(again[0].state, state);
        assert_eq!(reviews(&mut core).own[0].decision.as_ref().map(|d| d.accepted), Some(accepted));
        saved_aside(&mut core, &again[0]);
        assert!(told(&mut core).is_empty());
    }
}

fn saved_aside(core: &mut Core, item: &OutboxItem) {
    let done = core.handle(Command::Acknowledge { op_no: item.op_no });
    assert_eq!(done, Reply::Done);
}

#[test]
fn a_decision_that_the_server_refuses_is_open_again_and_says_why() {
    let env = TestEnv::new();
    let (mut core, mut office) = supervisor(&env);
    let id = filed(&mut office, 1);
    office.pull(&mut core);
    saved(&mut core, resolve(id, true));
    office.refuse = Some(Rejection::NotAllowed);
    office.push(&mut core);
    let case = review(&mut core, id);
    assert_eq!((case.decision, case.refused), (None, Some(Rejection::NotAllowed)));
}

#[test]
fn a_supervisor_opens_a_finished_need_again_with_a_reason() {
    let env = TestEnv::new();
    let (mut core, mut office) = supervisor(&env);
    let need = crate::command::NeedText { kind: shared::records::NeedKind::Living, text: "缺米".into(), unit: None };
    let rows = saved(&mut core, Command::OpenNeed(crate::command::NewNeed { recipient: person(1), need, draft: None }));
    let need = rows[0].into();
    let step = Command::AdvanceNeed { need, to: "cannot".into(), unit: None, note: None };
    saved(&mut core, step);
    office.sync(&mut core);
    let reopen = |reason: &str| Command::ReopenNeed { need, reason: reason.into() };
    assert!(matches!(refused(&mut core, reopen("")), Refusal::Invalid(_)));
    saved(&mut core, reopen("又有米了"));
    assert_eq!(local_row(&core, rows[0]).unwrap().fields.text("status"), Some("opened"));
    saved(&mut core, Command::Undo { row: rows[0] });
    assert_eq!(local_row(&core, rows[0]).unwrap().fields.text("status"), Some("cannot"));
    core.write(|tx| Ok(tx.set_enrolment(&enrolment(Role::Worker))?)).unwrap();
    assert_eq!(refused(&mut core, reopen("再来")), Refusal::Server(ErrorCode::NotAllowed));
}

#[test]
fn a_likely_duplicate_shows_the_record_it_may_double() {
    let env = TestEnv::new();
    let (mut core, mut office) = supervisor(&env);
    let mut mine = share(person(1));
    mine.amount = Some(shared::Fen(30_000));
    let rows = saved(&mut core, Command::SaveAssistance(aid(AssistanceKind::Money, vec![mine])));
    office.sync(&mut core);
    let made = local_row(&core, rows[0]).unwrap();
    let twin = office.add(Kind::Assistance, 60, serde_json::to_value(&made.fields).unwrap());
    let op = json!({"op_id": uuid::Uuid::from_u128(0x960), "op_no": 1, "hlc": "0000000000000001", "kind": "assistance",
        "row": twin, "change": {"create": made.fields}});
    let fields = json!({"reason": "likely_duplicate", "status": "open", "row": twin, "row_kind": "assistance",
        "recipient": person(1), "op": op, "proposed_by": colleague(), "proposed_hlc": "0000000000000001", "applied": true});
    let id = ReviewId(office.add(Kind::Review, 61, fields).0);
    office.pull(&mut core);
    let case = review(&mut core, id);
    assert_eq!((case.reason.clone(), case.applied, case.standing.clone()), (ReviewReason::LikelyDuplicate, true, None));
    assert_eq!(case.twin.map(|t| t.row), Some(rows[0]));
}

#[test]
fn a_receipt_is_withdrawn_with_what_was_received() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let mut given = share(person(1));
    given.amount = Some(shared::Fen(10_000));
    given.receipt = Some(crate::command::NewReceipt {
        mode: ReceiptMode::Collected,
        happened: None,
        photo: None,
        name: Some("示例女儿".into()),
        relation: Some("女儿".into()),
        reason: None,
    });
    let rows = saved(&mut core, Command::SaveAssistance(aid(AssistanceKind::Money, vec![given])));
    office.sync(&mut core);
    let receipt = *rows.iter().find(|r| local_row(&core, **r).is_some_and(|d| d.kind == Kind::Receipt)).unwrap();
    saved(&mut core, Command::Void { row: rows[0], reason: "没有发到".into() });
    let voided = local_row(&core, receipt).unwrap().void.unwrap();
    assert_eq!(voided.reason, "没有发到");
    office.sync(&mut core);
    assert!(office.rows[&receipt].is_void());
}
