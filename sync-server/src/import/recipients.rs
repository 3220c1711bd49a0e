//! Recipients. A doubtful identity number is a warning only: the document it was copied from may be wrong, too.

use super::{
    builder::RecordBuilder,
    finding::Findings,
    ids::recipient_id,
    sheet::{Sheet, SheetLine, is_label},
    values::{number_up_to, parse_day},
};
use shared::{
    Day, Kind,
    id_number::{self, IdNumberError, Sex},
    records::{
        Category, Recipient, Record, RiskTier,
        recipient::{Guardian, RecipientStatus, TAGS},
    },
};

const CATEGORIES: [&str; 6] =
    ["orphan", "unattended_child", "severe_disability", "destitute_institution", "destitute_home", "unclassified"];
const SEXES: [&str; 2] = ["male", "female"];
const RISKS: [&str; 3] = ["high", "middle", "low"];
const STATES: [&str; 2] = ["active", "withdrawn"];

/// Reads the list into `builder`; every wrong cell is a finding.
pub fn read(sheet: &Sheet<'_>, builder: &mut RecordBuilder, findings: &mut Findings) {
    for line in sheet.lines() {
        let before = findings.errors.len();
        let code = line.code("code", findings);
        let name = line.required("name", findings);
        let category = match line.required("category", findings) {
            Some(_) => line.word("category", "category", &CATEGORIES, findings).map(Category::from),
            None => None,
        };
        let area = builder.area(&line, "area", findings);
        let mut birth = line.parsed("birth", "bad-day", findings, |t| parse_day(t).filter(|d| *d <= builder.today));
        let mut sex =
            line.word("sex", "sex", &SEXES, findings).map(|word| if word == "male" { Sex::Male } else { Sex::Female });
        let id_number = line.text("id_number").map(|text| identity(&line, text, &mut birth, &mut sex, findings));
        let kind = line.parsed("disability_kind", "bad-disability-kind", findings, |t| number_up_to(t, 7));
        let level = line.parsed("disability_level", "bad-disability-level", findings, |t| number_up_to(t, 4));
        let risk = line.word("risk", "risk", &RISKS, findings).map(RiskTier::from);
        let status = line.word("status", "status", &STATES, findings).map(RecipientStatus::from);
        let mut tags: Vec<String> = line.several("tags").map(tag).collect();
        tags.sort();
        tags.dedup();
        let guardian = guardian(&line, findings);
        let (Some(code), Some(name), Some(category), Some(area)) = (code, name, category, area) else { continue };
        if findings.errors.len() > before {
            continue;
        }
        let recipient = Recipient {
            code: code.to_owned(),
            name: name.to_owned(),
            category,
            area,
            household: None,
            id_number,
            birth,
            sex,
            phone: line.owned("phone"),
            address: line.owned("address"),
            position: None,
            tags,
            disability_kind: kind,
            disability_level: level,
            self_care: None,
            guardian,
            legal_basis: line.owned("legal_basis"),
            risk,
            note: line.owned("note"),
            status,
        };
        if recipient.is_minor(builder.today) && recipient.legal_basis.is_none() {
            findings.warning(line.location(Some("legal_basis")), "minor-without-basis", &[]);
        }
        builder.add(&line, "code", code, Kind::Recipient, recipient_id(code).into(), recipient.to_fields(), findings);
    }
}

/// The normalised number. Fills in birth and sex where the file has none. No message shows the number.
fn identity(
    line: &SheetLine<'_>,
    text: &str,
    birth: &mut Option<Day>,
    sex: &mut Option<Sex>,
    findings: &mut Findings,
) -> String {
    let location = line.location(Some("id_number"));
    match id_number::parse(text) {
        Ok(known) => {
            if birth.is_some_and(|b| b != known.birth) {
                findings.warning(line.location(Some("birth")), "birth-differs", &[]);
            }
            if sex.is_some_and(|s| s != known.sex) {
                findings.warning(line.location(Some("sex")), "sex-differs", &[]);
            }
            birth.get_or_insert(known.birth);
            sex.get_or_insert(known.sex);
        }
        Err(doubt) => {
            let code = match doubt {
                IdNumberError::Length => "id-number-length",
                IdNumberError::Character => "id-number-character",
                IdNumberError::BirthDate => "id-number-birth",
                IdNumberError::CheckDigit => "id-number-check-digit",
            };
            findings.warning(location, code, &[]);
        }
    }
    id_number::normalise(text)
}

fn guardian(line: &SheetLine<'_>, findings: &mut Findings) -> Option<Guardian> {
    let (relation, phone) = (line.owned("guardian_relation"), line.owned("guardian_phone"));
    match line.owned("guardian") {
        Some(name) => Some(Guardian { name, relation, phone }),
        None => {
            if relation.is_some() || phone.is_some() {
                findings.error(line.location(Some("guardian")), "guardian-without-name", &[]);
            }
            None
        }
    }
}

/// The word of a known tag whose label the cell holds; any other text is a tag of the office's own.
fn tag(text: &str) -> String {
    let known = TAGS.iter().find(|w| is_label(text, "tag", w));
    known.map_or_else(|| text.to_owned(), |word| (*word).to_owned())
}
