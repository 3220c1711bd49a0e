//! What the office does: it changes pairings, edits and imports recipients, writes notices and resolves reviews.

use super::{
    describe::short_id,
    fixture::{COUNTY, VILLAGES, create, day_of, days, set},
    simulation::Simulation,
};
use serde_json::json;
use shared::{Change, Kind, RecipientId, RowId, ids::id_from_code};
use sync_server::core::{CoreError, OfficeChange};

impl Simulation {
    pub(super) async fn office_acts(&mut self) -> anyhow::Result<()> {
        let today = day_of(self.clock.now_ms());
        match self.dice.below(12) {
            0..=1 => self.change_pairing().await,
            2 => self.move_all_pairings().await,
            3 => {
                let fixture = self.fixture.clone();
                let change = self.fixture.add_recipient(&mut self.dice);
                let recipient = self.fixture.recipients[self.fixture.recipients.len() - 1];
                let worker = self.dice.below(self.profile.workers as u64) as usize;
                let pairing = self.fixture.pair(worker, recipient, today);
                self.apply_office_changes(
                    "imports somebody",
                    [vec![change], pairing.into_iter().collect()].concat(),
                    fixture,
                )
                .await
            }
            4..=6 => {
                let (fixture, recipient) = (self.fixture.clone(), self.any_recipient());
                let n = self.dice.below(100_000);
                let value = match self.dice.below(4) {
                    0 => json!({"phone": format!("0933{n:06}")}),
                    1 => json!({"name": format!("对象{n}")}),
                    2 => json!({"tags": ["dibao-3", "lives-alone"]}),
                    _ => json!({"category": "destitute_home", "note": format!("n{n}")}),
                };
                self.apply_office_changes("edits somebody", vec![set(Kind::Recipient, recipient, value)], fixture).await
            }
            7 => {
                let (fixture, recipient) = (self.fixture.clone(), self.any_recipient());
                let value = json!({"area": self.dice.one_of(&VILLAGES)});
                self.apply_office_changes(
                    "moves house for somebody",
                    vec![set(Kind::Recipient, recipient, value)],
                    fixture,
                )
                .await
            }
            8 => {
                let fixture = self.fixture.clone();
                let n = self.dice.below(1_000_000);
                let row = RowId(id_from_code("notice", &n.to_string()));
                let value =
                    json!({"title": format!("通知 {n}"), "text": "…", "area": COUNTY, "from": today.to_string()});
                self.apply_office_changes("writes a notice", vec![create(Kind::Notice, row, value)], fixture).await
            }
            _ => self.decide_a_review().await,
        }
    }

    fn any_recipient(&mut self) -> RecipientId {
        let recipients = self.fixture.recipients.clone();
        self.dice.one_of(&recipients)
    }

    /// Applies changes on the server. If it refuses them, the fixture returns to `before`.
    async fn apply_office_changes(
        &mut self,
        what: &str,
        changes: Vec<OfficeChange>,
        before: super::fixture::Fixture,
    ) -> anyhow::Result<()> {
        let rows: Vec<RowId> = changes.iter().map(|c| c.row).collect();
        let process = self.dice.below(self.server.processes.len() as u64) as usize;
        let applied = self.server.processes[process].apply_office(changes).await;
        let ids: Vec<String> = rows.iter().map(|r| short_id(*r)).collect();
        let result = match &applied {
            Ok(_) => "done".to_owned(),
            Err(CoreError::Refused { rejection, .. }) => format!("refused, {}", rejection.word()),
            Err(error) => error.to_string(),
        };
        self.event(format!("the office {what} {}: {result}", ids.join(" ")), rows);
        match applied {
            Ok(_) => Ok(()),
            Err(CoreError::Refused { .. }) => {
                self.fixture = before;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Ends a pairing, begins one, or both; sometimes from tomorrow on.
    async fn change_pairing(&mut self) -> anyhow::Result<()> {
        let fixture = self.fixture.clone();
        let day = day_of(self.clock.now_ms() + if self.dice.chance(250) { days(1) } else { 0 });
        let recipient = self.any_recipient();
        let worker = self.dice.below(self.profile.workers as u64) as usize;
        let mut changes = Vec::new();
        if self.dice.chance(700) {
            let open: Vec<usize> = (0..self.fixture.pairings.len())
                .filter(|p| self.fixture.pairings[*p].recipient == recipient && self.fixture.pairings[*p].end.is_none())
                .collect();
            if let Some(pairing) = (!open.is_empty()).then(|| self.dice.one_of(&open)) {
                changes.push(self.fixture.end(pairing, day));
            }
        }
        if self.dice.chance(700) {
            changes.extend(self.fixture.pair(worker, recipient, day));
        }
        self.apply_office_changes("moves somebody", changes, fixture).await
    }

    /// All recipients of one worker pass to another at once.
    async fn move_all_pairings(&mut self) -> anyhow::Result<()> {
        let fixture = self.fixture.clone();
        let day = day_of(self.clock.now_ms());
        let (from, to) = (
            self.dice.below(self.profile.workers as u64) as usize,
            self.dice.below(self.profile.workers as u64) as usize,
        );
        if from == to {
            return Ok(());
        }
        let open: Vec<usize> = (0..self.fixture.pairings.len())
            .filter(|p| self.fixture.pairings[*p].worker == from && self.fixture.pairings[*p].end.is_none())
            .collect();
        let mut changes = Vec::new();
        for pairing in open {
            let recipient = self.fixture.pairings[pairing].recipient;
            changes.push(self.fixture.end(pairing, day));
            changes.extend(self.fixture.pair(to, recipient, day));
        }
        self.apply_office_changes("moves a whole village", changes, fixture).await
    }

    pub(super) async fn worker_leaves(&mut self) -> anyhow::Result<()> {
        let fixture = self.fixture.clone();
        let person = self.dice.below(self.profile.workers as u64) as usize;
        let left = !self.fixture.people[person].left;
        self.fixture.people[person].left = left;
        let change = set(Kind::Worker, self.fixture.people[person].id, json!({"left": left}));
        let text = format!("{} {}", self.fixture.people[person].code, if left { "leaves" } else { "comes back" });
        self.note_fault("worker leaves or comes back", text);
        self.apply_office_changes("notes who left", vec![change], fixture).await
    }

    /// A newer console writes a field or a value that this version does not know.
    pub(super) async fn newer_console_writes(&mut self) -> anyhow::Result<()> {
        let (fixture, recipient) = (self.fixture.clone(), self.any_recipient());
        let n = self.dice.below(1000);
        let value = match self.dice.below(2) {
            0 => json!({"x_future": {"level": n, "of": ["a", "b"]}}),
            _ => json!({"risk": format!("x-tier-{n}")}),
        };
        self.note_fault("field or word of a newer peer", "the office speaks a newer language".to_owned());
        self.apply_office_changes(
            "writes what this version does not know",
            vec![set(Kind::Recipient, recipient, value)],
            fixture,
        )
        .await
    }

    /// The console resolves an open review.
    async fn decide_a_review(&mut self) -> anyhow::Result<()> {
        let open = super::checks::dump::open_reviews(&self.server.store).await?;
        if open.is_empty() {
            return Ok(());
        }
        let row = self.dice.one_of(&open);
        let change = Change::Resolve { accept: self.dice.chance(600), reason: "核实".to_owned() };
        let fixture = self.fixture.clone();
        self.apply_office_changes("decides a review", vec![OfficeChange { kind: Kind::Review, row, change }], fixture)
            .await
    }
}
