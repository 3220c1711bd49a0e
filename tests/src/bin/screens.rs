//! A picture of every screen of the app at a phone's size, and of the console at a desk's and a phone's, over the demo
//! township in the middle of a working day. Names say where and how: `04-today.zh.png`, `04-today.en.large.png`.

use anyhow::Context;
use device_core::command::Prefs;
use shared::RecipientId;
use std::process::ExitCode;
use tests::{
    day::people::PIN,
    harness::{Proxy, picture},
    ui::{Browser, Contest, Fixture, Gallery, Handset, fixture, handset::by_start},
};

/// A desk's screen and a phone's, in CSS pixels.
const CONSOLE: [((u32, u32), &str); 2] = [((1290, 892), "wide"), ((412, 915), "phone")];

#[tokio::main]
async fn main() -> ExitCode {
    match take_all().await {
        Ok(gallery) => {
            println!("screens: {} pictures in {}", gallery.count(), gallery.folder().display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("screens: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn take_all() -> anyhow::Result<Gallery> {
    let mut gallery = Gallery::standard()?;
    let fixture = Fixture::build().await.context("the township")?;
    let worker = fixture.worker()?;
    let line = fixture.line().await?;
    let mut phone = Handset::new(fixture.folder().join("worker"))?;
    first_run(&fixture, &line, &mut phone, &mut gallery).await.context("first run")?;
    the_day(&fixture, &line, worker, &mut phone, &mut gallery).await.context("the day")?;
    let contests = [Contest::between(&fixture, 0).await?, Contest::between(&fixture, 1).await?];
    let mut office = Handset::new(fixture.folder().join("supervisor"))?;
    let link = fixture.link(fixture.supervisor()?, &fixture.township.server.url()).await?;
    office.first_run(&link).await.context("the supervisor's first run")?;
    report(&mut office, &mut gallery, "zh").await.context("the report")?;
    reviews(&mut office, &mut gallery, "zh", false).await.context("the reviews")?;
    office.close().await?;
    let looks = [
        ("zh.large", Prefs { large_text: true, ..Prefs::default() }),
        ("en", Prefs { lang: Some("en".into()), ..Prefs::default() }),
        ("en.large", Prefs { lang: Some("en".into()), large_text: true, ..Prefs::default() }),
        ("zh.dark", Prefs { dark: true, ..Prefs::default() }),
        ("zh.contrast", Prefs { high_contrast: true, ..Prefs::default() }),
    ];
    for (tag, prefs) in looks {
        for handset in [&mut phone, &mut office] {
            fixture::inside(handset.home(), PIN).await?.set_prefs(prefs.clone()).await?;
            handset.open_unlocked().await?;
        }
        tour(&fixture, worker, &mut phone, &mut gallery, tag).await.with_context(|| tag.to_owned())?;
        report(&mut office, &mut gallery, tag).await.with_context(|| tag.to_owned())?;
        reviews(&mut office, &mut gallery, tag, tag == "zh.contrast").await.with_context(|| tag.to_owned())?;
        phone.close().await?;
        office.close().await?;
    }
    drop(contests);
    for (size, tag) in CONSOLE {
        console(&fixture, size, &mut gallery, tag).await.context("the console")?;
    }
    Ok(gallery)
}

async fn hang(phone: &Handset, gallery: &mut Gallery, name: &str) -> anyhow::Result<()> {
    let png = phone.picture().await.with_context(|| name.to_owned())?;
    gallery.hang(name, &png)
}

/// A long screen twice: its beginning, and its end under the next number.
async fn hang_both(phone: &Handset, gallery: &mut Gallery, name: &str, tag: &str) -> anyhow::Result<()> {
    let (number, word) = name.split_once('-').context("a name begins with its number")?;
    let next = number.parse::<u32>()? + 1;
    phone.scroll(false).await?;
    hang(phone, gallery, &format!("{name}.{tag}")).await?;
    phone.scroll(true).await?;
    hang(phone, gallery, &format!("{next:02}-{word}-end.{tag}")).await?;
    phone.scroll(false).await
}

/// The way in, from nothing to the first people.
async fn first_run(fixture: &Fixture, line: &Proxy, phone: &mut Handset, gallery: &mut Gallery) -> anyhow::Result<()> {
    let link = fixture.link(fixture.worker()?, &line.url()).await?;
    phone
        .first_run_with(&link, async |phone: &Handset, name: &str| hang(phone, gallery, &format!("{name}.zh")).await)
        .await
}

/// Through the day: every screen once, in the state that it has in the field.
async fn the_day(
    fixture: &Fixture,
    line: &Proxy,
    worker: usize,
    phone: &mut Handset,
    gallery: &mut Gallery,
) -> anyhow::Result<()> {
    let people = fixture.in_care(worker);
    let who = people[0];
    hang_both(phone, gallery, "04-today", "zh").await?;

    phone.tap("tab-recipients").await?;
    phone.see_css(&by_start("recipient-")).await?;
    hang(phone, gallery, "06-recipients.zh").await?;
    phone.tap("recipients-filter").await?;
    phone.see("filter-sheet").await?;
    hang(phone, gallery, "07-recipients-filter.zh").await?;
    phone.tap("filter-done").await?;
    open_card(phone, who).await?;
    hang_both(phone, gallery, "08-recipient", "zh").await?;

    phone.tap("recipient-visit").await?;
    phone.see("visit-all-good").await?;
    hang_both(phone, gallery, "10-visit", "zh").await?;
    phone.choose("visit-missed").await?;
    hang(phone, gallery, "12-visit-missed.zh").await?;
    phone.choose("visit-found").await?;
    phone.tap("visit-all-good").await?;
    phone.tap("visit-check-fire-bad").await?;
    phone.write("visit-check-fire-note", "炉子离床太近,当场挪开").await?;
    hang(phone, gallery, "13-visit-problem.zh").await?;
    phone.tap("visit-need").await?;
    phone.write("visit-need-text", "烟囱接口松动,想请人修一修").await?;
    phone.write("visit-note", "老人精神尚好,炕上暖和").await?;
    let photo = fixture.folder().join("house.jpg");
    std::fs::write(&photo, picture::jpeg(7, 1600, 1200))?;
    phone.photograph("visit-photo-take", &photo).await?;
    phone.see_css(&format!("{} img", by_start("visit-photo-"))).await?;
    hang(phone, gallery, "14-visit-need.zh").await?;
    phone.scroll(true).await?;
    hang(phone, gallery, "15-visit-photo.zh").await?;
    line.offline();
    phone.tap("visit-save").await?;
    phone.see("toast-undo").await?;
    hang(phone, gallery, "16-visit-saved.zh").await?;
    phone.gone("toast-undo").await?;
    phone.tap_css(&by_start("recipient-record-")).await?;
    phone.see("screen-record-detail").await?;
    phone.see("record-facts").await?;
    hang(phone, gallery, "17-record-detail.zh").await?;
    phone.tap("record-amend").await?;
    phone.see("amend").await?;
    hang(phone, gallery, "18-record-amend.zh").await?;
    phone.tap("sheet-close").await?;
    phone.gone("amend").await?;
    phone.back_to("screen-recipient").await?;
    phone.tap_css(&by_start("recipient-need-")).await?;
    phone.see("need-card").await?;
    hang(phone, gallery, "19-need.zh").await?;
    phone.back_to("screen-recipient").await?;
    phone.tap("recipient-add-need").await?;
    phone.see("need-text").await?;
    hang(phone, gallery, "20-need-new.zh").await?;
    phone.back_to("screen-recipient").await?;
    phone.tap("recipient-assist").await?;
    phone.see("assist-kind-deed").await?;
    phone.choose("assist-kind-implement").await?;
    hang(phone, gallery, "21-assist-policy.zh").await?;
    phone.drop_draft().await?;
    phone.see("screen-recipient").await?;
    phone.back_to("screen-recipients").await?;

    phone.tap("tab-record").await?;
    phone.see_css(&by_start("record-person-")).await?;
    hang(phone, gallery, "22-record.zh").await?;
    phone.choose("record-contact").await?;
    phone.tap_css(&by_start("record-person-")).await?;
    phone.see("visit-mode-phone").await?;
    hang(phone, gallery, "23-contact.zh").await?;
    phone.tap("visit-emergency").await?;
    phone.see("screen-emergency").await?;
    hang(phone, gallery, "24-emergency.zh").await?;
    phone.back_to("screen-visit").await?;
    phone.back_to("screen-recipients").await?;

    hand_out(phone, gallery, &people).await.context("the hand-out")?;

    phone.tap("tab-sync").await?;
    phone.see("sync-month-waiting").await?;
    hang_both(phone, gallery, "30-sync-waiting", "zh").await?;
    phone.tap("save-file").await?;
    phone.see("file-saved").await?;
    phone.run("document.querySelector('[data-testid=\"sync-files\"]').scrollIntoView()", Vec::new()).await?;
    hang(phone, gallery, "56-sync-file.zh").await?;
    phone.tap("tab-mine").await?;
    phone.see("mine-six").await?;
    hang_both(phone, gallery, "32-mine", "zh").await?;
    line.online(fixture.township.server.address()?);
    phone.tap("tab-sync").await?;
    phone.tap("sync-now").await?;
    phone.gone("sync-month-waiting").await?;
    phone.see_css("[data-testid=sync-safe].good").await?;
    hang_both(phone, gallery, "34-sync-done", "zh").await?;
    phone.tap("tab-mine").await?;
    phone.tap("mine-feedback").await?;
    phone.see("screen-feedback").await?;
    hang(phone, gallery, "36-feedback.zh").await?;
    phone.back_to("screen-mine").await?;
    phone.tap("mine-settings").await?;
    phone.see("screen-settings").await?;
    hang_both(phone, gallery, "37-settings", "zh").await?;
    phone.tap("settings-lock").await?;
    phone.see("screen-unlock").await?;
    hang(phone, gallery, "39-unlock.zh").await?;
    phone.pin("111222").await?;
    phone.see("pin-error").await?;
    hang(phone, gallery, "40-unlock-wrong.zh").await?;
    phone.close().await
}

async fn open_card(phone: &mut Handset, who: RecipientId) -> anyhow::Result<()> {
    phone.tap(&format!("recipient-{who}")).await?;
    phone.see("recipient-profile").await
}

async fn hand_out(phone: &mut Handset, gallery: &mut Gallery, people: &[RecipientId]) -> anyhow::Result<()> {
    phone.tap("tab-record").await?;
    phone.tap("record-handout").await?;
    phone.tap("assist-pick").await?;
    phone.see("screen-pick").await?;
    for who in &people[..5] {
        phone.tap(&format!("pick-{who}")).await?;
    }
    hang(phone, gallery, "25-handout-pick.zh").await?;
    phone.tap("pick-done").await?;
    for item in ["rice-10kg", "oil-5l"] {
        phone.tap(&format!("assist-good-{item}")).await?;
    }
    phone.write("assist-loaded-rice-10kg", "4").await?;
    hang(phone, gallery, "26-handout.zh").await?;
    phone.tap(&format!("receipt-{}", people[0])).await?;
    phone.sign("receipt-signature").await?;
    phone.see("receipt-signature-clear").await?;
    hang(phone, gallery, "27-receipt-signed.zh").await?;
    phone.tap("receipt-save").await?;
    phone.gone("receipt-sheet").await?;
    phone.tap(&format!("receipt-{}", people[1])).await?;
    phone.choose("receipt-mode-collected").await?;
    phone.write("receipt-name", "示例女儿").await?;
    phone.choose("receipt-relation-1").await?;
    hang(phone, gallery, "28-receipt-collected.zh").await?;
    phone.tap("receipt-save").await?;
    phone.gone("receipt-sheet").await?;
    phone.run("document.querySelector('[data-testid=\"assist-receipts\"]').scrollIntoView()", Vec::new()).await?;
    hang(phone, gallery, "29-handout-receipts.zh").await?;
    phone.tap("assist-save").await?;
    phone.see("toast-undo").await?;
    phone.gone("toast-undo").await
}

/// The screens one lives in, in another look.
async fn tour(
    fixture: &Fixture,
    worker: usize,
    phone: &mut Handset,
    gallery: &mut Gallery,
    tag: &str,
) -> anyhow::Result<()> {
    let people = fixture.in_care(worker);
    hang(phone, gallery, &format!("04-today.{tag}")).await?;
    phone.tap("tab-recipients").await?;
    phone.see_css(&by_start("recipient-")).await?;
    hang(phone, gallery, &format!("06-recipients.{tag}")).await?;
    open_card(phone, people[0]).await?;
    hang(phone, gallery, &format!("08-recipient.{tag}")).await?;
    phone.tap("recipient-visit").await?;
    phone.see("visit-all-good").await?;
    hang(phone, gallery, &format!("10-visit.{tag}")).await?;
    phone.tap("visit-check-fire-bad").await?;
    phone.tap("visit-need").await?;
    phone.see("visit-need-text").await?;
    hang(phone, gallery, &format!("14-visit-need.{tag}")).await?;
    phone.drop_draft().await?;
    phone.see("screen-recipient").await?;
    phone.back_to("screen-recipients").await?;
    phone.tap("tab-record").await?;
    phone.see_css(&by_start("record-person-")).await?;
    hang(phone, gallery, &format!("22-record.{tag}")).await?;
    phone.tap("record-handout").await?;
    phone.choose("assist-good-rice-10kg").await?;
    hang(phone, gallery, &format!("26-handout.{tag}")).await?;
    phone.drop_draft().await?;
    phone.see("screen-recipients").await?;
    for (tab, seen, name) in [("tab-sync", "sync-recent", "34-sync-done"), ("tab-mine", "mine-six", "32-mine")] {
        phone.tap(tab).await?;
        phone.see(seen).await?;
        hang(phone, gallery, &format!("{name}.{tag}")).await?;
    }
    phone.tap("mine-settings").await?;
    phone.see("screen-settings").await?;
    hang(phone, gallery, &format!("37-settings.{tag}")).await?;
    phone.tap("settings-lock").await?;
    phone.see("screen-unlock").await?;
    hang(phone, gallery, &format!("39-unlock.{tag}")).await
}

async fn report(office: &mut Handset, gallery: &mut Gallery, tag: &str) -> anyhow::Result<()> {
    office.tap("tab-report").await?;
    office.see("report-six").await?;
    // The month that has just begun may hold no record; the one before it does on any day.
    office.tap("report-earlier").await?;
    office.see("report-category-table").await?;
    hang_both(office, gallery, "50-report", tag).await?;
    if tag != "zh" {
        return Ok(());
    }
    office.tap("report-year").await?;
    office.see("report-chart").await?;
    hang_both(office, gallery, "52-report-year", tag).await?;
    office.tap_css(&by_start("report-area-")).await?;
    office.see("report-six").await?;
    hang(office, gallery, &format!("54-report-village.{tag}")).await
}

/// What waits for a decision: the list, one case before and after. The last look decides one of the two for good.
async fn reviews(office: &mut Handset, gallery: &mut Gallery, tag: &str, decide: bool) -> anyhow::Result<()> {
    office.tap("tab-report").await?;
    office.tap("report-to-reviews").await?;
    office.see_css(&by_start("review-")).await?;
    hang(office, gallery, &format!("55-reviews.{tag}")).await?;
    office.tap_css(&by_start("review-")).await?;
    office.see("review-sides").await?;
    office.tap("review-proposed").await?;
    office.tap("review-quick-0").await?;
    hang_both(office, gallery, "56-review", tag).await?;
    if decide {
        office.tap("review-save").await?;
        office.see("review-decided").await?;
        office.scroll(false).await?;
        hang(office, gallery, &format!("58-review-decided.{tag}")).await?;
    }
    office.back_to("screen-reviews").await?;
    if decide {
        hang(office, gallery, &format!("59-reviews-done.{tag}")).await?;
    }
    office.back_to("screen-report").await
}

async fn console(fixture: &Fixture, size: (u32, u32), gallery: &mut Gallery, tag: &str) -> anyhow::Result<()> {
    let browser = Browser::open(size).await?;
    let (url, (name, password)) = (fixture.township.server.url(), &fixture.township.console);
    browser.go(&format!("{url}/console/login")).await?;
    gallery.hang(&format!("60-console-login.{tag}"), &browser.picture().await?)?;
    browser.log_in(&url, name, password).await?;
    browser.at("/console/report").await?;
    gallery.hang(&format!("61-console-report.{tag}"), &browser.picture().await?)?;
    browser.run("document.querySelector('section.table').scrollIntoView()", Vec::new()).await?;
    gallery.hang(&format!("62-console-table.{tag}"), &browser.picture().await?)?;
    for (path, name) in [
        ("devices", "63-console-devices"),
        ("enrol", "64-console-enrol"),
        ("bundle", "67-console-bundle"),
        ("reviews", "65-console-reviews"),
    ] {
        browser.go(&format!("{url}/console/{path}")).await?;
        gallery.hang(&format!("{name}.{tag}"), &browser.picture().await?)?;
    }
    browser.click("a.case").await?;
    browser.shows("请您决定").await?;
    gallery.hang(&format!("66-console-review.{tag}"), &browser.picture().await?)?;
    browser.close().await
}
