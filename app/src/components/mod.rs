//! The design system: one file per component, plain functions, no knowledge of records; of the device core
//! only its limit on the size of a photo.
//!
//! Atoms draw one thing (`button`, `icon`, `tag`, `field` …); composites put atoms together (`top_bar`, `sheet`,
//! `photo_picker`, `pin_pad` …). All of them are shown in every state by the gallery screen of a debug build. Rules
//! for each: text is passed in translated or comes from the `common` area; a state is shown by an icon and a word,
//! never by colour alone; targets are at least 48 px; `testid` becomes `data-testid` on the element that is pressed.

mod bottom_bar;
mod button;
mod card;
mod chips;
mod choice;
mod dom_id;
mod empty_state;
mod error_note;
mod figure;
mod file_picker;
mod icon;
mod list_row;
mod meter;
mod number_field;
mod page;
mod photo_picker;
mod pick_label;
mod pin_pad;
mod search_field;
mod segmented;
mod sheet;
mod signature_pad;
mod status;
mod switch;
mod tag;
#[cfg(test)]
mod tests;
mod text_field;
mod toast;
mod top_bar;
mod verdict;
mod windowed_list;

pub use bottom_bar::{BottomBar, Tab};
pub use button::{Button, ButtonKind, IconButton};
pub use card::Card;
pub use chips::{Chips, ManyChips};
pub use choice::Choice;
pub use dom_id::use_dom_id;
pub use empty_state::EmptyState;
pub use error_note::{ErrorNote, Note};
pub use figure::Figure;
pub use file_picker::FilePicker;
pub use icon::{Glyph, Icon};
pub use list_row::{ListRow, RowTag};
pub use meter::{Meter, MeterPart};
pub use number_field::{NumberError, NumberField, NumberKind, parse_number};
pub use page::{Page, Section};
pub use photo_picker::{PhotoPicker, PhotoProblem, PhotoTile, Photos, PickedPhoto};
pub use pin_pad::PinPad;
pub use search_field::SearchField;
pub use segmented::Segmented;
pub use sheet::Sheet;
pub use signature_pad::{Signature, SignaturePad};
pub use status::{Status, StatusPill};
pub use switch::Switch;
pub use tag::{Tag, Tone};
pub use text_field::{TextArea, TextField, TextKind};
pub use toast::{ToastHost, Toasts, provide_toasts, use_toasts};
pub use top_bar::TopBar;
pub use verdict::Verdict;
pub use windowed_list::{WindowedList, visible_rows};
