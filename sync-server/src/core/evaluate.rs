//! One operation against the working set: who speaks, in what relation, under what area; then `shared` decides, and
//! what it decided is put into the working set. No store, no clock.

use super::{
    effects::{lookups::aid_of, people::in_force},
    review,
    scopes::{areas_of, place_of, supervises},
    working_set::WorkingSet,
};
use crate::store::tables::Worker;
use shared::{
    AreaCode, AreaLevel, Change, Day, DeviceId, Fields, Hlc, Kind, Op, Outcome, RecipientId, Row, WorkerId, domain,
    ids::{Rev, ReviewId, id_from_code},
    merge::{Actor, OpContext, actor::Relation, decide},
    op::Rejection,
    records::{Category, recipient_of},
};

/// Who says it.
pub enum Principal<'a> {
    /// A device of this worker; `revoked` is when its access ended (UTC ms), where that is so. What it recorded afterwards can
    /// still come in a bundle.
    Device { worker: &'a Worker, device: DeviceId, revoked: Option<i64> },
    /// The server or an import, on behalf of somebody at the console (nil for no one).
    Office { by: WorkerId },
}

impl Principal<'_> {
    pub fn worker(&self) -> WorkerId {
        match self {
            Self::Device { worker, .. } => worker.id,
            Self::Office { by } => *by,
        }
    }
    pub fn device(&self) -> DeviceId {
        match self {
            Self::Device { device, .. } => *device,
            Self::Office { .. } => DeviceId::NIL,
        }
    }
    /// Something that was done after this principal's access had ended.
    fn had_lost_access(&self, when: When) -> bool {
        matches!(self, Self::Device { revoked: Some(at), .. } if when.hlc.ms() >= *at)
    }
    /// The person's name, where it is known.
    pub fn name(&self, working_set: &WorkingSet) -> Option<String> {
        match self {
            Self::Device { worker, .. } => Some(worker.name.clone()),
            Self::Office { by } => working_set.worker(*by).map(|w| w.name.clone()),
        }
    }
    fn home(&self) -> Option<AreaCode> {
        match self {
            Self::Device { worker, .. } => Some(worker.area),
            Self::Office { .. } => None,
        }
    }
}

/// What became of an operation.
pub struct Evaluation {
    pub outcome: Outcome,
    /// The record's revision after it, where it changed.
    pub rev: Option<Rev>,
}

impl Evaluation {
    pub fn rejected(why: Rejection) -> Self {
        Self { outcome: Outcome::Rejected(why), rev: None }
    }
}

/// When and by which stamp.
#[derive(Clone, Copy)]
pub struct When {
    /// The operation's stamp, corrected.
    pub hlc: Hlc,
    /// The server's clock, UTC milliseconds.
    pub now_ms: i64,
}

/// The id under which an operation's review is filed: the same for the same operation, whenever it comes.
pub fn review_id(op: &Op) -> ReviewId {
    ReviewId(id_from_code("review", &op.id.to_string()))
}

pub fn evaluate(working_set: &mut WorkingSet, op: &Op, principal: &Principal<'_>, when: When) -> Evaluation {
    let row = working_set.row(op.row);
    if matches!(op.change, Change::Resolve { .. }) && principal.had_lost_access(when) {
        return Evaluation::rejected(Rejection::NotAllowed);
    }
    if let (Change::Resolve { accept, reason }, Some(row)) = (&op.change, row)
        && row.kind == Kind::Review
        && op.kind == Kind::Review
    {
        let row = row.clone();
        return review::resolve(working_set, &row, *accept, reason, principal, when);
    }
    let (area, category) = counted_under(working_set, op, row, principal);
    let relation = match relation(working_set, op, row, area, principal, when) {
        // Whoever holds a phone that was reported lost may be anyone: a supervisor decides. What was done before counts as usual,
        // and the traces of looks at records are no one's claim.
        Relation::Supervisor | Relation::InCare if principal.had_lost_access(when) && op.kind != Kind::AccessLog => {
            Relation::Former
        }
        relation => relation,
    };
    let unit = match principal {
        Principal::Device { worker, .. } => worker.unit,
        Principal::Office { .. } => None,
    };
    let actor = Actor { worker: principal.worker(), device: principal.device(), unit, relation };
    let likely_duplicate = is_likely_duplicate(working_set, op, principal);
    let meta = OpContext { hlc: when.hlc, area, category, likely_duplicate };
    let judged = decide(row, op, &actor, &meta).into_effect(|| review_id(op));
    if let Some((reason, fields)) = &judged.review {
        let applied = judged.row.is_some();
        let review = review::file(op, row, reason, fields, applied, &actor, principal.name(working_set), &meta, when);
        working_set.put(Box::new(review));
    }
    let rev = judged.row.as_ref().map(|r| r.rev);
    if let Some(row) = judged.row {
        working_set.put(row);
    }
    Evaluation { outcome: judged.outcome, rev }
}

/// The recipient an operation is about.
fn recipient(op: &Op, row: Option<&Row>) -> Option<RecipientId> {
    match (row, &op.change) {
        (Some(row), _) => row.recipient(),
        (None, Change::Create(fields)) => recipient_of(&op.kind, op.row, fields),
        (None, _) => None,
    }
}

/// Area and category that a new record is counted under, by `shared::domain`; of a change, those of the record.
pub fn counted_under(
    working_set: &WorkingSet,
    op: &Op,
    row: Option<&Row>,
    principal: &Principal<'_>,
) -> (Option<AreaCode>, Option<Category>) {
    let place = recipient(op, row).and_then(|r| working_set.place(r)).map(|p| (p.area, p.category.clone()));
    match &op.change {
        Change::Create(fields) => domain::counted_under(&op.kind, fields, place, principal.home()),
        _ => match place {
            Some((area, category)) => (Some(area), Some(category)),
            None => (row.and_then(place_of).or(principal.home()), row.and_then(|r| r.category.clone())),
        },
    }
}

/// How the principal stood to the record when the operation was made. If in doubt, rather [`Relation::Former`], which ends
/// in review, than [`Relation::Stranger`], which ends in a refusal.
fn relation(
    working_set: &WorkingSet,
    op: &Op,
    row: Option<&Row>,
    area: Option<AreaCode>,
    principal: &Principal<'_>,
    when: When,
) -> Relation {
    let Principal::Device { worker, .. } = principal else { return Relation::Server };
    let lies_in = row.and_then(place_of).or(area);
    if lies_in.is_some_and(|a| supervises(worker, &a)) {
        return Relation::Supervisor;
    }
    let grants = recipient(op, row).map_or(&[][..], |r| working_set.grants(r));
    let day = Day::of_utc_ms(when.hlc.ms());
    if worker.left {
        let knew = !grants.is_empty() || row.is_some_and(|r| r.author == worker.id);
        return if knew { Relation::Former } else { Relation::Stranger };
    }
    let own = row.is_some_and(|r| r.author == worker.id || r.id == worker.id.into());
    if own || grants.iter().any(|g| in_force(g, day)) {
        return Relation::InCare;
    }
    if lies_in.is_some_and(|a| areas_of(worker).iter().any(|mine| mine.contains(&a))) {
        return Relation::InCare;
    }
    if !grants.is_empty() {
        return Relation::Former;
    }
    let Change::Create(fields) = &op.change else { return Relation::Stranger };
    let near = lies_in.is_some_and(|a| is_near(worker, a));
    match op.kind {
        // About no one in particular: one's own photo, feedback, a look at a record.
        Kind::Photo | Kind::Feedback | Kind::AccessLog if recipient(op, row).is_none() => Relation::InCare,
        // At a place, or somebody new whom a worker proposes: where they work.
        Kind::Activity | Kind::Recipient if near => Relation::InCare,
        Kind::Household if near && household_is_new(working_set, fields) => Relation::InCare,
        _ => Relation::Stranger,
    }
}

/// The household of somebody who is only proposed yet.
fn household_is_new(working_set: &WorkingSet, fields: &Fields) -> bool {
    fields.parsed("recipient").is_some_and(|r| working_set.place(r).is_none())
}

/// In the township the worker is counted in, or in the area of their unit.
fn is_near(worker: &Worker, area: AreaCode) -> bool {
    let township = |a: AreaCode| a.at(AreaLevel::Township);
    worker.area.contains(&area) || (township(area).is_some() && township(area) == township(worker.area))
}

/// Another device recorded a hand-out of the same kind and value to the same person on the same day.
fn is_likely_duplicate(working_set: &WorkingSet, op: &Op, principal: &Principal<'_>) -> bool {
    let (Change::Create(fields), Kind::Assistance) = (&op.change, &op.kind) else { return false };
    let Some(aid) = aid_of(op.row, principal.device(), fields) else { return false };
    working_set.aids(aid.recipient).iter().any(|other| {
        other.device != aid.device
            && (other.day, &other.kind, other.fen) == (aid.day, &aid.kind, aid.fen)
            && (aid.handout.is_none() || other.handout != aid.handout)
    })
}
