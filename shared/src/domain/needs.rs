//! Needs that are still open.

use crate::records::{Kind, NeedStatus, Row};

/// True for a need that is neither voided nor at an end. A need of a status that this build does not know is open: it
/// must not drop out of lists and counts.
pub fn is_open_need(row: &Row) -> bool {
    row.kind == Kind::Need
        && !row.is_void()
        && !NeedStatus::from(row.fields.text("status").unwrap_or_default()).is_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DeviceId, Fields, Hlc, Rev, RowId, WorkerId, domain::counted_on, records::Void};
    use std::collections::BTreeMap;

    fn need(status: &str) -> Row {
        let fields = Fields::new()
            .with("status", status)
            .with("happened", "2026-01-31T23:59:59+08:00")
            .with("solved", "2026-02-01T00:00:00+08:00");
        Row {
            kind: Kind::Need,
            id: RowId::NIL,
            rev: Rev(1),
            author: WorkerId::NIL,
            device: DeviceId::NIL,
            hlc: Hlc::ZERO,
            area: None,
            category: None,
            unit: None,
            fields,
            stamps: BTreeMap::new(),
            void: None,
            former: vec![],
            extra: BTreeMap::new(),
        }
    }

    #[test]
    fn a_need_is_open_until_it_reaches_an_end_or_is_voided() {
        for status in ["opened", "assigned", "in_hand", "a-word-of-tomorrow", ""] {
            assert!(is_open_need(&need(status)), "{status}");
        }
        for status in ["solved", "cannot"] {
            assert!(!is_open_need(&need(status)), "{status}");
        }
        let void = Some(Void { reason: "x".into(), by: WorkerId::NIL, hlc: Hlc::ZERO });
        assert!(!is_open_need(&Row { void, ..need("opened") }));
        assert!(!is_open_need(&Row { kind: Kind::Visit, ..need("opened") }));
    }

    #[test]
    fn a_need_counts_on_the_day_of_solving_and_an_open_one_on_the_day_it_was_raised() {
        assert_eq!(counted_on(&need("solved")).to_string(), "2026-02-01");
        assert_eq!(counted_on(&need("cannot")).to_string(), "2026-01-31");
        assert_eq!(counted_on(&Row { kind: Kind::Visit, ..need("solved") }).to_string(), "2026-01-31");
    }
}
