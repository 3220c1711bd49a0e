//! What the office does meanwhile: it moves people, edits, imports, decides.

use super::{
    fixture::{COUNTY, VILLAGES, create, day_of, days, set},
    words::short,
    world::World,
};
use serde_json::json;
use shared::{Change, Kind, RecipientId, RowId, ids::id_from_code};
use sync_server::core::{CoreError, OfficeChange};

impl World {
    pub(super) async fn office_acts(&mut self) -> anyhow::Result<()> {
        let today = day_of(self.clock.now_ms());
        match self.dice.below(12) {
            0..=1 => self.move_somebody().await,
            2 => self.move_a_village().await,
            3 => {
                let town = self.town.clone();
                let change = self.town.newcomer(&mut self.dice);
                let recipient = self.town.recipients[self.town.recipients.len() - 1];
                let worker = self.dice.below(self.profile.workers as u64) as usize;
                let pairing = self.town.pair(worker, recipient, today);
                self.office_says("imports somebody", [vec![change], pairing.into_iter().collect()].concat(), town).await
            }
            4..=6 => {
                let (town, recipient) = (self.town.clone(), self.any_recipient());
                let n = self.dice.below(100_000);
                let value = match self.dice.below(4) {
                    0 => json!({"phone": format!("0933{n:06}")}),
                    1 => json!({"name": format!("对象{n}")}),
                    2 => json!({"tags": ["dibao-3", "lives-alone"]}),
                    _ => json!({"category": "destitute_home", "note": format!("n{n}")}),
                };
                self.office_says("edits somebody", vec![set(Kind::Recipient, recipient, value)], town).await
            }
            7 => {
                let (town, recipient) = (self.town.clone(), self.any_recipient());
                let value = json!({"area": self.dice.one_of(&VILLAGES)});
                self.office_says("moves house for somebody", vec![set(Kind::Recipient, recipient, value)], town).await
            }
            8 => {
                let town = self.town.clone();
                let n = self.dice.below(1_000_000);
                let row = RowId(id_from_code("notice", &n.to_string()));
                let value =
                    json!({"title": format!("通知 {n}"), "text": "…", "area": COUNTY, "from": today.to_string()});
                self.office_says("writes a notice", vec![create(Kind::Notice, row, value)], town).await
            }
            _ => self.decide_a_review().await,
        }
    }

    fn any_recipient(&mut self) -> RecipientId {
        let recipients = self.town.recipients.clone();
        self.dice.one_of(&recipients)
    }

    /// Applies changes; what does not hold is taken back in the town as well.
    async fn office_says(
        &mut self,
        what: &str,
        changes: Vec<OfficeChange>,
        before: super::fixture::Town,
    ) -> anyhow::Result<()> {
        let rows: Vec<RowId> = changes.iter().map(|c| c.row).collect();
        let process = self.dice.below(self.server.processes.len() as u64) as usize;
        let said = self.server.processes[process].apply_office(changes).await;
        let ids: Vec<String> = rows.iter().map(|r| short(*r)).collect();
        let word = match &said {
            Ok(_) => "done".to_owned(),
            Err(CoreError::Refused { rejection, .. }) => format!("refused, {}", rejection.word()),
            Err(error) => error.to_string(),
        };
        self.event(format!("the office {what} {}: {word}", ids.join(" ")), rows);
        match said {
            Ok(_) => Ok(()),
            Err(CoreError::Refused { .. }) => {
                self.town = before;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// One pairing ends, begins, or passes to somebody else; sometimes from tomorrow on.
    async fn move_somebody(&mut self) -> anyhow::Result<()> {
        let town = self.town.clone();
        let day = day_of(self.clock.now_ms() + if self.dice.chance(250) { days(1) } else { 0 });
        let recipient = self.any_recipient();
        let worker = self.dice.below(self.profile.workers as u64) as usize;
        let mut changes = Vec::new();
        if self.dice.chance(700) {
            let open: Vec<usize> = (0..self.town.pairings.len())
                .filter(|p| self.town.pairings[*p].recipient == recipient && self.town.pairings[*p].end.is_none())
                .collect();
            if let Some(pairing) = (!open.is_empty()).then(|| self.dice.one_of(&open)) {
                changes.push(self.town.end(pairing, day));
            }
        }
        if self.dice.chance(700) {
            changes.extend(self.town.pair(worker, recipient, day));
        }
        self.office_says("moves somebody", changes, town).await
    }

    /// Everybody in one worker's care passes to another at once.
    async fn move_a_village(&mut self) -> anyhow::Result<()> {
        let town = self.town.clone();
        let day = day_of(self.clock.now_ms());
        let (from, to) = (
            self.dice.below(self.profile.workers as u64) as usize,
            self.dice.below(self.profile.workers as u64) as usize,
        );
        if from == to {
            return Ok(());
        }
        let open: Vec<usize> = (0..self.town.pairings.len())
            .filter(|p| self.town.pairings[*p].worker == from && self.town.pairings[*p].end.is_none())
            .collect();
        let mut changes = Vec::new();
        for pairing in open {
            let recipient = self.town.pairings[pairing].recipient;
            changes.push(self.town.end(pairing, day));
            changes.extend(self.town.pair(to, recipient, day));
        }
        self.office_says("moves a whole village", changes, town).await
    }

    pub(super) async fn somebody_leaves(&mut self) -> anyhow::Result<()> {
        let town = self.town.clone();
        let person = self.dice.below(self.profile.workers as u64) as usize;
        let left = !self.town.people[person].left;
        self.town.people[person].left = left;
        let change = set(Kind::Worker, self.town.people[person].id, json!({"left": left}));
        let text = format!("{} {}", self.town.people[person].code, if left { "leaves" } else { "comes back" });
        self.note_fault("worker leaves or comes back", text);
        self.office_says("notes who left", vec![change], town).await
    }

    /// A newer console writes a field and a word that this version does not know.
    pub(super) async fn newer_word(&mut self) -> anyhow::Result<()> {
        let (town, recipient) = (self.town.clone(), self.any_recipient());
        let n = self.dice.below(1000);
        let value = match self.dice.below(2) {
            0 => json!({"x_future": {"level": n, "of": ["a", "b"]}}),
            _ => json!({"risk": format!("x-tier-{n}")}),
        };
        self.note_fault("field or word of a newer peer", "the office speaks a newer language".to_owned());
        self.office_says("writes what this version does not know", vec![set(Kind::Recipient, recipient, value)], town)
            .await
    }

    /// Somebody at the console decides a review that is open.
    async fn decide_a_review(&mut self) -> anyhow::Result<()> {
        let open = super::checks::dump::open_reviews(&self.server.store).await?;
        if open.is_empty() {
            return Ok(());
        }
        let row = self.dice.one_of(&open);
        let change = Change::Resolve { accept: self.dice.chance(600), reason: "核实".to_owned() };
        let town = self.town.clone();
        self.office_says("decides a review", vec![OfficeChange { kind: Kind::Review, row, change }], town).await
    }
}
