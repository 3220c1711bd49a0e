//! Pools of connections.

use super::{errors, migrations, tls, url::DatabaseUrl};
use crate::store::error::{StoreError, Stored};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use std::time::Duration;

/// 20 s: a read that waited so long for a connection is refused and retried.
const PATIENCE: Duration = Duration::from_secs(20);

pub fn pool(url: &DatabaseUrl, size: usize) -> Stored<Pool> {
    let tls = tls::Tls::new(url.root_cert.as_deref())?;
    let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Pool::builder(Manager::from_config(url.config().clone(), tls, config))
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .build()
        .map_err(|e| StoreError::Backend(e.to_string()))
}

/// True where a database holds a store already. Creates nothing.
pub async fn holds_store(url: &DatabaseUrl) -> Stored<bool> {
    let client = pool(url, 1)?.get().await.map_err(errors::cannot_open)?;
    Ok(migrations::version(&client).await? > 0)
}
