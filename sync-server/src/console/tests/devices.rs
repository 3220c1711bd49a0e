//! Devices: who sees them, their state, and how one is withdrawn.

use super::*;

#[tokio::test]
async fn only_administrators_manage_devices() {
    let console = TestConsole::new().await;
    console.enrolled("W1", 7).await;
    let cookie = console.signed_in("S2").await;
    let csrf = console.get("/console/report", &cookie).await.csrf();
    for path in &PAGES[4..] {
        assert_eq!(console.get(path, &cookie).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in &PAGES[5..] {
        let page = console.post(path, &cookie, &format!("csrf={csrf}&worker=W1")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(console.core.devices(Default::default()).await.unwrap()[0].revoked.is_none());
}

#[tokio::test]
async fn a_lost_device_is_withdrawn_after_a_confirmation_and_its_token_ends() {
    let console = TestConsole::new().await;
    let token = console.enrolled("W1", 7).await;
    let cookie = console.signed_in("A1").await;
    let list = console.get("/console/devices", &cookie).await;
    assert!(list.text.contains("谷军") && list.text.contains("安卓手机") && list.text.contains("正常"));
    let path = format!("/console/devices/{}/revoke", device(7));
    assert!(list.text.contains(&format!("href=\"{path}\"")));
    let confirmation = console.get(&path, &cookie).await;
    assert!(confirmation.text.contains("收回这台设备的使用权？"));
    assert_eq!(console.post(&path, &cookie, "csrf=").await.status, StatusCode::FORBIDDEN);
    let done = console.post(&path, &cookie, &format!("csrf={}", confirmation.csrf())).await;
    assert_eq!(done.goes_to(), "/console/devices");
    assert!(console.get("/console/devices", &cookie).await.text.contains("已收回"));
    assert_eq!(console.get(&path, &cookie).await.status, StatusCode::NOT_FOUND, "not twice");
    let pull = shared::wire::PullRequest {
        proto: 1,
        device: uuid::Uuid::from_u128(7).into(),
        epoch: None,
        cursors: Default::default(),
        client_now: shared::Moment::shanghai(NOW),
        ask: vec![],
        keys: None,
    };
    let refused = shared::protocol::SyncProtocol::pull(&console.core, &token, pull).await.unwrap_err();
    assert!(refused.is_revoked());
}

#[tokio::test]
async fn devices_and_workers_of_another_area_look_unknown() {
    let console = TestConsole::new().await;
    console.enrolled("W3", 9).await;
    // A2 administers 629901; W3 works in 629902.
    let cookie = console.signed_in("A2").await;
    let list = console.get("/console/devices", &cookie).await;
    assert!(list.text.contains("还没有登记的设备"));
    let path = format!("/console/devices/{}/revoke", device(9));
    assert_eq!(console.get(&path, &cookie).await.status, StatusCode::NOT_FOUND);
    assert_eq!(console.post(&path, &cookie, &format!("csrf={}", list.csrf())).await.status, StatusCode::NOT_FOUND);
    for worker in ["W3", "A1", "nobody"] {
        let page = console.post("/console/enrol", &cookie, &format!("csrf={}&worker={worker}", list.csrf())).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{worker}");
        assert!(page.text.contains("或不在您负责的区划"));
    }
}

#[tokio::test]
async fn a_device_is_silent_after_thirty_days_of_the_cores_clock() {
    const DAY_MS: i64 = 86_400_000;
    let console = TestConsole::new().await;
    console.enrolled("W1", 7).await;
    let cookie = console.signed_in("A1").await;
    for (days, state) in [(0, "正常"), (30, "正常"), (31, "久未联网")] {
        console.env.set(NOW + days * DAY_MS);
        let list = console.get("/console/devices", &cookie).await;
        assert!(list.text.contains(state), "{days}: {}", list.text);
    }
}
