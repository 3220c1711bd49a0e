//! Throughput, printed and not asserted. Run with `cargo test -p sync-server --release --test core -- --ignored
//! --nocapture sqlite::` (or `postgres::`.

use super::fixture::*;
use std::time::Instant;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints numbers; for machines at rest"]
async fn visits_per_second() {
    let fixture = Fixture::new().await;
    let people: Vec<String> = (0..40).map(|n| format!("P{n}")).collect();
    let mut changes: Vec<_> = people.iter().map(|p| new_recipient(p, VILLAGE)).collect();
    changes.extend(people.iter().map(|p| new_pairing("W1", p, "2026-01-01")));
    changes.extend(people.iter().map(|p| new_pairing("W2", p, "2026-01-01")));
    fixture.office(changes).await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let mut requests = Vec::new();
    for _ in 0..40 {
        for n in 0..250 {
            fixture.env.advance(60_000);
            one.visit(&people[n % people.len()]);
        }
        let request = one.request();
        one.acknowledge(&request);
        requests.push(request);
    }
    let start = Instant::now();
    for request in requests {
        one.send(request).await.unwrap();
    }
    let push = start.elapsed();
    let start = Instant::now();
    let mut rows = 0;
    loop {
        let request = shared::wire::PullRequest {
            proto: 1,
            device: two.id,
            epoch: two.epoch,
            cursors: two.cursors.clone(),
            client_now: shared::Moment::shanghai(START_MS),
            ask: vec![],
            keys: None,
        };
        use shared::protocol::SyncProtocol;
        let reply = fixture.core.pull(&two.token, request).await.unwrap();
        two.epoch = Some(reply.epoch);
        two.cursors = reply.scopes.iter().map(|p| (p.scope, p.cursor)).collect();
        rows += reply.scopes.iter().map(|p| p.rows.len()).sum::<usize>();
        if !reply.more {
            break;
        }
    }
    let pull = start.elapsed();
    println!("push 10000 visits: {push:?}, {:.0}/s", 10_000.0 / push.as_secs_f64());
    println!("pull {rows} rows: {pull:?}, {:.0}/s", rows as f64 / pull.as_secs_f64());

    let mut phones = Vec::new();
    for _ in 0..64 {
        phones.push(fixture.phone("W1").await);
    }
    let start = Instant::now();
    let mut tasks = Vec::new();
    for mut phone in phones {
        tasks.push(tokio::spawn(async move {
            for n in 0..50 {
                phone.visit(&format!("P{}", n % 40));
                phone.push().await;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let single = start.elapsed();
    println!("3200 single-visit pushes of 64 phones: {single:?}, {:.0}/s", 3200.0 / single.as_secs_f64());
    let viewer = fixture.viewer("A1").await;
    let request = shared::wire::ReportRequest { area: area("6208"), period: "2026".parse().unwrap(), category: None };
    let start = Instant::now();
    for _ in 0..100 {
        fixture.core.report_for(&viewer, request.clone()).await.unwrap();
    }
    println!("city report: {:?}", start.elapsed() / 100);
    let idle = Instant::now();
    for _ in 0..1000 {
        two.pull_page().await;
    }
    println!("pull of nothing: {:?}", idle.elapsed() / 1000);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints numbers; for machines at rest"]
async fn time_to_import_a_citys_roster() {
    let fixture = Fixture::new().await;
    let code = |kind: &str, n: usize| format!("{kind}{n}");
    let mut changes = Vec::new();
    changes.extend((0..20_518).map(|n| new_worker(&code("w", n), "worker", "620826101", &[])));
    changes.extend((0..22_427).map(|n| new_recipient(&code("r", n), if n % 2 == 0 { VILLAGE } else { VILLAGE_2 })));
    changes.extend((0..25_000).map(|n| new_pairing(&code("w", n % 20_518), &code("r", n % 22_427), "2026-01-01")));
    for round in ["first", "second"] {
        let start = Instant::now();
        let reply = fixture.core.apply_office(changes.clone()).await.unwrap();
        println!("{round} import: {:?} {reply:?}", start.elapsed());
    }
    let viewer = fixture.viewer("A1").await;
    let request = shared::wire::ReportRequest { area: area("6208"), period: "2026".parse().unwrap(), category: None };
    let start = Instant::now();
    let report = fixture.core.report_for(&viewer, request).await.unwrap();
    println!("city report with {} overdue: {:?}", report.attention.overdue, start.elapsed());
}
