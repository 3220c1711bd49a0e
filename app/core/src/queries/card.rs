//! A recipient's card: who they are, masked, and what was done.

use super::items::{Names, Photos};
use crate::{
    Core, Refusal, Reply,
    store::{StoreError, record},
    views::CardView,
};
use shared::{
    Kind, RecipientId,
    domain::CarePeriod,
    id_number::{masked, masked_phone, parse},
    records::{Former, Pairing, Recipient},
};

/// 100: two years of weekly visits.
const HISTORY_MAX: u32 = 100;

impl Core {
    pub(crate) fn card(&mut self, id: RecipientId) -> Result<Reply, Refusal> {
        let today = self.today_day()?;
        let row = record::doc(self.store()?.conn(), id.into())?.filter(|r| r.kind == Kind::Recipient);
        let row = row.ok_or(Refusal::NotFound)?;
        let recipient: Recipient = row.view().map_err(StoreError::from)?;
        // Logged first: what cannot be logged is not shown.
        if recipient.is_minor(today) {
            self.log_minor(id)?;
        }
        let ask = self.ask()?;
        let conn = ask.conn();
        let roster = ask.store.roster()?;
        let entry = roster.entries().iter().find(|e| e.id == id).ok_or(Refusal::NotFound)?;
        let paired: Vec<(Pairing, bool)> = record::of_recipient(conn, id, &Kind::Pairing, 100)?
            .iter()
            .filter(|r| !r.is_void())
            .filter_map(|r| Some((r.view().ok()?, CarePeriod::of(r)?.in_force(today))))
            .collect();
        let pairings: Vec<Pairing> = paired.iter().map(|(pairing, _)| pairing.clone()).collect();
        let names = Names::of_pairings(&pairings);
        let photos = Photos::read(conn, Some(id))?;

        let rows = record::history(conn, id, HISTORY_MAX)?;
        let history = rows.iter().map(|r| ask.history_item(r, &names, &photos)).collect::<Result<_, _>>()?;
        let mut needs = Vec::new();
        for need in rows.iter().filter(|r| r.kind == Kind::Need && !r.is_void()) {
            needs.extend(ask.need_item(need)?);
        }
        let me = ask.me.enrolment.worker;
        let carers = paired
            .iter()
            .filter(|(p, in_force)| *in_force && p.worker != me)
            .map(|(p, _)| (p.worker_name.clone().unwrap_or_default(), p.role.clone()))
            .collect();
        let household = match recipient.household {
            Some(home) => {
                let same = |e: &&crate::store::roster::Entry| e.household == Some(home) && e.id != id && e.active;
                roster.entries().iter().filter(same).map(|e| (e.id, e.name.clone())).collect()
            }
            None => Vec::new(),
        };
        // A number tells birth and sex where the fields do not.
        let known = recipient.id_number.as_deref().and_then(|n| parse(n).ok());
        Ok(Reply::Card(Box::new(CardView {
            item: ask.recipient_item(entry)?,
            code: recipient.code,
            sex: recipient.sex.or(known.map(|k| k.sex)),
            birth: recipient.birth.or(known.map(|k| k.birth)),
            address: recipient.address,
            id_masked: recipient.id_number.as_deref().map(masked),
            guardian: recipient.guardian.map(|g| (g.name, g.relation, g.phone.as_deref().map(masked_phone))),
            disability: (recipient.disability_kind.is_some() || recipient.disability_level.is_some())
                .then_some((recipient.disability_kind, recipient.disability_level)),
            self_care: recipient.self_care,
            risk: recipient.risk,
            note: recipient.note,
            carers,
            history,
            needs,
            former: row.former.iter().rev().cloned().map(mask_former).collect(),
            former_by: ask.names_of(row.former.iter().map(|f| f.by), &names)?,
            household,
        })))
    }
}

/// Old numbers are as sensitive as new ones.
pub fn mask_former(mut former: Former) -> Former {
    mask(&former.field.clone(), &mut former.value);
    former
}

/// Masks a field's value where it holds a number.
pub fn mask(field: &str, value: &mut serde_json::Value) {
    match (field, value) {
        ("id_number", serde_json::Value::String(text)) => *text = masked(text),
        ("phone", serde_json::Value::String(text)) => *text = masked_phone(text),
        ("guardian", serde_json::Value::Object(guardian)) => {
            if let Some(phone) = guardian.get_mut("phone") {
                mask("phone", phone);
            }
        }
        _ => {}
    }
}
