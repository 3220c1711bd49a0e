//! 走访探视 and 联系交流: a home visit, a call, a message, a video call.

use super::{Audience, Creator, FieldRule, Kind, Problem, ProblemCode, Record, household::Position, problem::Checks};
use crate::{Moment, RecipientId, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    VisitMode {
        /// 上门
        Home = "home",
        /// 电话
        Phone = "phone",
        /// 微信
        Wechat = "wechat",
        /// 视频
        Video = "video",
    }
}

open_enum! {
    /// Whether the recipient was met, or why not.
    Presence {
        /// 见到本人
        Found = "found",
        /// 外出
        Away = "away",
        /// 住院
        Hospital = "hospital",
        /// 拒访
        Refused = "refused",
        /// 去世
        Died = "died",
        /// 搬迁
        Moved = "moved",
    }
}

open_enum! {
    /// Services given during a visit: 四个一对一 and everyday help.
    Service {
        /// 帮学助教
        Tutoring = "tutoring",
        /// 医疗康复
        Medical = "medical",
        /// 心理抚慰
        Counselling = "counselling",
        /// 亲情关怀
        FamilyCare = "family_care",
        /// 打扫卫生、做饭等
        Chores = "chores",
        /// 代办代购
        Errand = "errand",
    }
}

/// The result of one item of the check-list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The word of the item in the rule set.
    pub item: String,
    pub good: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A home visit or a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub recipient: RecipientId,
    pub mode: VisitMode,
    pub happened: Moment,
    pub presence: Presence,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

impl Record for Visit {
    const KIND: Kind = Kind::Visit;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("recipient", FieldRule::Fixed),
        ("mode", FieldRule::Fixed),
        ("happened", FieldRule::Fixed),
        ("presence", FieldRule::Fixed),
        ("findings", FieldRule::Fixed),
        ("services", FieldRule::Fixed),
        ("note", FieldRule::Fixed),
        ("follow_up", FieldRule::Register),
        ("position", FieldRule::Fixed),
    ];
    const CREATOR: Creator = Creator::Worker;
    const AUDIENCE: Audience = Audience::Recipient;
    fn problems(&self) -> Vec<Problem> {
        let finding_notes = self.findings.iter().filter_map(|f| f.note.as_deref()).map(|n| n.chars().count()).max();
        Checks::default()
            .note("note", self.note.as_deref())
            .note("follow_up", self.follow_up.as_deref())
            .that(self.findings.len() <= 50, "findings", ProblemCode::TooMany)
            .that(finding_notes.unwrap_or(0) <= super::problem::NOTE_MAX, "findings", ProblemCode::TooLong)
            .done()
    }
}
