//! `GET /console/reviews?area=…&page=…&done=…`: the open reviews of the viewer's areas, oldest first, and below them
//! the decided ones, latest first.
//!
//! - 200 the page · 303 to the log-in · 400 an invalid query · 403 an area outside the viewer's

use super::{
    address,
    format::{count, moment},
    format_record,
    page::{self, Layout},
    page_locale::PageLocale,
    refusal,
    signed_in::SignedIn,
    state::Console,
};
use crate::{
    core::review_list::{Attribution, REVIEWS_PER_PAGE, ReviewCase, ReviewPage},
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

/// The query string of the list; each part may be missing. Pages count from 1.
#[derive(Debug, Default, Deserialize)]
pub struct ReviewListQuery {
    area: Option<String>,
    /// Page of the open reviews.
    page: Option<usize>,
    /// Page of the decided reviews.
    done: Option<usize>,
}

/// The page.
pub async fn list<S: Store>(
    State(console): State<Arc<Console<S>>>,
    signed_in: SignedIn,
    Query(query): Query<ReviewListQuery>,
) -> Response {
    let locale = &signed_in.locale;
    let area: Option<AreaCode> = match query.area.as_deref().filter(|a| !a.is_empty()).map(str::parse).transpose() {
        Ok(area) => area,
        Err(_) => return refusal::refused(locale, Some(&signed_in), &ErrorCode::Malformed),
    };
    let (page, done) = (query.page.unwrap_or(1).max(1), query.done.unwrap_or(1).max(1));
    match console.core.reviews_for(&signed_in.viewer, area, (page - 1, done - 1)).await {
        Ok(cases) => show(&signed_in, &cases, area, page, done).into_response(),
        Err(error) => refusal::failed(locale, Some(&signed_in), error),
    }
}

fn show(signed_in: &SignedIn, cases: &ReviewPage, area: Option<AreaCode>, page: usize, done: usize) -> Markup {
    let locale = &signed_in.locale;
    let title = locale.t("console-menu-reviews");
    let address = |page: usize, done: usize| {
        let (page, done) = (page.to_string(), done.to_string());
        let area = area.as_ref().map(|area| ("area", area.as_str()));
        address::address("/console/reviews", area.into_iter().chain([("page", &*page), ("done", &*done)]))
    };
    let content = html! {
        div.head {
            h1 { (title) span.of { (locale.tw("console-reviews-n", &[("n", count(cases.open_total as i64).into())])) } }
        }
        p.soft { (locale.t("console-reviews-hint")) }
        section.card.table {
            h2 { (locale.t("console-reviews-open")) }
            @if cases.open.is_empty() {
                p.empty { (locale.t("console-reviews-none")) }
            } @else {
                ul.cases { @for case in &cases.open { li { (entry(case, locale)) } } }
                (pager(locale, page, cases.open_total, |n| address(n, done)))
            }
        }
        @if cases.done_total > 0 {
            section.card.table {
                h2 { (locale.t("console-reviews-done")) }
                ul.cases { @for case in &cases.done { li { (entry(case, locale)) } } }
                (pager(locale, done, cases.done_total, |n| address(page, n)))
            }
        }
    };
    page::page(&Layout { locale, signed_in: Some(signed_in), title, menu_path: "/console/reviews" }, content)
}

/// A review as one entry: recipient and area, the question, both values, and since when it waits or how it was decided.
fn entry(case: &ReviewCase, locale: &PageLocale) -> Markup {
    html! {
        a.case href={ "/console/reviews/" (case.id) } {
            span.case-head {
                b { (subject(case, locale)) }
                span.soft { (case.area_name.as_deref().unwrap_or_default()) }
                (state(case, locale))
            }
            span { (question(case, locale)) }
            @for pair in case.values.iter().filter(|p| !format_record::is_hidden(&p.field)).take(2) {
                @let kind = &case.review.row_kind;
                @let shown = |v: &Option<serde_json::Value>| format_record::value(locale, kind, &pair.field, format_record::masked(&pair.field, v.clone()).as_ref());
                span.soft {
                    (format_record::field(locale, &pair.field)) " "
                    @if case.standing.is_some() { (shown(&pair.current)) " → " }
                    (shown(&pair.proposed))
                }
            }
            span.soft { (when(case, locale)) }
        }
    }
}

/// The recipient and the kind of the record.
pub fn subject(case: &ReviewCase, locale: &PageLocale) -> String {
    let kind = format_record::word(locale, "kind", case.review.row_kind.word());
    match &case.recipient_name {
        Some(name) => format!("{name} · {kind}"),
        // A proposed recipient has no record yet; the proposal holds the name.
        None => match (&case.review.row_kind, &case.review.op.change) {
            (Kind::Recipient, Change::Create(fields)) => {
                format!("{} · {kind}", fields.text("name").unwrap_or_default())
            }
            _ => kind,
        },
    }
}

/// The reason of the review, as a question.
pub fn question(case: &ReviewCase, locale: &PageLocale) -> String {
    format_record::word(locale, "review", case.review.reason.word())
}

/// A tag: open, accepted or declined.
pub fn state(case: &ReviewCase, locale: &PageLocale) -> Markup {
    let (class, icon, key) = match &case.decided {
        None => ("", "clock", "console-review-open"),
        Some(decided) if decided.accepted => ("good", "check", accepted_key(&case.review.reason)),
        Some(_) => ("silent", "check", declined_key(&case.review.reason)),
    };
    html! { span class={ "tag " (class) } { (page::icon(icon)) (locale.t(key)) } }
}

/// The key of the text that says what accepting means.
pub fn accepted_key(reason: &ReviewReason) -> &'static str {
    match reason {
        ReviewReason::LikelyDuplicate => "console-review-both-count",
        ReviewReason::GrantEnded => "console-review-counts",
        ReviewReason::Proposal => "console-review-agreed",
        _ => "console-review-new-value",
    }
}

/// The key of the text that says what declining means.
pub fn declined_key(reason: &ReviewReason) -> &'static str {
    match reason {
        ReviewReason::LikelyDuplicate => "console-review-withdrawn",
        ReviewReason::GrantEnded => "console-review-counts-not",
        ReviewReason::Proposal => "console-review-not-agreed",
        _ => "console-review-kept",
    }
}

/// Since when the review waits, or who decided it when and why.
fn when(case: &ReviewCase, locale: &PageLocale) -> String {
    match &case.decided {
        None => locale
            .tw("console-review-since", &[("at", at(case.filed).into()), ("who", who(&case.proposed, locale).into())]),
        Some(decided) => {
            let name = decided.by_name.clone().unwrap_or_else(|| locale.t("console-review-somebody"));
            let args = [("at", at(decided.hlc).into()), ("who", name.into()), ("why", decided.reason.clone().into())];
            locale.tw("console-review-decided", &args)
        }
    }
}

/// The time of a change, in Shanghai.
pub fn at(hlc: Hlc) -> String {
    moment(Moment::shanghai(hlc.ms()))
}

/// The author of a change; the office for an import.
pub fn who(made: &Attribution, locale: &PageLocale) -> String {
    made.by.clone().unwrap_or_else(|| locale.t("console-review-office"))
}

/// Links to the previous and the next page, where there are several.
fn pager(locale: &PageLocale, page: usize, total: usize, address: impl Fn(usize) -> String) -> Markup {
    let pages = total.div_ceil(REVIEWS_PER_PAGE);
    html! {
        @if pages > 1 { nav.pager aria-label=(locale.t("console-pages")) {
            @if page > 1 { a href=(address(page - 1)) { (locale.t("console-page-before")) } }
            span { (locale.tw("console-page-of", &[("page", count(page as i64).into()), ("pages", count(pages as i64).into())])) }
            @if page < pages { a href=(address(page + 1)) { (locale.t("console-page-after")) } }
        } }
    }
}
