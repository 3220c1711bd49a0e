//! Report: the server's figures, kept so that they can be read without a connection.

use super::session::{Applied, Job, SyncFailure};
use crate::{Core, Refusal, Reply, store::report_cache};
use shared::{
    protocol::Answer,
    wire::{ErrorCode, Report, SyncError},
};

impl Core {
    pub(super) fn apply_report(&mut self, answer: Answer<Report>) -> Applied {
        let Some(request) = self.session.report.take() else { return Applied::default() };
        let mut applied = Applied::default();
        let receipt = match answer {
            Ok(report) => {
                // A full disk costs the copy for later, not the answer.
                let _ = self.write(|tx| {
                    let now = tx.now();
                    Ok(report_cache::put(tx, &request, &report, now)?)
                });
                Reply::Report { report: Box::new(report), fresh: true }
            }
            Err(error) => {
                applied.status = self.note_if_revoked(&SyncFailure::Server(error.clone()));
                let kept = self.store().ok().and_then(|s| report_cache::get(s.conn(), &request).ok().flatten());
                match kept.filter(|_| !error.is_permanent()) {
                    Some(report) => Reply::Report { report: Box::new(report), fresh: false },
                    None => Reply::Refused(refusal(&error)),
                }
            }
        };
        self.answer(Job::Report, receipt);
        applied
    }
}

/// A failed call as a person's answer.
pub(super) fn refusal(error: &SyncError) -> Refusal {
    match error {
        _ if error.is_revoked() => Refusal::Revoked,
        SyncError::Offline(_) => Refusal::Offline,
        SyncError::Refused(error) => Refusal::Server(error.code.clone()),
        SyncError::BadReply(_) => Refusal::Server(ErrorCode::Other("bad-reply".to_owned())),
    }
}
