//! Parts that several screens share: rows of people and records, the states of a query, forms, drafts and their photos.
//!
//! - `answer`: loading, refused or ready; `saving`: a save in flight, and undo
//! - `form_page`: the skeleton of record forms, on a page or in a sheet
//! - `people`: a searchable list of people; `person_row`, `record_row`, `need_row`: how one of them looks
//! - `draft`: a form that is stored while it is typed; `draft_photos`: its photos
//! - `save_file`: exports unsent work to a file; `prefs_editor`: changes the preferences
//! - `link_pill`: the state of sync; `emergency_button`: opens the emergency numbers
//! - `happened_field`: the day something happened; `units`: the unit that a need is assigned to; `reason`: a sheet
//!   that asks for a reason

mod answer;
mod draft;
mod draft_photos;
mod emergency_button;
mod form_page;
mod happened_field;
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

pub use answer::{Loading, Refused, answered};
pub use draft::{Draft, DraftEnd, DraftNote, use_draft};
pub use draft_photos::{DraftPhotos, StoredPhotos};
pub use emergency_button::EmergencyButton;
pub use form_page::{FormPage, FormSheet, use_record_form};
pub use happened_field::{HappenedField, HappenedOn};
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
