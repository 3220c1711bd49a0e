//! [`SampleRoster`]: one city, two counties, three townships, four villages, workers of every role, recipients.

use crate::{
    core::OfficeChange,
    import::{area_id, pairing_id, recipient_id, unit_id, worker_id},
};
use shared::{
    AreaCode, Change, Day, Kind, RowId,
    records::{Area, Category, Pairing, PairingRole, Recipient, Record, Role, Unit, Worker},
};

/// Records of the office. A record comes after those that it refers to.
#[derive(Clone, Debug, Default)]
pub struct SampleRoster {
    changes: Vec<OfficeChange>,
}

impl SampleRoster {
    /// Areas 6299 平川市 › 629901 甲县 (乡 629901001 with villages …001 and …002, 乡 629901002 with …001),
    /// 629902 乙县 (乡 629902001 with village …001).
    /// Workers W1 and W2 in 一村, W3 in 乙县; supervisors S1 (乡 629901001), S2 (629901), S3 (629902);
    /// administrator A1 (6299).
    /// Recipients R1…R10 in 一村 (629901001001), paired to W1; R1 to W2 too. R11 in 乙县, paired to W3.
    pub fn small() -> Self {
        let mut roster = Self::default();
        for (code, name) in [
            ("6299", "平川市"),
            ("629901", "甲县"),
            ("629902", "乙县"),
            ("629901001", "河湾乡"),
            ("629901002", "柳林乡"),
            ("629902001", "石桥乡"),
            ("629901001001", "河湾村"),
            ("629901001002", "上庄村"),
            ("629901002001", "柳林村"),
            ("629902001001", "石桥村"),
        ] {
            roster.area(code, name);
        }
        roster.unit("U1", "甲县民政局", "629901");
        roster.worker("W1", "谷军", "629901001001", Role::Worker, &[]);
        roster.worker("W2", "王玉梅", "629901001001", Role::Worker, &[]);
        roster.worker("W3", "李建", "629902001001", Role::Worker, &[]);
        roster.worker("S1", "杨秀兰", "629901001", Role::Supervisor, &["629901001"]);
        roster.worker("S2", "牛海", "629901", Role::Supervisor, &["629901"]);
        roster.worker("S3", "马得胜", "629902", Role::Supervisor, &["629902"]);
        roster.worker("A1", "赵明", "6299", Role::Administrator, &["6299"]);
        for n in 1..=10 {
            let code = format!("R{n}");
            roster.recipient(&code, &format!("对象{n}"), Category::DestituteHome, "629901001001");
            roster.pairing("W1", &code);
        }
        roster.pairing("W2", "R1");
        roster.recipient("R11", "对象11", Category::Orphan, "629902001001");
        roster.pairing("W3", "R11");
        roster
    }

    /// The changes for [`crate::core::ServerCore::apply_office`].
    pub fn changes(&self) -> Vec<OfficeChange> {
        self.changes.clone()
    }

    fn create<R: Record>(&mut self, row: impl Into<RowId>, record: &R) {
        self.changes.push(OfficeChange { kind: R::KIND, row: row.into(), change: Change::Create(record.to_fields()) });
    }

    pub fn area(&mut self, area: &str, name: &str) {
        let code = code(area);
        self.create(area_id(&code), &Area { code, name: name.to_owned() });
    }

    pub fn unit(&mut self, unit: &str, name: &str, area: &str) {
        self.create(unit_id(unit), &Unit { code: unit.to_owned(), name: name.to_owned(), area: code(area) });
    }

    /// `areas`: those that a supervisor is responsible for.
    pub fn worker(&mut self, worker: &str, name: &str, area: &str, role: Role, areas: &[&str]) {
        let record = Worker {
            code: worker.to_owned(),
            name: name.to_owned(),
            unit: None,
            area: code(area),
            role,
            areas: areas.iter().map(|a| code(a)).collect(),
            phone: None,
            left: false,
        };
        self.create(worker_id(worker), &record);
    }

    pub fn recipient(&mut self, recipient: &str, name: &str, category: Category, area: &str) {
        let fields = shared::Fields::new()
            .with("code", recipient)
            .with("name", name)
            .with("category", category.word())
            .with("area", area);
        let record: Recipient = fields.view().expect("a recipient needs no more than these");
        self.create(recipient_id(recipient), &record);
    }

    /// Paired since 2023.
    pub fn pairing(&mut self, worker: &str, recipient: &str) {
        let start = Day::ymd(2023, 1, 1).expect("a day of the calendar");
        self.pairing_from(worker, recipient, PairingRole::Paired, start, None);
    }

    pub fn pairing_from(&mut self, worker: &str, recipient: &str, role: PairingRole, start: Day, end: Option<Day>) {
        let name = self.changes.iter().find_map(|c| match &c.change {
            Change::Create(fields) if c.kind == Kind::Worker && c.row == worker_id(worker).into() => {
                fields.text("name")
            }
            _ => None,
        });
        let record = Pairing {
            worker: worker_id(worker),
            recipient: recipient_id(recipient),
            role: role.clone(),
            start,
            end,
            reason: None,
            worker_name: name.map(str::to_owned),
        };
        self.create(pairing_id(worker, recipient, &role, start), &record);
    }
}

fn code(text: &str) -> AreaCode {
    text.parse().expect("an area code of 2, 4, 6, 9 or 12 digits")
}
