//! How large the demo city is, and the figures that must come out of it.

use shared::{AreaCode, Day, Fen};

/// A county-level area and how many townships to invent for it.
#[derive(Clone, Copy, Debug)]
pub struct County {
    pub code: &'static str,
    pub name: &'static str,
    pub townships: u32,
}

/// The seven county-level areas under 6208 and their published codes; 113 townships in all.
pub const COUNTIES: [County; 7] = [
    County { code: "620802", name: "崆峒区", townships: 20 },
    County { code: "620821", name: "泾川县", townships: 16 },
    County { code: "620822", name: "灵台县", townships: 14 },
    County { code: "620823", name: "崇信县", townships: 9 },
    County { code: "620825", name: "庄浪县", townships: 19 },
    County { code: "620826", name: "静宁县", townships: 24 },
    County { code: "620881", name: "华亭市", townships: 11 },
];

/// The six headline figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub visits: i64,
    pub contacts: i64,
    pub policies: i64,
    pub solved: i64,
    pub deeds: i64,
    pub aid: Fen,
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.visits += other.visits;
        self.contacts += other.contacts;
        self.policies += other.policies;
        self.solved += other.solved;
        self.deeds += other.deeds;
        self.aid += other.aid;
    }
}

impl From<&shared::indicators::Figures> for Totals {
    fn from(f: &shared::indicators::Figures) -> Self {
        Self {
            visits: f.visits(),
            contacts: f.contacts(),
            policies: f.policies(),
            solved: f.solved(),
            deeds: f.deeds(),
            aid: f.aid(),
        }
    }
}

/// Published for 2025.
pub const PUBLISHED_2025: Totals =
    Totals { visits: 62_000, contacts: 97_000, policies: 16_000, solved: 8_011, deeds: 8_924, aid: Fen(224_090_000) };

/// Published for the time since January 2023.
pub const PUBLISHED_SINCE_2023: Totals = Totals {
    visits: 192_800,
    contacts: 291_600,
    policies: 130_000,
    solved: 23_800,
    deeds: 31_000,
    aid: Fen(750_000_000),
};

/// A span of days and what is to be counted in it.
#[derive(Clone, Copy, Debug)]
pub struct DaySpan {
    pub from: Day,
    pub to: Day,
    pub totals: Totals,
}

/// What the generator is asked for.
#[derive(Clone, Debug)]
pub struct Shape {
    pub seed: u64,
    /// The city; supervisors and the administrator of the whole belong here.
    pub city: AreaCode,
    pub city_name: &'static str,
    pub counties: Vec<County>,
    /// Villages of a township, fewest and most.
    pub villages: (u32, u32),
    /// Everyone who may log in, supervisors and the administrator included.
    pub workers: u32,
    pub recipients: u32,
    /// How many more recipients the grid worker of a village also sees.
    pub grid_extra: u32,
    /// When all pairings began: before the first record.
    pub paired_since: Day,
    /// The day that the data stand at: ages, and the last record.
    pub today: Day,
    /// Exact totals, for [`super::history::History`]; empty where [`super::cadence`] makes the history.
    pub spans: Vec<DaySpan>,
}

fn day(year: i32, month: u32, day: u32) -> Day {
    Day::ymd(year, month, day).expect("a date that exists, written in the source")
}

/// The last day that the city's records may reach.
pub fn city_end() -> Day {
    day(2026, 10, 31)
}

impl Shape {
    /// The demo city with the published shape. `end`: its last day, at the latest [`city_end`]; the published totals
    /// come out whatever it is, as long as it lies in 2026 (a record from tomorrow would be refused).
    pub fn city(seed: u64, end: Day) -> Self {
        let totals = |visits, contacts, policies, solved, deeds, yuan| Totals {
            visits,
            contacts,
            policies,
            solved,
            deeds,
            aid: Fen::from_yuan(yuan),
        };
        let year = |y, to, totals| DaySpan { from: day(y, 1, 1), to, totals };
        Self {
            seed,
            city: "6208".parse().expect("four digits are a city"),
            city_name: "示例市",
            counties: COUNTIES.to_vec(),
            villages: (9, 16),
            workers: 20_518,
            recipients: 22_427,
            grid_extra: 4,
            paired_since: day(2022, 12, 1),
            today: end,
            spans: vec![
                year(2023, day(2023, 12, 31), totals(36_000, 52_000, 40_000, 3_900, 5_976, 1_459_100)),
                year(2024, day(2024, 12, 31), totals(45_800, 66_600, 44_000, 5_289, 7_600, 1_800_000)),
                year(2025, day(2025, 12, 31), PUBLISHED_2025),
                year(2026, end.min(city_end()), totals(49_000, 76_000, 30_000, 6_600, 8_500, 2_000_000)),
            ],
        }
    }

    /// One township, small enough for a demo, with a history that reaches up to `today`.
    pub fn township(seed: u64, today: Day) -> Self {
        Self {
            seed,
            city: "6208".parse().expect("four digits are a city"),
            city_name: "示例市",
            counties: vec![County { townships: 1, ..COUNTIES[0] }],
            villages: (8, 8),
            workers: 40 + 4,
            recipients: 120,
            grid_extra: 9,
            paired_since: today.plus(-400),
            today,
            spans: Vec::new(),
        }
    }
}
