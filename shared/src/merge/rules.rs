//! The conflict rules as tables, to be followed with a finger: the field's rule, the author and the concurrent change
//! select one line, and the line names the outcome. `decide` looks up its outcomes here, and `docs/conflicts.md` is
//! printed from here. The rule of each field is declared beside the field, in `records/`.

use crate::records::{field_rule::FieldRule, need::NeedStatus, review_reason::ReviewReason};
use std::cmp::Ordering;

/// Who changes the field, as far as the rules distinguish.
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

/// What happened to a field between the author's view of it and the author's change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConcurrentChange {
    /// No one else has changed it, or this device set it last.
    Nothing,
    /// Someone else has set it to the same value.
    Same,
    /// Someone else has set it to another value, with an earlier stamp than this change.
    Earlier,
    /// Someone else has set it to another value, with a later stamp than this change.
    Later,
}

impl ConcurrentChange {
    pub const EACH: [Self; 4] = [Self::Nothing, Self::Same, Self::Earlier, Self::Later];
}

/// What a rule says of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleOutcome {
    /// The new value is in force. A value that gives way to it stays readable in the record's history.
    Stands,
    /// The other value is in force. The new one stays readable in the history, and its author is told.
    Yields,
    /// Nothing changes until a supervisor decides.
    Review(ReviewReason),
    /// Changes nothing: the need has reached or passed this step.
    Passed,
    /// Refused in this form; the refusal names the kind of change to use instead.
    Otherwise(Alternative),
}

/// The kind of change to use instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// A correction with a reason.
    Amendment,
    /// A step of the status.
    Step,
    /// Adding or removing single elements.
    Element,
    /// A plain edit: the field was not submitted as evidence, so no reason is needed.
    Edit,
    /// A supervisor reopens the need first.
    Reopening,
}

use AuthorKind::{Import, Supervisor, Worker};
use ConcurrentChange::{Earlier, Later, Nothing, Same};
use FieldRule::{Coupled, Fixed, Identity, Register, Server, Set, Status};
use RuleOutcome::{Otherwise, Passed, Review, Stands, Yields};

/// A field is set to another value.
#[rustfmt::skip]
pub fn set(rule: FieldRule, author: AuthorKind, concurrent: ConcurrentChange) -> RuleOutcome {
    match (rule,                author,              concurrent) {
        (Register | Coupled(_), _,                   Nothing | Same | Earlier) => Stands,
        (Register | Coupled(_), _,                   Later)                    => Yields,

        (Identity,              _,                   Nothing | Same)           => Stands,
        (Identity,              _,                   Earlier | Later)          => Review(ReviewReason::IdentityConflict),

        (Server,                Worker,              _)                        => Review(ReviewReason::Proposal),
        (Server,                Supervisor | Import, Nothing | Same | Earlier) => Stands,
        (Server,                Supervisor | Import, Later)                    => Yields,

        // A whole list would overwrite the elements that others added; only an import replaces the list.
        (Set,                   Import,              _)                        => Stands,
        (Set,                   Worker | Supervisor, _)                        => Otherwise(Alternative::Element),

        (Fixed,                 _,                   _)                        => Otherwise(Alternative::Amendment),
        (Status,                _,                   _)                        => Otherwise(Alternative::Step),
    }
}

/// An element of a set is added or removed. If two people do opposite things, the later change stands.
#[rustfmt::skip]
pub fn element(rule: FieldRule, concurrent: ConcurrentChange) -> RuleOutcome {
    match (rule,    concurrent) {
        (Set,       Nothing | Same | Earlier) => Stands,
        (Set,       Later)                    => Yields,
        (Fixed,     _)                        => Otherwise(Alternative::Amendment),
        (Status,    _)                        => Otherwise(Alternative::Step),
        (_,         _)                        => Otherwise(Alternative::Edit),
    }
}

/// A submitted field is corrected, with a reason. The former value always stays readable.
#[rustfmt::skip]
pub fn amend(rule: FieldRule, concurrent: ConcurrentChange) -> RuleOutcome {
    match (rule,    concurrent) {
        (Fixed,     Nothing | Same)    => Stands,
        (Fixed,     Earlier | Later)   => Review(ReviewReason::AmendmentConflict),
        (Status,    _)                 => Otherwise(Alternative::Step),
        (Set,       _)                 => Otherwise(Alternative::Element),
        (_,         _)                 => Otherwise(Alternative::Edit),
    }
}

/// A step of a need from status `now` to status `to`. `generation`: how the generation in which the step was made
/// compares with the need's own; each reopening begins a new generation.
#[rustfmt::skip]
pub fn step(generation: Ordering, now: &NeedStatus, to: &NeedStatus) -> RuleOutcome {
    match (generation,      now.is_end(), to.is_end()) {
        (Ordering::Less,    _,            _)                          => Review(ReviewReason::StaleStatus),
        (Ordering::Greater, _,            _)                          => Otherwise(Alternative::Reopening),
        (Ordering::Equal,   true,         true)  if now != to         => Review(ReviewReason::StatusConflict),
        (Ordering::Equal,   _,            _)     if is_past(now, to)  => Passed,
        (Ordering::Equal,   _,            _)                          => Stands,
    }
}

/// True when the need has reached or passed `to`. A status that this build does not know ranks below all known ones.
fn is_past(now: &NeedStatus, to: &NeedStatus) -> bool {
    now.rank().is_some_and(|rank| to.rank().is_none_or(|wanted| wanted <= rank))
}
