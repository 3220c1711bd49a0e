//! 帮扶: help given to one recipient. A hand-out to many households is one record each, linked by `handout`.

use super::{Audience, Creator, FieldRule, Kind, Problem, ProblemCode, Record, problem::Checks};
use crate::{Fen, HandoutId, Moment, NeedId, RecipientId, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    AssistanceKind {
        /// 宣传政策
        Publicise = "publicise",
        /// 落实政策
        Implement = "implement",
        /// 解决困难: closes a need, which counts instead
        Solve = "solve",
        /// 帮办实事
        Deed = "deed",
        /// 资助资金
        Money = "money",
        /// 资助物资
        Goods = "goods",
        /// 社会捐赠, counted separately from the worker's own help
        Donation = "donation",
    }
}

/// One item of a hand-out: 数量 × 单价.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsLine {
    pub item: String,
    pub quantity: i64,
    /// 袋, 台, 桶 …
    pub unit: String,
    /// Value of one unit.
    pub unit_value: Fen,
}

impl GoodsLine {
    /// Quantity × value; `None` on overflow.
    pub fn value(&self) -> Option<Fen> {
        self.unit_value.times(self.quantity)
    }
}

/// Help given to one recipient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assistance {
    pub recipient: RecipientId,
    pub kind: AssistanceKind,
    pub happened: Moment,
    /// A policy of the rule set, for 宣传政策 and 落实政策.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// A description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Money handed over (资助资金), or obtained through a policy (落实政策; a government benefit, never aid).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Fen>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<GoodsLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handout: Option<HandoutId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<NeedId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub donor: Option<String>,
}

/// 10 million yuan: far above any single hand-out, and far below what would overflow a city's sum.
pub const AMOUNT_MAX: Fen = Fen(1_000_000_000);

/// 1 million of one item for one household: above any hand-out, and exact in every language's numbers.
pub const QUANTITY_MAX: i64 = 1_000_000;

impl Assistance {
    /// Money plus goods at value. Saturates, since [`Record::problems`] bounds both.
    pub fn value(&self) -> Fen {
        self.amount.unwrap_or_default() + self.goods_value()
    }

    /// Goods at value.
    pub fn goods_value(&self) -> Fen {
        self.lines.iter().map(|l| l.value().unwrap_or(AMOUNT_MAX)).sum()
    }
}

impl Record for Assistance {
    const KIND: Kind = Kind::Assistance;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("recipient", FieldRule::Fixed),
        ("kind", FieldRule::Fixed),
        ("happened", FieldRule::Fixed),
        ("policy", FieldRule::Fixed),
        ("note", FieldRule::Fixed),
        ("amount", FieldRule::Fixed),
        ("lines", FieldRule::Fixed),
        ("handout", FieldRule::Fixed),
        ("need", FieldRule::Fixed),
        ("donor", FieldRule::Fixed),
    ];
    const CREATOR: Creator = Creator::Worker;
    const AUDIENCE: Audience = Audience::Recipient;
    fn problems(&self) -> Vec<Problem> {
        use AssistanceKind as K;
        let amount = self.amount.unwrap_or_default();
        let lines_fit = self.lines.iter().all(|l| l.value().is_some_and(|v| v <= AMOUNT_MAX));
        let policy = self.policy.as_deref().unwrap_or_default();
        Checks::default()
            .that(
                !matches!(self.kind, K::Publicise | K::Implement) || !policy.is_empty(),
                "policy",
                ProblemCode::Missing,
            )
            .that(
                !matches!(self.kind, K::Deed) || self.note.as_deref().is_some_and(|n| !n.trim().is_empty()),
                "note",
                ProblemCode::Missing,
            )
            .note("note", self.note.as_deref())
            .that(
                amount >= Fen::ZERO && (self.kind != K::Money || amount > Fen::ZERO),
                "amount",
                ProblemCode::NotPositive,
            )
            .that(amount <= AMOUNT_MAX, "amount", ProblemCode::TooLarge)
            .that(self.kind != K::Goods || !self.lines.is_empty(), "lines", ProblemCode::Missing)
            .that(self.lines.len() <= 100, "lines", ProblemCode::TooMany)
            .that(
                self.lines.iter().all(|l| l.quantity > 0 && l.unit_value >= Fen::ZERO),
                "lines",
                ProblemCode::NotPositive,
            )
            .that(lines_fit, "lines", ProblemCode::TooLarge)
            .that(self.lines.iter().all(|l| l.quantity <= QUANTITY_MAX), "lines", ProblemCode::TooLarge)
            .that(self.lines.iter().all(|l| !l.item.trim().is_empty()), "lines", ProblemCode::Missing)
            .done()
    }
}
