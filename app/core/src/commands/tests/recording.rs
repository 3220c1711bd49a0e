//! Recording: what a save makes of what was typed.

use crate::{
    Command, Refusal, Reply,
    command::{NeedText, NewNeed, NewReceipt, RevealField},
    store::photo,
    testing::*,
    views::Phase,
};
use serde_json::{Value, json};
use shared::{
    Change, Fen, Fields, Kind, Moment, NeedId, PhotoId, RecipientId, Row,
    records::{
        Assistance, AssistanceKind, FeedbackKind, GoodsLine, NeedKind, PhotoOf, Problem, ProblemCode,
        Receipt as Signed, ReceiptMode,
    },
};

fn rice(quantity: i64) -> Vec<GoodsLine> {
    vec![GoodsLine { item: "大米 10kg".into(), quantity, unit: "袋".into(), unit_value: Fen(4200) }]
}

fn add_photo(core: &mut crate::Core, draft: &str, of: PhotoOf, shade: u8) -> PhotoId {
    let command = Command::AddPhoto { draft: draft.into(), of, caption: None, bytes: jpeg(shade) };
    answer!(core, command, Reply::PhotoAdded(view) => view.id)
}

#[test]
fn a_routine_visit_is_saved_with_nothing_but_whom_and_how() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    let rows = saved(&mut core, Command::SaveVisit(routine(person(1))));
    let visit = local_row(&core, rows[0]).unwrap();
    assert_eq!(visit.fields.text("happened"), Some("2026-03-10T10:00:00.000+08:00"));
    assert_eq!((visit.author, visit.area.unwrap().as_str()), (me(), VILLAGE));
    let ops = waiting(&core);
    assert_eq!((ops.len(), ops[0].no.0, ops[0].row), (1, 1, rows[0]));
}

#[test]
fn a_save_is_one_transaction_whatever_fails_in_it() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    let draft = Some("visit:1".to_owned());
    core.handle(Command::SaveDraft { key: "visit:1".into(), json: "{}".into() });
    add_photo(&mut core, "visit:1", PhotoOf::Visit, 1);
    let mut visit = routine(person(1));
    visit.recipients.extend([person(2), person(99)]);
    visit.draft = draft.clone();
    assert_eq!(refused(&mut core, Command::SaveVisit(visit.clone())), Refusal::NotFound);
    visit.recipients.pop();
    visit.need = Some(NeedText { kind: NeedKind::Heating, text: "  ".into(), unit: None });
    let missing = Refusal::Invalid(vec![Problem::new("text", ProblemCode::Missing)]);
    assert_eq!(refused(&mut core, Command::SaveVisit(visit.clone())), missing);
    assert_eq!(waiting(&core), vec![]);
    let left = answer!(core, Command::LoadDraft { key: "visit:1".into() }, Reply::Draft { json, photos } => (json, photos.len()));
    assert_eq!(left, (Some("{}".to_owned()), 1), "the draft is as it was");

    visit.need = Some(NeedText { kind: NeedKind::Heating, text: "缺煤".into(), unit: None });
    let rows = saved(&mut core, Command::SaveVisit(visit));
    let kinds: Vec<Kind> = rows.iter().map(|r| local_row(&core, *r).unwrap().kind).collect();
    assert_eq!(kinds, [Kind::Visit, Kind::Visit, Kind::Need, Kind::Photo]);
    assert_eq!(waiting(&core).iter().map(|op| op.no.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let left = answer!(core, Command::LoadDraft { key: "visit:1".into() }, Reply::Draft { json, photos } => (json, photos.len()));
    assert_eq!(left, (None, 0), "the draft went with it");
    assert_eq!(local_row(&core, rows[3]).unwrap().fields.text("row"), Some(rows[0].to_string().as_str()));
}

#[test]
fn a_hand_out_to_ten_households_is_ten_records_with_receipts_and_shared_photos() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    for n in 4..=10 {
        office.recipient(n, "某人", "unclassified");
    }
    office.pull(&mut core);
    for shade in 0..3 {
        add_photo(&mut core, "handout", PhotoOf::Handout, shade);
    }
    let paper = add_photo(&mut core, "handout", PhotoOf::Receipt, 9);
    let receipt = |photo| NewReceipt {
        mode: ReceiptMode::Thumbprint,
        happened: None,
        photo,
        name: None,
        relation: None,
        reason: None,
    };
    let shares = (1..=10).map(|n| {
        let mut share = share(person(n));
        share.lines = rice(2);
        share.receipt = Some(receipt((n == 3).then_some(paper)));
        share
    });
    let mut new = aid(AssistanceKind::Goods, shares.collect());
    new.draft = Some("handout".into());
    let rows = saved(&mut core, Command::SaveAssistance(new));
    let docs: Vec<Row> = rows.iter().map(|r| local_row(&core, *r).unwrap()).collect();
    let of = |kind: Kind| docs.iter().filter(move |r| r.kind == kind);
    assert_eq!((of(Kind::Assistance).count(), of(Kind::Receipt).count(), of(Kind::Photo).count()), (10, 10, 4));
    let handouts: Vec<_> = of(Kind::Assistance).map(|r| r.view::<Assistance>().unwrap().handout).collect();
    assert!(handouts[0].is_some() && handouts.iter().all(|h| *h == handouts[0]));
    let third = of(Kind::Receipt).find(|r| r.recipient() == Some(person(3))).unwrap();
    assert_eq!(third.view::<Signed>().unwrap().photo, Some(paper));
    let shown = local_row(&core, paper).unwrap();
    assert_eq!((shown.recipient(), shown.fields.text("row")), (Some(person(3)), Some(third.id.to_string().as_str())));
    let truck = of(Kind::Photo).find(|r| r.fields.text("of") == Some("handout")).unwrap();
    assert_eq!((truck.recipient(), truck.fields.parsed("handout")), (None, handouts[0]));
    // Every card shows the photos of the truck.
    let card = answer!(core, Command::Card { recipient: person(7) }, Reply::Card(card) => card);
    assert_eq!(card.history[0].photos.len(), 3);
    assert_eq!(card.history[0].value, Some(Fen(8400)));
}

#[test]
fn the_same_household_twice_in_a_hand_out_is_refused() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    let mut one = share(person(1));
    one.lines = rice(1);
    let new = aid(AssistanceKind::Goods, vec![one.clone(), one]);
    let refusal = refused(&mut core, Command::SaveAssistance(new));
    assert_eq!(refusal, Refusal::Invalid(vec![Problem::new("recipient", ProblemCode::TooMany)]));
}

#[test]
fn solving_closes_the_need_or_raises_and_closes_one() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let need = NeedText { kind: NeedKind::Heating, text: "缺煤".into(), unit: None };
    let rows = saved(&mut core, Command::OpenNeed(NewNeed { recipient: person(1), need, draft: None }));
    let need = NeedId::from(rows[0]);
    let mut solve = aid(AssistanceKind::Solve, vec![share(person(1))]);
    (solve.need, solve.note) = (Some(need), Some("送煤半吨".into()));
    saved(&mut core, Command::SaveAssistance(solve));
    let closed = local_row(&core, need).unwrap();
    assert_eq!((closed.fields.text("status"), closed.fields.text("progress")), (Some("solved"), Some("送煤半吨")));
    let mut at_once = aid(AssistanceKind::Solve, vec![share(person(2))]);
    at_once.note = Some("修好电灯".into());
    let rows = saved(&mut core, Command::SaveAssistance(at_once));
    let tied = local_row(&core, rows[0]).unwrap().view::<Assistance>().unwrap().need.unwrap();
    assert_eq!(local_row(&core, tied).unwrap().fields.text("status"), Some("solved"));
    office.sync(&mut core);
    let month = answer!(core, Command::MyMonth { month: "2026-03".parse().unwrap() }, Reply::Month(m) => m);
    assert_eq!((month.confirmed.solved(), month.waiting.solved()), (2, 0));
}

#[test]
fn a_note_on_the_same_step_of_a_need_is_kept() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    let need = NeedText { kind: NeedKind::Medical, text: "要轮椅".into(), unit: None };
    let rows = saved(&mut core, Command::OpenNeed(NewNeed { recipient: person(2), need, draft: None }));
    let mut step = |to: &str, note: &str| {
        let command = Command::AdvanceNeed { need: rows[0].into(), to: to.into(), unit: None, note: Some(note.into()) };
        core.handle(command)
    };
    assert!(matches!(step("in_hand", "已联系残联"), Reply::Saved { .. }));
    assert!(matches!(step("in_hand", "下周到货"), Reply::Saved { .. }));
    assert!(matches!(step("flying", "x"), Reply::Refused(Refusal::Invalid(_))));
    let row = local_row(&core, rows[0]).unwrap();
    assert_eq!((row.fields.text("status"), row.fields.text("progress")), (Some("in_hand"), Some("下周到货")));
}

#[test]
fn nothing_happens_in_the_future() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    let at = |text: &str| {
        let mut visit = routine(person(1));
        visit.happened = Some(text.parse::<Moment>().unwrap());
        Command::SaveVisit(visit)
    };
    let refusal = refused(&mut core, at("2026-03-10T10:03:00+08:00"));
    assert_eq!(refusal, Refusal::Invalid(vec![Problem::new("happened", ProblemCode::InFuture)]));
    saved(&mut core, at("2026-03-10T10:01:59+08:00"));
    let rows = saved(&mut core, at("2026-03-09T18:00:00+06:00"));
    assert_eq!(local_row(&core, rows[0]).unwrap().fields.text("happened"), Some("2026-03-09T18:00:00.000+06:00"));
}

#[test]
fn a_clock_a_day_ahead_still_records_the_right_day_once_the_server_told() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    env.set_clock_by(86_400_000);
    core.write(|tx| Ok(crate::store::meta::set(tx, crate::store::meta::key::CLOCK_OFFSET_MS, &-86_400_000i64)?))
        .unwrap();
    let rows = saved(&mut core, Command::SaveVisit(routine(person(1))));
    assert_eq!(local_row(&core, rows[0]).unwrap().happened().day().to_string(), "2026-03-10");
    let today = answer!(core, Command::Today, Reply::Today(today) => today);
    assert_eq!(today.day.to_string(), "2026-03-10");
}

#[test]
fn a_clock_set_back_does_not_reorder_operations() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    for n in 0..6 {
        env.set_clock_by(if n == 3 { -86_400_000 } else { 1000 });
        saved(&mut core, Command::EditRecipient { recipient: person(1), fields: phone(&format!("1390000000{n}")) });
    }
    let ops = waiting(&core);
    assert!(ops.windows(2).all(|w| w[0].hlc < w[1].hlc && w[0].no < w[1].no));
    assert_eq!(local_row(&core, person(1)).unwrap().fields.text("phone"), Some("13900000005"));
}

#[test]
fn an_edit_that_changes_nothing_makes_no_operation() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    saved(&mut core, Command::EditRecipient { recipient: person(1), fields: phone("13800001111") });
    let tags = Command::EditTags { recipient: person(1), add: vec![], remove: vec!["lives-alone".into()] };
    saved(&mut core, tags);
    assert_eq!(waiting(&core), vec![]);
    let fields = Fields::new().with("code", "R9");
    let refusal = refused(&mut core, Command::EditRecipient { recipient: person(1), fields });
    assert_eq!(refusal, Refusal::Invalid(vec![Problem::new("code", ProblemCode::WrongShape)]));
}

#[test]
fn a_submitted_visit_is_corrected_with_a_reason_only() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let rows = saved(&mut core, Command::SaveVisit(routine(person(1))));
    office.sync(&mut core);
    let amend = |reason: &str, fields: Fields| Command::Amend { row: rows[0], reason: reason.into(), fields };
    let note = Fields::new().with("note", "血压偏高").with("follow_up", "下周复查");
    let refusal = refused(&mut core, amend(" ", note.clone()));
    assert_eq!(refusal, Refusal::Invalid(vec![Problem::new("reason", ProblemCode::Missing)]));
    saved(&mut core, amend("漏记", note));
    assert_eq!(waiting(&core).iter().map(|op| op.change.name()).collect::<Vec<_>>(), ["amend", "set"]);
    office.sync(&mut core);
    let view = answer!(core, Command::Record { row: rows[0] }, Reply::Record(view) => view);
    assert_eq!(view.fields.text("note"), Some("血压偏高"));
    assert_eq!((view.former[0].field.as_str(), view.former[0].reason.as_deref()), ("note", Some("漏记")));
}

#[test]
fn what_could_never_be_sent_is_not_saved() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    let lines =
        (0..100).map(|_| GoodsLine { item: "长".repeat(300), quantity: 1, unit: "袋".into(), unit_value: Fen(1) });
    let mut big = share(person(1));
    big.lines = lines.collect();
    let refusal = refused(&mut core, Command::SaveAssistance(aid(AssistanceKind::Goods, vec![big])));
    assert_eq!(refusal, Refusal::Invalid(vec![Problem::new("lines", ProblemCode::TooLarge)]));
    assert_eq!(waiting(&core), vec![]);
}

#[test]
fn looking_at_a_number_or_a_child_is_known_to_the_office() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let card = answer!(core, Command::Card { recipient: person(1) }, Reply::Card(card) => card);
    assert_eq!(card.id_masked.as_deref(), Some("1101**********002X"));
    assert_eq!(card.item.phone_masked.as_deref(), Some("138****1111"));
    assert_eq!(waiting(&core), vec![], "an adult's card is no secret from the one who cares");
    let reveal = Command::Reveal { recipient: person(1), field: RevealField::IdNumber };
    let text = answer!(core, reveal, Reply::Revealed { text } => text);
    assert_eq!(text.as_deref(), Some("11010519491231002X"));
    let nothing = Command::Reveal { recipient: person(1), field: RevealField::GuardianPhone };
    assert_eq!(answer!(core, nothing, Reply::Revealed { text } => text), None);
    let logged = |core: &crate::Core| waiting(core).iter().filter(|op| op.kind == Kind::AccessLog).count();
    assert_eq!(logged(&core), 1);

    let child = json!({"code": "R8", "name": "小明", "category": "orphan", "area": VILLAGE, "birth": "2018-05-01"});
    office.add(Kind::Recipient, 8, child);
    office.pull(&mut core);
    for _ in 0..3 {
        let card = answer!(core, Command::Card { recipient: person(8) }, Reply::Card(card) => card);
        assert!(card.item.minor);
    }
    assert_eq!(logged(&core), 2, "once a day");
    env.pass_ms(86_400_000);
    core.handle(Command::Card { recipient: person(8) });
    assert_eq!(logged(&core), 3);
    let Change::Create(fields) = &waiting(&core)[1].change else { panic!() };
    assert_eq!((fields.text("what"), fields.parsed::<RecipientId>("row")), (Some("view_minor"), Some(person(8))));
    office.sync(&mut core);
    assert_eq!(waiting(&core), vec![]);
}

#[test]
fn feedback_is_a_record_like_any_other() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    saved(&mut core, Command::SendFeedback { kind: FeedbackKind::Complaint, text: " 字太小 ".into() });
    office.sync(&mut core);
    let row = office.rows.values().find(|r| r.kind == Kind::Feedback).unwrap();
    assert_eq!(row.fields.text("text"), Some("字太小"));
}

#[test]
fn a_phase_says_what_is_missing() {
    let env = TestEnv::new();
    let mut core = crate::Core::open_for_tests(crate::Paths::default(), Box::new(env.clone())).unwrap();
    let phase = |core: &mut crate::Core| answer!(core, Command::Status, Reply::Status(s) => s.phase);
    assert_eq!(phase(&mut core), Phase::New);
    assert_eq!(refused(&mut core, Command::Today), Refusal::Locked);
    assert!(matches!(core.handle(Command::Rules), Reply::Rules(_)), "whom to phone never waits for a PIN");
    assert_eq!(refused(&mut core, Command::CreateVault { pin: "1111".into() }), Refusal::PinTooSimple);
    core.handle(Command::CreateVault { pin: PIN.into() });
    assert_eq!(phase(&mut core), Phase::Unenrolled);
    assert_eq!(refused(&mut core, Command::Today), Refusal::NotEnrolled);
    core.write(|tx| Ok(tx.set_enrolment(&enrolment(shared::records::Role::Worker))?)).unwrap();
    assert_eq!(phase(&mut core), Phase::Ready);
    core.handle(Command::Lock);
    assert_eq!(phase(&mut core), Phase::Locked);
    assert_eq!(refused(&mut core, Command::Unlock { pin: "9999".into() }), Refusal::WrongPin { left: 4 });
    core.handle(Command::Unlock { pin: PIN.into() });
    core.write(|tx| Ok(crate::store::meta::set(tx, crate::store::meta::key::REVOKED, &true)?)).unwrap();
    assert_eq!(phase(&mut core), Phase::Revoked);
    assert_eq!(refused(&mut core, Command::Today), Refusal::Revoked);
    assert!(matches!(core.handle(Command::SyncState), Reply::Sync(_)), "what is kept can still be seen");
}

#[test]
fn a_photo_belongs_to_its_draft_until_it_is_saved() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let kept = add_photo(&mut core, "visit:1", PhotoOf::Visit, 1);
    let dropped = add_photo(&mut core, "visit:1", PhotoOf::Visit, 2);
    core.handle(Command::RemovePhoto { photo: dropped });
    let mut visit = routine(person(1));
    visit.draft = Some("visit:1".into());
    let rows = saved(&mut core, Command::SaveVisit(visit));
    assert_eq!(rows[1], kept.into());
    assert_eq!(refused(&mut core, Command::RemovePhoto { photo: kept }), Refusal::NotFound, "evidence stays");
    let to_send = |core: &crate::Core| photo::to_send(core.store().unwrap().conn(), 10).unwrap().len();
    assert_eq!(to_send(&core), 0, "not before its record");
    office.push(&mut core);
    assert_eq!(to_send(&core), 1);
    let text = answer!(core, Command::Photo { photo: kept, thumb: false }, Reply::Photo { mime, .. } => mime);
    assert_eq!(text, "image/jpeg");
    let junk = Command::AddPhoto { draft: "d".into(), of: PhotoOf::Visit, caption: None, bytes: b"MZ".to_vec() };
    assert_eq!(refused(&mut core, junk), Refusal::NotAPhoto);
}

#[test]
fn fields_and_words_of_a_newer_server_survive_an_edit() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let raw = json!({"kind": "recipient", "id": person(9), "rev": 4, "author": me(), "device": me(),
        "hlc": "0000000000010000", "envelope_of_2030": [1, 2], "fields": {"code": "R9", "name": "未来",
        "category": "category_of_2030", "area": VILLAGE, "field_of_2030": {"deep": [true]}, "phone": "1"}})
    .to_string();
    let row: Row = serde_json::from_str(&raw).unwrap();
    core.write(|tx| {
        take_in(tx, &row, &raw);
        Ok(())
    })
    .unwrap();
    saved(&mut core, Command::EditRecipient { recipient: person(9), fields: phone("2") });
    let shown = local_row(&core, person(9)).unwrap();
    let deep = json!({"deep": [true]});
    assert_eq!((shown.fields.text("phone"), shown.fields.get("field_of_2030")), (Some("2"), Some(&deep)));
    assert_eq!(shown.extra.get("envelope_of_2030"), Some(&json!([1, 2])));
    let view = answer!(core, Command::Card { recipient: person(9) }, Reply::Card(card) => card.item.category);
    assert_eq!(view.word(), "category_of_2030");
    let Change::Set(sent) = &waiting(&core)[0].change else { panic!() };
    assert_eq!(sent.names().collect::<Vec<_>>(), ["phone"], "only what was changed travels");
    office.rows.insert(row.id, row);
    office.sync(&mut core);
    assert_eq!(local_row(&core, person(9)).unwrap().fields.get("field_of_2030"), Some(&deep));
    assert!(!matches!(shown.extra.get("envelope_of_2030"), Some(Value::Null)));
}
