//! The work of a command on an open core. Request and reply are JSON on the control socket.

use super::failure::Failure;
use crate::{
    core::RelayedBy,
    data::LocalCore,
    import::{self, ImportReport, List},
    text::Lang,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use shared::{Day, Moment, wire::BundleVerdict};
use std::path::PathBuf;

/// The work of a command.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminRequest {
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

/// What became of it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminReply {
    Imported(ImportReport),
    Enrolled {
        name: String,
        code: String,
        expires: Moment,
        /// URL of the running server, where one runs.
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
pub async fn perform(core: &LocalCore, request: AdminRequest, lang: Lang) -> AdminReply {
    match try_perform(core, request, lang).await {
        Ok(reply) => reply,
        Err(Failure { text, exit }) => AdminReply::Failed { text, exit },
    }
}

async fn try_perform(core: &LocalCore, request: AdminRequest, lang: Lang) -> Result<AdminReply, Failure> {
    let failed = |error| Failure::of_core(&error, lang);
    match request {
        AdminRequest::Import { files, dry_run } => {
            let files: Vec<import::File> = files
                .into_iter()
                .filter_map(|f| {
                    Some(import::File { list: f.list, name: f.name, bytes: BASE64_STANDARD.decode(f.bytes).ok()? })
                })
                .collect();
            let today = Day::of_utc_ms(chrono::Utc::now().timestamp_millis());
            import::import(core, &files, today, dry_run, lang).await.map(AdminReply::Imported).map_err(failed)
        }
        AdminRequest::Enrol { worker } => {
            let issued = core.issue_code(&worker).await.map_err(failed)?;
            let name = core.find_worker(&worker).await.map_err(failed)?.map(|w| w.name).unwrap_or_default();
            Ok(AdminReply::Enrolled { name, code: issued.code, expires: issued.expires, server: None })
        }
        AdminRequest::Password { worker, password } => {
            core.set_password(&worker, &password).await.map_err(failed)?;
            Ok(AdminReply::Done)
        }
        AdminRequest::Backup { to } => {
            if to.exists() {
                return Err(Failure::refused(lang, "cli-file-exists", &[("file", to.display().to_string().into())]));
            }
            core.backup(to).await.map_err(failed)?;
            Ok(AdminReply::Done)
        }
        AdminRequest::Bundle { file } => {
            // Text that is not base64 is not a bundle either.
            let file = BASE64_STANDARD.decode(file).unwrap_or_default();
            core.import_bundle(file, RelayedBy::CommandLine).await.map(AdminReply::Bundle).map_err(failed)
        }
    }
}
