//! Reports, read from the figures that every change keeps in step.

use super::{CoreError, ServerCore, Viewer};
use crate::store::Store;
use shared::wire::{Report, ReportRequest};

impl<S: Store> ServerCore<S> {
    /// The report for somebody at the console; `NotAllowed` outside their areas.
    pub async fn report_for(&self, viewer: &Viewer, request: ReportRequest) -> Result<Report, CoreError> {
        let _ = (viewer, request);
        todo!()
    }
}
