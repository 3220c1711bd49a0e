//! `sync-server backup`: a copy of the store as of one moment, whether the server runs or not. It holds no photos: they
//! are files that never change, and any tool that copies files backs them up.

use super::{
    admin::AdminRequest,
    args::Backup,
    failure::Failure,
    target::{AdminTarget, require_store},
};
use crate::text::{Lang, tr_with};

/// Runs the command.
///
/// # Errors
/// Refused: a file that exists already or cannot be written. Unusable: no store, or one that cannot be opened.
pub async fn run(options: Backup, lang: Lang) -> Result<String, Failure> {
    require_store(&options.data, lang).await?;
    let failed = |why: std::io::Error| {
        let args = [("file", options.to.display().to_string().into()), ("why", why.to_string().into())];
        Failure::refused(lang, "cli-cannot-write", &args)
    };
    // Absolute, since the running server has another working folder.
    let to = std::path::absolute(&options.to).map_err(failed)?;
    let target = AdminTarget::open(&options.data, lang).await?;
    target.request(AdminRequest::Backup { to: to.clone() }, lang).await?;
    let bytes = std::fs::metadata(&to).map_err(failed)?.len();
    let args = [("file", to.display().to_string().into()), ("kb", bytes.div_ceil(1024).to_string().into())];
    Ok(tr_with(lang, "cli-backup-done", &args))
}
