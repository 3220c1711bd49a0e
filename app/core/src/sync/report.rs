//! Report: the server's figures. The last copy is stored, so that it can be read without a connection.

use super::{
    failure::{SyncFailure, refusal},
    job::Job,
    step::Applied,
};
use crate::{Core, Reply, store::report_cache};
use shared::{protocol::Answer, wire::Report};

impl Core {
    pub(super) fn apply_report(&mut self, answer: Answer<Report>) -> Applied {
        let Some(request) = self.session.report.take() else { return Applied::default() };
        let mut applied = Applied::default();
        let result = match answer {
            Ok(report) => {
                // On a full disk only the copy is lost, not the answer.
                let _ = self.write(|tx| {
                    let now = tx.now();
                    Ok(report_cache::put(tx, &request, &report, now)?)
                });
                Reply::Report { report: Box::new(report), fresh: true }
            }
            Err(error) => {
                applied.status = self.record_revocation(&SyncFailure::Server(error.clone()));
                let cached = self.store().ok().and_then(|s| report_cache::get(s.conn(), &request).ok().flatten());
                match cached.filter(|_| !error.is_permanent()) {
                    Some(report) => Reply::Report { report: Box::new(report), fresh: false },
                    None => Reply::Refused(refusal(&error)),
                }
            }
        };
        self.finish_job(Job::Report, result);
        applied
    }
}
