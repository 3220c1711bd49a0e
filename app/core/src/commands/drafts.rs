//! Drafts: kept as they are typed, back after a kill.

use super::saving::invalid;
use crate::{
    Core, Refusal, Reply,
    queries::photo_view,
    store::{draft, photo},
};
use shared::records::ProblemCode;

/// 256 KiB: a form full of the longest notes has a tenth of it.
const DRAFT_BYTES_MAX: usize = 256 << 10;

impl Core {
    pub(super) fn save_draft(&mut self, key: &str, json: &str) -> Result<Reply, Refusal> {
        if key.is_empty() {
            return Err(invalid("key", ProblemCode::Missing));
        }
        if json.len() > DRAFT_BYTES_MAX || key.len() > 200 {
            return Err(invalid("json", ProblemCode::TooLarge));
        }
        self.write(|tx| {
            draft::save(tx, key, json)?;
            Ok(Reply::Done)
        })
    }

    pub(super) fn load_draft(&mut self, key: &str) -> Result<Reply, Refusal> {
        let conn = self.store()?.conn();
        let mut photos = Vec::new();
        for meta in photo::of_draft(conn, key)? {
            photos.push(photo_view(conn, &meta)?);
        }
        Ok(Reply::Draft { json: draft::load(conn, key)?, photos })
    }

    pub(super) fn drop_draft(&mut self, key: &str) -> Result<Reply, Refusal> {
        self.write(|tx| {
            draft::remove(tx, key)?;
            photo::remove_draft(tx, key)?;
            Ok(Reply::Done)
        })
    }
}
