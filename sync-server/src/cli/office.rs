//! A command's work, wherever the store is open. A file is open to one process at a time, so that nobody writes behind
//! another's back: the running server does the work, or this one when none runs. A database is open to all, and orders
//! their writes itself.

use super::{Failure, args::Data, control};
use crate::{
    core::{Env, RelayedBy, Settings, SystemEnv},
    data::{DataDir, DataError, DataLock, LocalCore},
    import::{self, ImportReport, List},
    store::PgStore,
    text::Lang,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use shared::{Day, Moment, wire::BundleVerdict};
use std::{path::PathBuf, sync::Arc};

/// What a command asks for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    Import {
        files: Vec<SentFile>,
        dry_run: bool,
    },
    Enrol {
        worker: String,
    },
    Password {
        worker: String,
        password: String,
    },
    Backup {
        to: PathBuf,
    },
    /// A file's bytes, in base64.
    Bundle {
        file: String,
    },
}

/// A file's bytes, in base64: a roster need not be UTF-8.
#[derive(Debug, Serialize, Deserialize)]
pub struct SentFile {
    list: List,
    name: String,
    bytes: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Imported(ImportReport),
    Enrolled {
        name: String,
        code: String,
        expires: Moment,
        /// What the running server is called, where one runs.
        server: Option<String>,
    },
    Bundle(BundleVerdict),
    Done,
    Failed {
        text: String,
        exit: u8,
    },
}

impl SentFile {
    pub fn new(list: List, name: String, bytes: &[u8]) -> Self {
        Self { list, name, bytes: BASE64_STANDARD.encode(bytes) }
    }
}

/// Does the work on an open core.
pub async fn perform(core: &LocalCore, ask: Ask, lang: Lang) -> Answer {
    match try_perform(core, ask, lang).await {
        Ok(answer) => answer,
        Err(Failure { text, exit }) => Answer::Failed { text, exit },
    }
}

async fn try_perform(core: &LocalCore, ask: Ask, lang: Lang) -> Result<Answer, Failure> {
    let failed = |error| Failure::of_core(&error, lang);
    match ask {
        Ask::Import { files, dry_run } => {
            let files: Vec<import::File> = files
                .into_iter()
                .filter_map(|f| {
                    Some(import::File { list: f.list, name: f.name, bytes: BASE64_STANDARD.decode(f.bytes).ok()? })
                })
                .collect();
            let today = Day::of_utc_ms(SystemEnv.now_ms());
            import::import(core, &files, today, dry_run, lang).await.map(Answer::Imported).map_err(failed)
        }
        Ask::Enrol { worker } => {
            let issued = core.issue_code(&worker).await.map_err(failed)?;
            let name = core.find_worker(&worker).await.map_err(failed)?.map(|w| w.name).unwrap_or_default();
            Ok(Answer::Enrolled { name, code: issued.code, expires: issued.expires, server: None })
        }
        Ask::Password { worker, password } => {
            core.set_password(&worker, &password).await.map_err(failed)?;
            Ok(Answer::Done)
        }
        Ask::Backup { to } => {
            if to.exists() {
                return Err(Failure::refused(lang, "cli-file-exists", &[("file", to.display().to_string().into())]));
            }
            core.backup(to).await.map_err(failed)?;
            Ok(Answer::Done)
        }
        Ask::Bundle { file } => {
            // What is no base64 is no bundle either.
            let file = BASE64_STANDARD.decode(file).unwrap_or_default();
            core.import_bundle(file, RelayedBy::CommandLine).await.map(Answer::Bundle).map_err(failed)
        }
    }
}

/// Where the work is done.
pub enum Office {
    Here(LocalCore, Option<DataLock>),
    Running(DataDir),
}

impl Office {
    /// The running server's, or the store's own.
    pub async fn open(options: &Data, lang: Lang) -> Result<Self, Failure> {
        let failed = |error: DataError| Failure::of_data(&error, lang);
        let data = DataDir::new(&options.data).map_err(failed)?.with_database(options.database().cloned());
        let lock = match data.is_for_one().then(|| data.lock()).transpose() {
            Err(DataError::InUse) => return Ok(Self::Running(data)),
            lock => lock.map_err(failed)?,
        };
        // Photos in a bundle go where the server's photos are.
        let photos = Arc::new(super::serve::photos(options.objects.as_deref(), &data, lang)?);
        let core = data.open_with(photos, Arc::new(SystemEnv), Settings::default()).await.map_err(failed)?;
        Ok(Self::Here(core, lock))
    }

    pub async fn ask(&self, ask: Ask, lang: Lang) -> Result<Answer, Failure> {
        let answer = match self {
            Self::Here(core, _) => perform(core, ask, lang).await,
            Self::Running(data) => control::send(data, ask, lang).await?,
        };
        match answer {
            Answer::Failed { text, exit } => Err(Failure { text, exit }),
            answer => Ok(answer),
        }
    }
}

/// For commands that need a store that is there already: a mistyped name must not become a new, empty one.
pub async fn require_store(options: &Data, lang: Lang) -> Result<(), Failure> {
    if let Some(url) = options.database() {
        let there = PgStore::exists(url).await.map_err(|e| Failure::of_data(&e.into(), lang))?;
        let args = [("database", url.to_string().into())];
        return if there { Ok(()) } else { Err(Failure::unusable(lang, "cli-no-store-database", &args)) };
    }
    if options.data.join("lianxin.db").exists() {
        return Ok(());
    }
    Err(Failure::unusable(lang, "cli-no-store", &[("folder", options.data.display().to_string().into())]))
}
