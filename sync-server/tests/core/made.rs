//! What the tests that play long rows of steps have in common: records to pick from, and what phones do to them.

use super::town::*;
use serde_json::json;
use shared::{Change, Fields, Kind, RowId};

/// Records made in the course of a test, to pick one from by a number.
#[derive(Default)]
pub struct Made(Vec<(Kind, RowId)>);

impl Made {
    pub fn note(&mut self, kind: Kind, row: RowId) {
        self.0.push((kind, row));
    }

    /// One of a kind, or of any.
    pub fn pick(&self, which: usize, kind: Option<&Kind>) -> Option<(Kind, RowId)> {
        let fitting: Vec<_> = self.0.iter().filter(|(k, _)| kind.is_none_or(|kind| k == kind)).collect();
        (!fitting.is_empty()).then(|| fitting[which % fitting.len()].clone())
    }
}

impl Phone {
    pub fn give_money(&mut self, made: &mut Made, who: &str, at: String, yuan: i64) {
        let value = json!({"recipient": recipient(who), "kind": "money", "amount": yuan * 100, "happened": at});
        made.note(Kind::Assistance, self.create(Kind::Assistance, value));
    }

    pub fn raise_need(&mut self, made: &mut Made, who: &str, at: String) {
        let value =
            json!({"recipient": recipient(who), "kind": "heating", "text": "缺煤", "status": "opened", "happened": at});
        made.note(Kind::Need, self.create(Kind::Need, value));
    }

    pub fn advance_one(&mut self, made: &Made, which: usize, to: usize) {
        if let Some((kind, row)) = made.pick(which, Some(&Kind::Need)) {
            let to = ["assigned", "in_hand", "solved", "cannot"][to].to_owned();
            self.save(kind, row, Change::Advance { to, generation: 0, fields: Fields::new() });
        }
    }

    pub fn void_one(&mut self, made: &Made, which: usize) {
        if let Some((kind, row)) = made.pick(which, None) {
            self.save(kind, row, Change::Void { reason: "记错".into() });
        }
    }

    pub fn move_a_visit(&mut self, made: &Made, which: usize, to: String) {
        if let Some((kind, row)) = made.pick(which, Some(&Kind::Visit)) {
            let fields = Fields::new().with("happened", to);
            self.save(kind, row, Change::Amend { reason: "日期错".into(), fields });
        }
    }
}
