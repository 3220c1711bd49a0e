//! Photos before they belong to a record, and to look at afterwards.

use super::saving::invalid;
use crate::{
    Core, Refusal, Reply, media,
    queries::photo_view,
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
        let caption = super::saving::filled(caption);
        if caption.as_ref().is_some_and(|c| c.chars().count() > CAPTION_MAX) {
            return Err(invalid("caption", ProblemCode::TooLong));
        }
        let ready = media::prepare(bytes, of == PhotoOf::Signature)?;
        self.write(|tx| {
            let meta = Meta {
                id: PhotoId(tx.new_id()),
                sha256: ready.sha256,
                mime: ready.mime.to_owned(),
                width: ready.width,
                height: ready.height,
                size: ready.bytes.len() as u64,
                taken: tx.true_now(),
                of,
                caption,
                draft: Some(draft),
                state: State::Draft,
                upload: None,
                sent: 0,
                tries: 0,
                problem: None,
            };
            photo::insert(tx, &meta, &ready.thumb, &ready.bytes)?;
            Ok(Reply::PhotoAdded(photo_view(tx, &meta)?))
        })
    }

    pub(super) fn remove_photo(&mut self, id: PhotoId) -> Result<Reply, Refusal> {
        self.write(|tx| if photo::remove(tx, id)? { Ok(Reply::Done) } else { Err(Refusal::NotFound) })
    }

    pub(super) fn photo(&mut self, id: PhotoId, thumb: bool) -> Result<Reply, Refusal> {
        let conn = self.store()?.conn();
        let meta = photo::get(conn, id)?.ok_or(Refusal::NotFound)?;
        // Bytes that were released after the server had verified them leave the thumbnail behind.
        let whole = if thumb { None } else { photo::bytes(conn, id)? };
        let (mime, bytes) = match whole {
            Some(bytes) => (meta.mime, bytes),
            None => ("image/jpeg".to_owned(), photo::thumb(conn, id)?.ok_or(Refusal::NotFound)?),
        };
        let released = photo_space::is_released(conn, id)?;
        Ok(Reply::Photo { mime, base64: STANDARD.encode(bytes), released })
    }
}
