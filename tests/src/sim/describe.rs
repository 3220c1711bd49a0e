//! Short texts for commands and replies in the trace, and the coverage counters of replies.

use super::trace::Trace;
use device_core::{Command, ReplyBody, StepReply};
use shared::{
    Outcome, RowId,
    wire::{MediaState, PushVerdict},
};

/// A short text for a reply.
pub fn describe_reply(reply: &StepReply) -> String {
    match reply {
        Ok(ReplyBody::Push(reply)) => match &reply.verdict {
            PushVerdict::Accepted { acked_through, outcomes } => {
                let words: Vec<String> = outcomes.iter().map(|o| describe_outcome(&o.outcome)).collect();
                format!("accepted through {acked_through} [{}]", words.join(", "))
            }
            PushVerdict::Resume { have } => format!("resume, have {have}"),
            PushVerdict::NewIncarnation { incarnation } => format!("new incarnation {incarnation}"),
            PushVerdict::Other(_) => "a verdict of a newer server".to_owned(),
        },
        Ok(ReplyBody::Pull(reply)) => {
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
        Ok(ReplyBody::Media(status)) => format!("{:?} {}", status.state, status.offset),
        Ok(ReplyBody::Enrol(_)) | Ok(ReplyBody::Report(_)) => "well".to_owned(),
        Ok(ReplyBody::Repair(reply)) => {
            format!("repair +{} @{}{}", reply.rows.len(), reply.seq, if reply.more { " and more" } else { "" })
        }
        Ok(ReplyBody::Bundle(reply)) => format!("bundle {:?}", reply.verdict),
        Err(error) => error.to_string(),
    }
}

/// Counts the cases that a reply covers.
pub fn count_coverage(reply: &StepReply, trace: &mut Trace) {
    match reply {
        Ok(ReplyBody::Push(reply)) => match &reply.verdict {
            PushVerdict::Accepted { outcomes, .. } => outcomes.iter().for_each(|outcome| {
                trace.reach(match &outcome.outcome {
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
        Ok(ReplyBody::Pull(reply)) => {
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
        Ok(ReplyBody::Media(status)) if status.state == MediaState::Verified => trace.reach("photo: verified"),
        _ => {}
    }
}

pub fn describe_outcome(outcome: &Outcome) -> String {
    use Outcome as O;
    match outcome {
        O::Applied => "applied".to_owned(),
        O::Merged { lost } => format!("merged, lost {lost:?}"),
        O::InReview { reason, applied, .. } => format!("in review, {reason}, applied {applied}"),
        O::Rejected(why) => format!("rejected, {}", why.word()),
        O::Other(_) => "other".to_owned(),
    }
}

/// The last eight digits of a record's id: enough to tell the records of a run apart.
pub fn short_id(row: RowId) -> String {
    let text = row.to_string();
    text[text.len() - 8..].to_owned()
}

/// A short text for a command, without free text.
pub fn describe_command(command: &Command) -> String {
    let debug = format!("{command:?}");
    let word: String = debug.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
    match command {
        Command::AdvanceNeed { need, to, .. } => format!("{word} {} to {to}", short_id((*need).into())),
        Command::EditRecipient { recipient, fields } => format!("{word} {} {fields:?}", short_id((*recipient).into())),
        Command::EditTags { recipient, add, remove } => {
            format!("{word} {} +{add:?} -{remove:?}", short_id((*recipient).into()))
        }
        Command::Amend { row, fields, .. } => format!("{word} {} {fields:?}", short_id(*row)),
        Command::Void { row, .. } => format!("{word} {}", short_id(*row)),
        Command::Resend { op_no } | Command::Acknowledge { op_no } => format!("{word} {op_no}"),
        _ => word,
    }
}
