//! Where photos are stored: the place that was named, else the data folder.

use super::failure::Failure;
use crate::{
    core::{
        StoredObjects,
        objects::{LocationError, ObjectsLocation},
    },
    data::{DataDir, DataError},
    text::Lang,
};

/// Opens the place for photos.
///
/// # Errors
/// Refused: a text that names no place, a bucket without TLS, a certificate file or settings that cannot be used.
/// Unusable: a folder that cannot be created.
pub fn open(named: Option<&str>, data: &DataDir, lang: Lang) -> Result<StoredObjects, Failure> {
    let place = named.map_or_else(|| Ok(ObjectsLocation::Folder(data.photos())), str::parse::<ObjectsLocation>);
    place.and_then(|place| place.open()).map_err(|error| match error {
        LocationError::Malformed(place) => Failure::refused(lang, "cli-objects-place", &[("place", place.into())]),
        LocationError::InTheClear(url) => Failure::refused(lang, "cli-objects-clear", &[("url", url.into())]),
        LocationError::Folder(path, why) => Failure::of_data(&DataError::Folder(path, why), lang),
        LocationError::Authorities(path, why) => {
            let args = [("file", path.display().to_string().into()), ("why", why.into())];
            Failure::refused(lang, "cli-objects-authorities", &args)
        }
        LocationError::Settings(why) => Failure::refused(lang, "cli-objects-settings", &[("why", why.into())]),
    })
}
