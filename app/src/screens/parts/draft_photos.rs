//! The photos of a record that is being written, to add and remove, and those of a saved record.

use device_core::{Refusal, views::PhotoView};
use dioxus::prelude::*;
use shared::{PhotoId, records::PhotoOf};

use super::Refused;
use crate::{
    components::{PhotoPicker, PhotoTile, Photos, PickedPhoto},
    i18n::tr,
    state::{use_device, use_query},
};

/// The photos under `draft`, with tiles to add more. `photos` are those in the store.
#[component]
pub fn DraftPhotos(
    draft: String,
    of: PhotoOf,
    photos: Signal<Vec<PhotoView>>,
    /// Photos of the same draft that are shown elsewhere.
    #[props(default)]
    hidden: Vec<PhotoId>,
    testid: String,
) -> Element {
    let device = use_device();
    let mut refused = use_signal(|| None::<Refusal>);
    let add = use_callback({
        let device = device.clone();
        move |photo: PickedPhoto| {
            let (device, draft, of) = (device.clone(), draft.clone(), of.clone());
            spawn(async move {
                match device.add_photo(&draft, of, None, photo.bytes).await {
                    Ok(view) => {
                        refused.set(None);
                        photos.write().push(view);
                    }
                    Err(why) => refused.set(Some(why)),
                }
            });
        }
    });
    rsx! {
        Photos {
            for photo in photos().into_iter().filter(|photo| !hidden.contains(&photo.id)) {
                PhotoTile {
                    key: "{photo.id}",
                    src: src(&photo.thumb),
                    caption: photo.caption.clone(),
                    testid: "{testid}-{photo.id}",
                    on_remove: {
                        let device = device.clone();
                        let id = photo.id;
                        move |()| {
                            let device = device.clone();
                            spawn(async move {
                                match device.remove_photo(id).await {
                                    Ok(()) => photos.write().retain(|p| p.id != id),
                                    Err(why) => refused.set(Some(why)),
                                }
                            });
                        }
                    },
                }
            }
            PhotoPicker { camera: true, testid: "{testid}-take", on_photo: add }
            PhotoPicker { camera: false, many: true, testid: "{testid}-choose", on_photo: add }
        }
        if let Some(refusal) = refused() {
            Refused { refusal, testid: "{testid}-refused" }
        }
    }
}

fn src(thumb: &str) -> String {
    format!("data:image/jpeg;base64,{thumb}")
}

/// The thumbnails of a saved record's photos.
#[component]
pub fn StoredPhotos(photos: Vec<PhotoId>) -> Element {
    rsx! {
        if !photos.is_empty() {
            Photos {
                for id in photos {
                    StoredPhoto { key: "{id}", id }
                }
            }
        }
    }
}

#[component]
fn StoredPhoto(id: PhotoId) -> Element {
    let bytes = use_query(move |device| async move { device.photo(id, true).await });
    rsx! {
        if let Some(bytes) = bytes.ready() {
            PhotoTile {
                src: bytes.data_url(),
                caption: bytes.released.then(|| tr("photo-at-office")),
                testid: "photo-{id}",
            }
        }
    }
}
