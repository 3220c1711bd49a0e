//! Runs the command that was given.

use super::{
    args::{Args, Command},
    backup, bundle, enrol, import, restore, serve,
};
use crate::text::{Lang, language_of_environment, tr};
use std::process::ExitCode;

/// Runs one command to its end and prints its last line. The status is that of [`super::failure`].
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
