//! The form of an assistance, and the records that it becomes: one for each household.

use std::collections::BTreeMap;

use device_core::command::{NewAssistance, NewReceipt, RecipientShare};
use serde::{Deserialize, Serialize};
use shared::{
    Day, Fen, NeedId, PhotoId, RecipientId,
    records::{AssistanceKind, GoodsItem, GoodsLine, ReceiptMode},
};

use crate::screens::parts::HappenedOn;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct AssistForm {
    pub kind: AssistanceKind,
    pub policy: Option<String>,
    /// Fen for each household.
    pub amount: Option<i64>,
    pub note: String,
    pub donor: String,
    pub when: HappenedOn,
    /// 解决困难: the need that it closes.
    pub need: Option<NeedId>,
    pub goods: Vec<TruckItem>,
    pub people: Vec<AssistRecipient>,
}

/// One item on the truck.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TruckItem {
    /// The code in the rule set, or the typed name.
    pub item: String,
    pub unit: String,
    /// The value of one piece, in fen.
    pub value: i64,
    /// Pieces for each household, unless a household gets another number.
    pub each: i64,
    /// Pieces on the truck, if somebody counted them.
    pub loaded: Option<i64>,
}

/// A household that receives something. It has the name, so that the list can be shown at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct AssistRecipient {
    pub id: RecipientId,
    pub name: String,
    /// Item → pieces, where the number differs from `each`.
    pub other: BTreeMap<String, i64>,
    pub receipt: Option<ReceiptForm>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ReceiptForm {
    pub mode: ReceiptMode,
    pub photo: Option<PhotoId>,
    pub name: String,
    pub relation: String,
    pub reason: String,
}

/// How much of an item is given, and whether the load suffices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ItemTotal {
    pub item: String,
    pub given: i64,
    pub loaded: Option<i64>,
    /// Pieces that are missing.
    pub short: i64,
    pub value: Fen,
}

impl AssistRecipient {
    pub fn new(id: RecipientId, name: &str) -> Self {
        Self { id, name: name.to_owned(), other: BTreeMap::new(), receipt: None }
    }
}

impl ReceiptForm {
    pub fn new(mode: ReceiptMode) -> Self {
        Self { mode, photo: None, name: String::new(), relation: String::new(), reason: String::new() }
    }

    /// The name of the field that is still missing.
    pub fn missing(&self) -> Option<&'static str> {
        match self.mode {
            ReceiptMode::Signed | ReceiptMode::Thumbprint if self.photo.is_none() => Some("photo"),
            ReceiptMode::Collected if self.name.trim().is_empty() => Some("name"),
            ReceiptMode::Collected if self.relation.trim().is_empty() => Some("relation"),
            ReceiptMode::Refused if self.reason.trim().is_empty() => Some("reason"),
            _ => None,
        }
    }

    fn record(&self) -> NewReceipt {
        let collected = self.mode == ReceiptMode::Collected;
        NewReceipt {
            mode: self.mode.clone(),
            happened: None,
            photo: self.photo.filter(|_| matches!(self.mode, ReceiptMode::Signed | ReceiptMode::Thumbprint)),
            name: filled(&self.name).filter(|_| collected),
            relation: filled(&self.relation).filter(|_| collected),
            reason: filled(&self.reason).filter(|_| self.mode == ReceiptMode::Refused),
        }
    }
}

impl AssistForm {
    pub fn new(kind: AssistanceKind) -> Self {
        Self {
            kind,
            policy: None,
            amount: None,
            note: String::new(),
            donor: String::new(),
            when: HappenedOn::Now,
            need: None,
            goods: vec![],
            people: vec![],
        }
    }

    /// The kinds of a hand-out to several households; all kinds for one person.
    pub fn kinds(handout: bool) -> &'static [AssistanceKind] {
        if handout {
            &[AssistanceKind::Goods, AssistanceKind::Money, AssistanceKind::Donation]
        } else {
            AssistanceKind::ALL
        }
    }

    pub fn has_policy(&self) -> bool {
        matches!(self.kind, AssistanceKind::Publicise | AssistanceKind::Implement)
    }

    pub fn has_amount(&self) -> bool {
        matches!(self.kind, AssistanceKind::Implement | AssistanceKind::Money | AssistanceKind::Donation)
    }

    pub fn has_goods(&self) -> bool {
        matches!(self.kind, AssistanceKind::Goods | AssistanceKind::Donation)
    }

    /// Money or goods are given, so that a receipt is needed.
    pub fn has_receipts(&self) -> bool {
        matches!(self.kind, AssistanceKind::Money | AssistanceKind::Goods | AssistanceKind::Donation)
    }

    pub fn is_picked(&self, id: RecipientId) -> bool {
        self.people.iter().any(|person| person.id == id)
    }

    /// Ticks or unticks a household. A household with a receipt stays: it has received something, and only its own
    /// button removes it.
    pub fn toggle(&mut self, id: RecipientId, name: &str) {
        match self.people.iter().position(|person| person.id == id) {
            Some(at) if self.people[at].receipt.is_none() => {
                self.people.remove(at);
            }
            Some(_) => {}
            None => self.people.push(AssistRecipient::new(id, name)),
        }
    }

    pub fn pick(&mut self, id: RecipientId, name: &str) {
        if !self.is_picked(id) {
            self.people.push(AssistRecipient::new(id, name));
        }
    }

    /// Adds one piece of an item for each household, or removes the item.
    pub fn toggle_good(&mut self, item: &GoodsItem) {
        match self.goods.iter().position(|good| good.item == item.word) {
            Some(at) => {
                self.goods.remove(at);
            }
            None => self.goods.push(TruckItem {
                item: item.word.clone(),
                unit: item.unit.clone(),
                value: item.unit_value.0,
                each: 1,
                loaded: None,
            }),
        }
    }

    pub fn pieces(&self, person: &AssistRecipient, good: &TruckItem) -> i64 {
        person.other.get(&good.item).copied().unwrap_or(good.each)
    }

    pub fn totals(&self) -> Vec<ItemTotal> {
        self.goods
            .iter()
            .map(|good| {
                let given: i64 =
                    self.people.iter().map(|person| self.pieces(person, good)).fold(0, i64::saturating_add);
                ItemTotal {
                    item: good.item.clone(),
                    given,
                    loaded: good.loaded,
                    short: good.loaded.map_or(0, |loaded| (given - loaded).max(0)),
                    value: Fen(good.value).times(given).unwrap_or_default(),
                }
            })
            .collect()
    }

    /// Money and goods at value, over all households.
    pub fn value(&self) -> Fen {
        let households = i64::try_from(self.people.len()).unwrap_or(i64::MAX);
        let money = if self.has_amount() {
            Fen(self.amount.unwrap_or(0)).times(households).unwrap_or_default()
        } else {
            Fen::ZERO
        };
        let goods = if self.has_goods() { self.totals().iter().map(|total| total.value).sum() } else { Fen::ZERO };
        money + goods
    }

    pub fn confirmed(&self) -> usize {
        self.people.iter().filter(|person| person.receipt.is_some()).count()
    }

    /// Photos that belong to receipts and not to the assistance.
    pub fn receipt_photos(&self) -> Vec<PhotoId> {
        self.people.iter().filter_map(|person| person.receipt.as_ref()?.photo).collect()
    }

    /// The name of the field that must be filled before saving.
    pub fn missing(&self) -> Option<&'static str> {
        if self.people.is_empty() {
            return Some("recipients");
        }
        let no_amount = self.amount.unwrap_or(0) <= 0;
        match self.kind {
            AssistanceKind::Publicise | AssistanceKind::Implement if self.policy.is_none() => Some("policy"),
            AssistanceKind::Deed if self.note.trim().is_empty() => Some("note"),
            AssistanceKind::Solve if self.need.is_none() && self.note.trim().is_empty() => Some("note"),
            AssistanceKind::Money if no_amount => Some("amount"),
            AssistanceKind::Goods if self.goods.is_empty() => Some("lines"),
            AssistanceKind::Donation if self.goods.is_empty() && no_amount => Some("amount"),
            _ => None,
        }
    }

    /// The records. Fields that do not belong to the kind are left out, even if they were filled before the kind
    /// changed.
    pub fn record(&self, draft: &str, today: Day) -> NewAssistance {
        let shares = self.people.iter().map(|person| self.share(person)).collect();
        NewAssistance {
            kind: self.kind.clone(),
            happened: self.when.moment(today),
            policy: self.policy.clone().filter(|_| self.has_policy()),
            note: filled(&self.note),
            donor: filled(&self.donor).filter(|_| self.kind == AssistanceKind::Donation),
            need: self.need.filter(|_| self.kind == AssistanceKind::Solve),
            shares,
            draft: Some(draft.to_owned()),
        }
    }

    fn share(&self, person: &AssistRecipient) -> RecipientShare {
        let lines = self.goods.iter().map(|good| GoodsLine {
            item: good.item.clone(),
            quantity: self.pieces(person, good),
            unit: good.unit.clone(),
            unit_value: Fen(good.value),
        });
        RecipientShare {
            recipient: person.id,
            amount: self.amount.filter(|amount| self.has_amount() && *amount > 0).map(Fen),
            lines: if self.has_goods() { lines.filter(|line| line.quantity > 0).collect() } else { vec![] },
            receipt: person.receipt.as_ref().filter(|_| self.has_receipts()).map(ReceiptForm::record),
        }
    }
}

fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
