//! Name, requirement and effect of every command, in one table. No arm matches several commands by wildcard: a new
//! command does not compile until it is classified.

use super::commands::Command;

/// What must hold before a command is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Nothing: allowed in every phase.
    None,
    /// An unlocked store, whatever the server says.
    Unlocked,
    /// An unlocked store, and access that neither was withdrawn nor locked for inactivity.
    Access,
    /// As [`Requirement::Access`], and an enrolled worker.
    Enrolled,
    /// As [`Requirement::Enrolled`], and the role of a supervisor or administrator.
    Supervisor,
}

/// What a command changes once it was carried out, as far as other screens must refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that another screen shows.
    None,
    /// The phase or the preferences.
    Status,
    /// Records, drafts, outcomes, or the state of the sync.
    Content,
    /// As [`Effect::Content`], and there is something to send: a sync follows shortly.
    Outgoing,
}

impl Command {
    /// The name of the command, its requirement and its effect.
    const fn class(&self) -> (&'static str, Requirement, Effect) {
        use {Command as C, Effect as E, Requirement as R};
        match self {
            C::Status => ("status", R::None, E::None),
            C::CreateVault { .. } => ("create_vault", R::None, E::Status),
            C::Unlock { .. } => ("unlock", R::None, E::Status),
            C::Lock => ("lock", R::None, E::Status),
            C::ChangePin { .. } => ("change_pin", R::None, E::None),
            C::SetPrefs(_) => ("set_prefs", R::None, E::Status),
            C::SetConnection { .. } => ("set_connection", R::None, E::Content),

            // Their effects are reported by the sync itself, reply by reply.
            C::Enrol { .. } => ("enrol", R::Unlocked, E::None),
            C::SyncNow => ("sync_now", R::Unlocked, E::None),
            C::SendPhotosNow => ("send_photos_now", R::Unlocked, E::None),
            C::Report(_) => ("report", R::Enrolled, E::None),

            C::SaveVisit(_) => ("save_visit", R::Enrolled, E::Outgoing),
            C::SaveAssistance(_) => ("save_assistance", R::Enrolled, E::Outgoing),
            C::OpenNeed(_) => ("open_need", R::Enrolled, E::Outgoing),
            C::AdvanceNeed { .. } => ("advance_need", R::Enrolled, E::Outgoing),
            C::ReopenNeed { .. } => ("reopen_need", R::Supervisor, E::Outgoing),
            C::Resolve { .. } => ("resolve", R::Supervisor, E::Outgoing),
            C::EditRecipient { .. } => ("edit_recipient", R::Enrolled, E::Outgoing),
            C::EditTags { .. } => ("edit_tags", R::Enrolled, E::Outgoing),
            C::Amend { .. } => ("amend", R::Enrolled, E::Outgoing),
            C::Void { .. } => ("void", R::Enrolled, E::Outgoing),
            C::Undo { .. } => ("undo", R::Enrolled, E::Outgoing),
            C::SendFeedback { .. } => ("send_feedback", R::Enrolled, E::Outgoing),

            // Photos and drafts belong to the form that is open; only its end shows elsewhere.
            C::AddPhoto { .. } => ("add_photo", R::Access, E::None),
            C::RemovePhoto { .. } => ("remove_photo", R::Access, E::None),
            C::Photo { .. } => ("photo", R::Access, E::None),
            C::ReleasePhotos => ("release_photos", R::Access, E::Content),
            C::SaveDraft { .. } => ("save_draft", R::Access, E::None),
            C::LoadDraft { .. } => ("load_draft", R::Access, E::None),
            C::DropDraft { .. } => ("drop_draft", R::Access, E::Content),

            C::Today => ("today", R::Enrolled, E::None),
            C::Recipients(_) => ("recipients", R::Enrolled, E::None),
            C::Card { .. } => ("card", R::Enrolled, E::None),
            C::Reveal { .. } => ("reveal", R::Enrolled, E::None),
            C::Record { .. } => ("record", R::Enrolled, E::None),
            // Rules hold the numbers to call in danger, which never wait for a PIN.
            C::Rules => ("rules", R::None, E::None),
            C::Units => ("units", R::Enrolled, E::None),
            C::SyncState => ("sync_state", R::Unlocked, E::None),
            C::MyMonth { .. } => ("my_month", R::Enrolled, E::None),
            C::Reviews => ("reviews", R::Enrolled, E::None),
            C::Review { .. } => ("review", R::Enrolled, E::None),

            C::ExportBundle => ("export_bundle", R::Unlocked, E::Content),
            C::SealedBundle => ("sealed_bundle", R::None, E::None),
            C::RelayBundle { .. } => ("relay_bundle", R::Enrolled, E::Outgoing),
            C::DropRelayedBundle { .. } => ("drop_relayed_bundle", R::Enrolled, E::Content),

            C::Resend { .. } => ("resend", R::Enrolled, E::Outgoing),
            C::Acknowledge { .. } => ("acknowledge", R::Enrolled, E::Content),
        }
    }

    /// The command's name, for traces.
    pub const fn name(&self) -> &'static str {
        self.class().0
    }

    /// What must hold before the command is carried out.
    pub const fn requires(&self) -> Requirement {
        self.class().1
    }

    /// What the command changes once it was carried out.
    pub const fn changes(&self) -> Effect {
        self.class().2
    }
}
