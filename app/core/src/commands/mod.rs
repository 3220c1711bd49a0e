//! How a command is carried out: one file per group, each command one transaction. What every saving command shares is
//! in [`saving`].

mod amend;
mod assistance;
mod bundle;
mod connection;
mod drafts;
mod feedback;
mod gate;
mod need;
mod photos;
mod recipient;
mod reveal;
mod review;
mod saving;
mod space;
mod stuck;
mod visit;

use crate::{Command, Core, Refusal, Reply, views::Phase};
use shared::RowId;

impl Core {
    pub(crate) fn carry_out(&mut self, command: Command) -> Result<Reply, Refusal> {
        use Command as C;
        if let Some(needed) = needed(&command) {
            self.require(needed)?;
        }
        let saved = |rows: Vec<RowId>| Reply::Saved { rows };
        Ok(match command {
            C::Status => self.status()?,
            C::CreateVault { pin } => {
                self.create_vault(&pin)?;
                self.status()?
            }
            C::Unlock { pin } => {
                self.unlock(&pin)?;
                self.status()?
            }
            C::Lock => {
                self.lock();
                self.status()?
            }
            C::ChangePin { old, new } => {
                self.vault.change_pin(&old, &new, &mut *self.env)?;
                Reply::Done
            }
            C::SetPrefs(prefs) => {
                self.set_prefs(&prefs)?;
                self.status()?
            }
            C::SetConnection { metered } => self.set_connection(metered),

            // Begun here; a driver carries on until there is a receipt.
            C::Enrol { .. } | C::SyncNow | C::SendPhotosNow | C::Report(_) => {
                self.begin(&command).unwrap_or(Reply::Done)
            }

            C::SaveVisit(visit) => saved(self.save(|tx| visit::save(tx, visit))?),
            C::SaveAssistance(assistance) => saved(self.save(|tx| assistance::save(tx, assistance))?),
            C::OpenNeed(need) => saved(self.save(|tx| need::open(tx, need))?),
            C::AdvanceNeed { need, to, unit, note } => saved(self.save(|tx| need::advance(tx, need, &to, unit, note))?),
            C::EditRecipient { recipient, fields } => saved(self.save(|tx| recipient::edit(tx, recipient, fields))?),
            C::EditTags { recipient, add, remove } => {
                saved(self.save(|tx| recipient::edit_tags(tx, recipient, add, remove))?)
            }
            C::Amend { row, reason, fields } => saved(self.save(|tx| amend::amend(tx, row, reason, fields))?),
            C::ReopenNeed { need, reason } => saved(self.save(|tx| need::reopen(tx, need, reason))?),
            C::Resolve { review, accept, reason } => {
                saved(self.save(|tx| review::resolve(tx, review, accept, reason))?)
            }
            C::Void { row, reason } => saved(self.void(row, reason)?),
            C::Undo { row } => saved(self.undo(row)?),
            C::SendFeedback { kind, text } => saved(self.save(|tx| feedback::send(tx, kind, text))?),

            C::AddPhoto { draft, of, caption, bytes } => self.add_photo(draft, of, caption, &bytes)?,
            C::RemovePhoto { photo } => self.remove_photo(photo)?,
            C::Photo { photo, thumb } => self.photo(photo, thumb)?,
            C::ReleasePhotos => self.release_photos()?,

            C::SaveDraft { key, json } => self.save_draft(&key, &json)?,
            C::LoadDraft { key } => self.load_draft(&key)?,
            C::DropDraft { key } => self.drop_draft(&key)?,

            C::Today => self.today()?,
            C::Recipients(query) => self.recipients(&query)?,
            C::Card { recipient } => self.card(recipient)?,
            C::Reveal { recipient, field } => self.reveal(recipient, field)?,
            C::Record { row } => self.record(row)?,
            C::Rules => self.rules()?,
            C::Units => self.units()?,
            C::SyncState => Reply::Sync(Box::new(self.sync_view()?)),
            C::MyMonth { month } => self.my_month(month)?,
            C::Areas { under } => self.areas(under)?,
            C::Reviews => self.reviews()?,
            C::Review { review } => self.review(review)?,

            C::ExportBundle => self.export_bundle()?,
            C::SealedBundle => Reply::Bundle(Box::new(self.sealed_bundle()?)),
            C::RelayBundle { bytes } => self.relay_bundle(&bytes)?,
            C::DropRelayedBundle { id } => self.drop_relayed_bundle(id)?,

            C::Resend { op_no } => saved(self.save(|tx| stuck::resend(tx, op_no))?),
            C::Acknowledge { op_no } => self.acknowledge(op_no)?,
        })
    }

    fn require(&self, needed: Needed) -> Result<(), Refusal> {
        match (self.phase()?, needed) {
            (Phase::New | Phase::Locked, _) => Err(Refusal::Locked),
            (_, Needed::Unlocked) => Ok(()),
            (Phase::Revoked, Needed::Access | Needed::Enrolment) => Err(Refusal::Revoked),
            (Phase::InactivityLocked, Needed::Access | Needed::Enrolment) => Err(Refusal::InactivityLocked),
            (Phase::Unenrolled, Needed::Enrolment) => Err(Refusal::NotEnrolled),
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
enum Needed {
    /// An open store, whatever the server says.
    Unlocked,
    /// An open store and no word that access ended.
    Access,
    /// Known to a server.
    Enrolment,
}

/// What must hold before a command is looked at; `None` for what is allowed in every phase. Whom to phone in danger
/// ([`Command::Rules`]) never waits for a PIN.
fn needed(command: &Command) -> Option<Needed> {
    use Command as C;
    Some(match command {
        C::Status
        | C::CreateVault { .. }
        | C::Unlock { .. }
        | C::Lock
        | C::ChangePin { .. }
        | C::SetPrefs(_)
        | C::SetConnection { .. }
        | C::SealedBundle
        | C::Rules => return None,
        C::Enrol { .. } | C::SyncNow | C::SendPhotosNow | C::SyncState | C::ExportBundle => Needed::Unlocked,
        C::AddPhoto { .. }
        | C::RemovePhoto { .. }
        | C::Photo { .. }
        | C::ReleasePhotos
        | C::SaveDraft { .. }
        | C::LoadDraft { .. }
        | C::DropDraft { .. } => Needed::Access,
        _ => Needed::Enrolment,
    })
}

#[cfg(test)]
mod tests;
