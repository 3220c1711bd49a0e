//! 投诉建议: a complaint or suggestion to the office.

use super::saving::create;
use crate::{reply::Refusal, store::Tx};
use shared::{
    RowId,
    records::{Feedback, FeedbackKind},
};

pub fn send(tx: &mut Tx<'_>, kind: FeedbackKind, text: String) -> Result<Vec<RowId>, Refusal> {
    let id = RowId(tx.new_id());
    let feedback = Feedback {
        kind,
        text: text.trim().to_owned(),
        happened: tx.server_now(),
        app_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    };
    create(tx, id, &feedback)?;
    Ok(vec![id])
}
