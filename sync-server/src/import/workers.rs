//! Workers: `code,name,unit,area,role,areas,phone,left`. The default role is worker; a supervisor or administrator
//! needs areas.

use super::{
    builder::RecordBuilder,
    finding::{Findings, shown},
    ids::{unit_id, worker_id},
    sheet::Sheet,
};
use shared::{
    AreaCode, Kind,
    records::{Record, Role, Worker},
};

const ROLES: [&str; 3] = ["worker", "supervisor", "administrator"];
const YES_NO: [&str; 2] = ["yes", "no"];

/// Reads the list into `builder`; every wrong cell is a finding.
pub fn read(sheet: &Sheet<'_>, builder: &mut RecordBuilder, findings: &mut Findings) {
    for line in sheet.lines() {
        let before = findings.errors.len();
        let code = line.code("code", findings);
        let name = line.required("name", findings);
        let area = builder.area(&line, "area", findings);
        let role = line.word("role", "role", &ROLES, findings).map_or(Role::Worker, Role::from);
        let left = line.word("left", "answer", &YES_NO, findings).map(|word| word == "yes");
        let unit = line.text("unit").map(|unit| {
            let missing = findings.make(line.location(Some("unit")), "unknown-unit", &[("value", shown(unit).into())]);
            builder.want(Kind::Unit, unit_id(unit).into(), missing);
            unit_id(unit)
        });
        let mut areas: Vec<AreaCode> = Vec::new();
        for text in line.several("areas").flat_map(str::split_whitespace) {
            match text.parse() {
                Ok(area) => {
                    builder.want_area(&line, "areas", area, findings);
                    areas.push(area);
                }
                Err(_) => {
                    findings.error(line.location(Some("areas")), "bad-area-code", &[("value", shown(text).into())])
                }
            }
        }
        if role != Role::Worker && areas.is_empty() && findings.errors.len() == before {
            findings.error(line.location(Some("areas")), "no-areas", &[]);
        }
        let (Some(code), Some(name), Some(area)) = (code, name, area) else { continue };
        if findings.errors.len() > before {
            continue;
        }
        let worker = Worker {
            code: code.to_owned(),
            name: name.to_owned(),
            unit,
            area,
            role,
            areas,
            phone: line.owned("phone"),
            left: left.unwrap_or(false),
        };
        let mut fields = worker.to_fields();
        // Set even when empty or "no", so that an import can take back areas and a departure.
        let areas: Vec<&str> = worker.areas.iter().map(AreaCode::as_str).collect();
        fields.set("areas", areas.into());
        if let Some(left) = left {
            fields.set("left", left.into());
        }
        builder.add(&line, "code", code, Kind::Worker, worker_id(code).into(), fields, findings);
    }
}
