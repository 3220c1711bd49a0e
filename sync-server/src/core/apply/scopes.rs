//! Which scopes a worker's device gets, and in which area feed a record lies.
//!
//! The key of an *area feed* is the code of the area that a record belongs to, or `r` and a code for reference data. An
//! area scope is read from several feeds: a township's own and those of its villages. Each row is in one of them.

use crate::store::tables::Worker;
use shared::{
    AreaCode, AreaLevel, RecipientId, WorkerId,
    records::{Audience, Kind, Role, Row},
    wire::Scope,
};

/// The scopes of a worker's device. Reference data comes first, so that names arrive before the rows that use them.
///
/// - Every worker: the worker's own scope, and the reference data of the county. A worker counted above county level
///   gets the reference data of that level only (rules, notices), not that of every county.
/// - A worker who serves whole villages or a township: those areas.
/// - A supervisor or administrator of villages or townships: those areas.
/// - A supervisor or administrator of a county or a city: no area scope. It would put the data of tens of thousands of
///   people on one phone, which can be lost. They read reports, which the server computes.
/// - A worker who has left: nothing.
pub fn scopes_of(worker: &Worker) -> Vec<Scope> {
    if worker.left {
        return Vec::new();
    }
    let areas = areas_of(worker);
    let mut scopes: Vec<Scope> = Vec::new();
    let counties = std::iter::once(worker.area).chain(areas.iter().copied()).map(|a| a.county().unwrap_or(a));
    for county in counties {
        if !scopes.contains(&Scope::Reference(county)) {
            scopes.push(Scope::Reference(county));
        }
    }
    scopes.push(Scope::Worker(worker.id));
    for area in areas {
        let holds = matches!(area.level(), AreaLevel::Township | AreaLevel::Village);
        if holds && !scopes.contains(&Scope::Area(area)) {
            scopes.push(Scope::Area(area));
        }
    }
    scopes
}

/// The areas that a worker serves or supervises.
pub fn areas_of(worker: &Worker) -> Vec<AreaCode> {
    worker.areas.split_whitespace().filter_map(|a| a.parse().ok()).collect()
}

/// The role of a worker.
pub fn role_of(worker: &Worker) -> Role {
    Role::from(worker.role.as_str())
}

/// True for supervisors and administrators of `area`.
pub fn supervises(worker: &Worker, area: &AreaCode) -> bool {
    !worker.left
        && matches!(role_of(worker), Role::Supervisor | Role::Administrator)
        && areas_of(worker).iter().any(|a| a.contains(area))
}

/// The area of a record now. Records that describe an area, a person or a household follow its current area; all others
/// stay where they were counted.
pub fn area_of(row: &Row) -> Option<AreaCode> {
    let own = match row.kind {
        Kind::Area => "code",
        Kind::Recipient | Kind::Household | Kind::Worker | Kind::Activity | Kind::Unit | Kind::Facility => "area",
        _ if row.kind.audience() == Audience::Reference => "area",
        _ => return row.area,
    };
    row.fields.parsed(own).or(row.area)
}

/// The key of the area feed that holds a record; `None` for records that never leave the server.
pub fn feed_key(row: &Row) -> Option<String> {
    let area = area_of(row)?;
    match row.kind.audience() {
        Audience::Server => None,
        Audience::Reference => Some(format!("r{}", area.county().unwrap_or(area))),
        Audience::Recipient | Audience::Author | Audience::Worker => Some(area.as_str().to_owned()),
    }
}

/// The feeds of a reference scope: the county's own, and those of the areas above it.
pub fn reference_feeds(area: AreaCode) -> Vec<String> {
    area.ancestry().map(|a| format!("r{a}")).collect()
}

/// The recipient whose pairings let a worker see a record.
pub fn recipient_seen_through(row: &Row) -> Option<RecipientId> {
    if row.kind.audience() == Audience::Recipient { row.recipient() } else { None }
}

/// The worker who keeps a record in scope whatever becomes of a pairing. Records of the office have no owner: an import
/// would otherwise land on the importer's phone.
pub fn owner_of(row: &Row) -> Option<WorkerId> {
    let owner = match (&row.kind, row.kind.audience()) {
        (_, Audience::Server | Audience::Reference) => None,
        (Kind::Worker, _) => Some(row.id.into()),
        (Kind::Review, _) => row.fields.parsed("proposed_by"),
        _ if row.device.is_nil() => None,
        _ => Some(row.author),
    };
    owner.filter(|w| !w.is_nil())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(role: &str, area: &str, areas: &str) -> Worker {
        Worker {
            id: WorkerId(uuid::Uuid::from_u128(1)),
            code: "W1".into(),
            name: "某".into(),
            role: role.into(),
            area: area.parse().unwrap(),
            areas: areas.into(),
            unit: None,
            left: false,
        }
    }
    fn scopes_as_text(worker: &Worker) -> Vec<String> {
        scopes_of(worker).iter().map(ToString::to_string).collect()
    }
    const OWN: &str = "w:00000000-0000-0000-0000-000000000001";

    #[test]
    fn a_worker_holds_the_own_scope_the_countys_names_and_the_villages_served() {
        assert_eq!(scopes_as_text(&worker("worker", "620826101", "")), ["r:620826", OWN]);
        let serving = worker("worker", "620826101", "620826101201 620826101202");
        assert_eq!(scopes_as_text(&serving), ["r:620826", OWN, "a:620826101201", "a:620826101202"]);
    }

    #[test]
    fn a_phone_never_holds_a_county_or_a_city() {
        assert_eq!(scopes_as_text(&worker("supervisor", "620826101", "620826101")), ["r:620826", OWN, "a:620826101"]);
        assert_eq!(scopes_as_text(&worker("supervisor", "620826", "620826")), ["r:620826", OWN]);
        assert_eq!(scopes_as_text(&worker("administrator", "6208", "6208")), ["r:6208", OWN]);
    }

    #[test]
    fn a_worker_who_has_left_holds_nothing() {
        let mut gone = worker("worker", "620826101", "620826101201");
        gone.left = true;
        assert!(scopes_of(&gone).is_empty());
    }
}
