//! A record as it travels and is stored: an envelope that sync understands around fields that only the kind
//! understands.

use super::{kind::Kind, recipient::Category, record::Record};
use crate::{
    Fields,
    area::AreaCode,
    hlc::Hlc,
    ids::{DeviceId, RecipientId, Rev, RowId, UnitId, WorkerId},
    text,
    time::Moment,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor},
};
use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// When and by whom a field was last set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The revision of the record that set it.
    pub rev: Rev,
    pub hlc: Hlc,
    pub device: DeviceId,
    pub by: WorkerId,
    /// For an element of a set: true when it was removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// The withdrawal of a record, with its reason. The record stays readable and counts for nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Void {
    pub reason: String,
    pub by: WorkerId,
    pub hlc: Hlc,
}

/// A value that gave way or was corrected. It stays readable, so that both authors can see it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Former {
    pub field: String,
    pub value: Value,
    pub by: WorkerId,
    pub hlc: Hlc,
    /// The reason of the amendment or decision; absent when a later value stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Prints no value: personal data stays out of logs.
impl std::fmt::Debug for Former {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Former({} by {} at {:?})", self.field, self.by, self.hlc)
    }
}

/// A record with its envelope. Deserialised by hand: a pull reads tens of thousands of rows, and serde's own way of
/// keeping unknown names (`flatten`) parses each value twice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub kind: Kind,
    pub id: RowId,
    /// 0 while only a device has it.
    pub rev: Rev,
    /// The worker who recorded it; nil for the server.
    pub author: WorkerId,
    pub device: DeviceId,
    /// When it was made.
    pub hlc: Hlc,
    /// The area under which it counts: that of the recipient when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaCode>,
    /// The category of the recipient under which it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// The unit of the author under which it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    pub fields: Fields,
    /// Stamps of fields and elements that changed after creation; all others have the creation's stamp.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stamps: BTreeMap<String, Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void: Option<Void>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
    /// Fields that a newer peer added to the envelope.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl Row {
    /// The stamp of a field: its own, or that of the creation.
    pub fn stamp(&self, key: &str) -> Stamp {
        self.stamps.get(key).copied().unwrap_or(Stamp {
            rev: Rev(1),
            hlc: self.hlc,
            device: self.device,
            by: self.author,
            removed: false,
        })
    }

    /// The recipient whom the record is about; a recipient's record is about itself.
    pub fn recipient(&self) -> Option<RecipientId> {
        recipient_of(&self.kind, self.id, &self.fields)
    }

    /// When it happened; when it was made, for kinds without such a field.
    pub fn happened(&self) -> Moment {
        self.fields.parsed("happened").unwrap_or(Moment::shanghai(self.hlc.ms()))
    }

    /// The fields as a typed record.
    ///
    /// # Errors
    /// A required field is missing, or a field has another type than in `R`.
    pub fn view<R: Record>(&self) -> Result<R, serde_json::Error> {
        self.fields.view()
    }

    /// A copy with the next revision.
    pub fn next_revision(&self) -> Box<Self> {
        Box::new(Self { rev: self.rev.next(), ..self.clone() })
    }

    /// True when the record was withdrawn.
    pub fn is_void(&self) -> bool {
        self.void.is_some()
    }
}

/// The recipient whom a record of `kind` with these fields is about.
pub fn recipient_of(kind: &Kind, id: RowId, fields: &Fields) -> Option<RecipientId> {
    match kind {
        Kind::Recipient => Some(id.into()),
        // A field of that name on a kind without such a field must not give access.
        kind if kind.rules().iter().any(|(name, _)| *name == "recipient") => fields.parsed("recipient"),
        _ => None,
    }
}

/// The name of a field of the envelope.
enum Name {
    Kind,
    Id,
    Rev,
    Author,
    Device,
    Hlc,
    Area,
    Category,
    Unit,
    Fields,
    Stamps,
    Void,
    Former,
    Other(String),
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        text::deserialize(d, |name| {
            Ok::<_, std::convert::Infallible>(match name {
                "kind" => Self::Kind,
                "id" => Self::Id,
                "rev" => Self::Rev,
                "author" => Self::Author,
                "device" => Self::Device,
                "hlc" => Self::Hlc,
                "area" => Self::Area,
                "category" => Self::Category,
                "unit" => Self::Unit,
                "fields" => Self::Fields,
                "stamps" => Self::Stamps,
                "void" => Self::Void,
                "former" => Self::Former,
                other => Self::Other(other.to_owned()),
            })
        })
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        fn fill<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
            slot: &mut Option<T>,
            name: &'static str,
            map: &mut A,
        ) -> Result<(), A::Error> {
            if slot.is_some() {
                return Err(Error::duplicate_field(name));
            }
            *slot = Some(map.next_value()?);
            Ok(())
        }
        let (mut kind, mut id, mut rev, mut author, mut device, mut hlc) = (None, None, None, None, None, None);
        let (mut area, mut category, mut unit, mut fields) = (None, None, None, None);
        let (mut stamps, mut void, mut former) = (None, None, None);
        let mut extra = BTreeMap::new();
        while let Some(name) = map.next_key()? {
            match name {
                Name::Kind => fill(&mut kind, "kind", &mut map)?,
                Name::Id => fill(&mut id, "id", &mut map)?,
                Name::Rev => fill(&mut rev, "rev", &mut map)?,
                Name::Author => fill(&mut author, "author", &mut map)?,
                Name::Device => fill(&mut device, "device", &mut map)?,
                Name::Hlc => fill(&mut hlc, "hlc", &mut map)?,
                Name::Area => fill(&mut area, "area", &mut map)?,
                Name::Category => fill(&mut category, "category", &mut map)?,
                Name::Unit => fill(&mut unit, "unit", &mut map)?,
                Name::Fields => fill(&mut fields, "fields", &mut map)?,
                Name::Stamps => fill(&mut stamps, "stamps", &mut map)?,
                Name::Void => fill(&mut void, "void", &mut map)?,
                Name::Former => fill(&mut former, "former", &mut map)?,
                Name::Other(name) => {
                    extra.insert(name, map.next_value()?);
                }
            }
        }
        Ok(Row {
            kind: kind.ok_or_else(|| Error::missing_field("kind"))?,
            id: id.ok_or_else(|| Error::missing_field("id"))?,
            rev: rev.ok_or_else(|| Error::missing_field("rev"))?,
            author: author.ok_or_else(|| Error::missing_field("author"))?,
            device: device.ok_or_else(|| Error::missing_field("device"))?,
            hlc: hlc.ok_or_else(|| Error::missing_field("hlc"))?,
            area: area.flatten(),
            category: category.flatten(),
            unit: unit.flatten(),
            fields: fields.ok_or_else(|| Error::missing_field("fields"))?,
            stamps: stamps.unwrap_or_default(),
            void: void.flatten(),
            former: former.unwrap_or_default(),
            extra,
        })
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_map(RowVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIT: &str = r#"{"kind":"visit","id":"019283aa-0000-7000-8000-000000000001","rev":3,"author":"019283aa-0000-7000-8000-000000000002","device":"019283aa-0000-7000-8000-000000000003","hlc":"0192836a00000000","area":"620826101203","fields":{"mode":"home"},"signed_by":{"key":[1,2.5]}}"#;

    #[test]
    fn unknown_fields_of_the_envelope_survive_reading_and_writing() {
        let row: Row = serde_json::from_str(VISIT).unwrap();
        assert_eq!((row.rev, row.category.is_none(), row.extra.len()), (Rev(3), true, 1));
        assert_eq!(serde_json::to_string(&row).unwrap(), VISIT);
    }

    #[test]
    fn an_envelope_with_a_missing_or_duplicate_field_is_no_row() {
        let lacking = VISIT.replace(r#""rev":3,"#, "");
        let doubled = VISIT.replace(r#""rev":3,"#, r#""rev":3,"rev":4,"#);
        for (broken, why) in [(lacking, "missing field `rev`"), (doubled, "duplicate field `rev`")] {
            let error = serde_json::from_str::<Row>(&broken).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_null_in_the_envelope_reads_as_absent() {
        let row: Row = serde_json::from_str(&VISIT.replace(r#""620826101203""#, "null")).unwrap();
        assert_eq!(row.area, None);
    }
}
