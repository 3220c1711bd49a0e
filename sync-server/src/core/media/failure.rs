//! How a failed photo storage is logged.

use crate::core::{error::CoreError, objects::ObjectsError};

/// Logs a failure of the photo storage with what the server was doing. The log line names no person.
pub fn failed(doing: &'static str) -> impl FnOnce(ObjectsError) -> CoreError {
    move |error| {
        tracing::error!(doing, why = %error, "photo storage");
        CoreError::Objects(error)
    }
}
