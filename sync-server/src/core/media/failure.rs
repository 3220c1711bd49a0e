//! How a failed photo storage is logged.

use crate::core::{error::CoreError, objects::ObjectsError};

/// Notes what failed while what was being done. The log names the step, and nobody.
pub fn failed(doing: &'static str) -> impl FnOnce(ObjectsError) -> CoreError {
    move |error| {
        tracing::error!(doing, why = %error, "photo storage");
        CoreError::Objects(error)
    }
}
