//! What people do on their devices: the same commands as their screens send.

use super::{
    profile::weighted,
    words::{named, short},
    world::World,
};
use device_core::{
    Command, Refusal, Reply,
    command::{NeedText, NewAssistance, NewNeed, NewReceipt, NewVisit, RecipientQuery, RevealField, RecipientShare},
    views::Phase,
};
use shared::{
    Fen, Fields, Kind, NeedId, RecipientId, RowId,
    records::{AssistanceKind, FeedbackKind, GoodsLine, NeedKind, PhotoOf, Presence, ReceiptMode, Service, VisitMode},
};

#[derive(Clone, Copy, Debug)]
enum Deed {
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
    PutAside,
    Decide,
    Export,
}

const DEEDS: [(Deed, u64); 17] = [
    (Deed::Visit, 24),
    (Deed::Assist, 14),
    (Deed::OpenNeed, 6),
    (Deed::AdvanceNeed, 10),
    (Deed::Edit, 14),
    (Deed::Identity, 4),
    (Deed::Tags, 8),
    (Deed::Amend, 6),
    (Deed::Void, 4),
    (Deed::Undo, 4),
    (Deed::Photo, 3),
    (Deed::Draft, 1),
    (Deed::Look, 3),
    (Deed::Feedback, 1),
    (Deed::PutAside, 2),
    (Deed::Decide, 3),
    (Deed::Export, 3),
];

impl World {
    pub(super) fn somebody_acts(&mut self) -> anyhow::Result<()> {
        let at = self.dice.below(self.handsets.len() as u64) as usize;
        if self.away(at) {
            return Ok(());
        }
        match self.handsets[at].phase() {
            Phase::Ready => {}
            Phase::Revoked if self.dice.chance(100) => return self.export(at),
            _ => return Ok(()),
        }
        let Some(which) = weighted(&mut self.dice, DEEDS.map(|(_, weight)| weight)) else { return Ok(()) };
        let deed = DEEDS[which].0;
        match deed {
            Deed::Decide => return self.decide_on_device(at),
            Deed::Export => return self.export(at),
            _ => {}
        }
        let Some(command) = self.command(at, deed)? else { return Ok(()) };
        let undo = matches!(deed, Deed::Undo | Deed::Void);
        self.does(at, command, undo)
    }

    /// Carries a command out and keeps the books.
    pub(super) fn does(&mut self, at: usize, command: Command, undo: bool) -> anyhow::Result<()> {
        let text = format!("{} {}", self.handsets[at].name, named(&command));
        let receipt = self.handsets[at].core.handle(command);
        if self.killed(at, undo)? {
            // Nobody saw the receipt: what is there is there, and nothing was promised.
            return Ok(());
        }
        let (word, rows) = match &receipt {
            Reply::Saved { rows } => ("saved", rows.clone()),
            Reply::Refused(refusal) => (refusal.word(), Vec::new()),
            _ => ("done", Vec::new()),
        };
        let ids: Vec<String> = rows.iter().map(|r| short(*r)).collect();
        self.event(format!("{text}: {word} {}", ids.join(" ")), rows);
        if let Reply::Refused(Refusal::Store { detail }) = &receipt {
            let what = format!("{}: {detail}", self.handsets[at].name);
            self.fail("a command never meets a broken store", what, Vec::new());
        }
        self.observe(at, undo)
    }

    fn command(&mut self, at: usize, deed: Deed) -> anyhow::Result<Option<Command>> {
        let Some(recipient) = self.somebody_on(at, "recipient")?.map(RecipientId::from) else { return Ok(None) };
        let note = self.note();
        Ok(Some(match deed {
            Deed::Visit => Command::SaveVisit(self.visit(recipient, note)),
            Deed::Assist => {
                let mut recipients = vec![recipient];
                if self.dice.chance(250) {
                    recipients.extend(self.somebody_on(at, "recipient")?.map(RecipientId::from));
                    recipients.dedup();
                }
                Command::SaveAssistance(self.assistance(at, recipients, note)?)
            }
            Deed::OpenNeed => {
                let need = NeedText { kind: NeedKind::Heating, text: format!("取暖 {note}"), unit: None };
                Command::OpenNeed(NewNeed { recipient, need, draft: None })
            }
            Deed::AdvanceNeed => {
                let Some(need) = self.somebody_on(at, "need")? else { return Ok(None) };
                // "opened" is a reopening where a supervisor says it, and a step back otherwise.
                let to = self.dice.one_of(&["assigned", "in_hand", "solved", "solved", "cannot", "opened"]);
                Command::AdvanceNeed { need: NeedId::from(need), to: to.to_owned(), unit: None, note: Some(note) }
            }
            Deed::Edit => {
                let n = self.dice.below(100_000);
                let fields = match self.dice.below(3) {
                    0 => Fields::new().with("phone", format!("138{n:08}")),
                    1 => Fields::new().with("note", note),
                    _ => Fields::new().with("address", format!("{n} 号")),
                };
                Command::EditRecipient { recipient, fields }
            }
            Deed::Identity => {
                let fields = match self.dice.below(2) {
                    0 => Fields::new().with("name", format!("对象{}", self.dice.below(1000))),
                    _ => Fields::new().with("category", self.dice.one_of(&["destitute_home", "severe_disability"])),
                };
                Command::EditRecipient { recipient, fields }
            }
            Deed::Tags => {
                let tag = |dice: &mut crate::city::dice::Dice| {
                    dice.one_of(&["lives-alone", "dibao-1", "dibao-2", "marginal", "高龄"])
                };
                let (add, remove) = (tag(&mut self.dice).to_owned(), tag(&mut self.dice).to_owned());
                let remove = if remove == add || self.dice.chance(400) { Vec::new() } else { vec![remove] };
                Command::EditTags { recipient, add: vec![add], remove }
            }
            Deed::Amend => {
                let kind = self.dice.one_of(&["visit", "assistance"]);
                let Some(row) = self.own_on(at, kind)? else { return Ok(None) };
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
            Deed::Void => {
                let kind = self.dice.one_of(&["visit", "assistance", "need"]);
                let Some(row) = self.own_on(at, kind)? else { return Ok(None) };
                Command::Void { row, reason: "重复".to_owned() }
            }
            Deed::Undo => {
                let newest = self.handsets[at].known.values().next_back().map(|op| op.row);
                let Some(row) = newest else { return Ok(None) };
                Command::Void { row, reason: "撤销".to_owned() }
            }
            Deed::Photo => self.photographed_visit(at, recipient, note)?,
            Deed::Draft => {
                Command::SaveDraft { key: format!("visit:{recipient}"), json: format!("{{\"note\":\"{note}\"}}") }
            }
            Deed::Look => match self.dice.below(4) {
                0 => Command::Today,
                1 => Command::Card { recipient },
                2 => Command::Recipients(RecipientQuery::default()),
                _ => Command::Reveal { recipient, field: RevealField::Phone },
            },
            Deed::Feedback => Command::SendFeedback { kind: FeedbackKind::ALL[0].clone(), text: note },
            Deed::PutAside => {
                let mut attention =
                    self.handsets[at].known.iter().filter(|(_, op)| op.outcome.is_some()).map(|(no, _)| *no);
                let Some(no) = attention.next_back() else { return Ok(None) };
                let op_no = shared::ids::OpNo(no);
                if self.dice.chance(500) { Command::Resend { op_no } } else { Command::Acknowledge { op_no } }
            }
            Deed::Decide | Deed::Export => return Ok(None),
        }))
    }

    /// A note; in a wordy run as long as one may be.
    fn note(&mut self) -> String {
        let n = self.dice.below(10_000);
        if self.profile.wordy && self.dice.chance(700) {
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
        self.does(at, photo, false)?;
        Ok(Command::SaveVisit(NewVisit { draft: Some(draft), ..self.visit(recipient, note) }))
    }

    /// A record of a kind on the device.
    pub(super) fn somebody_on(&mut self, at: usize, kind: &str) -> anyhow::Result<Option<RowId>> {
        self.one_of_rows(at, "SELECT id FROM record WHERE kind = ?1 AND ?2 = ?2 ORDER BY id", kind, [0; 16])
    }

    /// A record that the device's own worker made.
    fn own_on(&mut self, at: usize, kind: &str) -> anyhow::Result<Option<RowId>> {
        let author = *self.handsets[at].worker.as_bytes();
        self.one_of_rows(at, "SELECT id FROM record WHERE kind = ?1 AND author = ?2 ORDER BY id", kind, author)
    }

    fn need_of(&mut self, at: usize, recipient: RecipientId) -> anyhow::Result<Option<NeedId>> {
        let of = *recipient.as_bytes();
        let sql = "SELECT id FROM record WHERE kind = ?1 AND recipient = ?2 AND open = 1 ORDER BY id";
        Ok(self.one_of_rows(at, sql, Kind::Need.word(), of)?.map(NeedId::from))
    }

    fn one_of_rows(&mut self, at: usize, sql: &str, kind: &str, of: [u8; 16]) -> anyhow::Result<Option<RowId>> {
        let rows: Vec<[u8; 16]> = {
            let mut statement = self.handsets[at].conn().prepare_cached(sql)?;
            statement.query_map((kind, of), |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        if rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(RowId(uuid::Uuid::from_bytes(self.dice.one_of(&rows)))))
    }
}
