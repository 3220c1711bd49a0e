//! Single records: a visit, a call, a policy publicised, a need solved, money handed over.

use super::{
    dice::Dice,
    phrases::{lines, parts},
};
use shared::{
    Change, Day, Fen, Fields, Moment, RecipientId, RowId,
    ids::uuid_v7,
    records::{
        Assistance, AssistanceKind, Category, Finding, GoodsItem, GoodsLine, Kind, Need, NeedKind, NeedStatus,
        Presence, Record, RuleSet, Service, Visit, VisitMode,
    },
};

/// One operation before a device numbers and stamps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub kind: Kind,
    pub row: RowId,
    /// When it happened.
    pub at: Moment,
    pub change: Change,
}

/// All operations of one worker, in order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerLog {
    /// Index into [`super::Plan::workers`].
    pub worker: usize,
    pub entries: Vec<Entry>,
}

/// The recipient of a record.
#[derive(Clone, Copy)]
pub struct About<'a> {
    pub recipient: RecipientId,
    pub category: &'a Category,
}

impl About<'_> {
    fn child(&self) -> bool {
        matches!(self.category, Category::Orphan | Category::UnattendedChild)
    }
}

/// A moment of a working day: 8:30 to 17:59 in Shanghai.
pub fn working_hour(dice: &mut Dice, day: Day) -> Moment {
    Moment::shanghai(day.start_utc_ms() + dice.between(8 * 60 + 30, 17 * 60 + 59) * 60_000 + dice.between(0, 59) * 1000)
}

fn create<R: Record>(dice: &mut Dice, at: Moment, record: &R) -> Entry {
    let row = RowId(uuid_v7(at.utc_ms, dice.bytes()));
    Entry { kind: R::KIND, row, at, change: Change::Create(record.to_fields()) }
}

fn note(dice: &mut Dice, section: &str, per_mille: u64) -> Option<String> {
    dice.chance(per_mille).then(|| dice.pick(lines(section)).to_owned())
}

/// A completed home visit with its check-list.
pub fn home_visit(dice: &mut Dice, about: About, at: Moment) -> Entry {
    let bad = dice.chance(60).then(|| parts::<2>(dice.pick(lines("found-bad"))));
    let finding = |item: &str| {
        let bad = bad.filter(|[word, _]| *word == item);
        Finding { item: item.to_owned(), good: bad.is_none(), note: bad.map(|[_, note]| note.to_owned()) }
    };
    let services = match dice.below(100) {
        0..6 if about.child() => vec![Service::Tutoring],
        6..12 => vec![Service::FamilyCare],
        12..16 if !about.child() => vec![Service::Medical],
        16..20 => vec![Service::Counselling],
        20..30 => vec![Service::Chores],
        30..35 => vec![Service::Errand],
        _ => Vec::new(),
    };
    let visit = Visit {
        recipient: about.recipient,
        mode: VisitMode::Home,
        happened: at,
        presence: Presence::Found,
        findings: ["living", "health", "housing", "fire"].map(finding).to_vec(),
        services,
        note: note(dice, "home", 620),
        follow_up: None,
        position: None,
    };
    create(dice, at, &visit)
}

/// A home visit that found nobody.
pub fn not_found(dice: &mut Dice, about: About, at: Moment) -> Entry {
    let (presence, section) = match dice.below(10) {
        0..7 => (Presence::Away, "away"),
        7..9 => (Presence::Hospital, "hospital"),
        _ => (Presence::Refused, "refused"),
    };
    let visit = Visit {
        presence,
        findings: Vec::new(),
        services: Vec::new(),
        note: note(dice, section, 900),
        ..bare_visit(about, VisitMode::Home, at)
    };
    create(dice, at, &visit)
}

/// A call, a message or a video call that reached the recipient.
pub fn contact(dice: &mut Dice, about: About, at: Moment) -> Entry {
    let (mode, section) = match dice.below(100) {
        0..66 => (VisitMode::Phone, "phone"),
        66..92 => (VisitMode::Wechat, "wechat"),
        _ => (VisitMode::Video, "video"),
    };
    let visit = Visit { note: note(dice, section, 700), ..bare_visit(about, mode, at) };
    create(dice, at, &visit)
}

/// A call without an answer, which is no contact.
pub fn unanswered(dice: &mut Dice, about: About, at: Moment) -> Entry {
    let visit = Visit { presence: Presence::Away, ..bare_visit(about, VisitMode::Phone, at) };
    create(dice, at, &visit)
}

fn bare_visit(about: About, mode: VisitMode, happened: Moment) -> Visit {
    Visit {
        recipient: about.recipient,
        mode,
        happened,
        presence: Presence::Found,
        findings: Vec::new(),
        services: Vec::new(),
        note: None,
        follow_up: None,
        position: None,
    }
}

/// Voids an earlier record.
pub fn void(dice: &mut Dice, of: &Entry) -> Entry {
    let reason = dice.pick(lines("void-reasons")).to_owned();
    Entry { kind: of.kind.clone(), row: of.row, at: of.at, change: Change::Void { reason } }
}

fn bare_aid(about: About, kind: AssistanceKind, happened: Moment) -> Assistance {
    Assistance {
        recipient: about.recipient,
        kind,
        happened,
        policy: None,
        note: None,
        amount: None,
        lines: Vec::new(),
        handout: None,
        need: None,
        donor: None,
    }
}

/// 宣传政策 in two cases of three, else 落实政策, sometimes with the benefit obtained.
pub fn policy(dice: &mut Dice, about: About, at: Moment) -> Entry {
    let fitting = |line: &&&str| about.child() || !line.starts_with("orphan") && !line.starts_with("education");
    let policies: Vec<&str> = lines("policies").iter().filter(fitting).copied().collect();
    let [word, explained, done, paid] = parts::<4>(dice.pick(&policies));
    let record = if dice.chance(667) {
        Assistance {
            policy: Some(word.to_owned()),
            note: dice.chance(500).then(|| explained.to_owned()),
            ..bare_aid(about, AssistanceKind::Publicise, at)
        }
    } else {
        let amount = dice.chance(400).then(|| Fen::from_yuan(dice.between(10, 240) * 10));
        let note = if amount.is_some() { paid } else { done };
        Assistance {
            policy: Some(word.to_owned()),
            note: Some(note.to_owned()),
            amount,
            ..bare_aid(about, AssistanceKind::Implement, at)
        }
    };
    create(dice, at, &record)
}

/// 帮办实事
pub fn deed(dice: &mut Dice, about: About, at: Moment) -> Entry {
    let text = dice.pick(lines("deeds")).to_owned();
    let record = Assistance { note: Some(text), ..bare_aid(about, AssistanceKind::Deed, at) };
    create(dice, at, &record)
}

/// 资助资金
pub fn money(dice: &mut Dice, about: About, at: Moment, amount: Fen) -> Entry {
    let record = Assistance {
        amount: Some(amount),
        note: note(dice, "money", 800),
        ..bare_aid(about, AssistanceKind::Money, at)
    };
    create(dice, at, &record)
}

/// 资助物资
pub fn goods(dice: &mut Dice, about: About, at: Moment, item: &GoodsItem, quantity: i64) -> Entry {
    let record = Assistance {
        lines: vec![GoodsLine {
            item: item.word.clone(),
            quantity,
            unit: item.unit.clone(),
            unit_value: item.unit_value,
        }],
        note: note(dice, "goods-note", 300),
        ..bare_aid(about, AssistanceKind::Goods, at)
    };
    create(dice, at, &record)
}

/// 社会捐赠: counted apart from the worker's own assistance.
pub fn donation(dice: &mut Dice, about: About, at: Moment) -> Entry {
    let record = Assistance {
        amount: Some(Fen::from_yuan(dice.between(1, 20) * 100)),
        donor: Some("示例爱心商会".to_owned()),
        ..bare_aid(about, AssistanceKind::Donation, at)
    };
    create(dice, at, &record)
}

/// A need as it is opened, and the text of its solution.
pub fn need(dice: &mut Dice, about: About, at: Moment) -> (Entry, String) {
    let fitting = |line: &&&str| about.child() || !line.starts_with("schooling");
    let needs: Vec<&str> = lines("needs").iter().filter(fitting).copied().collect();
    let [kind, text, solved] = parts::<3>(dice.pick(&needs));
    let record = Need {
        recipient: about.recipient,
        kind: NeedKind::from(kind),
        text: text.to_owned(),
        happened: at,
        status: NeedStatus::Opened,
        generation: 0,
        unit: None,
        solved: None,
        progress: None,
    };
    (create(dice, at, &record), solved.to_owned())
}

/// A status change of a need. The field `solved` holds the moment at which it counts.
pub fn step(of: &Entry, to: NeedStatus, at: Moment, progress: &str) -> Entry {
    let mut fields = Fields::new().with("progress", progress);
    if to == NeedStatus::Solved {
        fields = fields.with("solved", at.to_string());
    }
    let change = Change::Advance { to: to.word().to_owned(), generation: 0, fields };
    Entry { kind: Kind::Need, row: of.row, at, change }
}

/// The goods that the office hands out.
pub fn goods_list() -> Vec<GoodsItem> {
    RuleSet::default_for("6208".parse().expect("four digits are a city")).goods
}
