//! One record with everything.

use super::{
    items::{Names, Photos},
    mask::{mask, mask_former},
    review_item::decision_view,
};
use crate::{
    core::Core,
    reply::{Refusal, Reply},
    store::{outbox, record, roster},
    views::RecordView,
};
use shared::{
    Kind, RowId,
    records::{Audience, Pairing, Recipient},
};

impl Core {
    pub(crate) fn record(&mut self, id: RowId) -> Result<Reply, Refusal> {
        let undoable = self.undoable_save(id)?.is_some();
        let row = record::local_row(self.store()?.conn(), id)?.ok_or(Refusal::NotFound)?;
        let today = self.today_day()?;
        let about = row.recipient();
        // A minor's record is logged on this page too.
        if let Some(recipient) = about
            && row.kind.audience() == Audience::Recipient
            && let Some(person) = record::local_row(self.store()?.conn(), recipient.into())?
            && person.view::<Recipient>().is_ok_and(|r| r.is_minor(today))
        {
            self.log_minor(recipient)?;
        }
        let ctx = self.query_ctx()?;
        let conn = ctx.conn();
        let pairings: Vec<Pairing> = match about {
            Some(recipient) => record::of_recipient(conn, recipient, &Kind::Pairing, 100)?
                .iter()
                .filter_map(|r| r.view().ok())
                .collect(),
            None => Vec::new(),
        };
        let names = Names::of_pairings(&pairings);
        let item = ctx.history_item(&row, &names, &Photos::read(conn, about)?)?;
        let last_outcome = outbox::of_row(conn, id)?.into_iter().rev().find(|e| e.outcome.is_some());
        let decided =
            last_outcome.as_ref().and_then(|e| e.decided.as_ref()).map(|d| decision_view(conn, d)).transpose()?;
        let former_by = ctx.names_of(row.former.iter().map(|f| f.by), &names)?;
        let recipient_name = match about {
            Some(recipient) => roster::name(conn, recipient)?,
            None => None,
        };
        let mut fields = row.fields;
        for (name, value) in &mut fields.0 {
            mask(name, value);
        }
        Ok(Reply::Record(Box::new(RecordView {
            item,
            recipient_name,
            fields,
            former: row.former.into_iter().rev().map(mask_former).collect(),
            former_by,
            void_reason: row.void.map(|v| v.reason),
            outcome: last_outcome.and_then(|e| e.outcome),
            decided,
            undoable,
        })))
    }
}
