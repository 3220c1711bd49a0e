//! The access log: revealing a full number and opening a minor's record are operations of their own, so that the office
//! can see them. What cannot be logged is not shown.

use super::saving::find_recipient;
use crate::{
    command::RevealField,
    core::Core,
    reply::{Refusal, Reply},
    store::{StoreError, Tx, meta, outbox},
};
use serde::{Deserialize, Serialize};
use shared::{
    Change, Day, RecipientId, Record, RowId,
    ids::Rev,
    records::{AccessLog, Recipient, access_log::Access},
};

/// Key of [`MinorsViewed`].
const MINORS_VIEWED: &str = "minors_viewed";

/// The minors whose records were opened on a day.
#[derive(Debug, Serialize, Deserialize)]
struct MinorsViewed {
    day: Day,
    recipients: Vec<RecipientId>,
}

/// Key of [`NumbersShown`].
const NUMBERS_SHOWN: &str = "numbers_shown";

/// The numbers that reviews showed on a day: whose, and which field.
#[derive(Debug, Serialize, Deserialize)]
struct NumbersShown {
    day: Day,
    numbers: Vec<(RecipientId, String)>,
}

impl Core {
    pub(super) fn reveal(&mut self, id: RecipientId, field: RevealField) -> Result<Reply, Refusal> {
        self.write(|tx| {
            let recipient: Recipient = find_recipient(tx, id)?.view().map_err(StoreError::from)?;
            let (text, word) = match field {
                RevealField::IdNumber => (recipient.id_number, "id_number"),
                RevealField::Phone => (recipient.phone, "phone"),
                RevealField::GuardianPhone => (recipient.guardian.and_then(|g| g.phone), "guardian_phone"),
            };
            // Where there is no number, nothing was revealed.
            if text.is_some() {
                log(tx, Access::RevealNumber, id.into(), Some(word.to_owned()))?;
            }
            Ok(Reply::Revealed { text })
        })
    }

    /// A review showed a full number: logged once a day for each number.
    pub(crate) fn log_number(&mut self, id: RecipientId, field: &str) -> Result<(), Refusal> {
        let shown: Option<NumbersShown> = meta::get(self.store()?.conn(), NUMBERS_SHOWN)?;
        let today = self.today_day()?;
        let mut numbers = shown.filter(|s| s.day == today).map(|s| s.numbers).unwrap_or_default();
        let number = (id, field.to_owned());
        if numbers.contains(&number) {
            return Ok(());
        }
        numbers.push(number);
        self.write(|tx| {
            log(tx, Access::RevealNumber, id.into(), Some(field.to_owned()))?;
            Ok(meta::set(tx, NUMBERS_SHOWN, &NumbersShown { day: today, numbers })?)
        })
    }

    /// A minor's card was opened: logged once a day.
    pub(crate) fn log_minor(&mut self, id: RecipientId) -> Result<(), Refusal> {
        let viewed: Option<MinorsViewed> = meta::get(self.store()?.conn(), MINORS_VIEWED)?;
        let today = self.today_day()?;
        let mut recipients = viewed.filter(|v| v.day == today).map(|v| v.recipients).unwrap_or_default();
        if recipients.contains(&id) {
            return Ok(());
        }
        recipients.push(id);
        self.write(|tx| {
            log(tx, Access::ViewMinor, id.into(), None)?;
            Ok(meta::set(tx, MINORS_VIEWED, &MinorsViewed { day: today, recipients })?)
        })
    }
}

fn log(tx: &mut Tx<'_>, what: Access, row: RowId, detail: Option<String>) -> Result<(), Refusal> {
    let id = RowId(tx.new_id());
    let entry = AccessLog { what, happened: tx.server_now(), row: Some(row), detail };
    outbox::append_op(tx, &AccessLog::KIND, id, Rev(0), Change::Create(entry.to_fields()))?;
    Ok(())
}
