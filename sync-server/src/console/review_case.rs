//! One review: both values side by side with their authors and times, the history of the record, and the form to
//! decide.
//!
//! - `GET /console/reviews/{id}`: 200 · 303 to the log-in · 404 unknown, or outside the viewer's areas
//! - `POST /console/reviews/{id}`: 303 to the decided review · 400 without a reason or choice · 403 · 404 · 409 the
//!   change cannot be accepted

use super::{
    access_log, format_record,
    guard::CsrfForm,
    page::{self, Layout},
    page_locale::PageLocale,
    refusal,
    review_list::{accepted_key, at, declined_key, question, state, subject, who},
    signed_in::SignedIn,
    state::Console,
};
use crate::{
    core::{
        CoreError, OfficeChange,
        review_list::{Attribution, HistoryEntry, ReviewCase},
    },
    store::Store,
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use shared::{
    Change, Moment, ReviewId, RowId,
    merge::review::ProposedValue,
    op::Outcome,
    records::{ReviewReason, access_log::Access},
    wire::ErrorCode,
};
use std::sync::Arc;

/// The page.
pub async fn show<S: Store>(
    State(console): State<Arc<Console<S>>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Response {
    match open(&console, &signed_in, &id).await {
        Ok((case, history)) => view(&signed_in, &case, &history, None).into_response(),
        Err(response) => response,
    }
}

/// Decides the review.
pub async fn decide<S: Store>(
    State(console): State<Arc<Console<S>>>,
    Path(id): Path<String>,
    CsrfForm { signed_in, fields }: CsrfForm,
) -> Response {
    let (case, history) = match open(&console, &signed_in, &id).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let locale = &signed_in.locale;
    let again = |status: StatusCode, key: &str| {
        (status, view(&signed_in, &case, &history, Some(locale.t(key)))).into_response()
    };
    let given = |name: &str| fields.get(name).map(|t| t.trim()).filter(|t| !t.is_empty());
    let accept = match given("decision") {
        Some("accept") if case.review.can_be_accepted() => true,
        Some("keep") => false,
        _ => return again(StatusCode::BAD_REQUEST, "console-review-choose"),
    };
    // A typed reason is more precise than a ticked one.
    let Some(reason) = given("reason").or(given("quick")) else {
        return again(StatusCode::BAD_REQUEST, "console-review-reason-missing");
    };
    match console.core.decide_review(&signed_in.viewer, case.id, accept, reason).await {
        Ok(()) => Redirect::to(&format!("/console/reviews/{}", case.id)).into_response(),
        Err(CoreError::Refused { .. }) => again(StatusCode::CONFLICT, "console-review-cannot"),
        Err(error) => refusal::failed(locale, Some(&signed_in), error),
    }
}

/// Reads the review. Access to a minor's record, or to a full number, is recorded before the page is sent.
async fn open<S: Store>(
    console: &Console<S>,
    signed_in: &SignedIn,
    id: &str,
) -> Result<(ReviewCase, Vec<HistoryEntry>), Response> {
    let missing = || refusal::refused(&signed_in.locale, Some(signed_in), &ErrorCode::NotFound);
    let id: ReviewId = id.parse().map_err(|_| missing())?;
    let failed = |error| refusal::failed(&signed_in.locale, Some(signed_in), error);
    let (case, history) = console.core.review_for(&signed_in.viewer, id).await.map_err(failed)?;
    let accesses = accesses(&case, Moment::shanghai(console.core.now_ms()));
    if !accesses.is_empty() {
        console.core.apply_office_by(signed_in.viewer.worker, accesses).await.map_err(failed)?;
    }
    Ok((case, history))
}

/// The access log's entries for looking at the case.
fn accesses(case: &ReviewCase, now: Moment) -> Vec<OfficeChange> {
    let row = case.recipient.map(RowId::from);
    let fields = case.values.iter().map(|pair| pair.field.as_str());
    let numbers = fields.filter(|field| matches!(*field, "id_number" | "phone" | "guardian"));
    let revealed = numbers.map(|field| access_log::entry(Access::RevealNumber, now, row, Some(field.to_owned())));
    let minor = case.minor.then(|| access_log::entry(Access::ViewMinor, now, row, None));
    minor.into_iter().chain(revealed).collect()
}

fn view(signed_in: &SignedIn, case: &ReviewCase, history: &[HistoryEntry], problem: Option<String>) -> Markup {
    let locale = &signed_in.locale;
    let title = subject(case, locale);
    let content = html! {
        nav.crumbs aria-label=(locale.t("console-crumbs")) {
            ol { li { a href="/console/reviews" { (locale.t("console-menu-reviews")) } } li aria-current="page" { (title) } }
        }
        div.head { h1 { (title) span.of { (case.area_name.as_deref().unwrap_or_default()) } } (state(case, locale)) }
        p { (question(case, locale)) }
        @if case.is_open() {
            p.soft { (locale.t(if case.review.applied { "console-review-counts-meanwhile" } else { "console-review-waits" })) }
        }
        @if let Some(problem) = &problem { (page::note("error", problem)) }
        (sides(case, locale))
        @match &case.decided {
            Some(decided) => section.card {
                h2 { (locale.t("console-review-decision")) }
                p { (state(case, locale)) }
                dl.pairs {
                    div { dt { (locale.t("console-review-by")) } dd { (decided.by_name.clone().unwrap_or_else(|| locale.t("console-review-somebody"))) } }
                    div { dt { (locale.t("console-review-when")) } dd { (at(decided.hlc)) } }
                    div { dt { (locale.t("console-review-why")) } dd { (decided.reason) } }
                }
            },
            None => (form(signed_in, case)),
        }
        (history_table(case, history, locale))
        a.button.line href="/console/reviews" { (locale.t("console-review-back")) }
    };
    page::page(&Layout { locale, signed_in: Some(signed_in), title, menu_path: "/console/reviews" }, content)
}

/// The value in force on the left, the proposed one on the right, each with its author and its time.
fn sides(case: &ReviewCase, locale: &PageLocale) -> Markup {
    let kind = &case.review.row_kind;
    let pairs: Vec<&ProposedValue> = case.values.iter().filter(|p| !format_record::is_hidden(&p.field)).collect();
    let side = |made: &Attribution, key: &str, of: fn(&ProposedValue) -> Option<&serde_json::Value>| {
        html! {
            section.card.side {
                h2 { (locale.t(key)) }
                dl.pairs {
                    @for pair in &pairs {
                        div { dt { (format_record::field(locale, &pair.field)) } dd.one-value { (format_record::value(locale, kind, &pair.field, of(pair))) } }
                    }
                    @if pairs.is_empty() { div { dt { (locale.t("console-review-change")) } dd { (format_record::word(locale, "change", case.review.op.change.name())) } } }
                }
                p.soft { (who(made, locale)) " · " (at(made.hlc)) }
            }
        }
    };
    html! {
        div.two {
            @if let Some(standing) = &case.standing { (side(standing, "console-review-standing", |p| p.current.as_ref())) }
            (side(&case.proposed, "console-review-proposed", |p| p.proposed.as_ref()))
        }
        @if let Some(why) = &case.given_reason {
            p { (locale.tw("console-review-given-reason", &[("why", why.as_str().into())])) }
        }
    }
}

/// Reasons to tick instead of typing one.
fn quick_reasons(reason: &ReviewReason) -> &'static [&'static str] {
    match reason {
        ReviewReason::LikelyDuplicate => &["twice-given", "recorded-twice", "phoned", "asked-both"],
        ReviewReason::GrantEnded => &["was-there", "phoned", "handed-over", "asked-both"],
        ReviewReason::EditAfterVoid => &["stays-withdrawn", "asked-both"],
        _ => &["papers", "phoned", "visited", "asked-both"],
    }
}

fn form(signed_in: &SignedIn, case: &ReviewCase) -> Markup {
    let locale = &signed_in.locale;
    let reason = &case.review.reason;
    html! {
        section.card {
            h2 { (locale.t("console-review-decide")) }
            form.fields method="post" action={ "/console/reviews/" (case.id) } {
                (page::csrf(signed_in))
                fieldset.quick {
                    legend { (locale.t("console-review-why")) }
                    @for word in quick_reasons(reason) {
                        @let text = locale.t(&format!("console-quick-{word}"));
                        label.tick { input type="radio" name="quick" value=(text); span { (text) } }
                    }
                }
                label { span { (locale.t("console-review-other-reason")) } input name="reason" maxlength="200" autocomplete="off"; }
                div.choices {
                    @if case.review.can_be_accepted() {
                        button type="submit" name="decision" value="accept" { (locale.t(&format!("{}-do", accepted_key(reason)))) }
                    } @else {
                        p.soft { (locale.t("console-review-never-back")) }
                    }
                    button.line type="submit" name="decision" value="keep" { (locale.t(&format!("{}-do", declined_key(reason)))) }
                }
            }
        }
    }
}

/// The history of the fields in question: who changed them, when, from which phone, to what, with which outcome.
fn history_table(case: &ReviewCase, history: &[HistoryEntry], locale: &PageLocale) -> Markup {
    let in_question: Vec<&str> = case.values.iter().map(|p| p.field.as_str()).collect();
    html! {
        section.card.table {
            h2 { (locale.t("console-review-history")) }
            div.scroll tabindex="0" { table.history {
                thead { tr { @for key in ["when", "by", "device", "change", "outcome"] { th scope="col" { (locale.t(&format!("console-review-{key}"))) } } } }
                tbody { @for step in history { tr {
                    th scope="row" { (at(step.made.hlc)) }
                    td { (who(&step.made, locale)) }
                    td { (step.device.as_deref().unwrap_or("—")) }
                    td { (describe_change(case, &step.change, &in_question, locale)) }
                    td { (outcome(step.outcome.as_ref(), locale)) }
                } } }
            } }
        }
    }
}

/// A change in words, with the fields in question only.
fn describe_change(case: &ReviewCase, change: &Change, in_question: &[&str], locale: &PageLocale) -> Markup {
    let fields = match change {
        Change::Create(fields)
        | Change::Set(fields)
        | Change::Amend { fields, .. }
        | Change::Advance { fields, .. } => Some(fields),
        _ => None,
    };
    let shown = fields.into_iter().flat_map(|f| &f.0);
    let shown = shown.filter(|(name, _)| in_question.contains(&name.as_str()) && !format_record::is_hidden(name));
    html! {
        (format_record::word(locale, "change", change.name()))
        @if let Change::Advance { to, .. } = change { " " (format_record::word(locale, "status", to)) }
        @for (name, value) in shown {
            " · " (format_record::field(locale, name)) " "
            (format_record::value(locale, &case.review.row_kind, name, Some(value)))
        }
    }
}

fn outcome(outcome: Option<&Outcome>, locale: &PageLocale) -> String {
    let key = match outcome {
        None | Some(Outcome::Applied) => "console-outcome-applied",
        Some(Outcome::Merged { lost }) if lost.is_empty() => "console-outcome-passed",
        Some(Outcome::Merged { .. }) => "console-outcome-merged",
        Some(Outcome::InReview { .. }) => "console-outcome-review",
        Some(Outcome::Rejected(_)) => "console-outcome-rejected",
        Some(Outcome::Other(_)) => "console-outcome-other",
    };
    locale.t(key)
}
