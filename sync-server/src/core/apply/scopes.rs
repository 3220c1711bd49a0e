//! Who may hold what: which scopes a worker's device gets, and on which area_feed a record lies.
//!
//! A *area_feed* is the smallest area feed: the digits of the area a record belongs to, or `r` and a code for reference
//! data. The feed of a township is its own area_feed and those of its villages; nothing is written twice for it.

use crate::store::tables::Worker;
use shared::{
    AreaCode, AreaLevel, RecipientId, WorkerId,
    records::{Audience, Kind, Role, Row},
    wire::Scope,
};

/// The scopes of a worker's device, reference data first so that names are there before what uses them.
///
/// - Everyone: the worker's own scope, and reference data of their county. Whoever is counted above county level gets
///   the reference data of that level only (rules, notices), not every county's.
/// - A worker who serves whole villages or a township: those areas.
/// - A supervisor or administrator bound to villages or townships: those areas.
/// - Bound to a county or a city: no area feed. It would put tens of thousands of people's data on one phone, to be
///   lost with it; they read reports, which are computed on the server.
/// - Who has left: nothing.
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

/// The areas a worker is bound to.
pub fn areas_of(worker: &Worker) -> Vec<AreaCode> {
    worker.areas.split_whitespace().filter_map(|a| a.parse().ok()).collect()
}

pub fn role_of(worker: &Worker) -> Role {
    Role::from(worker.role.as_str())
}

/// True for supervisors and administrators over `area`.
pub fn supervises(worker: &Worker, area: &AreaCode) -> bool {
    !worker.left
        && matches!(role_of(worker), Role::Supervisor | Role::Administrator)
        && areas_of(worker).iter().any(|a| a.contains(area))
}

/// Where a record lies now: what describes a place follows that place, everything else stays where it was counted.
pub fn area_of(row: &Row) -> Option<AreaCode> {
    let own = match row.kind {
        Kind::Area => "code",
        Kind::Recipient | Kind::Household | Kind::Worker | Kind::Activity | Kind::Unit | Kind::Facility => "area",
        _ if row.kind.audience() == Audience::Reference => "area",
        _ => return row.area,
    };
    row.fields.parsed(own).or(row.area)
}

/// The area_feed a record lies on; `None` for what never leaves the server.
pub fn feed_key(row: &Row) -> Option<String> {
    let place = area_of(row)?;
    match row.kind.audience() {
        Audience::Server => None,
        Audience::Reference => Some(format!("r{}", place.county().unwrap_or(place))),
        Audience::Recipient | Audience::Author | Audience::Worker => Some(place.as_str().to_owned()),
    }
}

/// The area_feeds of a reference scope: the county's own, and those of the areas above it.
pub fn reference_feeds(area: AreaCode) -> Vec<String> {
    area.ancestry().map(|a| format!("r{a}")).collect()
}

/// The recipient through whose pairings a record is seen.
pub fn recipient_seen_through(row: &Row) -> Option<RecipientId> {
    if row.kind.audience() == Audience::Recipient { row.recipient() } else { None }
}

/// The worker who keeps a record in their scope whatever becomes of a pairing. What the office writes is kept by no
/// one: an import would otherwise land on the importer's phone.
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
    fn words(worker: &Worker) -> Vec<String> {
        scopes_of(worker).iter().map(ToString::to_string).collect()
    }
    const OWN: &str = "w:00000000-0000-0000-0000-000000000001";

    #[test]
    fn a_worker_holds_their_own_the_countys_names_and_the_villages_they_serve() {
        assert_eq!(words(&worker("worker", "620826101", "")), ["r:620826", OWN]);
        let serving = worker("worker", "620826101", "620826101201 620826101202");
        assert_eq!(words(&serving), ["r:620826", OWN, "a:620826101201", "a:620826101202"]);
    }

    #[test]
    fn a_county_or_a_city_never_lands_on_a_phone() {
        assert_eq!(words(&worker("supervisor", "620826101", "620826101")), ["r:620826", OWN, "a:620826101"]);
        assert_eq!(words(&worker("supervisor", "620826", "620826")), ["r:620826", OWN]);
        assert_eq!(words(&worker("administrator", "6208", "6208")), ["r:6208", OWN]);
    }

    #[test]
    fn who_has_left_holds_nothing() {
        let mut gone = worker("worker", "620826101", "620826101201");
        gone.left = true;
        assert!(scopes_of(&gone).is_empty());
    }
}
