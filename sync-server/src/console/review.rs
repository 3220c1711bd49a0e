//! One case: both values side by side, who said which and when, what was ever done to the record, and the decision.
//!
//! - `GET /console/reviews/{id}`: 200 · 303 to the log-in · 404 none, or none of the reader's areas
//! - `POST /console/reviews/{id}`: 303 to the case as decided · 400 without a reason · 403 · 404 · 409 cannot be accepted

use super::{
    Console, format_record,
    guard::{self, Posted, Reader, Signed},
    page::{self, Frame},
    reviews::{accepted_key, at, declined_key, question, state, subject, who},
};
use crate::{
    core::{
        CoreError, OfficeChange,
        reviews::{Case, Past, Said},
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
    Change, Kind, Moment, ReviewId, RowId,
    ids::uuid_v7,
    merge::review::ProposedValue,
    op::Outcome,
    records::{AccessLog, Record, ReviewReason, access_log::Access},
    wire::ErrorCode,
};
use std::sync::Arc;

pub async fn show<S: Store>(
    State(console): State<Arc<Console<S>>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Response {
    match open(&console, &signed, &id).await {
        Ok((case, history)) => view(&signed, &case, &history, None).into_response(),
        Err(response) => response,
    }
}

pub async fn decide<S: Store>(
    State(console): State<Arc<Console<S>>>,
    Path(id): Path<String>,
    Posted { signed, fields }: Posted,
) -> Response {
    let (case, history) = match open(&console, &signed, &id).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let reader = &signed.reader;
    let again =
        |status: StatusCode, key: &str| (status, view(&signed, &case, &history, Some(reader.t(key)))).into_response();
    let given = |name: &str| fields.get(name).map(|t| t.trim()).filter(|t| !t.is_empty());
    let accept = match given("decision") {
        Some("accept") if case.review.can_be_accepted() => true,
        Some("keep") => false,
        _ => return again(StatusCode::BAD_REQUEST, "console-review-choose"),
    };
    // What was written says more than what was ticked.
    let Some(reason) = given("reason").or(given("quick")) else {
        return again(StatusCode::BAD_REQUEST, "console-review-reason-missing");
    };
    match console.core.decide_review(&signed.viewer, case.id, accept, reason).await {
        Ok(()) => Redirect::to(&format!("/console/reviews/{}", case.id)).into_response(),
        Err(CoreError::Refused { .. }) => again(StatusCode::CONFLICT, "console-review-cannot"),
        Err(error) => guard::failed(reader, Some(&signed), error),
    }
}

/// The case of an address. A look at a child's record, or at a full number, is written down before it is given.
async fn open<S: Store>(console: &Console<S>, signed: &Signed, id: &str) -> Result<(Case, Vec<Past>), Response> {
    let missing = || guard::refused(&signed.reader, Some(signed), &ErrorCode::NotFound);
    let id: ReviewId = id.parse().map_err(|_| missing())?;
    let failed = |error| guard::failed(&signed.reader, Some(signed), error);
    let (case, history) = console.core.review_for(&signed.viewer, id).await.map_err(failed)?;
    let traces = traces(&case, console.core.now_ms());
    if !traces.is_empty() {
        console.core.apply_office_by(signed.viewer.worker, traces).await.map_err(failed)?;
    }
    Ok((case, history))
}

fn traces(case: &Case, now_ms: i64) -> Vec<OfficeChange> {
    let row = case.recipient.map(RowId::from);
    let log = |what: Access, detail: Option<String>| {
        let mut random = [0; 10];
        // The same source that sessions are made of.
        getrandom::fill(&mut random).expect("the system's random source answers");
        let log = AccessLog { what, happened: Moment::shanghai(now_ms), row, detail };
        let id = RowId(uuid_v7(now_ms, random));
        OfficeChange { kind: Kind::AccessLog, row: id, change: Change::Create(log.to_fields()) }
    };
    let mut traces = Vec::new();
    if case.minor {
        traces.push(log(Access::ViewMinor, None));
    }
    let numbers = case.values.iter().map(|pair| pair.field.as_str());
    let numbers = numbers.filter(|field| matches!(*field, "id_number" | "phone" | "guardian"));
    traces.extend(numbers.map(|field| log(Access::RevealNumber, Some(field.to_owned()))));
    traces
}

fn view(signed: &Signed, case: &Case, history: &[Past], problem: Option<String>) -> Markup {
    let reader = &signed.reader;
    let title = subject(case, reader);
    let content = html! {
        nav.crumbs aria-label=(reader.t("console-crumbs")) {
            ol { li { a href="/console/reviews" { (reader.t("console-menu-reviews")) } } li aria-current="page" { (title) } }
        }
        div.head { h1 { (title) span.of { (case.area_name.as_deref().unwrap_or_default()) } } (state(case, reader)) }
        p { (question(case, reader)) }
        @if case.is_open() {
            p.soft { (reader.t(if case.review.applied { "console-review-counts-meanwhile" } else { "console-review-waits" })) }
        }
        @if let Some(problem) = &problem { (page::note("error", problem)) }
        (sides(case, reader))
        @match &case.decided {
            Some(decided) => section.card {
                h2 { (reader.t("console-review-decision")) }
                p { (state(case, reader)) }
                dl.pairs {
                    div { dt { (reader.t("console-review-by")) } dd { (decided.by_name.clone().unwrap_or_else(|| reader.t("console-review-somebody"))) } }
                    div { dt { (reader.t("console-review-when")) } dd { (at(decided.hlc)) } }
                    div { dt { (reader.t("console-review-why")) } dd { (decided.reason) } }
                }
            },
            None => (form(signed, case)),
        }
        (past(case, history, reader))
        a.button.line href="/console/reviews" { (reader.t("console-review-back")) }
    };
    page::page(&Frame { reader, signed: Some(signed), title, here: "/console/reviews" }, content)
}

/// What stands on the left, what is proposed on the right, each with its author and its time.
fn sides(case: &Case, reader: &Reader) -> Markup {
    let kind = &case.review.row_kind;
    let pairs: Vec<&ProposedValue> = case.values.iter().filter(|p| !format_record::is_silent(&p.field)).collect();
    let side = |said: &Said, key: &str, of: fn(&ProposedValue) -> Option<&serde_json::Value>| {
        html! {
            section.card.side {
                h2 { (reader.t(key)) }
                dl.pairs {
                    @for pair in &pairs {
                        div { dt { (format_record::field(reader, &pair.field)) } dd.value-told { (format_record::value(reader, kind, &pair.field, of(pair))) } }
                    }
                    @if pairs.is_empty() { div { dt { (reader.t("console-review-change")) } dd { (format_record::word(reader, "change", case.review.op.change.name())) } } }
                }
                p.soft { (who(said, reader)) " · " (at(said.hlc)) }
            }
        }
    };
    html! {
        div.two {
            @if let Some(standing) = &case.standing { (side(standing, "console-review-standing", |p| p.current.as_ref())) }
            (side(&case.proposed, "console-review-proposed", |p| p.proposed.as_ref()))
        }
        @if let Some(why) = &case.given_reason {
            p { (reader.tw("console-review-given-reason", &[("why", why.as_str().into())])) }
        }
    }
}

/// Reasons that need no typing.
fn quick(reason: &ReviewReason) -> &'static [&'static str] {
    match reason {
        ReviewReason::LikelyDuplicate => &["twice-given", "recorded-twice", "phoned", "asked-both"],
        ReviewReason::GrantEnded => &["was-there", "phoned", "handed-over", "asked-both"],
        ReviewReason::EditAfterVoid => &["stays-withdrawn", "asked-both"],
        _ => &["papers", "phoned", "visited", "asked-both"],
    }
}

fn form(signed: &Signed, case: &Case) -> Markup {
    let reader = &signed.reader;
    let reason = &case.review.reason;
    html! {
        section.card {
            h2 { (reader.t("console-review-decide")) }
            form.fields method="post" action={ "/console/reviews/" (case.id) } {
                (page::csrf(signed))
                fieldset.quick {
                    legend { (reader.t("console-review-why")) }
                    @for word in quick(reason) {
                        @let text = reader.t(&format!("console-quick-{word}"));
                        label.tick { input type="radio" name="quick" value=(text); span { (text) } }
                    }
                }
                label { span { (reader.t("console-review-other-reason")) } input name="reason" maxlength="200" autocomplete="off"; }
                div.choices {
                    @if case.review.can_be_accepted() {
                        button type="submit" name="decision" value="accept" { (reader.t(&format!("{}-do", accepted_key(reason)))) }
                    } @else {
                        p.soft { (reader.t("console-review-never-back")) }
                    }
                    button.line type="submit" name="decision" value="keep" { (reader.t(&format!("{}-do", declined_key(reason)))) }
                }
            }
        }
    }
}

/// What became of the fields in question: who, when, from which phone, to what, and how it ended.
fn past(case: &Case, history: &[Past], reader: &Reader) -> Markup {
    let in_question: Vec<&str> = case.values.iter().map(|p| p.field.as_str()).collect();
    html! {
        section.card.table {
            h2 { (reader.t("console-review-history")) }
            div.scroll tabindex="0" { table.history {
                thead { tr { @for key in ["when", "by", "device", "change", "outcome"] { th scope="col" { (reader.t(&format!("console-review-{key}"))) } } } }
                tbody { @for step in history { tr {
                    th scope="row" { (at(step.said.hlc)) }
                    td { (who(&step.said, reader)) }
                    td { (step.device.as_deref().unwrap_or("—")) }
                    td { (told_change(case, &step.change, &in_question, reader)) }
                    td { (outcome(step.outcome.as_ref(), reader)) }
                } } }
            } }
        }
    }
}

fn told_change(case: &Case, change: &Change, in_question: &[&str], reader: &Reader) -> Markup {
    let fields = match change {
        Change::Create(fields)
        | Change::Set(fields)
        | Change::Amend { fields, .. }
        | Change::Advance { fields, .. } => Some(fields),
        _ => None,
    };
    let shown = fields.into_iter().flat_map(|f| &f.0);
    let shown = shown.filter(|(name, _)| in_question.contains(&name.as_str()) && !format_record::is_silent(name));
    html! {
        (format_record::word(reader, "change", change.name()))
        @if let Change::Advance { to, .. } = change { " " (format_record::word(reader, "status", to)) }
        @for (name, value) in shown {
            " · " (format_record::field(reader, name)) " "
            (format_record::value(reader, &case.review.row_kind, name, Some(value)))
        }
    }
}

fn outcome(outcome: Option<&Outcome>, reader: &Reader) -> String {
    let key = match outcome {
        None | Some(Outcome::Applied) => "console-outcome-applied",
        Some(Outcome::Merged { lost }) if lost.is_empty() => "console-outcome-passed",
        Some(Outcome::Merged { .. }) => "console-outcome-merged",
        Some(Outcome::InReview { .. }) => "console-outcome-review",
        Some(Outcome::Rejected(_)) => "console-outcome-rejected",
        Some(Outcome::Other(_)) => "console-outcome-other",
    };
    reader.t(key)
}
