//! A recipient's card: personal data, numbers masked, and the history.

use super::{
    items::{Names, Photos},
    mask::mask_former,
};
use crate::{
    core::Core,
    reply::{Refusal, Reply},
    store::{StoreError, record, roster},
    views::CardView,
};
use shared::{
    Kind, RecipientId,
    domain::CarePeriod,
    id_number::{masked, masked_phone, parse},
    records::{Pairing, Recipient},
};

/// 100: two years of weekly visits.
const HISTORY_MAX: u32 = 100;

impl Core {
    pub(crate) fn card(&mut self, id: RecipientId) -> Result<Reply, Refusal> {
        let today = self.today_day()?;
        let row = record::local_row(self.store()?.conn(), id.into())?.filter(|r| r.kind == Kind::Recipient);
        let row = row.ok_or(Refusal::NotFound)?;
        let recipient: Recipient = row.view().map_err(StoreError::from)?;
        // Logged first: what cannot be logged is not shown.
        if recipient.is_minor(today) {
            self.log_minor(id)?;
        }
        let ctx = self.query_ctx()?;
        let conn = ctx.conn();
        let cache = ctx.store.roster()?;
        let entry = cache.entries().iter().find(|e| e.id == id).ok_or(Refusal::NotFound)?;
        let paired: Vec<(Pairing, bool)> = record::of_recipient(conn, id, &Kind::Pairing, 100)?
            .iter()
            .filter(|r| !r.is_void())
            .filter_map(|r| Some((r.view().ok()?, CarePeriod::of(r)?.in_force(today))))
            .collect();
        let pairings: Vec<Pairing> = paired.iter().map(|(pairing, _)| pairing.clone()).collect();
        let names = Names::of_pairings(&pairings);
        let photos = Photos::read(conn, Some(id))?;

        let rows = record::history(conn, id, HISTORY_MAX)?;
        let history = rows.iter().map(|r| ctx.history_item(r, &names, &photos)).collect::<Result<_, _>>()?;
        let mut needs = Vec::new();
        for need in rows.iter().filter(|r| r.kind == Kind::Need && !r.is_void()) {
            needs.extend(ctx.need_item(need)?);
        }
        let worker = ctx.identity.enrolment.worker;
        let carers = paired
            .iter()
            .filter(|(p, in_force)| *in_force && p.worker != worker)
            .map(|(p, _)| (p.worker_name.clone().unwrap_or_default(), p.role.clone()))
            .collect();
        let household = match recipient.household {
            Some(home) => {
                let same = |e: &&roster::Entry| e.household == Some(home) && e.id != id && e.active;
                cache.entries().iter().filter(same).map(|e| (e.id, e.name.clone())).collect()
            }
            None => Vec::new(),
        };
        // Birth and sex from the ID number, where the fields lack them.
        let known = recipient.id_number.as_deref().and_then(|n| parse(n).ok());
        Ok(Reply::Card(Box::new(CardView {
            item: ctx.recipient_item(entry)?,
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
            former_by: ctx.names_of(row.former.iter().map(|f| f.by), &names)?,
            household,
        })))
    }
}
