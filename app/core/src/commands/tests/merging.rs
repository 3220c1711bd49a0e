//! The server row with pending operations replayed is what the server will decide: over random days of two workers.

use crate::{
    Command, Core,
    store::{outbox, record},
    testing::*,
};
use proptest::prelude::*;
use shared::{
    Change, Fields, Outcome, Row,
    ids::ReviewId,
    merge::{OpContext, decide},
};

#[derive(Clone, Debug)]
enum Act {
    Visit(u128),
    Phone(u128, u8),
    Address(u128, u8),
    Tag(u128, u8, bool),
    Amend(u8),
    Void,
    OpenNeed(u128),
    Advance(u8),
    /// Somebody else, straight at the office: phone, tag or a step of the newest need.
    Other(u128, u8),
    Push,
    Pull,
    Reopen,
}

fn act() -> impl Strategy<Value = Act> {
    let who = 1u128..=3;
    prop_oneof![
        2 => who.clone().prop_map(Act::Visit),
        2 => (who.clone(), 0u8..5).prop_map(|(w, n)| Act::Phone(w, n)),
        1 => (who.clone(), 0u8..5).prop_map(|(w, n)| Act::Address(w, n)),
        2 => (who.clone(), 0u8..3, any::<bool>()).prop_map(|(w, n, add)| Act::Tag(w, n, add)),
        1 => (0u8..5).prop_map(Act::Amend),
        1 => Just(Act::Void),
        1 => who.clone().prop_map(Act::OpenNeed),
        2 => (0u8..4).prop_map(Act::Advance),
        3 => (who, 0u8..6).prop_map(|(w, n)| Act::Other(w, n)),
        2 => Just(Act::Push),
        2 => Just(Act::Pull),
        1 => Just(Act::Reopen),
    ]
}

fn play(
    core: &mut Core,
    office: &mut Office,
    env: &TestEnv,
    dir: &Dir,
    act: Act,
    newest: &mut [Option<shared::RowId>; 2],
) {
    env.pass_ms(9_000);
    let now = env.wall_ms.load(std::sync::atomic::Ordering::SeqCst);
    let tag = |n: u8| format!("tag-{n}");
    match act {
        Act::Visit(who) => newest[0] = Some(saved(core, Command::SaveVisit(routine(person(who))))[0]),
        Act::Phone(who, n) => {
            saved(core, Command::EditRecipient { recipient: person(who), fields: phone(&n.to_string()) });
        }
        Act::Address(who, n) => {
            let fields = Fields::new().with("address", format!("{n} 号"));
            saved(core, Command::EditRecipient { recipient: person(who), fields });
        }
        Act::Tag(who, n, add) => {
            let (add, remove) = if add { (vec![tag(n)], vec![]) } else { (vec![], vec![tag(n)]) };
            saved(core, Command::EditTags { recipient: person(who), add, remove });
        }
        Act::Amend(n) => {
            if let Some(row) = newest[0] {
                let fields = Fields::new().with("note", n.to_string());
                core.handle(Command::Amend { row, reason: "更正".into(), fields });
            }
        }
        Act::Void => {
            if let Some(row) = newest[0].take() {
                saved(core, Command::Void { row, reason: "重复".into() });
            }
        }
        Act::OpenNeed(who) => {
            let need =
                crate::command::NeedText { kind: shared::records::NeedKind::Living, text: "缺".into(), unit: None };
            let new = crate::command::NewNeed { recipient: person(who), need, draft: None };
            newest[1] = Some(saved(core, Command::OpenNeed(new))[0]);
        }
        Act::Advance(n) => {
            if let Some(need) = newest[1] {
                let to = ["assigned", "in_hand", "solved", "cannot"][usize::from(n)].to_owned();
                core.handle(Command::AdvanceNeed { need: need.into(), to, unit: None, note: None });
            }
        }
        Act::Other(who, n @ 0..=2) => office.change(person(who).into(), now, Change::Set(phone(&format!("other {n}")))),
        Act::Other(who, n @ 3..=4) => {
            let change = Change::Elements { field: "tags".into(), add: vec![tag(n - 3)], remove: vec![tag(n - 2)] };
            office.change(person(who).into(), now, change);
        }
        Act::Other(..) => {
            if let Some(need) = newest[1].filter(|n| office.rows.contains_key(n)) {
                let change = Change::Advance { to: "cannot".into(), generation: 0, fields: Fields::new() };
                office.change(need, now, change);
            }
        }
        Act::Push => {
            office.push(core);
        }
        Act::Pull => office.pull(core),
        Act::Reopen => *core = reopened(core, env, dir),
    }
}

/// Killed and opened again.
fn reopened(core: &mut Core, env: &TestEnv, dir: &Dir) -> Core {
    core.handle(Command::Lock);
    opened(env, Some(dir.path()))
}

/// What the rules give for a row: its server row, and every operation that this does not include and that is not
/// refused.
fn expected(core: &Core, server_row: Option<Row>, id: shared::RowId) -> Option<Row> {
    let conn = core.store().unwrap().conn();
    let actor = core.identity().unwrap().actor();
    let mut row = server_row;
    for entry in outbox::unsettled(conn, id).unwrap() {
        if matches!(entry.outcome, Some(Outcome::Rejected(_) | Outcome::InReview { applied: false, .. })) {
            continue;
        }
        let op = entry.op().unwrap();
        let area = Some(VILLAGE.parse().unwrap()).filter(|_| matches!(op.change, Change::Create(_)));
        let meta = OpContext { hlc: op.hlc, area, category: None, likely_duplicate: false };
        if let Some(next) = decide(row.as_ref(), &op, &actor, &meta).into_effect(|| ReviewId::NIL).row {
            row = Some(*next);
        }
    }
    row
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn a_device_shows_what_the_server_will_say_and_ends_where_the_server_is(acts in prop::collection::vec(act(), 1..40)) {
        let env = TestEnv::new();
        let dir = Dir::new();
        let (mut core, mut office) = ready(&env, Some(dir.path()));
        let mut newest = [None, None];
        for act in acts {
            play(&mut core, &mut office, &env, &dir, act, &mut newest);
            let ids: Vec<_> = (1..=3).map(|n| person(n).into()).chain(newest.iter().flatten().copied()).collect();
            for id in ids {
                let both = record::pair(core.store().unwrap().conn(), id).unwrap();
                let Some(both) = both else { continue };
                if let Some(expected) = expected(&core, both.server_row, id) {
                    prop_assert_eq!(&both.local_row.fields, &expected.fields);
                    prop_assert_eq!(&both.local_row.void, &expected.void);
                }
            }
        }
        office.push(&mut core);
        office.pull(&mut core);
        prop_assert_eq!(waiting(&core), vec![]);
        for row in office.rows.values() {
            prop_assert_eq!(local_row(&core, row.id), Some(row.clone()));
        }
    }
}
