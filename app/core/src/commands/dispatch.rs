//! From a command to the function that carries it out.

use super::{amend, assistance, feedback, need, recipient, review, stuck, visit};
use crate::{
    command::{Command, Requirement},
    core::Core,
    reply::{Refusal, Reply},
    views::Phase,
};
use shared::{RowId, wire::ErrorCode};

impl Core {
    /// Carries out a command, once what it requires is checked.
    pub(crate) fn carry_out(&mut self, command: Command) -> Result<Reply, Refusal> {
        use Command as C;
        self.require(command.requires())?;
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

            // Begun here; a driver carries on until there is a reply.
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
            C::Reviews => self.reviews()?,
            C::Review { review } => self.review(review)?,

            C::ExportBundle => self.export_bundle()?,
            C::SealedBundle => Reply::Bundle(Box::new(self.read_sealed_bundle()?)),
            C::RelayBundle { bytes } => self.relay_bundle(&bytes)?,
            C::DropRelayedBundle { id } => self.drop_relayed_bundle(id)?,

            C::Resend { op_no } => saved(self.save(|tx| stuck::resend(tx, op_no))?),
            C::Acknowledge { op_no } => self.acknowledge(op_no)?,
        })
    }

    fn require(&self, required: Requirement) -> Result<(), Refusal> {
        if required == Requirement::None {
            return Ok(());
        }
        match (self.phase()?, required) {
            (Phase::New | Phase::Locked, _) => return Err(Refusal::Locked),
            (_, Requirement::None | Requirement::Unlocked) => return Ok(()),
            (Phase::Revoked, _) => return Err(Refusal::Revoked),
            (Phase::InactivityLocked, _) => return Err(Refusal::InactivityLocked),
            (Phase::Unenrolled | Phase::Ready, Requirement::Access) => return Ok(()),
            (Phase::Unenrolled, Requirement::Enrolled | Requirement::Supervisor) => return Err(Refusal::NotEnrolled),
            (Phase::Ready, Requirement::Enrolled | Requirement::Supervisor) => {}
        }
        if required == Requirement::Supervisor && !self.identity()?.enrolment.is_supervisor() {
            return Err(Refusal::Server(ErrorCode::NotAllowed));
        }
        Ok(())
    }
}
