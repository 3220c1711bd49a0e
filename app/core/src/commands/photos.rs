//! Photos: adding them to a draft, removing them from it, and reading them.

use super::saving::{filled, invalid};
use crate::{
    core::Core,
    media,
    queries::photo_view,
    reply::{Refusal, Reply},
    store::{
        photo::{self, Meta, State},
        photo_space,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use shared::{
    PhotoId,
    records::{PhotoOf, ProblemCode},
};

/// 200 characters, as the record allows.
const CAPTION_MAX: usize = 200;

impl Core {
    pub(super) fn add_photo(
        &mut self,
        draft: String,
        of: PhotoOf,
        caption: Option<String>,
        bytes: &[u8],
    ) -> Result<Reply, Refusal> {
        if draft.is_empty() {
            return Err(invalid("draft", ProblemCode::Missing));
        }
        let caption = filled(caption);
        if caption.as_ref().is_some_and(|c| c.chars().count() > CAPTION_MAX) {
            return Err(invalid("caption", ProblemCode::TooLong));
        }
        let prepared = media::prepare(bytes, of == PhotoOf::Signature)?;
        self.write(|tx| {
            let meta = Meta {
                id: PhotoId(tx.new_id()),
                sha256: prepared.sha256,
                mime: prepared.mime.to_owned(),
                width: prepared.width,
                height: prepared.height,
                size: prepared.bytes.len() as u64,
                taken: tx.server_now(),
                of,
                caption,
                draft: Some(draft),
                state: State::Draft,
                upload: None,
                sent: 0,
                tries: 0,
                problem: None,
            };
            photo::insert(tx, &meta, &prepared.thumb, &prepared.bytes)?;
            Ok(Reply::PhotoAdded(photo_view(tx, &meta)?))
        })
    }

    pub(super) fn remove_photo(&mut self, id: PhotoId) -> Result<Reply, Refusal> {
        self.write(|tx| if photo::remove(tx, id)? { Ok(Reply::Done) } else { Err(Refusal::NotFound) })
    }

    pub(super) fn photo(&mut self, id: PhotoId, thumb: bool) -> Result<Reply, Refusal> {
        let conn = self.store()?.conn();
        let meta = photo::get(conn, id)?.ok_or(Refusal::NotFound)?;
        // Of a released photo only the thumbnail is left.
        let original = if thumb { None } else { photo::bytes(conn, id)? };
        let (mime, bytes) = match original {
            Some(bytes) => (meta.mime, bytes),
            None => ("image/jpeg".to_owned(), photo::thumb(conn, id)?.ok_or(Refusal::NotFound)?),
        };
        let released = photo_space::is_released(conn, id)?;
        Ok(Reply::Photo { mime, base64: STANDARD.encode(bytes), released })
    }
}
