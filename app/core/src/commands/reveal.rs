//! Looking at what is sensitive: a full number, a child's record. Each look is an operation of its own, so that it is
//! known to the office; what cannot be logged is not shown.

use crate::{
    Core, Refusal, Reply,
    command::RevealField,
    store::{Tx, meta, outbox},
};
use serde::{Deserialize, Serialize};
use shared::{
    Change, Day, RecipientId, Record, RowId,
    ids::Rev,
    records::{AccessLog, Recipient, access_log::Access},
};

/// Key of [`Looked`].
const LOOKED: &str = "looked_at_minors";

/// Whose records were opened on which day.
#[derive(Debug, Serialize, Deserialize)]
struct Looked {
    day: Day,
    recipients: Vec<RecipientId>,
}

/// Key of [`Shown`].
const SHOWN: &str = "shown_numbers";

/// Whose numbers were shown on which day, beside those asked for one by one.
#[derive(Debug, Serialize, Deserialize)]
struct Shown {
    day: Day,
    numbers: Vec<(RecipientId, String)>,
}

impl Core {
    pub(super) fn reveal(&mut self, id: RecipientId, field: RevealField) -> Result<Reply, Refusal> {
        self.write(|tx| {
            let recipient: Recipient =
                super::saving::find_recipient(tx, id)?.view().map_err(crate::store::StoreError::from)?;
            let (text, word) = match field {
                RevealField::IdNumber => (recipient.id_number, "id_number"),
                RevealField::Phone => (recipient.phone, "phone"),
                RevealField::GuardianPhone => (recipient.guardian.and_then(|g| g.phone), "guardian_phone"),
            };
            // Where there is nothing to see, nothing was looked at.
            if text.is_some() {
                log(tx, Access::RevealNumber, id.into(), Some(word.to_owned()))?;
            }
            Ok(Reply::Revealed { text })
        })
    }

    /// A full number was shown to whoever decides between two of them: logged once a day for each number.
    pub(crate) fn log_number(&mut self, id: RecipientId, field: &str) -> Result<(), Refusal> {
        let shown: Option<Shown> = meta::get(self.store()?.conn(), SHOWN)?;
        let today = self.today_day()?;
        let mut numbers = shown.filter(|s| s.day == today).map(|s| s.numbers).unwrap_or_default();
        let number = (id, field.to_owned());
        if numbers.contains(&number) {
            return Ok(());
        }
        numbers.push(number);
        self.write(|tx| {
            log(tx, Access::RevealNumber, id.into(), Some(field.to_owned()))?;
            Ok(meta::set(tx, SHOWN, &Shown { day: today, numbers })?)
        })
    }

    /// A minor's card was opened: logged once a day.
    pub(crate) fn log_minor(&mut self, id: RecipientId) -> Result<(), Refusal> {
        let looked: Option<Looked> = meta::get(self.store()?.conn(), LOOKED)?;
        let today = self.today_day()?;
        let mut recipients = looked.filter(|l| l.day == today).map(|l| l.recipients).unwrap_or_default();
        if recipients.contains(&id) {
            return Ok(());
        }
        recipients.push(id);
        self.write(|tx| {
            log(tx, Access::ViewMinor, id.into(), None)?;
            Ok(meta::set(tx, LOOKED, &Looked { day: today, recipients })?)
        })
    }
}

fn log(tx: &mut Tx<'_>, what: Access, row: RowId, detail: Option<String>) -> Result<(), Refusal> {
    let id = RowId(tx.new_id());
    let entry = AccessLog { what, happened: tx.true_now(), row: Some(row), detail };
    outbox::append_op(tx, &AccessLog::KIND, id, Rev(0), Change::Create(entry.to_fields()))?;
    Ok(())
}
