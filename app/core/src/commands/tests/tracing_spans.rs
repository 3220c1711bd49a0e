//! Spans carry ids and names of commands, never personal data.

use crate::{
    command::{Command, NeedText, NewVisit},
    testing::*,
};
use shared::records::NeedKind;
use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Collects every field of every span and event as text.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<String>>>);

impl Visit for Capture {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.lock().unwrap().push(format!("{}={value:?}", field.name()));
    }
}

impl Subscriber for Capture {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        self.0.lock().unwrap().push(span.metadata().name().to_owned());
        span.record(&mut self.clone());
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[test]
fn spans_of_a_recorded_visit_hold_ids_and_no_personal_data() {
    let env = TestEnv::new();
    let (mut core, _) = ready(&env, None);
    let capture = Capture::default();
    tracing::subscriber::with_default(capture.clone(), || {
        let need = NeedText { kind: NeedKind::Unclassified, text: "屋顶漏水".into(), unit: None };
        let visit = NewVisit { note: Some("老人腿脚不便".into()), need: Some(need), ..routine(person(1)) };
        saved(&mut core, Command::SaveVisit(visit));
        core.handle(Command::EditRecipient { recipient: person(1), fields: phone("13912345678") });
        core.handle(Command::Card { recipient: person(1) });
        core.handle(Command::Unlock { pin: PIN.into() });
    });
    let captured = capture.0.lock().unwrap().join("\n");
    for expected in ["command", "command=\"save_visit\"", "command=\"card\"", &format!("worker={}", me())] {
        assert!(captured.contains(expected), "{expected} is missing in {captured}");
    }
    for private in [
        "谷军",
        "王一",
        "屋顶漏水",
        "老人腿脚不便",
        "13912345678",
        "13800001111",
        "11010519491231002X",
        "2580",
        "token",
    ] {
        assert!(!captured.contains(private), "{private} is in {captured}");
    }
}
