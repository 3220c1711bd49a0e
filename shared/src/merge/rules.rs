//! The conflict rules, as tables to be followed with a finger: which rule the field has, who changes it and what happened
//! meanwhile lead to one line, and the line says what becomes of the change. `decide` looks its answers up here, and
//! `docs/conflicts.md` is printed from here. Which field follows which rule stands beside the field, in `records/`.

use crate::records::{NeedStatus, ReviewReason};
use std::cmp::Ordering;

/// How two changes of one field become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRule {
    /// Phone, note. Unchanged since the author saw it, or last set by this device: applied. Otherwise the later stamp
    /// (then the larger device id) stands, and the other value is kept in the record's history.
    Register,
    /// Address and position: several fields that only make sense together, decided as one register of this name.
    Coupled(&'static str),
    /// Name, ID number, category. Unchanged since the author saw it: applied. Otherwise a supervisor decides.
    Identity,
    /// Tags. Each element has a stamp of its own: adding one and removing another both hold.
    Set,
    /// What was submitted: never set again, only amended with a reason.
    Fixed,
    /// A need's progress. Forward holds, backward is passed over, two different ends are decided by a supervisor, and
    /// only a supervisor's reopening starts again.
    Status,
    /// Pairings, roles, names of areas: set by the office. What a worker sends is a proposal in review.
    Server,
}

impl FieldRule {
    /// One of each, in the order of the tables.
    pub const EACH: [Self; 7] =
        [Self::Register, Self::Coupled("place"), Self::Identity, Self::Server, Self::Set, Self::Fixed, Self::Status];

    /// The stamp that a field shares with the fields it is coupled to.
    pub fn stamp_key(self, field: &str) -> &str {
        match self {
            Self::Coupled(group) => group,
            _ => field,
        }
    }
}

/// Who changes the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorKind {
    Worker,
    Supervisor,
    /// An import by an administrator, or the server itself.
    Import,
}

impl AuthorKind {
    pub const EACH: [Self; 3] = [Self::Worker, Self::Supervisor, Self::Import];
}

/// What happened to the field since the author of the change saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConcurrentChange {
    /// Nobody else changed it, or this very device set it last.
    Nothing,
    /// Somebody else set it to the same value.
    Same,
    /// Somebody else set it to another value, before this change was made.
    Earlier,
    /// Somebody else set it to another value, after this change was made.
    Later,
}

impl ConcurrentChange {
    pub const EACH: [Self; 4] = [Self::Nothing, Self::Same, Self::Earlier, Self::Later];
}

/// What becomes of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleOutcome {
    /// The new value stands. Another one that gives way to it stays readable in the record's history.
    Stands,
    /// The other's value stands. The new one stays readable in the history, and its author is told.
    Yields,
    /// Nothing changes before a supervisor has decided.
    Review(ReviewReason),
    /// Understood, and changes nothing: others were further already.
    Passed,
    /// Not in this way: refused, and the refusal says which way leads on.
    Otherwise(Way),
}

/// The way a field is changed instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A correction with a reason.
    Amendment,
    /// Step by step, by whoever handles the need.
    Step,
    /// One element added or taken out.
    Element,
    /// A plain edit: nothing was submitted that would need a reason.
    Edit,
    /// A supervisor opens the need again first.
    Reopening,
}

use AuthorKind::{Import, Supervisor, Worker};
use ConcurrentChange::{Earlier, Later, Nothing, Same};
use FieldRule::{Coupled, Fixed, Identity, Register, Server, Set, Status};
use RuleOutcome::{Otherwise, Passed, Review, Stands, Yields};

/// A field is set to another value.
#[rustfmt::skip]
pub fn set(rule: FieldRule, by: AuthorKind, meanwhile: ConcurrentChange) -> RuleOutcome {
    match (rule,                by,                  meanwhile) {
        (Register | Coupled(_), _,                   Nothing | Same | Earlier) => Stands,
        (Register | Coupled(_), _,                   Later)                    => Yields,

        (Identity,              _,                   Nothing | Same)           => Stands,
        (Identity,              _,                   Earlier | Later)          => Review(ReviewReason::IdentityConflict),

        (Server,                Worker,              _)                        => Review(ReviewReason::Proposal),
        (Server,                Supervisor | Import, Nothing | Same | Earlier) => Stands,
        (Server,                Supervisor | Import, Later)                    => Yields,

        // A list as a whole would overwrite what others added: only an import says "these and no others".
        (Set,                   Import,              _)                        => Stands,
        (Set,                   Worker | Supervisor, _)                        => Otherwise(Way::Element),

        (Fixed,                 _,                   _)                        => Otherwise(Way::Amendment),
        (Status,                _,                   _)                        => Otherwise(Way::Step),
    }
}

/// An element of a set is added or taken out. Both ways at once: the later word holds.
#[rustfmt::skip]
pub fn element(rule: FieldRule, meanwhile: ConcurrentChange) -> RuleOutcome {
    match (rule,    meanwhile) {
        (Set,       Nothing | Same | Earlier) => Stands,
        (Set,       Later)                    => Yields,
        (Fixed,     _)                        => Otherwise(Way::Amendment),
        (Status,    _)                        => Otherwise(Way::Step),
        (_,         _)                        => Otherwise(Way::Edit),
    }
}

/// What was submitted is corrected, with a reason. The former value stays readable either way.
#[rustfmt::skip]
pub fn amend(rule: FieldRule, meanwhile: ConcurrentChange) -> RuleOutcome {
    match (rule,    meanwhile) {
        (Fixed,     Nothing | Same)    => Stands,
        (Fixed,     Earlier | Later)   => Review(ReviewReason::AmendmentConflict),
        (Status,    _)                 => Otherwise(Way::Step),
        (Set,       _)                 => Otherwise(Way::Element),
        (_,         _)                 => Otherwise(Way::Edit),
    }
}

/// A need goes a step further. `round`: how the round in which the step was made compares with the need's own; each
/// reopening begins a new one.
#[rustfmt::skip]
pub fn step(round: Ordering, now: &NeedStatus, to: &NeedStatus) -> RuleOutcome {
    match (round,           now.is_end(), to.is_end()) {
        (Ordering::Less,    _,            _)                          => Review(ReviewReason::StaleStatus),
        (Ordering::Greater, _,            _)                          => Otherwise(Way::Reopening),
        (Ordering::Equal,   true,         true)  if now != to         => Review(ReviewReason::StatusConflict),
        (Ordering::Equal,   _,            _)     if is_past(now, to)  => Passed,
        (Ordering::Equal,   _,            _)                          => Stands,
    }
}

/// Others were as far or further already. A status that this build does not know is before everything it knows.
fn is_past(now: &NeedStatus, to: &NeedStatus) -> bool {
    now.rank().is_some_and(|rank| to.rank().is_none_or(|wanted| wanted <= rank))
}
