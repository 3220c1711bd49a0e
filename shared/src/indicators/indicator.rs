//! The indicators of the reports.

use crate::open_enum;

open_enum! {
    /// A figure of the report; locale key `indicator-<word>`. Stores hold the position: append, never insert.
    Indicator {
        /// 走访探视: completed home visits, one per recipient × worker × day.
        HomeVisit = "home_visit",
        /// Home visits without meeting the recipient, likewise one per day; shown separately.
        NotFound = "not_found",
        /// 联系交流: calls, WeChat, video, one per recipient × worker × day; home visits excluded.
        Contact = "contact",
        /// 宣传政策
        Publicised = "publicised",
        /// 落实政策
        Implemented = "implemented",
        /// 解决困难: needs solved, once, in the month of solving.
        Solved = "solved",
        /// 帮办实事
        Deed = "deed",
        /// 资助资金 given by workers.
        AidMoney = "aid_money",
        /// 资助物资 given by workers, at value.
        AidGoods = "aid_goods",
        /// Government benefits obtained through 落实政策; never part of aid.
        Benefit = "benefit",
        /// 社会捐赠, money and goods at value; separate from aid.
        Donation = "donation",
        /// 服务活动: the number of people.
        ActivityPeople = "activity_people",
        /// 服务活动: the number of sessions.
        ActivitySession = "activity_session",
        /// 四个一对一, person-times by service.
        Tutoring = "tutoring",
        Medical = "medical",
        Counselling = "counselling",
        FamilyCare = "family_care",
    }
}

impl Indicator {
    /// A small stable number for stores; `None` for a word that this build does not know.
    pub fn number(&self) -> Option<u8> {
        Self::ALL.iter().position(|i| i == self).and_then(|i| u8::try_from(i).ok())
    }
    /// The inverse of [`Indicator::number`].
    pub fn from_number(n: u8) -> Option<Self> {
        Self::ALL.get(usize::from(n)).cloned()
    }
}
