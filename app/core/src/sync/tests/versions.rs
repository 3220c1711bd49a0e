//! Older and newer servers, and values that only a newer server knows.

use super::*;
use crate::views::SyncProblem;
use serde_json::{Value, json};
use shared::wire::{Accepts, ApiError, ErrorCode, MediaState, PROTO};

#[tokio::test]
async fn a_device_speaks_the_version_of_an_older_server() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = Core::open_for_tests(Paths::default(), Box::new(env.clone())).unwrap();
    core.create_vault("2486").unwrap();
    server.state().newest = Some(1);
    let command = Command::Enrol { server: "https://lianxin.example".into(), code: "ABCDE-12345".into() };
    assert!(matches!(run_to_end(&mut core, command, &server).await, Reply::Status(_)));
    save_feedback(&mut core, "a");
    let view = sync(&mut core, &server).await;
    assert_eq!((view.last_problem, view.waiting_total), (None, 0));
    assert_eq!(server.take_calls(), ["enrol", "enrol", "push", "pull"], "refused once, and remembered for a day");
    // Within a day of the server's upgrade the newer version is used again.
    server.state().newest = None;
    env.pass_ms(24 * 3_600_000);
    sync(&mut core, &server).await;
    let protos: Vec<u16> = server.state().pulls.iter().map(|p| p.proto).collect();
    assert_eq!(protos, [1, PROTO]);
}

#[tokio::test]
async fn a_server_replaced_by_an_older_one_costs_one_call() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "a");
    sync(&mut core, &server).await;
    server.state().newest = Some(1);
    save_feedback(&mut core, "b");
    let view = sync(&mut core, &server).await;
    assert_eq!((view.last_problem, view.waiting_total), (None, 0));
    assert_eq!(server.take_calls(), ["push", "pull", "push", "push", "pull"]);
}

#[tokio::test]
async fn a_device_that_is_too_old_keeps_its_operations_and_reports_the_problem() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let row = save_feedback(&mut core, "a");
    let accepts = Some(Accepts { oldest: PROTO + 1, newest: PROTO + 3 });
    let code = ErrorCode::ProtocolTooOld;
    let error = ApiError { code: code.clone(), message: String::new(), retry_after: None, accepts };
    server.plan_push(Err(SyncError::Refused(error)));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.last_problem, view.waiting_total), (Some(SyncProblem::Refused(code)), 1));
    assert!(shown(&core, row));
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0, "the next sync succeeds");
}

#[tokio::test]
async fn an_unknown_verdict_acknowledges_nothing_and_the_push_is_repeated() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedbacks(&mut core, 2);
    let verdict: PushVerdict = serde_json::from_value(json!({"held": {"until": "2027-01-01"}})).unwrap();
    server.plan_push(Ok(verdict));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.last_problem, view.waiting_total), (Some(SyncProblem::BadReply), 2));
    assert!(core.due_in_ms().is_some(), "an automatic attempt follows");
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!(numbers(&pushes[0]), numbers(&pushes[1]));
}

#[test]
fn an_upload_state_of_a_newer_server_is_read_as_unknown() {
    let json = json!({"upload": Uuid::from_u128(1), "state": "archived", "offset": 3});
    let status: MediaStatus = serde_json::from_value(json).unwrap();
    assert_eq!(status.state, MediaState::Unknown);
}

#[tokio::test]
async fn a_scope_kind_of_a_newer_server_blocks_no_other_scope() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let mut reply = serde_json::to_value(page(rows([recipient(1, 1, "甲")]), false)).unwrap();
    let newer = json!({"scope": "x:sheep", "cursor": 3, "rows": [{"of": "tomorrow"}], "since": 9});
    reply["scopes"].as_array_mut().unwrap().insert(0, newer);
    reply["dropped"] = json!(["y:goats"]);
    server.plan_pull(Ok(serde_json::from_value(reply).unwrap()));
    assert_eq!(sync(&mut core, &server).await.last_problem, None);
    assert!(shown(&core, RowId(Uuid::from_u128(1))));
}

/// A newer peer adds a field to every object of a message.
fn extended(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(extended);
            map.insert("zz_newer".into(), json!({"of": ["tomorrow", 1]}));
        }
        Value::Array(list) => list.iter_mut().for_each(extended),
        _ => {}
    }
}

#[tokio::test]
async fn a_row_of_a_newer_server_is_stored_with_its_unknown_fields() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let mut row = serde_json::to_value(recipient(1, 1, "甲")).unwrap();
    extended(&mut row);
    let text = serde_json::to_string(&row).unwrap();
    let raw = shared::wire::RawRow::from_string(text.clone()).unwrap();
    server.plan_pull(Ok(page(ScopePage { rows: vec![raw], ..rows([]) }, false)));
    sync(&mut core, &server).await;
    let stored: String = core
        .store()
        .unwrap()
        .conn()
        .query_row("SELECT local_row FROM record WHERE id = ?1", [Uuid::from_u128(1).as_bytes()], |r| r.get(0))
        .unwrap();
    assert_eq!(stored, text, "byte for byte");
}
