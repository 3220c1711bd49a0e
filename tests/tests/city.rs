//! The invented histories through the real push path, and what the server makes of them.

#![expect(clippy::unwrap_used, reason = "what the tests share fails as they do")]

use shared::{
    Period, Row,
    indicators::{Figures, facts},
    op::Outcome,
    protocol::SyncProtocol,
    records::Role,
    wire::ReportRequest,
};
use sync_server::testing::TestServer;
use tests::{
    city::{History, Plan, Shape, Totals, cadence, rows::rows},
    harness::{fixture, recorder::Recorder},
};

const SEED: u64 = 7;

/// A fiftieth of the city: all counties and townships, few people, and totals in proportion.
fn small_city() -> Plan {
    let mut shape = Shape::city(SEED, "2026-10-31".parse().unwrap());
    (shape.workers, shape.recipients, shape.villages) = (122 + 300, 340, (1, 2));
    for span in &mut shape.spans {
        let t = &mut span.totals;
        (t.visits, t.contacts, t.policies) = (t.visits / 50, t.contacts / 50, t.policies / 50);
        (t.solved, t.deeds, t.aid.0) = (t.solved / 50, t.deeds / 50, t.aid.0 / 5000 * 100);
    }
    Plan::new(shape)
}

async fn report(server: &TestServer, plan: &Plan, worker: usize, period: &str) -> shared::wire::Report {
    let client = fixture::client(server).unwrap();
    let supervisor = &plan.workers[worker];
    let recorder = Recorder::enrol(&client, &server.code(&supervisor.code), "report").await.unwrap();
    let request = ReportRequest { area: supervisor.area, period: period.parse().unwrap(), category: None };
    client.report(&recorder.token, request).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_city_reports_what_it_was_made_to_count() {
    let server = TestServer::start();
    let plan = small_city();
    fixture::import(&server, &plan).unwrap();
    let outcomes = fixture::push(&server, &plan, History::new(&plan)).await.unwrap();
    let in_force = |o: &Outcome| matches!(o, Outcome::InReview { applied: true, .. });
    assert!(outcomes.iter().all(|o| in_force(&o.outcome)), "{outcomes:?}");

    let mut since = Totals::default();
    plan.shape.spans.iter().for_each(|s| since += s.totals);
    for (period, wanted) in [("2025", plan.shape.spans[2].totals), ("since-2023", since)] {
        let report = report(&server, &plan, Plan::CITY_SUPERVISOR, period).await;
        assert_eq!(Totals::from(&report.total), wanted, "{period}");
        assert_eq!(report.by_area.len(), 7);
        let mut parts = (Totals::default(), Totals::default(), Totals::default());
        report.by_area.iter().for_each(|l| parts.0 += Totals::from(&l.figures));
        report.by_category.iter().for_each(|(_, f)| parts.1 += Totals::from(f));
        report.by_month.iter().for_each(|(_, f)| parts.2 += Totals::from(f));
        assert_eq!(parts, (wanted, wanted, wanted), "areas, categories and months each add up");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_townships_report_is_what_the_rules_make_of_its_records() {
    let server = TestServer::start();
    let plan = Plan::new(Shape::township(SEED, "2026-11-23".parse().unwrap()));
    fixture::import(&server, &plan).unwrap();
    let logs = cadence::logs(&plan);
    let rows: Vec<Row> = logs.iter().flat_map(|log| rows(&plan, log)).collect();
    assert!(fixture::push(&server, &plan, logs).await.unwrap().is_empty());
    let supervisor =
        plan.workers.iter().position(|w| w.role == Role::Supervisor && w.area.as_str().len() == 9).unwrap();
    for period in ["2026-10", "2026-Q3", "2026"] {
        let within: Period = period.parse().unwrap();
        let facts: Vec<_> = rows.iter().flat_map(facts).filter(|f| within.contains(f.day.month())).collect();
        let wanted = Figures::sum(&facts);
        let report = report(&server, &plan, supervisor, period).await;
        assert_eq!(report.total, wanted, "{period}");
    }
}
