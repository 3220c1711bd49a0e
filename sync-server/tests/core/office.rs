//! Imports and edits by the office.

use super::fixture::*;
use serde_json::json;
use shared::{Kind, RowId, ids::id_from_code, op::Rejection};
use sync_server::{
    core::{ChangeCounts, CoreError},
    store::{Job, Store, Txn, tables::Recipient},
};

#[tokio::test]
async fn a_list_imported_twice_changes_nothing_the_second_time() {
    let fixture = Fixture::new().await;
    let list = || vec![new_recipient("R1", VILLAGE), new_worker("W1", "worker", "620826101", &[])];
    let again = fixture.office(list()).await;
    assert_eq!(again, ChangeCounts { created: 0, changed: 0, unchanged: 2 });
    let rev = fixture.row(recipient("R1")).await.rev;
    let mut moved = list();
    moved[0] = new_recipient("R1", VILLAGE_2);
    moved.push(new_recipient("R9", VILLAGE));
    assert_eq!(fixture.office(moved).await, ChangeCounts { created: 1, changed: 1, unchanged: 1 });
    assert_eq!(fixture.row(recipient("R1")).await.rev, rev.next());
}

#[tokio::test]
async fn one_refused_change_stops_the_whole_call() {
    let fixture = Fixture::new().await;
    let bad = create(
        Kind::Recipient,
        RowId(fresh()),
        json!({"code": "X", "name": "", "category": "orphan", "area": VILLAGE}),
    );
    let error = fixture.core.apply_office(vec![new_recipient("R8", VILLAGE), bad]).await.unwrap_err();
    let CoreError::Refused { index: 1, rejection: Rejection::Invalid(problems) } = error else { panic!("{error}") };
    assert_eq!(problems[0].field, "name");
    assert!(fixture.find(recipient("R8")).await.is_none());
}

#[tokio::test]
async fn a_rule_set_changes_the_due_days_of_everyone_in_its_area() {
    let fixture = Fixture::new().await;
    let overdue = |report: shared::wire::Report| report.attention.overdue;
    let before = overdue(fixture.report("6208", "2026-03").await);
    assert_eq!(before, 3, "never visited since January; R4 is in no worker's care, but lives alone since today");
    let rules = json!({"area": "620826101", "version": 2, "checklist": [], "frequencies": [{"visit_days": 365}],
        "policies": [], "goods": []});
    fixture.office(vec![create(Kind::RuleSet, RowId(id_from_code("rules", "1")), rules)]).await;
    assert_eq!(overdue(fixture.report("6208", "2026-03").await), 0);
}

#[tokio::test]
async fn a_visit_ends_being_overdue_and_voiding_it_restores_that() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    assert_eq!(fixture.report(VILLAGE, "2026-03").await.attention.overdue, 2);
    let visit = phone.visit("R1");
    phone.push().await;
    assert_eq!(fixture.report(VILLAGE, "2026-03").await.attention.overdue, 1);
    phone.save(Kind::Visit, visit, shared::Change::Void { reason: "记错".into() });
    phone.push().await;
    assert_eq!(fixture.report(VILLAGE, "2026-03").await.attention.overdue, 2);
}

#[tokio::test]
async fn a_report_lists_every_area_one_level_down_and_only_the_viewers_areas() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.push().await;
    let report = fixture.report("620826", "2026-Q1").await;
    let lines: Vec<_> = report.by_area.iter().map(|l| (l.name.as_str(), l.figures.visits())).collect();
    assert_eq!(lines, [("甲镇", 1), ("乙镇", 0)]);
    assert_eq!((report.area_name.as_str(), report.by_month.len(), report.by_category.len()), ("静宁县", 1, 1));
    let supervisor = fixture.viewer("S1").await;
    let request = shared::wire::ReportRequest { area: area("620826"), period: "2026".parse().unwrap(), category: None };
    assert!(matches!(fixture.core.report_for(&supervisor, request).await, Err(CoreError::NotAllowed)));
}

#[tokio::test]
async fn devices_without_contact_for_a_month_are_counted() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    fixture.phone("W2").await;
    fixture.env.advance(31 * DAY_MS);
    assert_eq!(fixture.report("6208", "2026-03").await.attention.silent_devices, 2);
    phone.pull().await;
    assert_eq!(fixture.report("6208", "2026-03").await.attention.silent_devices, 1);
}

struct FindRecipient(shared::RecipientId);

impl Job for FindRecipient {
    type Out = Option<Recipient>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        Ok(txn.get::<Recipient>(&[(self.0,)]).await?.pop().flatten())
    }
}

#[tokio::test]
async fn a_visit_from_before_the_import_of_its_recipient_counts_for_the_due_day() {
    // A restored server: phones send visits again to recipients whom the office has not imported again yet.
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("S1").await;
    phone.visit("R8");
    fixture.env.advance(3 * DAY_MS);
    phone.visit("R8");
    phone.push().await;
    assert_eq!(fixture.core.store().read(FindRecipient(recipient("R8"))).await.unwrap(), None);
    fixture.office(vec![new_recipient("R8", VILLAGE), new_recipient("R9", VILLAGE)]).await;
    let seen = fixture.core.store().read(FindRecipient(recipient("R8"))).await.unwrap().unwrap();
    let day = shared::Day::of_utc_ms(START_MS + 3 * DAY_MS).number();
    assert_eq!((seen.last_visit, seen.last_contact), (Some(day), None));
    let other = fixture.core.store().read(FindRecipient(recipient("R9"))).await.unwrap().unwrap();
    assert_eq!((other.last_visit, other.last_contact), (None, None));
}
