//! Drafts: stored as they are typed, restored after a kill.

use super::saving::invalid;
use crate::{
    core::Core,
    queries::photo_view,
    reply::{Refusal, Reply},
    store::{draft, photo},
};
use shared::records::ProblemCode;

/// 256 KiB: ten times a form full of the longest notes.
const DRAFT_BYTES_MAX: usize = 256 << 10;
/// 200 bytes: four times the longest key, a screen's name and an id.
const KEY_BYTES_MAX: usize = 200;

impl Core {
    pub(super) fn save_draft(&mut self, key: &str, json: &str) -> Result<Reply, Refusal> {
        if key.is_empty() {
            return Err(invalid("key", ProblemCode::Missing));
        }
        if json.len() > DRAFT_BYTES_MAX || key.len() > KEY_BYTES_MAX {
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
