//! The command line of `sync-server`. One file per command; what they share:
//!
//! - [`args`]: commands and options; their help comes from the locale files
//! - [`office`]: a command's work, done by the running server where there is one, else on the store itself
//! - [`control`]: how a running server takes such work

pub mod args;
pub mod backup;
pub mod bundle;
pub mod control;
pub mod enrol;
pub mod import;
pub mod office;
pub mod restore;
pub mod serve;

use crate::{
    core::CoreError,
    data::DataError,
    store::StoreError,
    text::{FluentValue, Lang, language_of_environment, tr, tr_with},
};
use args::{Args, Command};
use std::process::ExitCode;

/// Why a command did not do what it was asked to, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    pub text: String,
    pub exit: u8,
}

/// What was asked for does not hold: bad lines, an unknown worker, a file that exists.
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

/// Runs one command to its end, with its closing line.
pub async fn run(args: Args) -> ExitCode {
    let lang = args.lang.as_deref().and_then(Lang::from_code).unwrap_or_else(language_of_environment);
    let result = match args.command {
        Command::Serve(options) => serve::run(options, lang).await,
        Command::Import(options) => import::run(options, lang).await,
        Command::Enrol(options) => enrol::run(options, lang).await,
        Command::Backup(options) => backup::run(options, lang).await,
        Command::Bundle(options) => bundle::run(options, lang).await,
        Command::Restore(options) => restore::run(options, lang).await,
    };
    match result {
        Ok(closing) => {
            println!("{closing}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{}{}", tr(lang, "cli-failed"), failure.text);
            ExitCode::from(failure.exit)
        }
    }
}
