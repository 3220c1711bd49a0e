//! Invented people and records for the tests of screens.

use device_core::views::{CardView, HistoryItem, NeedItem, RecipientItem, RecordState, TaskItem, TodayView};
use shared::{
    AreaCode, Day, Moment, NeedId, RecipientId, RowId,
    due::{Due, DueFor},
    records::{Category, Kind, NeedKind, NeedStatus},
};
use uuid::Uuid;

pub fn day() -> Day {
    Day::ymd(2026, 11, 23).unwrap()
}

pub fn at(day: Day) -> Moment {
    device_core::command::noon(day)
}

pub fn village() -> AreaCode {
    "620802001001".parse().unwrap()
}

pub fn person(n: u128, name: &str) -> RecipientItem {
    RecipientItem {
        id: RecipientId(Uuid::from_u128(n)),
        name: name.to_owned(),
        category: Category::DestituteHome,
        tags: vec!["lives-alone".into()],
        area: village(),
        area_name: "老庄村".into(),
        age: Some(68),
        minor: false,
        due: Some(Due { what: DueFor::Visit, on: day().plus(-3), every_days: 10, last: Some(day().plus(-13)) }),
        days_over: Some(3),
        last_seen: Some(day().plus(-13)),
        phone_masked: Some("138****0011".into()),
        open_needs: 0,
        waiting: false,
    }
}

pub fn visit(n: u128, qualifier: &str) -> HistoryItem {
    HistoryItem {
        row: RowId(Uuid::from_u128(n)),
        kind: Kind::Visit,
        happened: at(day()),
        title: "mode-home".into(),
        qualifier: Some(qualifier.into()),
        text: None,
        value: None,
        by: None,
        mine: true,
        problems: 0,
        photos: vec![],
        state: RecordState::Waiting,
        void: false,
    }
}

pub fn need(n: u128) -> NeedItem {
    NeedItem {
        id: NeedId(Uuid::from_u128(n)),
        recipient: RecipientId(Uuid::from_u128(1)),
        recipient_name: "谷军".into(),
        kind: NeedKind::Heating,
        text: "烟囱漏烟".into(),
        status: NeedStatus::InHand,
        unit_name: Some("镇应急办".into()),
        progress: None,
        happened: at(day()),
        state: RecordState::Confirmed,
    }
}

pub fn today() -> TodayView {
    let with = |n, name, days| RecipientItem { days_over: Some(days), ..person(n, name) };
    TodayView {
        day: day(),
        due: vec![with(1, "谷军", 3), with(2, "牛海", 0), with(3, "杨秀兰", -2)],
        overdue: 1,
        due_today: 1,
        due_soon: 1,
        tasks: vec![TaskItem {
            id: RowId(Uuid::from_u128(70)),
            title: "入冬取暖排查".into(),
            text: None,
            due: day().plus(7),
            done: 7,
            of: 12,
        }],
        notices: vec![],
        needs: vec![need(50)],
        waiting: 3,
        attention: 0,
        drafts: vec![],
        rules_to_be_confirmed: true,
        recipients: 12,
        locks_in_days: None,
    }
}

pub fn card() -> CardView {
    CardView {
        item: person(1, "谷军"),
        code: "R0001".into(),
        sex: Some(shared::id_number::Sex::Male),
        birth: Day::ymd(1958, 3, 1),
        address: Some("老庄村三社".into()),
        id_masked: Some("6208**********1234".into()),
        guardian: None,
        disability: None,
        self_care: None,
        risk: None,
        note: Some("耳背,敲门要重一些".into()),
        carers: vec![],
        history: vec![visit(9, "presence-found")],
        needs: vec![need(50)],
        former: vec![],
        former_by: Default::default(),
        household: vec![],
    }
}
