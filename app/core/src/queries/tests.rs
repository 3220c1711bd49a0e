//! What queries show.

use crate::{Command, Reply, command::RecipientQuery, testing::*, views::RecipientsView};
use serde_json::json;
use shared::{
    Change, Fields, Kind,
    due::DueFor,
    indicators::{Figures, facts},
    records::{Presence, Role, Service, VisitMode},
};

fn list(core: &mut crate::Core, query: RecipientQuery) -> RecipientsView {
    answer!(core, Command::Recipients(query), Reply::Recipients(view) => view)
}

fn names(view: &RecipientsView) -> Vec<&str> {
    view.items.iter().map(|i| i.name.as_str()).collect()
}

fn search(core: &mut crate::Core, text: &str) -> Vec<String> {
    let view = list(core, RecipientQuery { search: text.into(), ..Default::default() });
    view.items.into_iter().map(|i| i.name).collect()
}

#[test]
fn people_are_found_by_part_of_a_name_or_by_initials() {
    let env = TestEnv::new();
    let (mut core, _office) = ready(&env, None);
    assert_eq!(search(&mut core, "gj"), ["谷军"]);
    assert_eq!(search(&mut core, "G"), ["谷军"]);
    assert_eq!(search(&mut core, "sxy"), ["单秀英"], "单 as a surname is Shan");
    assert_eq!(search(&mut core, "dxy"), Vec::<String>::new());
    assert_eq!(search(&mut core, "小"), ["马小花"]);
    assert_eq!(search(&mut core, " 谷军 "), ["谷军"]);
    assert_eq!(search(&mut core, "").len(), 3);
    assert_eq!(search(&mut core, "'; DROP TABLE roster").len(), 0);
}

#[test]
fn a_changed_name_is_found_at_once_and_a_withdrawn_person_no_more() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    assert_eq!(search(&mut core, "gj").len(), 1);
    saved(&mut core, Command::EditRecipient { recipient: person(1), fields: Fields::new().with("name", "曾军") });
    assert_eq!((search(&mut core, "gj").len(), search(&mut core, "zj").len()), (0, 1));
    let mut row = office.rows[&person(2).into()].clone();
    row.fields.set("status", json!("withdrawn"));
    row.rev = row.rev.next();
    office.put(row);
    office.pull(&mut core);
    assert_eq!(search(&mut core, "sxy").len(), 0);
}

#[test]
fn filters_and_pages_count_what_they_leave_out() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    office.add(
        Kind::Recipient,
        40,
        json!({"code": "R40", "name": "远人", "category": "orphan", "area": "620802002201"}),
    );
    office.pull(&mut core);
    let page = list(&mut core, RecipientQuery { offset: 1, limit: 2, ..Default::default() });
    assert_eq!((page.total, page.items.len()), (4, 2));
    assert_eq!(page.villages.len(), 2);
    assert_eq!(page.villages[0].1, "柳湖村");
    let village = RecipientQuery { village: Some("620802002".parse().unwrap()), ..Default::default() };
    assert_eq!(names(&list(&mut core, village)), ["远人"]);
    let orphans = RecipientQuery { category: Some("orphan".into()), ..Default::default() };
    assert_eq!(list(&mut core, orphans).total, 2);
    saved(&mut core, Command::EditTags { recipient: person(2), add: vec!["lives-alone".into()], remove: vec![] });
    let alone = RecipientQuery { tag: Some("lives-alone".into()), ..Default::default() };
    let alone = list(&mut core, alone);
    assert_eq!((names(&alone), alone.items[0].waiting), (vec!["单秀英"], true));
}

#[test]
fn the_most_overdue_come_first_and_a_visit_puts_them_last() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    // In care since 1 January, never seen: 7 days for 1 and 2 (contact), 7 for 3; today is 10 March.
    let today = answer!(core, Command::Today, Reply::Today(t) => t);
    assert_eq!((today.overdue, today.due_today, today.due_soon, today.recipients), (3, 0, 0, 3));
    assert_eq!(today.due[0].days_over, Some(61));
    assert!(today.rules_to_be_confirmed, "the shipped rules are not the bureau's yet");

    let on = |core: &mut crate::Core, n, mode, day: &str| {
        let mut visit = routine(person(n));
        visit.mode = mode;
        visit.happened = Some(format!("{day}T09:00:00+08:00").parse().unwrap());
        saved(core, Command::SaveVisit(visit));
    };
    on(&mut core, 1, VisitMode::Home, "2026-03-03");
    on(&mut core, 2, VisitMode::Home, "2026-03-07");
    on(&mut core, 2, VisitMode::Phone, "2026-03-09");
    let today = answer!(core, Command::Today, Reply::Today(t) => t);
    let order: Vec<_> = today.due.iter().map(|i| (i.name.as_str(), i.days_over.unwrap())).collect();
    assert_eq!(order, [("马小花", 61), ("谷军", 0), ("单秀英", -6)]);
    assert_eq!((today.overdue, today.due_today, today.due_soon), (1, 1, 1));
    assert_eq!(today.due[2].due.as_ref().unwrap().what, DueFor::Contact);
    let due = list(&mut core, RecipientQuery { due: true, ..Default::default() });
    assert_eq!(names(&due), ["马小花", "谷军"]);

    // Nobody met is no visit, and the rules may change.
    let mut missed = routine(person(3));
    missed.presence = Presence::Away;
    saved(&mut core, Command::SaveVisit(missed));
    let rules = json!({"area": "620802", "version": 2, "checklist": [], "policies": [], "goods": [],
        "frequencies": [{"visit_days": 90}]});
    office.add(Kind::RuleSet, 60, rules);
    office.pull(&mut core);
    let today = answer!(core, Command::Today, Reply::Today(t) => t);
    assert_eq!((today.overdue, today.due_soon, today.rules_to_be_confirmed), (0, 0, false));
    let all = list(&mut core, RecipientQuery::default());
    let due: Vec<_> = all.items.iter().map(|i| (i.name.as_str(), i.due.as_ref().unwrap().on.to_string())).collect();
    assert_eq!(due[0], ("马小花", "2026-04-01".into()), "1 January and 90 days");
}

#[test]
fn care_that_begins_or_ends_overnight_shows_in_the_morning() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let mut pairing =
        office.rows.values().find(|r| r.kind == Kind::Pairing && r.recipient() == Some(person(1))).unwrap().clone();
    pairing.fields.set("end", json!("2026-03-11"));
    office.put(pairing);
    office.pull(&mut core);
    let mine = |core: &mut crate::Core| answer!(core, Command::Today, Reply::Today(t) => t.recipients);
    assert_eq!(mine(&mut core), 3);
    env.pass_ms(24 * 3_600_000);
    assert_eq!(mine(&mut core), 2);
}

#[test]
fn confirmed_and_waiting_are_together_what_the_report_will_show() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let month = "2026-03".parse().unwrap();
    let figures =
        |core: &mut crate::Core| answer!(core, Command::MyMonth { month }, Reply::Month(m) => (m.confirmed, m.waiting));
    let mut with_service = routine(person(1));
    with_service.services = vec![Service::Tutoring];
    saved(&mut core, Command::SaveVisit(with_service));
    office.sync(&mut core);
    // The same person again on the same day counts once; a withdrawal on its way takes away.
    saved(&mut core, Command::SaveVisit(routine(person(1))));
    let second = saved(&mut core, Command::SaveVisit(routine(person(2))));
    let mut february = routine(person(3));
    february.happened = Some("2026-02-27T10:00:00+08:00".parse().unwrap());
    let february = saved(&mut core, Command::SaveVisit(february));
    let (confirmed, waiting) = figures(&mut core);
    assert_eq!((confirmed.visits(), waiting.visits()), (1, 1));
    office.sync(&mut core);
    let (confirmed, waiting) = figures(&mut core);
    assert_eq!((confirmed.visits(), waiting), (2, Figures::default()));
    env.pass_ms(60_000);
    saved(&mut core, Command::Void { row: second[0], reason: "记错".into() });
    let into_march = Fields::new().with("happened", "2026-03-01T10:00:00.000+08:00");
    saved(&mut core, Command::Amend { row: february[0], reason: "日期".into(), fields: into_march });
    let (confirmed, waiting) = figures(&mut core);
    assert_eq!((confirmed.visits(), waiting.visits()), (2, 0), "one leaves, one comes");
    let (of_february, leaving) = {
        let command = Command::MyMonth { month: "2026-02".parse().unwrap() };
        answer!(core, command, Reply::Month(m) => (m.confirmed.visits(), m.waiting.visits()))
    };
    assert_eq!((of_february, leaving), (1, -1));
    let mut promised = confirmed;
    promised.merge(&waiting);
    office.sync(&mut core);
    let reported: Vec<_> = office.rows.values().flat_map(facts).filter(|f| f.day.month() == month).collect();
    let mut reported = Figures::sum(&reported);
    reported.0.retain(|_, t| t.n != 0);
    promised.0.retain(|_, t| t.n != 0);
    assert_eq!(promised, reported);
}

#[test]
fn a_month_names_whom_each_record_is_about() {
    let env = TestEnv::new();
    let (mut core, _) = ready(&env, None);
    let rows = [person(1), person(2)].map(|who| saved(&mut core, Command::SaveVisit(routine(who)))[0]);
    let names = [person(1), person(2)]
        .map(|recipient| answer!(core, Command::Card { recipient }, Reply::Card(card) => card.item.name));
    let month = answer!(core, Command::MyMonth { month: "2026-03".parse().unwrap() }, Reply::Month(m) => *m);
    assert_ne!(names[0], names[1]);
    assert_eq!(rows.map(|row| month.people[&row].clone()), names);
}

#[test]
fn a_need_counts_in_the_month_it_was_solved() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let need = crate::command::NeedText { kind: shared::records::NeedKind::Medical, text: "轮椅".into(), unit: None };
    let new = crate::command::NewNeed { recipient: person(1), need, draft: None };
    let row = saved(&mut core, Command::OpenNeed(new))[0];
    for _ in 0..2 {
        env.pass_ms(20 * 86_400_000);
        office.sync(&mut core);
    }
    saved(&mut core, Command::AdvanceNeed { need: row.into(), to: "solved".into(), unit: None, note: None });
    office.sync(&mut core);
    let mut month = |text: &str| {
        let command = Command::MyMonth { month: text.parse().unwrap() };
        answer!(core, command, Reply::Month(m) => (m.confirmed.solved(), m.waiting.solved()))
    };
    assert_eq!((month("2026-03"), month("2026-04")), ((0, 0), (1, 0)));
}

#[test]
fn progress_of_a_task_comes_from_records() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let task = |counts: &str, title: &str| json!({"title": title, "area": "620802", "start": "2026-03-01", "due": "2026-03-20", "counts": counts});
    office.add(Kind::Task, 70, task("home_visit", "入户走访"));
    office.add(Kind::Task, 71, task("nothing", "学习文件"));
    let elsewhere =
        json!({"title": "别处", "area": "620826", "start": "2026-03-01", "due": "2026-03-20", "counts": "nothing"});
    office.add(Kind::Task, 72, elsewhere);
    office.add(
        Kind::Notice,
        73,
        json!({"title": "大雪", "text": "注意取暖", "area": "620802", "from": "2026-03-01", "until": "2026-03-10"}),
    );
    office.pull(&mut core);
    saved(&mut core, Command::SaveVisit(routine(person(1))));
    let mut call = routine(person(2));
    call.mode = VisitMode::Phone;
    saved(&mut core, Command::SaveVisit(call));
    let today = answer!(core, Command::Today, Reply::Today(t) => t);
    let tasks: Vec<_> = today.tasks.iter().map(|t| (t.title.as_str(), t.done, t.of)).collect();
    assert_eq!(tasks, [("入户走访", 1, 3), ("学习文件", 0, 0)]);
    assert_eq!(today.notices[0].title, "大雪");
    env.pass_ms(24 * 3_600_000);
    let today = answer!(core, Command::Today, Reply::Today(t) => t);
    assert!(today.notices.is_empty());
}

#[test]
fn a_card_tells_who_did_what_and_whether_it_counts_yet() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let pairing = json!({"worker": colleague(), "recipient": person(1), "role": "medical", "start": "2026-01-01", "worker_name": "李二"});
    office.add(Kind::Pairing, 90, pairing);
    let theirs = json!({"recipient": person(1), "mode": "home", "happened": "2026-03-01T09:00:00+08:00", "presence": "away",
        "findings": [{"item": "fire", "good": false}]});
    let id = office.add(Kind::Visit, 91, theirs);
    office.rows.get_mut(&id).unwrap().author = colleague();
    office.pull(&mut core);
    saved(&mut core, Command::SaveVisit(routine(person(1))));
    let card = answer!(core, Command::Card { recipient: person(1) }, Reply::Card(card) => card);
    let lines: Vec<_> = card
        .history
        .iter()
        .map(|h| (h.title.as_str(), h.qualifier.as_deref(), h.by.as_deref(), h.mine, h.problems))
        .collect();
    assert_eq!(
        lines,
        [("mode-home", None, Some("王一"), true, 0), ("mode-home", Some("presence-away"), Some("李二"), false, 1)]
    );
    assert_eq!(card.history[0].state, crate::views::RecordState::Waiting);
    assert_eq!(card.carers.len(), 1);
    assert!(card.item.waiting);
    office.change(
        person(1).into(),
        env.wall_ms.load(std::sync::atomic::Ordering::SeqCst),
        Change::Set(phone("13911112222")),
    );
    office.pull(&mut core);
    let view = answer!(core, Command::Record { row: person(1).into() }, Reply::Record(v) => v);
    assert_eq!(view.fields.text("phone"), Some("139****2222"), "masked here as well");
}

#[test]
fn an_open_need_is_on_the_first_screen_until_it_is_solved() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    let need = crate::command::NeedText { kind: shared::records::NeedKind::Heating, text: "缺煤".into(), unit: None };
    let new = crate::command::NewNeed { recipient: person(1), need, draft: None };
    let row = saved(&mut core, Command::OpenNeed(new))[0];
    let open = |core: &mut crate::Core| {
        let today = answer!(core, Command::Today, Reply::Today(t) => t);
        let card = answer!(core, Command::Card { recipient: person(1) }, Reply::Card(c) => c);
        (today.needs.iter().map(|n| n.recipient_name.clone()).collect::<Vec<_>>(), card.item.open_needs)
    };
    assert_eq!(open(&mut core), (vec!["谷军".to_owned()], 1));
    office.sync(&mut core);
    assert_eq!(open(&mut core).1, 1);
    let step = Command::AdvanceNeed { need: row.into(), to: "solved".into(), unit: None, note: None };
    saved(&mut core, step);
    assert_eq!(open(&mut core), (vec![], 0));
    office.change(row, 0, Change::Void { reason: "误报".into() });
    office.sync(&mut core);
    assert_eq!(open(&mut core), (vec![], 0));
}

#[test]
fn a_supervisor_sees_the_area() {
    let env = TestEnv::new();
    let (mut core, mut office) = ready(&env, None);
    core.write(|tx| {
        let mut enrolment = enrolment(Role::Supervisor);
        enrolment.worker = colleague();
        enrolment.areas = vec!["620802".parse().unwrap()];
        tx.set_enrolment(&enrolment)?;
        Ok(crate::store::roster::new_day(tx)?)
    })
    .unwrap();
    office.add(Kind::Area, 2, json!({"code": "620802001", "name": "柳湖镇"}));
    office.pull(&mut core);
    let today = answer!(core, Command::Today, Reply::Today(t) => t);
    assert_eq!((today.recipients, today.overdue), (3, 3));
}
