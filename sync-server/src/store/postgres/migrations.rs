//! Numbered, append-only migrations, recorded in `schema_version`. They run under the writer's lock, so that several
//! servers that start at once migrate once.

use super::errors::failed;
use crate::store::error::{StoreError, Stored};
use tokio_postgres::{Client, SimpleQueryMessage};

/// In order; a migration once released is never edited.
pub const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_housekeeping.sql"),
    include_str!("migrations/0003_upload_touched.sql"),
    include_str!("migrations/0004_bundles.sql"),
    include_str!("migrations/0005_review.sql"),
    include_str!("migrations/0006_gone_by_shelf.sql"),
    include_str!("migrations/0007_terms.sql"),
    include_str!("migrations/0008_rule_sets.sql"),
];

/// Brings a store to the newest schema, all or nothing. A store of a newer server is left alone.
pub async fn migrate(client: &Client, begin: &str) -> Stored<()> {
    let encoding = word(client, "SHOW server_encoding").await?;
    if encoding != "UTF8" {
        return Err(StoreError::Backend(format!(
            "the database's encoding is {encoding}: make one with createdb --encoding UTF8 --template template0"
        )));
    }
    client.batch_execute(begin).await.map_err(failed)?;
    match bring_up(client).await {
        Ok(()) => client.batch_execute("COMMIT").await.map_err(failed),
        Err(error) => {
            // The first error is returned; the owner of the connection closes one that cannot roll back.
            let _ = client.batch_execute("ROLLBACK").await;
            Err(error)
        }
    }
}

async fn bring_up(client: &Client) -> Stored<()> {
    let version = version(client).await?;
    if version > MIGRATIONS.len() {
        return Err(StoreError::Backend(format!(
            "this store is of version {version}, this server knows {}: start the newer server",
            MIGRATIONS.len()
        )));
    }
    if version == 0 {
        let sql = "CREATE TABLE IF NOT EXISTS schema_version (version bigint PRIMARY KEY, \
                   migrated timestamptz NOT NULL DEFAULT now())";
        client.batch_execute(sql).await.map_err(failed)?;
    }
    for (n, sql) in MIGRATIONS.iter().enumerate().skip(version) {
        client.batch_execute(sql).await.map_err(failed)?;
        let record = format!("INSERT INTO schema_version (version) VALUES ({})", n + 1);
        client.batch_execute(&record).await.map_err(failed)?;
    }
    Ok(())
}

/// 0 for a database that holds no store.
pub async fn version(client: &Client) -> Stored<usize> {
    if word(client, "SELECT to_regclass('schema_version') IS NOT NULL").await? != "t" {
        return Ok(0);
    }
    let version = word(client, "SELECT coalesce(max(version), 0) FROM schema_version").await?;
    version.parse().map_err(|_| StoreError::Corrupt("a schema version that is not a number".into()))
}

/// The first value of the first row; empty without one.
async fn word(client: &Client, sql: &str) -> Stored<String> {
    let reply = client.simple_query(sql).await.map_err(failed)?;
    let row = reply.iter().find_map(|m| if let SimpleQueryMessage::Row(row) = m { row.get(0) } else { None });
    Ok(row.unwrap_or_default().to_owned())
}
