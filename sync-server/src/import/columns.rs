//! The columns of each list. A header is recognised by its name here or by its label in any language (locale key
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub required: bool,
}

const fn must(name: &'static str) -> Column {
    Column { name, required: true }
}
const fn may(name: &'static str) -> Column {
    Column { name, required: false }
}

impl List {
    /// In the order they refer to each other.
    pub const ALL: [Self; 5] = [Self::Areas, Self::Units, Self::Workers, Self::Recipients, Self::Pairings];

    /// Also the option of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Units => "units",
            Self::Workers => "workers",
            Self::Recipients => "recipients",
            Self::Pairings => "pairings",
        }
    }

    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Areas => const { &[must("code"), must("name"), may("parent")] },
            Self::Units => const { &[must("code"), must("name"), must("area")] },
            Self::Workers => {
                const {
                    &[
                        must("code"),
                        must("name"),
                        may("unit"),
                        must("area"),
                        may("role"),
                        may("areas"),
                        may("phone"),
                        may("left"),
                    ]
                }
            }
            Self::Recipients => {
                const {
                    &[
                        must("code"),
                        must("name"),
                        must("category"),
                        must("area"),
                        may("id_number"),
                        may("birth"),
                        may("sex"),
                        may("phone"),
                        may("address"),
                        may("tags"),
                        may("disability_kind"),
                        may("disability_level"),
                        may("guardian"),
                        may("guardian_relation"),
                        may("guardian_phone"),
                        may("legal_basis"),
                        may("risk"),
                        may("status"),
                        may("note"),
                    ]
                }
            }
            Self::Pairings => {
                const { &[must("worker"), must("recipient"), may("role"), must("start"), may("end"), may("reason")] }
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

    /// What people call a column.
    pub fn label(self, column: &str, lang: Lang) -> String {
        // "code" is another thing in each list.
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
