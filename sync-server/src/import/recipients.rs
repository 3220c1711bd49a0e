//! Recipients. A doubtful identity number is a warning: the paper it came from may be wrong too, and the person is real.

use super::{
    Findings, recipient_id,
    run::Build,
    sheet::{Line, Sheet, is_label},
};
use shared::{
    Day, Kind,
    id_number::{self, Doubt, Sex},
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

pub fn read(sheet: &Sheet<'_>, build: &mut Build, findings: &mut Findings) {
    for line in sheet.lines() {
        let before = findings.errors.len();
        let code = line.code("code", findings);
        let name = line.required("name", findings);
        let category = match line.required("category", findings) {
            Some(_) => line.word("category", "category", &CATEGORIES, findings).map(Category::from),
            None => None,
        };
        let area = build.area(&line, "area", findings);
        let mut birth = line.parsed("birth", "bad-day", findings, |t| day(t).filter(|d| *d <= build.today));
        let mut sex =
            line.word("sex", "sex", &SEXES, findings).map(|word| if word == "male" { Sex::Male } else { Sex::Female });
        let id_number = line.text("id_number").map(|text| identity(&line, text, &mut birth, &mut sex, findings));
        let kind = line.parsed("disability_kind", "bad-disability-kind", findings, |t| digit(t, 7));
        let level = line.parsed("disability_level", "bad-disability-level", findings, |t| digit(t, 4));
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
        if recipient.is_minor(build.today) && recipient.legal_basis.is_none() {
            findings.warning(line.place(Some("legal_basis")), "minor-without-basis", &[]);
        }
        build.add(&line, "code", code, Kind::Recipient, recipient_id(code).into(), recipient.to_fields(), findings);
    }
}

/// The number as it is kept, and what it tells where the file does not say. Never shown in a message.
fn identity(
    line: &Line<'_>,
    text: &str,
    birth: &mut Option<Day>,
    sex: &mut Option<Sex>,
    findings: &mut Findings,
) -> String {
    let place = line.place(Some("id_number"));
    match id_number::read(text) {
        Ok(known) => {
            if birth.is_some_and(|b| b != known.birth) {
                findings.warning(line.place(Some("birth")), "birth-differs", &[]);
            }
            if sex.is_some_and(|s| s != known.sex) {
                findings.warning(line.place(Some("sex")), "sex-differs", &[]);
            }
            birth.get_or_insert(known.birth);
            sex.get_or_insert(known.sex);
        }
        Err(doubt) => {
            let code = match doubt {
                Doubt::Length => "id-number-length",
                Doubt::Character => "id-number-character",
                Doubt::BirthDate => "id-number-birth",
                Doubt::CheckDigit => "id-number-check-digit",
            };
            findings.warning(place, code, &[]);
        }
    }
    id_number::normalise(text)
}

fn guardian(line: &Line<'_>, findings: &mut Findings) -> Option<Guardian> {
    let (relation, phone) = (line.owned("guardian_relation"), line.owned("guardian_phone"));
    match line.owned("guardian") {
        Some(name) => Some(Guardian { name, relation, phone }),
        None => {
            if relation.is_some() || phone.is_some() {
                findings.error(line.place(Some("guardian")), "guardian-without-name", &[]);
            }
            None
        }
    }
}

/// A tag's word, where the cell holds a label of it; any other text is a tag too.
fn tag(text: &str) -> String {
    let known = TAGS.iter().find(|w| is_label(text, "tag", w));
    known.map_or_else(|| text.to_owned(), |word| (*word).to_owned())
}

fn digit(text: &str, max: u8) -> Option<u8> {
    text.parse().ok().filter(|n| (1..=max).contains(n))
}

/// `2026-11-23`, `2026/11/23`, `2026.11.23`, `20261123` or `2026年11月23日`.
pub fn day(text: &str) -> Option<Day> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Day::ymd(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    }
    const DAY_SIGN: char = '\u{65e5}';
    const SEPARATORS: [char; 5] = ['-', '/', '.', '\u{5e74}', '\u{6708}'];
    let mut parts = text.trim_end_matches(DAY_SIGN).split(SEPARATORS);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Day::ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}
