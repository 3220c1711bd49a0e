//! The lists and their columns. A header is recognised by its name here or by its label in any language (locale key
//! `column-<name>`); case and spaces do not matter.

use crate::text::{Lang, tr};

/// Which list a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    Areas,
    Units,
    Workers,
    Recipients,
    Pairings,
}

/// A column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// The header must have it; cells of it may still be empty.
    pub required: bool,
}

const fn required(name: &'static str) -> Column {
    Column { name, required: true }
}
const fn optional(name: &'static str) -> Column {
    Column { name, required: false }
}

impl List {
    /// In the order in which the lists refer to each other.
    pub const ALL: [Self; 5] = [Self::Areas, Self::Units, Self::Workers, Self::Recipients, Self::Pairings];

    /// The word in findings and reports; also the option of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Units => "units",
            Self::Workers => "workers",
            Self::Recipients => "recipients",
            Self::Pairings => "pairings",
        }
    }

    /// Every column of the list.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Areas => const { &[required("code"), required("name"), optional("parent")] },
            Self::Units => const { &[required("code"), required("name"), required("area")] },
            Self::Workers => {
                const {
                    &[
                        required("code"),
                        required("name"),
                        optional("unit"),
                        required("area"),
                        optional("role"),
                        optional("areas"),
                        optional("phone"),
                        optional("left"),
                    ]
                }
            }
            Self::Recipients => {
                const {
                    &[
                        required("code"),
                        required("name"),
                        required("category"),
                        required("area"),
                        optional("id_number"),
                        optional("birth"),
                        optional("sex"),
                        optional("phone"),
                        optional("address"),
                        optional("tags"),
                        optional("disability_kind"),
                        optional("disability_level"),
                        optional("guardian"),
                        optional("guardian_relation"),
                        optional("guardian_phone"),
                        optional("legal_basis"),
                        optional("risk"),
                        optional("status"),
                        optional("note"),
                    ]
                }
            }
            Self::Pairings => {
                const {
                    &[
                        required("worker"),
                        required("recipient"),
                        optional("role"),
                        required("start"),
                        optional("end"),
                        optional("reason"),
                    ]
                }
            }
        }
    }

    /// The column that a header cell names.
    pub fn column(self, header: &str) -> Option<&'static Column> {
        let header = plain(header);
        self.columns()
            .iter()
            .find(|c| c.name == header || Lang::ALL.iter().any(|l| plain(&self.label(c.name, *l)) == header))
    }

    /// A column's label in `lang`.
    pub fn label(self, column: &str, lang: Lang) -> String {
        // "code" means something else in each list, so a list may have a label of its own.
        let own = format!("column-{}-{column}", self.word());
        if crate::text::has(lang, &own) { tr(lang, &own) } else { tr(lang, &format!("column-{column}")) }
    }
}

fn plain(header: &str) -> String {
    header.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_label_in_both_languages_and_is_found_by_each() {
        for list in List::ALL {
            for column in list.columns() {
                for lang in Lang::ALL {
                    let label = list.label(column.name, lang);
                    assert!(!label.starts_with("column-"), "{label}");
                    assert_eq!(list.column(&label), Some(column), "{label}");
                }
                assert_eq!(list.column(&format!(" {} ", column.name.to_uppercase())), Some(column));
            }
        }
    }
}
