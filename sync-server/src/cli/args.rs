//! Commands and options. What `--help` says about them comes from the locale files: `cli-about-<command>`,
//! `cli-arg-<option>`.

use crate::{
    store::postgres::{DatabaseUrl, UrlError},
    text::{Lang, has, language_of_environment, tr},
};
use clap::{ArgGroup, Args as Group, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::{net::SocketAddr, path::PathBuf};

#[derive(Debug, Parser)]
#[command(name = "sync-server", version, arg_required_else_help = true)]
pub struct Args {
    #[arg(long, global = true, env = "LIANXIN_LANG", value_name = "LANG")]
    pub lang: Option<String>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Serve(Serve),
    Import(Import),
    Enrol(Enrol),
    Backup(Backup),
    Restore(Restore),
    Bundle(Bundle),
}

#[derive(Debug, Group)]
pub struct Data {
    #[arg(long, env = "LIANXIN_DATA", value_name = "DIR", default_value = "lianxin-data")]
    pub data: PathBuf,
    // The environment's value is not shown in the help: it may hold a password.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, value_parser = database)]
    database: Option<Named>,
    #[arg(long, env = "LIANXIN_OBJECTS", value_name = "PLACE")]
    pub objects: Option<String>,
}

/// A database, or none where the variable is empty.
#[derive(Clone, Debug)]
struct Named(Option<DatabaseUrl>);

impl Data {
    /// The database in place of the file, where one is named.
    pub fn database(&self) -> Option<&DatabaseUrl> {
        self.database.as_ref()?.0.as_ref()
    }
}

fn database(text: &str) -> Result<Named, UrlError> {
    if text.is_empty() { Ok(Named(None)) } else { text.parse().map(|url| Named(Some(url))) }
}

#[derive(Debug, Group)]
pub struct Serve {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, env = "LIANXIN_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8800")]
    pub listen: SocketAddr,
    #[arg(long, env = "LIANXIN_BEHIND_TLS_PROXY")]
    pub behind_tls_proxy: bool,
    #[arg(long, env = "LIANXIN_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    #[arg(long, env = "LIANXIN_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    #[arg(long, env = "LIANXIN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    #[arg(long, env = "LIANXIN_LOG", value_name = "FORMAT", default_value = "json", value_parser = ["json", "text"])]
    pub log: String,
}

#[derive(Debug, Group)]
#[command(group = ArgGroup::new("lists").required(true).multiple(true).args(["areas", "units", "workers", "recipients", "pairings"]))]
pub struct Import {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "FILE")]
    pub areas: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub units: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub workers: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub recipients: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub pairings: Option<PathBuf>,
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Group)]
#[command(group = ArgGroup::new("who").required(true).args(["worker", "worker_code"]))]
pub struct Enrol {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "CODE")]
    pub worker: Option<String>,
    #[arg(value_name = "WORKER")]
    pub worker_code: Option<String>,
    #[arg(long, env = "LIANXIN_PUBLIC_URL", value_name = "URL")]
    pub server: Option<String>,
    #[arg(long)]
    pub console: bool,
    #[arg(long, value_name = "FILE", requires = "console")]
    pub password_file: Option<PathBuf>,
}

#[derive(Debug, Group)]
pub struct Backup {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

#[derive(Debug, Group)]
pub struct Restore {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
}

#[derive(Debug, Group)]
pub struct Bundle {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

impl Args {
    /// Reads the command line; ends the process on a wrong one, or with the help that was asked for.
    pub fn read() -> Self {
        let matches = localised(language_of_environment()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|e| e.exit())
    }
}

/// The commands with their help in one language.
fn localised(lang: Lang) -> clap::Command {
    let help = |arg: clap::Arg| {
        let key = format!("cli-arg-{}", arg.get_id());
        if has(lang, &key) { arg.help(tr(lang, &key)) } else { arg }
    };
    let mut command = Args::command().about(tr(lang, "cli-about")).mut_args(help);
    for name in ["serve", "import", "enrol", "backup", "restore", "bundle"] {
        command = command.mut_subcommand(name, |sub| sub.about(tr(lang, &format!("cli-about-{name}"))).mut_args(help));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_and_option_says_what_it_is_for_in_both_languages() {
        for lang in Lang::ALL {
            for command in localised(lang).get_subcommands() {
                assert!(
                    command.get_about().is_some_and(|a| !a.to_string().starts_with("cli-")),
                    "{}",
                    command.get_name()
                );
                for arg in command.get_arguments() {
                    assert!(arg.get_help().is_some(), "{} {}", command.get_name(), arg.get_id());
                }
            }
        }
    }

    #[test]
    fn a_database_is_named_by_a_postgres_url_and_its_password_is_never_shown() {
        let line = |url| Args::try_parse_from(["x", "enrol", "W1", "--database", url]);
        let args = line("postgres://lianxin:secret@localhost/lianxin").unwrap();
        assert!(!format!("{args:?}").contains("secret"));
        let Command::Enrol(enrol) = args.command else { panic!() };
        assert_eq!(enrol.data.database().unwrap().to_string(), "postgres://lianxin@localhost/lianxin");
        let Command::Enrol(enrol) = line("").unwrap().command else { panic!() };
        assert!(enrol.data.database().is_none());
        assert!(line("sqlite://file").is_err());
    }

    #[test]
    fn a_worker_may_be_named_with_or_without_the_option() {
        for line in [&["x", "enrol", "W1"][..], &["x", "enrol", "--worker", "W1"]] {
            assert!(Args::try_parse_from(line).is_ok(), "{line:?}");
        }
        for line in [
            &["x", "enrol"][..],
            &["x", "enrol", "W1", "--worker", "W1"],
            &["x", "import"],
            &["x", "serve", "--tls-cert", "a"],
        ] {
            assert!(Args::try_parse_from(line).is_err(), "{line:?}");
        }
    }
}
