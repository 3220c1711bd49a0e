//! [`Failure`]: why a command did not do its work, and the exit status for it.

use crate::{
    core::CoreError,
    data::DataError,
    store::StoreError,
    text::{FluentValue, Lang, tr_with},
};

/// Why a command did not do its work, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    pub text: String,
    pub exit: u8,
}

/// The input is wrong: bad lines, an unknown worker, a file that exists.
pub const EXIT_REFUSED: u8 = 1;
/// The data folder or the server cannot be used now.
pub const EXIT_UNUSABLE: u8 = 3;

impl Failure {
    pub fn refused(lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> Self {
        Self { text: tr_with(lang, key, args), exit: EXIT_REFUSED }
    }

    pub fn unusable(lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> Self {
        Self { text: tr_with(lang, key, args), exit: EXIT_UNUSABLE }
    }

    pub fn of_data(error: &DataError, lang: Lang) -> Self {
        let why = || ("why", error.to_string().into());
        match error {
            DataError::InUse => Self::unusable(lang, "cli-data-in-use", &[]),
            DataError::Folder(path, why) => {
                let args = [("folder", path.display().to_string().into()), ("why", why.to_string().into())];
                Self::unusable(lang, "cli-data-folder", &args)
            }
            DataError::Store(StoreError::Full) => Self::unusable(lang, "cli-disk-full", &[]),
            DataError::Store(_) | DataError::Core(_) => Self::unusable(lang, "cli-store-failed", &[why()]),
        }
    }

    pub fn of_core(error: &CoreError, lang: Lang) -> Self {
        match error {
            CoreError::UnknownWorker(worker) => {
                Self::refused(lang, "cli-unknown-worker", &[("worker", worker.as_str().into())])
            }
            CoreError::WorkerLeft(worker) => {
                Self::refused(lang, "cli-worker-left", &[("worker", worker.as_str().into())])
            }
            CoreError::PasswordTooShort(min) => {
                Self::refused(lang, "cli-password-too-short", &[("min", min.to_string().into())])
            }
            CoreError::Store(StoreError::Full) => Self::unusable(lang, "cli-disk-full", &[]),
            other => Self::unusable(lang, "cli-store-failed", &[("why", other.to_string().into())]),
        }
    }
}
