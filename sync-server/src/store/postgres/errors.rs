//! PostgreSQL's errors as those of the store: temporary ones become [`StoreError::Busy`].

use crate::store::error::StoreError;
use deadpool_postgres::PoolError;
use std::{error::Error as _, io};

pub fn failed(error: tokio_postgres::Error) -> StoreError {
    if let Some(db) = error.as_db_error() {
        let code = db.code().code();
        return match code {
            "53100" => StoreError::Full,
            // Out of connections or memory; a conflict or deadlock; cancelled, shutting down or starting; a broken
            // connection.
            _ if ["53", "40", "57", "08"].iter().any(|class| code.starts_with(class)) => StoreError::Busy,
            // Waited too long for a lock; idle too long in a transaction.
            "55P03" | "25P03" => StoreError::Busy,
            // The message names tables and rules. The details may hold values, so they are left out.
            _ => StoreError::Backend(format!("{} ({code})", db.message())),
        };
    }
    let broken = error.is_closed() || error.source().is_some_and(|cause| cause.is::<io::Error>());
    if broken { StoreError::Busy } else { StoreError::Backend(describe(&error)) }
}

pub fn no_connection(error: PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => failed(error),
        PoolError::Timeout(_) => StoreError::Busy,
        PoolError::Closed => StoreError::Closed,
        other => StoreError::Backend(other.to_string()),
    }
}

/// At the start of a server a database that does not answer counts as a wrong setting, not as busy.
pub fn cannot_open(error: PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => StoreError::Backend(format!("no connection to PostgreSQL: {}", describe(&error))),
        PoolError::Timeout(_) => StoreError::Backend("no connection to PostgreSQL: it does not answer".into()),
        other => no_connection(other),
    }
}

/// An error with its cause: the driver's own text names only the kind of the error.
fn describe(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(db), _) => format!("{} ({})", db.message(), db.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}
