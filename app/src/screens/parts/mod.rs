//! What several screens draw alike: rows of people and records, the states of an answer, drafts and their photos.
//!
//! - `answer`: loading, refused, there; `saving`: what follows a save
//! - `people`: a searchable list of people; `person_row`, `record_row`, `need_row`: how one of them looks
//! - `draft`: what was typed, kept as it is typed; `draft_photos`: the photos under it
//! - `save_file`: unsent work to a file
//! - `when`: the day something happened; `units`: to whom a need goes; `reason`: a sheet that asks why

mod answer;
mod draft;
mod draft_photos;
mod emergency_button;
mod form_page;
mod link_pill;
mod need_row;
mod people;
mod person_row;
mod prefs_editor;
mod reason;
mod record_row;
mod save_file;
mod saving;
mod units;
mod when;

pub use answer::{Loading, Refused, answered};
pub use draft::{Draft, DraftEnd, DraftNote, use_draft};
pub use draft_photos::{DraftPhotos, StoredPhotos};
pub use emergency_button::EmergencyButton;
pub use form_page::{FormPage, FormSheet, use_record_form};
pub use link_pill::LinkPill;
pub use need_row::NeedRow;
pub use people::{People, use_people};
pub use person_row::{PersonRow, about, due_line, due_tag, initial};
pub use prefs_editor::use_prefs_editor;
pub use reason::ReasonSheet;
pub use record_row::{RecordRow, headline};
pub use save_file::SaveFile;
pub use saving::{Saving, undo, undo_last};
pub use units::UnitField;
pub use when::{When, WhenField};
