//! Commands and replies in a few words for the trace, and what a reply is a case of.

use super::trace::Trace;
use device_core::{Command, StepReply};
use shared::{
    Outcome, RowId,
    wire::{MediaState, PushVerdict},
};

/// A reply in a few words.
pub fn told(reply: &StepReply) -> String {
    match reply {
        StepReply::Push(Ok(reply)) => match &reply.verdict {
            PushVerdict::Accepted { acked_through, outcomes } => {
                let words: Vec<String> = outcomes.iter().map(|o| outcome_word(&o.outcome)).collect();
                format!("accepted through {acked_through} [{}]", words.join(", "))
            }
            PushVerdict::Resume { have } => format!("resume, have {have}"),
            PushVerdict::NewIncarnation { incarnation } => format!("new incarnation {incarnation}"),
            PushVerdict::Other(_) => "a verdict of a newer server".to_owned(),
        },
        StepReply::Pull(Ok(reply)) => {
            let pages: Vec<String> = reply
                .scopes
                .iter()
                .filter(|p| p.reset || !p.rows.is_empty() || !p.gone.is_empty())
                .map(|p| {
                    let reset = if p.reset { " reset" } else { "" };
                    let scope = p.scope.to_string();
                    format!(
                        "{}{reset} +{} -{} @{}",
                        &scope[..scope.len().min(14)],
                        p.rows.len(),
                        p.gone.len(),
                        p.cursor
                    )
                })
                .collect();
            format!("{}{}", pages.join("; "), if reply.more { " and more" } else { "" })
        }
        StepReply::Media(Ok(status)) => format!("{:?} {}", status.state, status.offset),
        StepReply::Enrol(Ok(_)) | StepReply::Report(Ok(_)) => "well".to_owned(),
        StepReply::Repair(Ok(reply)) => {
            format!("repair +{} @{}{}", reply.rows.len(), reply.seq, if reply.more { " and more" } else { "" })
        }
        StepReply::Bundle(Ok(reply)) => format!("bundle {:?}", reply.verdict),
        StepReply::Repair(Err(e)) => e.to_string(),
        StepReply::Bundle(Err(e)) => e.to_string(),
        StepReply::Push(Err(e)) => e.to_string(),
        StepReply::Pull(Err(e)) => e.to_string(),
        StepReply::Media(Err(e)) => e.to_string(),
        StepReply::Enrol(Err(e)) => e.to_string(),
        StepReply::Report(Err(e)) => e.to_string(),
    }
}

/// Notes what a reply is a case of.
pub fn reached(reply: &StepReply, trace: &mut Trace) {
    match reply {
        StepReply::Push(Ok(reply)) => match &reply.verdict {
            PushVerdict::Accepted { outcomes, .. } => outcomes.iter().for_each(|told| {
                trace.reach(match &told.outcome {
                    Outcome::Merged { lost } if lost.is_empty() => "outcome: passed over",
                    Outcome::Merged { .. } => "outcome: merged, a value lost",
                    Outcome::InReview { applied: true, .. } => "outcome: in review, counts",
                    Outcome::InReview { applied: false, .. } => "outcome: in review, held",
                    _ => "outcome: rejected",
                });
            }),
            PushVerdict::Resume { .. } => trace.reach("push: resume"),
            PushVerdict::NewIncarnation { .. } => trace.reach("push: new incarnation"),
            PushVerdict::Other(_) => trace.reach("push: a newer verdict"),
        },
        StepReply::Pull(Ok(reply)) => {
            if reply.more {
                trace.reach("pull: more than a page");
            }
            if !reply.dropped.is_empty() {
                trace.reach("pull: scope dropped");
            }
            for page in &reply.scopes {
                if page.reset {
                    trace.reach("pull: scope started over");
                }
                if !page.gone.is_empty() {
                    trace.reach("pull: rows left a scope");
                }
            }
        }
        StepReply::Media(Ok(status)) if status.state == MediaState::Verified => trace.reach("photo: verified"),
        _ => {}
    }
}

pub fn outcome_word(outcome: &Outcome) -> String {
    use Outcome as O;
    match outcome {
        O::Applied => "applied".to_owned(),
        O::Merged { lost } => format!("merged, lost {lost:?}"),
        O::InReview { reason, applied, .. } => format!("in review, {reason}, applied {applied}"),
        O::Rejected(why) => format!("rejected, {}", why.word()),
        O::Other(_) => "other".to_owned(),
    }
}

/// The last digits of a record's id: enough to tell records of a run apart.
pub fn short(row: RowId) -> String {
    let text = row.to_string();
    text[text.len() - 8..].to_owned()
}

/// A command in a few words; never what somebody typed.
pub fn named(command: &Command) -> String {
    let debug = format!("{command:?}");
    let word: String = debug.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
    match command {
        Command::AdvanceNeed { need, to, .. } => format!("{word} {} to {to}", short((*need).into())),
        Command::EditRecipient { recipient, fields } => format!("{word} {} {fields:?}", short((*recipient).into())),
        Command::EditTags { recipient, add, remove } => {
            format!("{word} {} +{add:?} -{remove:?}", short((*recipient).into()))
        }
        Command::Amend { row, fields, .. } => format!("{word} {} {fields:?}", short(*row)),
        Command::Void { row, .. } => format!("{word} {}", short(*row)),
        Command::Resend { op_no } | Command::Acknowledge { op_no } => format!("{word} {op_no}"),
        _ => word,
    }
}
