//! The three jobs that need the network. At most one of each kind runs at a time.

use crate::Command;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    Enrol,
    Sync,
    Report,
}

impl Job {
    /// The job that a command begins; `None` for a command that [`crate::Core::handle`] carries out without the
    /// network.
    pub fn of(command: &Command) -> Option<Self> {
        match command {
            Command::Enrol { .. } => Some(Self::Enrol),
            Command::SyncNow | Command::SendPhotosNow => Some(Self::Sync),
            Command::Report(_) => Some(Self::Report),
            _ => None,
        }
    }
}
