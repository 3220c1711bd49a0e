//! What people do on their devices, with the commands that their screens send.

use super::{
    describe::{describe_command, short_id},
    profile::weighted,
    simulation::Simulation,
};
use device_core::{
    Command, Refusal, Reply,
    command::{NeedText, NewAssistance, NewNeed, NewReceipt, NewVisit, RecipientQuery, RecipientShare, RevealField},
    views::Phase,
};
use shared::{
    Fen, Fields, Kind, NeedId, RecipientId, RowId,
    records::{AssistanceKind, FeedbackKind, GoodsLine, NeedKind, PhotoOf, Presence, ReceiptMode, Service, VisitMode},
};

#[derive(Clone, Copy, Debug)]
enum Action {
    Visit,
    Assist,
    OpenNeed,
    AdvanceNeed,
    Edit,
    Identity,
    Tags,
    Amend,
    Void,
    Undo,
    Photo,
    Draft,
    Look,
    Feedback,
    Settle,
    Decide,
    Export,
}

const ACTIONS: [(Action, u64); 17] = [
    (Action::Visit, 24),
    (Action::Assist, 14),
    (Action::OpenNeed, 6),
    (Action::AdvanceNeed, 10),
    (Action::Edit, 14),
    (Action::Identity, 4),
    (Action::Tags, 8),
    (Action::Amend, 6),
    (Action::Void, 4),
    (Action::Undo, 4),
    (Action::Photo, 3),
    (Action::Draft, 1),
    (Action::Look, 3),
    (Action::Feedback, 1),
    (Action::Settle, 2),
    (Action::Decide, 3),
    (Action::Export, 3),
];

impl Simulation {
    pub(super) fn person_acts(&mut self) -> anyhow::Result<()> {
        let at = self.dice.below(self.devices.len() as u64) as usize;
        if self.away(at) {
            return Ok(());
        }
        match self.devices[at].phase() {
            Phase::Ready => {}
            Phase::Revoked if self.dice.chance(100) => return self.export(at),
            _ => return Ok(()),
        }
        let Some(which) = weighted(&mut self.dice, ACTIONS.map(|(_, weight)| weight)) else { return Ok(()) };
        let action = ACTIONS[which].0;
        match action {
            Action::Decide => return self.decide_on_device(at),
            Action::Export => return self.export(at),
            _ => {}
        }
        let Some(command) = self.command(at, action)? else { return Ok(()) };
        let undo = matches!(action, Action::Undo | Action::Void);
        self.perform(at, command, undo)
    }

    /// Carries out a command and updates the ledger.
    pub(super) fn perform(&mut self, at: usize, command: Command, undo: bool) -> anyhow::Result<()> {
        let text = format!("{} {}", self.devices[at].name, describe_command(&command));
        let receipt = self.devices[at].core.handle(command);
        if self.killed(at, undo)? {
            // The reply was never shown, so nothing was confirmed.
            return Ok(());
        }
        let (result, rows) = match &receipt {
            Reply::Saved { rows } => ("saved", rows.clone()),
            Reply::Refused(refusal) => (refusal.word(), Vec::new()),
            _ => ("done", Vec::new()),
        };
        let ids: Vec<String> = rows.iter().map(|r| short_id(*r)).collect();
        self.event(format!("{text}: {result} {}", ids.join(" ")), rows);
        if let Reply::Refused(Refusal::Store { detail }) = &receipt {
            let what = format!("{}: {detail}", self.devices[at].name);
            self.fail("a command never meets a broken store", what, Vec::new());
        }
        self.observe(at, undo)
    }

    fn command(&mut self, at: usize, action: Action) -> anyhow::Result<Option<Command>> {
        let Some(recipient) = self.row_on(at, "recipient")?.map(RecipientId::from) else { return Ok(None) };
        let note = self.note();
        Ok(Some(match action {
            Action::Visit => Command::SaveVisit(self.visit(recipient, note)),
            Action::Assist => {
                let mut recipients = vec![recipient];
                if self.dice.chance(250) {
                    recipients.extend(self.row_on(at, "recipient")?.map(RecipientId::from));
                    recipients.dedup();
                }
                Command::SaveAssistance(self.assistance(at, recipients, note)?)
            }
            Action::OpenNeed => {
                let need = NeedText { kind: NeedKind::Heating, text: format!("取暖 {note}"), unit: None };
                Command::OpenNeed(NewNeed { recipient, need, draft: None })
            }
            Action::AdvanceNeed => {
                let Some(need) = self.row_on(at, "need")? else { return Ok(None) };
                // "opened" is a reopening by a supervisor, and an invalid step otherwise.
                let to = self.dice.one_of(&["assigned", "in_hand", "solved", "solved", "cannot", "opened"]);
                Command::AdvanceNeed { need: NeedId::from(need), to: to.to_owned(), unit: None, note: Some(note) }
            }
            Action::Edit => {
                let n = self.dice.below(100_000);
                let fields = match self.dice.below(3) {
                    0 => Fields::new().with("phone", format!("138{n:08}")),
                    1 => Fields::new().with("note", note),
                    _ => Fields::new().with("address", format!("{n} 号")),
                };
                Command::EditRecipient { recipient, fields }
            }
            Action::Identity => {
                let fields = match self.dice.below(2) {
                    0 => Fields::new().with("name", format!("对象{}", self.dice.below(1000))),
                    _ => Fields::new().with("category", self.dice.one_of(&["destitute_home", "severe_disability"])),
                };
                Command::EditRecipient { recipient, fields }
            }
            Action::Tags => {
                let tag = |dice: &mut crate::city::dice::Dice| {
                    dice.one_of(&["lives-alone", "dibao-1", "dibao-2", "marginal", "高龄"])
                };
                let (add, remove) = (tag(&mut self.dice).to_owned(), tag(&mut self.dice).to_owned());
                let remove = if remove == add || self.dice.chance(400) { Vec::new() } else { vec![remove] };
                Command::EditTags { recipient, add: vec![add], remove }
            }
            Action::Amend => {
                let kind = self.dice.one_of(&["visit", "assistance"]);
                let Some(row) = self.own_row_on(at, kind)? else { return Ok(None) };
                let fields = match (kind, self.dice.below(2)) {
                    ("visit", 0) => Fields::new().with("presence", self.dice.one_of(&["found", "away"])),
                    ("visit", _) => {
                        let when = self.clock.now_ms() - self.dice.between(0, super::fixture::days(3));
                        Fields::new().with("happened", shared::Moment::shanghai(when).to_string())
                    }
                    _ => Fields::new().with("note", note),
                };
                Command::Amend { row, reason: "写错了".to_owned(), fields }
            }
            Action::Void => {
                let kind = self.dice.one_of(&["visit", "assistance", "need"]);
                let Some(row) = self.own_row_on(at, kind)? else { return Ok(None) };
                Command::Void { row, reason: "重复".to_owned() }
            }
            Action::Undo => {
                let newest = self.devices[at].known.values().next_back().map(|op| op.row);
                let Some(row) = newest else { return Ok(None) };
                Command::Void { row, reason: "撤销".to_owned() }
            }
            Action::Photo => self.photographed_visit(at, recipient, note)?,
            Action::Draft => {
                Command::SaveDraft { key: format!("visit:{recipient}"), json: format!("{{\"note\":\"{note}\"}}") }
            }
            Action::Look => match self.dice.below(4) {
                0 => Command::Today,
                1 => Command::Card { recipient },
                2 => Command::Recipients(RecipientQuery::default()),
                _ => Command::Reveal { recipient, field: RevealField::Phone },
            },
            Action::Feedback => Command::SendFeedback { kind: FeedbackKind::ALL[0].clone(), text: note },
            Action::Settle => {
                let mut attention =
                    self.devices[at].known.iter().filter(|(_, op)| op.outcome.is_some()).map(|(no, _)| *no);
                let Some(no) = attention.next_back() else { return Ok(None) };
                let op_no = shared::ids::OpNo(no);
                if self.dice.chance(500) { Command::Resend { op_no } } else { Command::Acknowledge { op_no } }
            }
            Action::Decide | Action::Export => return Ok(None),
        }))
    }

    /// A note; with `long_notes` often as long as a note may be.
    fn note(&mut self) -> String {
        let n = self.dice.below(10_000);
        if self.profile.long_notes && self.dice.chance(700) {
            format!("{n}{}", "长".repeat(3990))
        } else {
            format!("记录 {n}")
        }
    }

    fn visit(&mut self, recipient: RecipientId, note: String) -> NewVisit {
        let services = if self.dice.chance(200) { vec![Service::Tutoring] } else { Vec::new() };
        NewVisit {
            recipients: vec![recipient],
            mode: if self.dice.chance(667) { VisitMode::Home } else { VisitMode::Phone },
            presence: if self.dice.chance(850) { Presence::Found } else { Presence::Away },
            happened: None,
            findings: Vec::new(),
            services,
            note: Some(note),
            follow_up: None,
            need: None,
            draft: None,
        }
    }

    fn assistance(&mut self, at: usize, recipients: Vec<RecipientId>, note: String) -> anyhow::Result<NewAssistance> {
        let goods = GoodsLine {
            item: "大米".into(),
            quantity: self.dice.between(1, 3),
            unit: "袋".into(),
            unit_value: Fen(4200),
        };
        let kind = match self.dice.below(6) {
            0 => AssistanceKind::Money,
            1 => AssistanceKind::Deed,
            2 => AssistanceKind::Publicise,
            3 if recipients.len() == 1 => AssistanceKind::Solve,
            _ => AssistanceKind::Goods,
        };
        let lines = if kind == AssistanceKind::Goods { vec![goods] } else { Vec::new() };
        let amount = (kind == AssistanceKind::Money).then(|| Fen(self.dice.between(1, 5) * 10_000));
        let need = match kind == AssistanceKind::Solve && self.dice.chance(500) {
            true => self.need_of(at, recipients[0])?,
            false => None,
        };
        let receipt = self.dice.chance(300).then(|| NewReceipt {
            mode: ReceiptMode::Refused,
            happened: None,
            photo: None,
            name: None,
            relation: None,
            reason: Some("不便".into()),
        });
        let share = |recipient| RecipientShare { recipient, amount, lines: lines.clone(), receipt: receipt.clone() };
        Ok(NewAssistance {
            policy: (kind == AssistanceKind::Publicise).then(|| "dibao".to_owned()),
            kind,
            happened: None,
            note: Some(note),
            donor: None,
            need,
            shares: recipients.into_iter().map(share).collect(),
            draft: None,
        })
    }

    fn photographed_visit(&mut self, at: usize, recipient: RecipientId, note: String) -> anyhow::Result<Command> {
        let draft = format!("visit:{recipient}");
        let seed = self.dice.below(1000) as u32;
        let bytes = crate::harness::picture::jpeg(seed, 48, 32);
        let photo = Command::AddPhoto { draft: draft.clone(), of: PhotoOf::Visit, caption: None, bytes };
        self.perform(at, photo, false)?;
        Ok(Command::SaveVisit(NewVisit { draft: Some(draft), ..self.visit(recipient, note) }))
    }

    /// A random record of this kind on the device.
    pub(super) fn row_on(&mut self, at: usize, kind: &str) -> anyhow::Result<Option<RowId>> {
        self.one_of_rows(at, "SELECT id FROM record WHERE kind = ?1 AND ?2 = ?2 ORDER BY id", kind, [0; 16])
    }

    /// A random record that the device's worker made.
    fn own_row_on(&mut self, at: usize, kind: &str) -> anyhow::Result<Option<RowId>> {
        let author = *self.devices[at].worker.as_bytes();
        self.one_of_rows(at, "SELECT id FROM record WHERE kind = ?1 AND author = ?2 ORDER BY id", kind, author)
    }

    fn need_of(&mut self, at: usize, recipient: RecipientId) -> anyhow::Result<Option<NeedId>> {
        let of = *recipient.as_bytes();
        let sql = "SELECT id FROM record WHERE kind = ?1 AND recipient = ?2 AND open = 1 ORDER BY id";
        Ok(self.one_of_rows(at, sql, Kind::Need.word(), of)?.map(NeedId::from))
    }

    fn one_of_rows(&mut self, at: usize, sql: &str, kind: &str, of: [u8; 16]) -> anyhow::Result<Option<RowId>> {
        let rows: Vec<[u8; 16]> = {
            let mut statement = self.devices[at].conn().prepare_cached(sql)?;
            statement.query_map((kind, of), |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        if rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(RowId(uuid::Uuid::from_bytes(self.dice.one_of(&rows)))))
    }
}
