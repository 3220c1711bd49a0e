//! PostgreSQL's errors as ours: what passes by itself is told apart from what does not.

use crate::store::StoreError;
use deadpool_postgres::PoolError;
use std::{error::Error as _, io};

pub fn failed(error: tokio_postgres::Error) -> StoreError {
    if let Some(db) = error.as_db_error() {
        let code = db.code().code();
        return match code {
            "53100" => StoreError::Full,
            // Out of connections or memory; two that met; waited too long; cancelled, shut down or starting; a server
            // that holds no transaction open for us any more; a connection that ended.
            _ if ["53", "40", "57", "08"].iter().any(|class| code.starts_with(class)) => StoreError::Busy,
            "55P03" | "25P03" => StoreError::Busy,
            // The message names tables and rules; values would be in its details, which go nowhere.
            _ => StoreError::Backend(format!("{} ({code})", db.message())),
        };
    }
    let broken = error.is_closed() || error.source().is_some_and(|cause| cause.is::<io::Error>());
    if broken { StoreError::Busy } else { StoreError::Backend(said(&error)) }
}

pub fn no_connection(error: PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => failed(error),
        PoolError::Timeout(_) => StoreError::Busy,
        PoolError::Closed => StoreError::Closed,
        other => StoreError::Backend(other.to_string()),
    }
}

/// For whoever starts the server: there a database that does not answer is not busy but wrong.
pub fn cannot_open(error: PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => StoreError::Backend(format!("no connection to PostgreSQL: {}", said(&error))),
        PoolError::Timeout(_) => StoreError::Backend("no connection to PostgreSQL: it does not answer".into()),
        other => no_connection(other),
    }
}

/// An error with its cause: the driver's own text names only the kind.
fn said(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(db), _) => format!("{} ({})", db.message(), db.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}
