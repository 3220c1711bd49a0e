//! Two people correct one name without a signal, through the real app; the supervisor decides on a phone, and both see
//! it.
#![allow(clippy::unwrap_used)]

use serde_json::json;
use shared::RecipientId;
use tests::{
    harness::Proxy,
    ui::{Fixture, Handset, handset::by_start},
};

/// A phone with its own way to the server.
struct Hand {
    phone: Handset,
    line: Proxy,
}

async fn hand(fixture: &Fixture, worker: usize, name: &str) -> Hand {
    let line = fixture.line().await.unwrap();
    let mut phone = Handset::new(fixture.folder().join(name)).unwrap();
    phone.first_run(&fixture.link(worker, &line.url()).await.unwrap()).await.unwrap();
    // People are there: what follows needs no signal.
    phone.tap("tab-recipients").await.unwrap();
    phone.see_css(&by_start("recipient-")).await.unwrap();
    Hand { phone, line }
}

impl Hand {
    /// Adds a sign to the person's name, on the card.
    async fn rename(&mut self, who: RecipientId, sign: &str) {
        self.open_card(who).await;
        self.phone.tap("recipient-edit").await.unwrap();
        self.phone.write("edit-name", sign).await.unwrap();
        self.phone.tap("edit-save").await.unwrap();
        self.phone.gone("edit-sheet").await.unwrap();
        self.phone.back_to("screen-recipients").await.unwrap();
    }

    async fn open_card(&mut self, who: RecipientId) {
        self.phone.tap("tab-recipients").await.unwrap();
        self.phone.tap(&format!("recipient-{who}")).await.unwrap();
        self.phone.see("recipient-profile").await.unwrap();
    }

    /// Sends and fetches, until the phone says that all is sent.
    async fn sync(&mut self, fixture: &Fixture) {
        self.line.online(fixture.township.server.address().unwrap());
        self.phone.tap("tab-sync").await.unwrap();
        self.phone.tap("sync-now").await.unwrap();
        self.phone.see_css("[data-testid=sync-safe].good").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_names_typed_without_a_signal_are_decided_on_the_supervisors_phone_and_both_authors_see_it() {
    let fixture = Fixture::build().await.unwrap();
    let (one, two, who) = fixture.cared_for_by_two(0).unwrap();
    let mut first = hand(&fixture, one, "first").await;
    let mut second = hand(&fixture, two, "second").await;
    for hand in [&first, &second] {
        hand.phone.see(&format!("recipient-{who}")).await.unwrap();
    }
    first.line.offline();
    second.line.offline();
    first.rename(who, "甲").await;
    second.rename(who, "乙").await;

    // Who comes first stands; the other's waits, which its author is told, with both values.
    first.sync(&fixture).await;
    second.sync(&fixture).await;
    second.phone.see_css(&by_start("sync-attention-")).await.unwrap();
    second.phone.tap_css(&by_start("sync-review-")).await.unwrap();
    let sides = second.phone.text_of("review-sides").await.unwrap();
    assert!(sides.contains('甲') && sides.contains('乙'), "{sides}");
    assert!(!second.phone.has("review-save").await.unwrap(), "an author does not decide");
    second.phone.back_to("screen-sync").await.unwrap();

    // The supervisor comes to it from the report.
    let supervisor = fixture.supervisor().unwrap();
    let mut office = hand(&fixture, supervisor, "supervisor").await;
    office.phone.tap("tab-report").await.unwrap();
    office.phone.see("report-to-reviews-n").await.unwrap();
    // The month that has just begun may hold no record; the one before it does on any day.
    office.phone.tap("report-earlier").await.unwrap();
    office.phone.see("report-category-table").await.unwrap();
    // The figures of one category only, then of all again.
    office.phone.tap("report-category").await.unwrap();
    office.phone.choose("report-category-orphan").await.unwrap();
    office.phone.see("report-six").await.unwrap();
    assert!(!office.phone.has("report-category-table").await.unwrap());
    office.phone.choose("report-category-all").await.unwrap();
    office.phone.see("report-category-table").await.unwrap();
    fits(&office.phone, "the report").await;
    office.phone.tap("report-to-reviews").await.unwrap();
    office.phone.tap_css(&by_start("review-")).await.unwrap();
    let sides = office.phone.text_of("review-sides").await.unwrap();
    fits(&office.phone, "a case").await;
    for author in [one, two] {
        let name = &fixture.person(author).name;
        assert!(sides.contains(name.as_str()), "no {name} in {sides}");
    }
    // Nothing is saved without a choice and a reason.
    office.phone.tap("review-save").await.unwrap();
    office.phone.see("review-missing").await.unwrap();
    office.phone.effort();
    office.phone.tap("review-proposed").await.unwrap();
    office.phone.tap("review-quick-0").await.unwrap();
    office.phone.tap("review-save").await.unwrap();
    office.phone.see("review-decided").await.unwrap();
    assert_eq!(office.phone.effort(), (3, 0), "three taps and no letter");
    office.phone.back_to("screen-reviews").await.unwrap();
    office.phone.see("reviews-none").await.unwrap();
    office.phone.back_to("screen-report").await.unwrap();
    office.phone.tap("tab-mine").await.unwrap();
    office.phone.tap("mine-sync").await.unwrap();
    office.phone.tap("sync-now").await.unwrap();
    office.phone.see_css("[data-testid=sync-safe].good").await.unwrap();

    // The second one is told whose value it was to be, by whom and why.
    second.sync(&fixture).await;
    let told = "return [...document.querySelectorAll(arguments[0])].some(e => e.innerText.includes(arguments[1]))";
    let decider = &fixture.person(supervisor).name;
    second.phone.until("the decision", told, vec![json!(by_start("sync-attention-")), json!(decider)]).await.unwrap();
    // The first one finds the other's name on the card, and their own below it with the reason.
    first.sync(&fixture).await;
    first.open_card(who).await;
    first.phone.see("recipient-settled").await.unwrap();
    let settled = first.phone.text_of("recipient-settled").await.unwrap();
    assert!(settled.contains('甲') && settled.contains('乙'), "{settled}");
    for hand in [&mut first, &mut second, &mut office] {
        hand.phone.close().await.unwrap();
    }
}

async fn fits(phone: &Handset, what: &str) {
    let wide = phone.overflow().await.unwrap();
    assert_eq!(wide, [""; 0], "{what} is wider than the screen");
}
