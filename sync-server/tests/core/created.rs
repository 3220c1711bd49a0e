//! Shared by the property tests: created records to pick from, and the steps that phones do with them.

use super::fixture::*;
use serde_json::json;
use shared::{Change, Fields, Kind, RowId};

/// Records created in a test, to pick one by a number.
#[derive(Default)]
pub struct CreatedRecords(Vec<(Kind, RowId)>);

impl CreatedRecords {
    /// Adds a created record.
    pub fn note(&mut self, kind: Kind, row: RowId) {
        self.0.push((kind, row));
    }

    /// A record of a kind, or of any kind.
    pub fn pick(&self, which: usize, kind: Option<&Kind>) -> Option<(Kind, RowId)> {
        let fitting: Vec<_> = self.0.iter().filter(|(k, _)| kind.is_none_or(|kind| k == kind)).collect();
        (!fitting.is_empty()).then(|| fitting[which % fitting.len()].clone())
    }
}

impl Phone {
    /// Records money handed out.
    pub fn give_money(&mut self, created: &mut CreatedRecords, who: &str, at: String, yuan: i64) {
        let value = json!({"recipient": recipient(who), "kind": "money", "amount": yuan * 100, "happened": at});
        created.note(Kind::Assistance, self.create(Kind::Assistance, value));
    }

    /// Records a new need.
    pub fn raise_need(&mut self, created: &mut CreatedRecords, who: &str, at: String) {
        let value =
            json!({"recipient": recipient(who), "kind": "heating", "text": "缺煤", "status": "opened", "happened": at});
        created.note(Kind::Need, self.create(Kind::Need, value));
    }

    /// Advances a created need to a status.
    pub fn advance_one(&mut self, created: &CreatedRecords, which: usize, to: usize) {
        if let Some((kind, row)) = created.pick(which, Some(&Kind::Need)) {
            let to = ["assigned", "in_hand", "solved", "cannot"][to].to_owned();
            self.save(kind, row, Change::Advance { to, generation: 0, fields: Fields::new() });
        }
    }

    /// Voids a created record.
    pub fn void_one(&mut self, created: &CreatedRecords, which: usize) {
        if let Some((kind, row)) = created.pick(which, None) {
            self.save(kind, row, Change::Void { reason: "记错".into() });
        }
    }

    /// Amends the day of a created visit.
    pub fn move_a_visit(&mut self, created: &CreatedRecords, which: usize, to: String) {
        if let Some((kind, row)) = created.pick(which, Some(&Kind::Visit)) {
            let fields = Fields::new().with("happened", to);
            self.save(kind, row, Change::Amend { reason: "日期错".into(), fields });
        }
    }
}
