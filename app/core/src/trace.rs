//! Tracing spans of the core. A span carries ids of the device and the worker and the name of the command or step,
//! never a value from a record: no names, texts or numbers. Without a subscriber, a span costs one check.

use crate::{core::Core, store::Identity};
use tracing::{Span, field::Empty};

impl Core {
    /// The span of a command.
    pub(crate) fn command_span(&self, command: &'static str) -> Span {
        let span = tracing::info_span!("command", command, device = Empty, worker = Empty);
        self.record_ids(span)
    }

    /// The span of applying the reply to a step of sync.
    pub(crate) fn step_span(&self, step: &'static str) -> Span {
        let span = tracing::info_span!("sync_step", step, device = Empty, worker = Empty);
        self.record_ids(span)
    }

    fn record_ids(&self, span: Span) -> Span {
        if !span.is_disabled()
            && let Some(store) = &self.store
            && let Ok(Some(identity)) = Identity::read(store.conn())
        {
            span.record("device", tracing::field::display(identity.device));
            span.record("worker", tracing::field::display(identity.enrolment.worker));
        }
        span
    }
}
