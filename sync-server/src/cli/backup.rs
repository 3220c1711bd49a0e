//! `sync-server backup`: a copy of the store as of one moment, while the server runs or not. Photos are files that never
//! change once written, and are copied by whatever copies files.

use super::{
    Failure,
    args::Backup,
    office::{Ask, Office, require_store},
};
use crate::text::{Lang, tr_with};

pub async fn run(options: Backup, lang: Lang) -> Result<String, Failure> {
    require_store(&options.data, lang).await?;
    let failed = |why: std::io::Error| {
        let args = [("file", options.to.display().to_string().into()), ("why", why.to_string().into())];
        Failure::refused(lang, "cli-cannot-write", &args)
    };
    // The running server has another working folder.
    let to = std::path::absolute(&options.to).map_err(failed)?;
    let office = Office::open(&options.data, lang).await?;
    office.ask(Ask::Backup { to: to.clone() }, lang).await?;
    let bytes = std::fs::metadata(&to).map_err(failed)?.len();
    let args = [("file", to.display().to_string().into()), ("kb", bytes.div_ceil(1024).to_string().into())];
    Ok(tr_with(lang, "cli-backup-done", &args))
}
