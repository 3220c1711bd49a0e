//! `GET /console/reviews?area=…&page=…&done=…`: what waits for a decision in the reader's areas, oldest first, and below
//! what was decided, with who, when and why.
//!
//! - 200 the page · 303 to the log-in · 400 an address that cannot be read · 403 not an area of the reader's

use super::{
    Console,
    format::{count, moment},
    format_record,
    guard::{self, Reader, Signed},
    page::{self, Frame},
};
use crate::{
    core::reviews::{Case, Cases, PAGE, Said},
    store::Store,
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use shared::{
    AreaCode, Change, Hlc, Moment,
    records::{Kind, ReviewReason},
    wire::ErrorCode,
};
use std::sync::Arc;

/// What the address says; each part may be missing. Pages count from 1, as people do.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    area: Option<String>,
    page: Option<usize>,
    done: Option<usize>,
}

pub async fn list<S: Store>(
    State(console): State<Arc<Console<S>>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let reader = &signed.reader;
    let area: Option<AreaCode> = match asked.area.as_deref().filter(|a| !a.is_empty()).map(str::parse).transpose() {
        Ok(area) => area,
        Err(_) => return guard::refused(reader, Some(&signed), &ErrorCode::Malformed),
    };
    let (page, done) = (asked.page.unwrap_or(1).max(1), asked.done.unwrap_or(1).max(1));
    match console.core.reviews_for(&signed.viewer, area, (page - 1, done - 1)).await {
        Ok(cases) => show(&signed, &cases, area, page, done).into_response(),
        Err(error) => guard::failed(reader, Some(&signed), error),
    }
}

fn show(signed: &Signed, cases: &Cases, area: Option<AreaCode>, page: usize, done: usize) -> Markup {
    let reader = &signed.reader;
    let title = reader.t("console-menu-reviews");
    let address = |page: usize, done: usize| {
        let area = area.map(|a| format!("area={a}&")).unwrap_or_default();
        format!("/console/reviews?{area}page={page}&done={done}")
    };
    let content = html! {
        div.head {
            h1 { (title) span.of { (reader.tw("console-reviews-n", &[("n", count(cases.open_total as i64).into())])) } }
        }
        p.soft { (reader.t("console-reviews-hint")) }
        section.card.table {
            h2 { (reader.t("console-reviews-open")) }
            @if cases.open.is_empty() {
                p.empty { (reader.t("console-reviews-none")) }
            } @else {
                ul.cases { @for case in &cases.open { li { (line(case, reader)) } } }
                (pager(reader, page, cases.open_total, |n| address(n, done)))
            }
        }
        @if cases.done_total > 0 {
            section.card.table {
                h2 { (reader.t("console-reviews-done")) }
                ul.cases { @for case in &cases.done { li { (line(case, reader)) } } }
                (pager(reader, done, cases.done_total, |n| address(page, n)))
            }
        }
    };
    page::page(&Frame { reader, signed: Some(signed), title, here: "/console/reviews" }, content)
}

/// A case as one entry: whom and where, what is in question, both values, and since when, or how it was decided.
fn line(case: &Case, reader: &Reader) -> Markup {
    html! {
        a.case href={ "/console/reviews/" (case.id) } {
            span.case-head {
                b { (subject(case, reader)) }
                span.soft { (case.area_name.as_deref().unwrap_or_default()) }
                (state(case, reader))
            }
            span { (question(case, reader)) }
            @for pair in case.values.iter().filter(|p| !format_record::is_silent(&p.field)).take(2) {
                @let kind = &case.review.row_kind;
                @let shown = |v: &Option<serde_json::Value>| format_record::value(reader, kind, &pair.field, format_record::masked(&pair.field, v.clone()).as_ref());
                span.soft {
                    (format_record::field(reader, &pair.field)) " "
                    @if case.standing.is_some() { (shown(&pair.current)) " → " }
                    (shown(&pair.proposed))
                }
            }
            span.soft { (when(case, reader)) }
        }
    }
}

/// Who or what it is about.
pub fn subject(case: &Case, reader: &Reader) -> String {
    let kind = format_record::word(reader, "kind", case.review.row_kind.word());
    match &case.recipient_name {
        Some(name) => format!("{name} · {kind}"),
        // Somebody who is only proposed yet has a name in the proposal.
        None => match (&case.review.row_kind, &case.review.op.change) {
            (Kind::Recipient, Change::Create(fields)) => {
                format!("{} · {kind}", fields.text("name").unwrap_or_default())
            }
            _ => kind,
        },
    }
}

/// Why no rule may decide, as a sentence.
pub fn question(case: &Case, reader: &Reader) -> String {
    format_record::word(reader, "review", case.review.reason.word())
}

pub fn state(case: &Case, reader: &Reader) -> Markup {
    let (class, icon, key) = match &case.decided {
        None => ("", "clock", "console-review-open"),
        Some(decided) if decided.accepted => ("good", "check", accepted_key(&case.review.reason)),
        Some(_) => ("silent", "check", declined_key(&case.review.reason)),
    };
    html! { span class={ "tag " (class) } { (page::icon(icon)) (reader.t(key)) } }
}

/// What accepting means, in a few words.
pub fn accepted_key(reason: &ReviewReason) -> &'static str {
    match reason {
        ReviewReason::LikelyDuplicate => "console-review-both-count",
        ReviewReason::GrantEnded => "console-review-counts",
        ReviewReason::Proposal => "console-review-agreed",
        _ => "console-review-new-value",
    }
}

pub fn declined_key(reason: &ReviewReason) -> &'static str {
    match reason {
        ReviewReason::LikelyDuplicate => "console-review-withdrawn",
        ReviewReason::GrantEnded => "console-review-counts-not",
        ReviewReason::Proposal => "console-review-not-agreed",
        _ => "console-review-kept",
    }
}

fn when(case: &Case, reader: &Reader) -> String {
    match &case.decided {
        None => reader
            .tw("console-review-since", &[("at", at(case.filed).into()), ("who", who(&case.proposed, reader).into())]),
        Some(decided) => {
            let name = decided.by_name.clone().unwrap_or_else(|| reader.t("console-review-somebody"));
            let args = [("at", at(decided.hlc).into()), ("who", name.into()), ("why", decided.reason.clone().into())];
            reader.tw("console-review-decided", &args)
        }
    }
}

pub fn at(hlc: Hlc) -> String {
    moment(Moment::shanghai(hlc.ms()))
}

pub fn who(said: &Said, reader: &Reader) -> String {
    said.by.clone().unwrap_or_else(|| reader.t("console-review-office"))
}

fn pager(reader: &Reader, page: usize, total: usize, address: impl Fn(usize) -> String) -> Markup {
    let pages = total.div_ceil(PAGE);
    html! {
        @if pages > 1 { nav.pager aria-label=(reader.t("console-pages")) {
            @if page > 1 { a href=(address(page - 1)) { (reader.t("console-page-before")) } }
            span { (reader.tw("console-page-of", &[("page", count(page as i64).into()), ("pages", count(pages as i64).into())])) }
            @if page < pages { a href=(address(page + 1)) { (reader.t("console-page-after")) } }
        } }
    }
}
