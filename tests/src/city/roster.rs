//! The plan as the five CSV files that an office would import.

use super::plan::Plan;
use shared::{AreaCode, id_number::Sex, records::Role};
use std::{collections::HashMap, io, path::Path};

/// The lists, each after those that it refers to; also the names of the files without `.csv`.
pub const LISTS: [&str; 5] = ["areas", "units", "workers", "recipients", "pairings"];

/// Writes all lists into `folder`.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(plan: &Plan, folder: &Path) -> io::Result<()> {
    for list in LISTS {
        let file = io::BufWriter::new(std::fs::File::create(folder.join(format!("{list}.csv")))?);
        let mut out = csv::Writer::from_writer(file);
        match list {
            "areas" => areas(plan, &mut out),
            "units" => units(plan, &mut out),
            "workers" => workers(plan, &mut out),
            "recipients" => recipients(plan, &mut out),
            _ => pairings(plan, &mut out),
        }?;
        out.flush()?;
    }
    Ok(())
}

type Out = csv::Writer<io::BufWriter<std::fs::File>>;

fn areas(plan: &Plan, out: &mut Out) -> csv::Result<()> {
    out.write_record(["code", "name", "parent"])?;
    for area in &plan.areas {
        let parent = area.code.parent().map(|p| p.to_string()).unwrap_or_default();
        out.write_record([area.code.as_str(), &area.name, &parent])?;
    }
    Ok(())
}

fn units(plan: &Plan, out: &mut Out) -> csv::Result<()> {
    out.write_record(["code", "name", "area"])?;
    for unit in &plan.units {
        out.write_record([&unit.code, &unit.name, unit.area.as_str()])?;
    }
    Ok(())
}

fn workers(plan: &Plan, out: &mut Out) -> csv::Result<()> {
    let units: HashMap<_, _> = plan.units.iter().map(|u| (super::plan::unit_id(u), u.code.as_str())).collect();
    out.write_record(["code", "name", "unit", "area", "role", "areas", "phone"])?;
    for worker in &plan.workers {
        let unit = worker.unit.and_then(|u| units.get(&u).copied()).unwrap_or_default();
        let areas = worker.areas.iter().map(AreaCode::as_str).collect::<Vec<_>>().join(" ");
        let role = if worker.role == Role::Worker { "" } else { worker.role.word() };
        let phone = worker.phone.as_deref().unwrap_or_default();
        out.write_record([&worker.code, &worker.name, unit, worker.area.as_str(), role, &areas, phone])?;
    }
    Ok(())
}

fn recipients(plan: &Plan, out: &mut Out) -> csv::Result<()> {
    out.write_record([
        "code",
        "name",
        "category",
        "area",
        "id_number",
        "birth",
        "sex",
        "phone",
        "address",
        "tags",
        "disability_kind",
        "disability_level",
        "guardian",
        "guardian_relation",
        "guardian_phone",
        "legal_basis",
        "risk",
        "note",
    ])?;
    let digit = |d: Option<u8>| d.map(|d| d.to_string()).unwrap_or_default();
    for r in &plan.recipients {
        let guardian = r.guardian.as_ref();
        out.write_record([
            r.code.as_str(),
            &r.name,
            r.category.word(),
            r.area.as_str(),
            r.id_number.as_deref().unwrap_or_default(),
            &r.birth.map(|b| b.to_string()).unwrap_or_default(),
            r.sex.map_or("", |s| if s == Sex::Male { "male" } else { "female" }),
            r.phone.as_deref().unwrap_or_default(),
            r.address.as_deref().unwrap_or_default(),
            &r.tags.join(";"),
            &digit(r.disability_kind),
            &digit(r.disability_level),
            guardian.map_or("", |g| g.name.as_str()),
            guardian.and_then(|g| g.relation.as_deref()).unwrap_or_default(),
            guardian.and_then(|g| g.phone.as_deref()).unwrap_or_default(),
            r.legal_basis.as_deref().unwrap_or_default(),
            r.risk.as_ref().map_or("", |r| r.word()),
            r.note.as_deref().unwrap_or_default(),
        ])?;
    }
    Ok(())
}

fn pairings(plan: &Plan, out: &mut Out) -> csv::Result<()> {
    out.write_record(["worker", "recipient", "role", "start"])?;
    let start = plan.shape.paired_since.to_string();
    for pair in &plan.pairs {
        let (worker, recipient) = (&plan.workers[pair.worker].code, &plan.recipients[pair.recipient].code);
        out.write_record([worker, recipient, pair.role.word(), &start])?;
    }
    Ok(())
}
