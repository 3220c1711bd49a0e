//! A record on its way and at rest: the envelope that the sync understands, around fields that only the kind
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
    /// The record's revision that set it.
    pub rev: Rev,
    pub hlc: Hlc,
    pub device: DeviceId,
    pub by: WorkerId,
    /// For an element of a set: whether the last word was "remove".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// A record was withdrawn, with a reason; it no longer counts and stays readable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Void {
    pub reason: String,
    pub by: WorkerId,
    pub hlc: Hlc,
}

/// A value that gave way, or was corrected: kept, so that both authors can see it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Former {
    pub field: String,
    pub value: Value,
    pub by: WorkerId,
    pub hlc: Hlc,
    /// Why it gave way: an amendment's reason; absent when a later value simply won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Without the value: personal data stays out of logs.
impl std::fmt::Debug for Former {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Former({} by {} at {:?})", self.field, self.by, self.hlc)
    }
}

/// A record on its way and at rest. Read by hand ([`Reader`]): whoever pulls reads tens of thousands of these, and the derived
/// way to keep unknown names (`flatten`) reads each value twice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub kind: Kind,
    pub id: RowId,
    /// 0 while only a device knows it.
    pub rev: Rev,
    /// Who recorded it; nil for the server.
    pub author: WorkerId,
    pub device: DeviceId,
    /// When it was made.
    pub hlc: Hlc,
    /// The area it is counted under: the recipient's when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaCode>,
    /// The recipient's category it is counted under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// The author's unit it is counted under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    pub fields: Fields,
    /// Stamps of what changed after creation; what is absent carries the creation's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stamps: BTreeMap<String, Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void: Option<Void>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
    /// What a newer peer added to the envelope.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl Row {
    /// A field's stamp: its own, or that of the record's creation.
    pub fn stamp(&self, key: &str) -> Stamp {
        self.stamps.get(key).copied().unwrap_or(Stamp {
            rev: Rev(1),
            hlc: self.hlc,
            device: self.device,
            by: self.author,
            removed: false,
        })
    }

    /// The recipient this record is about: itself, for a recipient.
    pub fn recipient(&self) -> Option<RecipientId> {
        recipient_of(&self.kind, self.id, &self.fields)
    }

    /// When it happened; falls back to when it was made.
    pub fn happened(&self) -> Moment {
        self.fields.parsed("happened").unwrap_or(Moment::shanghai(self.hlc.ms()))
    }

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

/// The recipient that a record of `kind` with these fields is about.
pub fn recipient_of(kind: &Kind, id: RowId, fields: &Fields) -> Option<RecipientId> {
    match kind {
        Kind::Recipient => Some(id.into()),
        // A field of that name on a kind that has none gives no access.
        kind if kind.rules().iter().any(|(name, _)| *name == "recipient") => fields.parsed("recipient"),
        _ => None,
    }
}

/// A name in the envelope.
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
        text::read(d, |name| {
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

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        fn once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
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
                Name::Kind => once(&mut kind, "kind", &mut map)?,
                Name::Id => once(&mut id, "id", &mut map)?,
                Name::Rev => once(&mut rev, "rev", &mut map)?,
                Name::Author => once(&mut author, "author", &mut map)?,
                Name::Device => once(&mut device, "device", &mut map)?,
                Name::Hlc => once(&mut hlc, "hlc", &mut map)?,
                Name::Area => once(&mut area, "area", &mut map)?,
                Name::Category => once(&mut category, "category", &mut map)?,
                Name::Unit => once(&mut unit, "unit", &mut map)?,
                Name::Fields => once(&mut fields, "fields", &mut map)?,
                Name::Stamps => once(&mut stamps, "stamps", &mut map)?,
                Name::Void => once(&mut void, "void", &mut map)?,
                Name::Former => once(&mut former, "former", &mut map)?,
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
        d.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIT: &str = r#"{"kind":"visit","id":"019283aa-0000-7000-8000-000000000001","rev":3,"author":"019283aa-0000-7000-8000-000000000002","device":"019283aa-0000-7000-8000-000000000003","hlc":"0192836a00000000","area":"620826101203","fields":{"mode":"home"},"signed_by":{"key":[1,2.5]}}"#;

    #[test]
    fn what_a_newer_peer_adds_to_the_envelope_is_carried_through() {
        let row: Row = serde_json::from_str(VISIT).unwrap();
        assert_eq!((row.rev, row.category.is_none(), row.extra.len()), (Rev(3), true, 1));
        assert_eq!(serde_json::to_string(&row).unwrap(), VISIT);
    }

    #[test]
    fn an_envelope_that_lacks_something_or_says_it_twice_is_no_record() {
        let lacking = VISIT.replace(r#""rev":3,"#, "");
        let doubled = VISIT.replace(r#""rev":3,"#, r#""rev":3,"rev":4,"#);
        for (broken, why) in [(lacking, "missing field `rev`"), (doubled, "duplicate field `rev`")] {
            let error = serde_json::from_str::<Row>(&broken).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_null_stands_for_nothing() {
        let row: Row = serde_json::from_str(&VISIT.replace(r#""620826101203""#, "null")).unwrap();
        assert_eq!(row.area, None);
    }
}
