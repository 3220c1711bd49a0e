//! Devices: a list with the last contact of each, and the withdrawal of a lost device. For administrators, within their
//! areas.
//!
//! - `GET /console/devices?q=…`: 200 · 303 to the log-in · 403
//! - `GET /console/devices/{id}/revoke`: 200 asks for confirmation · 403 · 404
//! - `POST /console/devices/{id}/revoke`: 303 to the list · 403 · 404

use super::{
    format::{count, moment},
    guard::{Administrator, CsrfForm},
    page::{self, Layout},
    page_locale::PageLocale,
    refusal,
    signed_in::SignedIn,
    state::Console,
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

/// 200 devices: beyond that a search by name or code is faster than scrolling.
const SHOWN_MAX: usize = 200;
/// 30 days without contact, as in the report.
const SILENT_MS: i64 = 30 * 86_400_000;

/// The query string of the list.
#[derive(Debug, Default, Deserialize)]
pub struct DeviceSearch {
    /// Part of a worker's name or code, or of a device's label.
    #[serde(default)]
    q: String,
}

/// The devices of all workers counted in the administrator's areas, latest contact first.
async fn devices_of_areas<S: Store>(console: &Console<S>, signed_in: &SignedIn) -> Result<Vec<DeviceInfo>, CoreError> {
    let mut devices: Vec<DeviceInfo> = Vec::new();
    for area in &signed_in.viewer.areas {
        devices.extend(console.core.devices(DeviceFilter { area: Some(*area), worker: None }).await?);
    }
    // Areas may overlap.
    devices.sort_by_key(|d| (std::cmp::Reverse(d.last_seen), d.id));
    devices.dedup_by_key(|d| d.id);
    Ok(devices)
}

/// The list, filtered by the search.
pub async fn list<S: Store>(
    State(console): State<Arc<Console<S>>>,
    Administrator(signed_in): Administrator,
    Query(search): Query<DeviceSearch>,
) -> Response {
    let locale = &signed_in.locale;
    let devices = match devices_of_areas(&console, &signed_in).await {
        Ok(devices) => devices,
        Err(error) => return refusal::failed(locale, Some(&signed_in), error),
    };
    let q = search.q.trim().to_lowercase();
    let found: Vec<&DeviceInfo> = devices
        .iter()
        .filter(|d| [&d.worker_name, &d.worker_code, &d.label].iter().any(|text| text.to_lowercase().contains(&q)))
        .collect();
    let content = html! {
        div.head {
            h1 { (locale.t("console-menu-devices")) span.of { (locale.tw("console-devices-n", &[("n", count(devices.len() as i64).into())])) } }
            form.filters method="get" action="/console/devices" {
                label { span { (locale.t("console-search")) } input type="search" name="q" value=(search.q); }
                button type="submit" { (locale.t("console-show")) }
                a.button.line href="/console/enrol" { (locale.t("console-menu-enrol")) }
            }
        }
        section.card.table {
            @if found.is_empty() {
                p.empty { (locale.t(if devices.is_empty() { "console-no-devices" } else { "console-none-found" })) }
            } @else {
                div.scroll tabindex="0" { (table(&found, console.core.now_ms(), locale)) }
                @if found.len() > SHOWN_MAX { p.empty { (locale.tw("console-first-n", &[("n", count(SHOWN_MAX as i64).into())])) } }
            }
        }
    };
    let layout = Layout {
        locale,
        signed_in: Some(&signed_in),
        title: locale.t("console-menu-devices"),
        menu_path: "/console/devices",
    };
    page::page(&layout, content).into_response()
}

fn table(devices: &[&DeviceInfo], now_ms: i64, locale: &PageLocale) -> Markup {
    html! {
        table.devices {
            thead { tr {
                @for key in ["worker", "label", "seen", "enrolled", "ops", "state", "do"] {
                    th scope="col" { (locale.t(&format!("console-device-{key}"))) }
                }
            } }
            tbody {
                @for device in devices.iter().take(SHOWN_MAX) {
                    tr {
                        th scope="row" { (device.worker_name) " " span.soft { (device.worker_code) } }
                        td { (device.label) }
                        td { (moment(device.last_seen)) }
                        td { (moment(device.enrolled)) }
                        td { (count(i64::try_from(device.last_op).unwrap_or(i64::MAX))) }
                        td { (state(device, now_ms, locale)) }
                        td {
                            @if device.revoked.is_none() {
                                a href={ "/console/devices/" (device.id) "/revoke" } { (locale.t("console-revoke")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether the device is withdrawn, silent or in use.
fn state(device: &DeviceInfo, now_ms: i64, locale: &PageLocale) -> Markup {
    let silent = now_ms - device.last_seen.utc_ms > SILENT_MS;
    let (class, icon, key) = match device.revoked {
        Some(_) => ("revoked", "warning", "console-device-revoked"),
        None if silent => ("silent", "offline", "console-device-silent"),
        None => ("good", "check", "console-device-good"),
    };
    html! { span class={ "tag " (class) } { (page::icon(icon)) (locale.t(key)) } }
}

/// The device with this id, unless it is withdrawn. A device of another area is refused as unknown.
async fn find_device<S: Store>(console: &Console<S>, signed_in: &SignedIn, id: &str) -> Result<DeviceInfo, Response> {
    let locale = &signed_in.locale;
    let devices =
        devices_of_areas(console, signed_in).await.map_err(|e| refusal::failed(locale, Some(signed_in), e))?;
    let device = devices.into_iter().find(|d| d.id.to_string() == id && d.revoked.is_none());
    device.ok_or_else(|| refusal::refused(locale, Some(signed_in), &ErrorCode::NotFound))
}

/// Asks for confirmation.
pub async fn confirm<S: Store>(
    State(console): State<Arc<Console<S>>>,
    Administrator(signed_in): Administrator,
    Path(id): Path<String>,
) -> Response {
    let device = match find_device(&console, &signed_in, &id).await {
        Ok(device) => device,
        Err(response) => return response,
    };
    let locale = &signed_in.locale;
    let title = locale.t("console-revoke-title");
    let content = html! {
        section.card.narrow {
            h1 { (title) }
            p { b { (device.worker_name) } " " span.soft { (device.worker_code) } " · " (device.label) }
            p { (locale.t("console-revoke-explain")) }
            form.fields method="post" action={ "/console/devices/" (device.id) "/revoke" } {
                (page::csrf(&signed_in))
                button.danger type="submit" { (locale.t("console-revoke-do")) }
                a.button.line href="/console/devices" { (locale.t("console-cancel")) }
            }
        }
    };
    page::page(&Layout { locale, signed_in: Some(&signed_in), title, menu_path: "/console/devices" }, content)
        .into_response()
}

/// Withdraws the device.
pub async fn revoke<S: Store>(
    State(console): State<Arc<Console<S>>>,
    Path(id): Path<String>,
    CsrfForm { signed_in, .. }: CsrfForm,
) -> Response {
    if !signed_in.viewer.is_administrator() {
        return refusal::refused(&signed_in.locale, Some(&signed_in), &ErrorCode::NotAllowed);
    }
    let device = match find_device(&console, &signed_in, &id).await {
        Ok(device) => device,
        Err(response) => return response,
    };
    match console.core.revoke_device(device.id).await {
        Ok(()) => Redirect::to("/console/devices").into_response(),
        Err(error) => refusal::failed(&signed_in.locale, Some(&signed_in), error),
    }
}
