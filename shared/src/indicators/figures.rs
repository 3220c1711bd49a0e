//! Sums of facts, and the six headline figures that follow from them.

use super::{
    facts::{DailyKey, Fact},
    indicator::Indicator,
};
use crate::Fen;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

/// A count and an amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub n: i64,
    #[serde(default)]
    pub fen: Fen,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.n = self.n.saturating_add(other.n);
        self.fen += other.fen;
    }
}

/// Indicator → tally. An absent indicator is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Figures(pub BTreeMap<Indicator, Tally>);

impl Figures {
    /// Sums facts; each [`DailyKey`] counts once per indicator.
    pub fn sum<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let mut seen: HashSet<(Indicator, DailyKey)> = HashSet::new();
        let mut figures = Self::default();
        for fact in facts {
            if fact.daily_key.is_none_or(|key| seen.insert((fact.indicator.clone(), key))) {
                figures.add(&fact.indicator, Tally { n: fact.n, fen: fact.fen });
            }
        }
        figures
    }

    /// Adds to one indicator.
    pub fn add(&mut self, indicator: &Indicator, tally: Tally) {
        *self.0.entry(indicator.clone()).or_default() += tally;
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (indicator, tally) in &other.0 {
            self.add(indicator, *tally);
        }
    }

    /// The tally of an indicator.
    pub fn get(&self, indicator: Indicator) -> Tally {
        self.0.get(&indicator).copied().unwrap_or_default()
    }

    /// 走访探视(人次)
    pub fn visits(&self) -> i64 {
        self.get(Indicator::HomeVisit).n
    }
    /// 联系交流(人次)
    pub fn contacts(&self) -> i64 {
        self.get(Indicator::Contact).n
    }
    /// 宣传落实政策(件)
    pub fn policies(&self) -> i64 {
        self.get(Indicator::Publicised).n + self.get(Indicator::Implemented).n
    }
    /// 解决困难(件)
    pub fn solved(&self) -> i64 {
        self.get(Indicator::Solved).n
    }
    /// 帮办实事(件)
    pub fn deeds(&self) -> i64 {
        self.get(Indicator::Deed).n
    }
    /// 资助资金(含物资)
    pub fn aid(&self) -> Fen {
        self.get(Indicator::AidMoney).fen + self.get(Indicator::AidGoods).fen
    }
}
