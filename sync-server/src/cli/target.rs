//! [`AdminTarget`]: where the work of a command is done. A store file is open to one process at a time, so that no two
//! processes write to it: the running server does the work, or this process where none runs. A database is open to all
//! processes, and orders their writes itself.

use super::{
    admin::{AdminReply, AdminRequest, perform},
    args::Data,
    control,
    failure::Failure,
    photos,
};
use crate::{
    core::{Settings, SystemEnv},
    data::{DataDir, DataError, DataLock, LocalCore},
    store::PgStore,
    text::Lang,
};
use std::sync::Arc;

/// Where the work of a command is done.
pub enum AdminTarget {
    Local(LocalCore, Option<DataLock>),
    Running(DataDir),
}

impl AdminTarget {
    /// The running server, or the store itself.
    ///
    /// # Errors
    /// As [`DataDir::open_with`] and [`photos::open`].
    pub async fn open(options: &Data, lang: Lang) -> Result<Self, Failure> {
        let failed = |error: DataError| Failure::of_data(&error, lang);
        let data = DataDir::new(&options.data).map_err(failed)?.with_database(options.database().cloned());
        let lock = match data.is_for_one().then(|| data.lock()).transpose() {
            Err(DataError::InUse) => return Ok(Self::Running(data)),
            lock => lock.map_err(failed)?,
        };
        // A bundle may hold photos, which belong where the server's photos are.
        let photos = Arc::new(photos::open(options.objects.as_deref(), &data, lang)?);
        let core = data.open_with(photos, Arc::new(SystemEnv), Settings::default()).await.map_err(failed)?;
        Ok(Self::Local(core, lock))
    }

    /// Does the work.
    ///
    /// # Errors
    /// The failure of the work itself; unusable where another command holds the folder.
    pub async fn request(&self, request: AdminRequest, lang: Lang) -> Result<AdminReply, Failure> {
        let reply = match self {
            Self::Local(core, _) => perform(core, request, lang).await,
            Self::Running(data) => control::send(data, request, lang).await?,
        };
        match reply {
            AdminReply::Failed { text, exit } => Err(Failure { text, exit }),
            reply => Ok(reply),
        }
    }
}

/// For commands that need an existing store: a mistyped name must not become a new, empty store.
///
/// # Errors
/// Unusable where there is no store, or the database cannot be reached.
pub async fn require_store(options: &Data, lang: Lang) -> Result<(), Failure> {
    if let Some(url) = options.database() {
        let exists = PgStore::exists(url).await.map_err(|e| Failure::of_data(&e.into(), lang))?;
        let args = [("database", url.to_string().into())];
        return if exists { Ok(()) } else { Err(Failure::unusable(lang, "cli-no-store-database", &args)) };
    }
    if options.data.join("lianxin.db").exists() {
        return Ok(());
    }
    Err(Failure::unusable(lang, "cli-no-store", &[("folder", options.data.display().to_string().into())]))
}
