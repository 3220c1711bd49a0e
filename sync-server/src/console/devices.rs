//! Devices: which there are, when they were last heard of, and ending a lost one's access. Administrators only, within
//! their areas.
//!
//! - `GET /console/devices?q=…`: 200 · 303 to the log-in · 403
//! - `GET /console/devices/{id}/revoke`: 200 the question · 403 · 404
//! - `POST /console/devices/{id}/revoke`: 303 to the list · 403 · 404

use super::{
    Console,
    format::{count, moment},
    guard::{self, Administrator, Posted, Reader, Signed},
    page::{self, Frame},
};
use crate::{
    core::{CoreError, DeviceFilter, DeviceInfo},
    store::Store,
};
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use shared::wire::ErrorCode;
use std::sync::Arc;

/// 200 lines: more is found faster by name or code.
const SHOWN: usize = 200;
/// Silent after 30 days, as in the report.
const SILENT_MS: i64 = 30 * 86_400_000;

#[derive(Debug, Default, Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
}

/// Devices of workers counted in the administrator's areas, those heard of last first.
async fn mine<S: Store>(console: &Console<S>, signed: &Signed) -> Result<Vec<DeviceInfo>, CoreError> {
    let mut devices: Vec<DeviceInfo> = Vec::new();
    for area in &signed.viewer.areas {
        devices.extend(console.core.devices(DeviceFilter { area: Some(*area), worker: None }).await?);
    }
    // Areas may overlap.
    devices.sort_by_key(|d| (std::cmp::Reverse(d.last_seen), d.id));
    devices.dedup_by_key(|d| d.id);
    Ok(devices)
}

pub async fn list<S: Store>(
    State(console): State<Arc<Console<S>>>,
    Administrator(signed): Administrator,
    Query(search): Query<Search>,
) -> Response {
    let reader = &signed.reader;
    let devices = match mine(&console, &signed).await {
        Ok(devices) => devices,
        Err(error) => return guard::failed(reader, Some(&signed), error),
    };
    let q = search.q.trim().to_lowercase();
    let found: Vec<&DeviceInfo> = devices
        .iter()
        .filter(|d| [&d.worker_name, &d.worker_code, &d.label].iter().any(|text| text.to_lowercase().contains(&q)))
        .collect();
    let content = html! {
        div.head {
            h1 { (reader.t("console-menu-devices")) span.of { (reader.tw("console-devices-n", &[("n", count(devices.len() as i64).into())])) } }
            form.filters method="get" action="/console/devices" {
                label { span { (reader.t("console-search")) } input type="search" name="q" value=(search.q); }
                button type="submit" { (reader.t("console-show")) }
                a.button.line href="/console/enrol" { (reader.t("console-menu-enrol")) }
            }
        }
        section.card.table {
            @if found.is_empty() {
                p.empty { (reader.t(if devices.is_empty() { "console-no-devices" } else { "console-none-found" })) }
            } @else {
                div.scroll tabindex="0" { (table(&found, reader)) }
                @if found.len() > SHOWN { p.empty { (reader.tw("console-first-n", &[("n", count(SHOWN as i64).into())])) } }
            }
        }
    };
    let frame =
        Frame { reader, signed: Some(&signed), title: reader.t("console-menu-devices"), here: "/console/devices" };
    page::page(&frame, content).into_response()
}

fn table(devices: &[&DeviceInfo], reader: &Reader) -> Markup {
    html! {
        table.devices {
            thead { tr {
                @for key in ["worker", "label", "seen", "enrolled", "ops", "state", "do"] {
                    th scope="col" { (reader.t(&format!("console-device-{key}"))) }
                }
            } }
            tbody {
                @for device in devices.iter().take(SHOWN) {
                    tr {
                        th scope="row" { (device.worker_name) " " span.soft { (device.worker_code) } }
                        td { (device.label) }
                        td { (moment(device.last_seen)) }
                        td { (moment(device.enrolled)) }
                        td { (count(i64::try_from(device.last_op).unwrap_or(i64::MAX))) }
                        td { (state(device, reader)) }
                        td {
                            @if device.revoked.is_none() {
                                a href={ "/console/devices/" (device.id) "/revoke" } { (reader.t("console-revoke")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn state(device: &DeviceInfo, reader: &Reader) -> Markup {
    let silent = super::now_ms() - device.last_seen.utc_ms > SILENT_MS;
    let (class, icon, key) = match device.revoked {
        Some(_) => ("revoked", "warning", "console-device-revoked"),
        None if silent => ("silent", "offline", "console-device-silent"),
        None => ("good", "check", "console-device-good"),
    };
    html! { span class={ "tag " (class) } { (page::icon(icon)) (reader.t(key)) } }
}

/// The device of an address, where it is one of the administrator's.
async fn one<S: Store>(console: &Console<S>, signed: &Signed, id: &str) -> Result<DeviceInfo, Response> {
    let reader = &signed.reader;
    let devices = mine(console, signed).await.map_err(|e| guard::failed(reader, Some(signed), e))?;
    // One of another area looks like none at all.
    let device = devices.into_iter().find(|d| d.id.to_string() == id && d.revoked.is_none());
    device.ok_or_else(|| guard::refused(reader, Some(signed), &ErrorCode::NotFound))
}

pub async fn ask<S: Store>(
    State(console): State<Arc<Console<S>>>,
    Administrator(signed): Administrator,
    Path(id): Path<String>,
) -> Response {
    let device = match one(&console, &signed, &id).await {
        Ok(device) => device,
        Err(response) => return response,
    };
    let reader = &signed.reader;
    let title = reader.t("console-revoke-title");
    let content = html! {
        section.card.narrow {
            h1 { (title) }
            p { b { (device.worker_name) } " " span.soft { (device.worker_code) } " · " (device.label) }
            p { (reader.t("console-revoke-explain")) }
            form.fields method="post" action={ "/console/devices/" (device.id) "/revoke" } {
                (page::csrf(&signed))
                button.danger type="submit" { (reader.t("console-revoke-do")) }
                a.button.line href="/console/devices" { (reader.t("console-cancel")) }
            }
        }
    };
    page::page(&Frame { reader, signed: Some(&signed), title, here: "/console/devices" }, content).into_response()
}

pub async fn revoke<S: Store>(
    State(console): State<Arc<Console<S>>>,
    Path(id): Path<String>,
    Posted { signed, .. }: Posted,
) -> Response {
    if !signed.viewer.is_administrator() {
        return guard::refused(&signed.reader, Some(&signed), &ErrorCode::NotAllowed);
    }
    let device = match one(&console, &signed, &id).await {
        Ok(device) => device,
        Err(response) => return response,
    };
    match console.core.revoke_device(device.id).await {
        Ok(()) => Redirect::to("/console/devices").into_response(),
        Err(error) => guard::failed(&signed.reader, Some(&signed), error),
    }
}
