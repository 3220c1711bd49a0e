//! The import as a whole: findings of bad lines, records of good ones.

use super::*;
use crate::text::Lang;
use shared::{Day, Fields, Kind, RowId, records::PairingRole};
use std::{collections::HashMap, convert::Infallible};

const AREAS: &str =
    "code,name,parent\n6299,平川市,62\n629901,甲县,6299\n629901001,一乡,629901\n629901001001,一村,629901001\n";
const UNITS: &str = "code,name,area\nU1,县民政局,629901\n";
const WORKERS: &str = "code,name,unit,area,role,areas,phone\nW1,谷军,U1,629901001,,,13800000001\nS1,杨秀兰,U1,629901,督导,629901001;629901001001,\n";
const RECIPIENTS: &str = "code,name,category,area,id_number,tags\nR1,马得胜,特困人员(分散),629901001001,11010519491231002X,独居;自家的标签\n";
const PAIRINGS: &str = "worker,recipient,role,start,end\nW1,R1,,2025-01-01,\n";

/// A store that holds these records.
#[derive(Default)]
struct FakeRoster(HashMap<RowId, Fields>);

impl Roster for FakeRoster {
    type Err = Infallible;
    async fn existing(&self, rows: Vec<(Kind, RowId)>) -> Result<HashMap<RowId, Fields>, Infallible> {
        Ok(rows.into_iter().filter_map(|(_, row)| Some((row, self.0.get(&row)?.clone()))).collect())
    }
}

fn file(list: List, bytes: impl Into<Vec<u8>>) -> File {
    File { list, name: format!("{}.csv", list.word()), bytes: bytes.into() }
}

fn all() -> Vec<File> {
    vec![
        // The order of the files does not matter.
        file(List::Pairings, PAIRINGS),
        file(List::Areas, AREAS),
        file(List::Units, UNITS),
        file(List::Workers, WORKERS),
        file(List::Recipients, RECIPIENTS),
    ]
}

async fn checked(files: &[File], lang: Lang) -> CheckedImport {
    let today = Day::ymd(2026, 11, 23).unwrap();
    check(files, &FakeRoster::default(), today, lang).await.unwrap()
}

/// (line, column, code) of every error.
async fn errors(files: &[File]) -> Vec<(u64, Option<String>, String)> {
    let report = checked(files, Lang::En).await.report;
    report.errors.into_iter().map(|f| (f.line, f.column, f.code)).collect()
}

async fn errors_of(list: List, text: &str) -> Vec<(u64, Option<String>, String)> {
    let mut files: Vec<File> = all().into_iter().filter(|f| f.list != list && f.list < list).collect();
    files.push(file(list, text));
    errors(&files).await
}

fn at(line: u64, column: &str, code: &str) -> (u64, Option<String>, String) {
    (line, Some(column.to_owned()).filter(|c| !c.is_empty()), code.to_owned())
}

fn fields(checked: &CheckedImport, row: impl Into<RowId>) -> &Fields {
    let row = row.into();
    &checked.records.iter().find(|(_, id, _)| *id == row).unwrap().2
}

#[tokio::test]
async fn a_whole_roster_becomes_records_in_the_order_they_refer_to_each_other() {
    let checked = checked(&all(), Lang::ZhCn).await;
    assert_eq!(checked.report.errors, []);
    assert_eq!(checked.report.warnings, []);
    let kinds: Vec<&str> = checked.records.iter().map(|(kind, ..)| kind.word()).collect();
    assert_eq!(kinds.join(" "), "area area area area unit worker worker recipient pairing");
    let recipient = fields(&checked, recipient_id("R1"));
    assert_eq!(recipient.text("category"), Some("destitute_home"), "a label is read as its word");
    assert_eq!(recipient.text("birth"), Some("1949-12-31"), "known from the identity number");
    assert_eq!(recipient.text("sex"), Some("female"));
    assert_eq!(recipient.get("tags").unwrap(), &serde_json::json!(["lives-alone", "自家的标签"]));
    assert_eq!(fields(&checked, worker_id("S1")).text("role"), Some("supervisor"));
    let start = Day::ymd(2025, 1, 1).unwrap();
    let pairing = fields(&checked, pairing_id("W1", "R1", &PairingRole::Paired, start));
    assert_eq!(pairing.text("worker_name"), Some("谷军"));
    assert_eq!(pairing.text("worker"), Some(worker_id("W1").to_string().as_str()));
}

#[tokio::test]
async fn the_same_files_give_the_same_records_again() {
    assert_eq!(checked(&all(), Lang::ZhCn).await.records, checked(&all(), Lang::En).await.records);
}

#[tokio::test]
async fn headers_may_be_written_in_either_language_and_in_any_order() {
    let chinese = "编码,电话, 姓名 ,区划\nW9,1,王玉梅,629901001\n";
    assert_eq!(errors_of(List::Workers, chinese).await, []);
    let english = "Area,NAME,Code\n629901001,Wang,W9\n";
    assert_eq!(errors_of(List::Workers, english).await, []);
}

#[tokio::test]
async fn a_byte_order_mark_and_gb18030_are_read() {
    let mut bom = b"\xef\xbb\xbf".to_vec();
    bom.extend(AREAS.as_bytes());
    assert_eq!(errors(&[file(List::Areas, bom)]).await, []);
    let (gbk, ..) = encoding_rs::GB18030.encode(AREAS);
    let checked = checked(&[file(List::Areas, gbk.into_owned())], Lang::ZhCn).await;
    assert_eq!(checked.report.warnings[0].code, "read-as-gb18030");
    let village = area_id(&"629901001001".parse().unwrap());
    assert_eq!(fields(&checked, village).text("name"), Some("一村"));
}

#[tokio::test]
async fn an_unknown_encoding_is_reported_with_its_line() {
    let mut bytes = b"code,name\n6299,x\n6298,".to_vec();
    bytes.extend([0xff, 0xff, b'\n']);
    assert_eq!(errors(&[file(List::Areas, bytes)]).await, [at(3, "", "bad-encoding")]);
    let utf16: Vec<u8> = "code,name\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(errors(&[file(List::Areas, utf16)]).await, [at(1, "", "bad-encoding")]);
}

#[tokio::test]
async fn every_bad_line_is_reported_at_once() {
    let text = "code,name,category,area,birth,sex,disability_level\n\
                R1,,orphan,629901001001,,,\n\
                R2,乙,孤寡,629901001001,,,\n\
                R3,丙,orphan,629901999999,,,\n\
                R4,丁,orphan,62990,2025-13-01,X,5\n\
                R 5,戊,orphan,629901001001,2999-01-01,男,4\n\
                R6,己,orphan,629901001001,2020/1/2,女,1\n\
                R6,庚,orphan,629901001001,,,\n";
    assert_eq!(
        errors_of(List::Recipients, text).await,
        [
            at(2, "name", "empty-cell"),
            at(3, "category", "unknown-word"),
            at(4, "area", "unknown-area"),
            at(5, "area", "bad-area-code"),
            at(5, "birth", "bad-day"),
            at(5, "sex", "unknown-word"),
            at(5, "disability_level", "bad-disability-level"),
            at(6, "code", "bad-code"),
            at(6, "birth", "bad-day"),
            at(8, "code", "twice"),
        ]
    );
}

#[tokio::test]
async fn a_finding_says_file_line_column_what_and_what_to_do_in_the_readers_language() {
    let files = [file(List::Areas, AREAS), file(List::Units, "code,name,area\nU1,县民政局,629902\n")];
    let text = |checked: CheckedImport| checked.report.errors[0].text.clone();
    assert_eq!(
        text(checked(&files, Lang::ZhCn).await),
        "units.csv 第 2 行“区划”列：没有区划 629902。请先导入该区划，或改正代码。"
    );
    assert_eq!(
        text(checked(&files, Lang::En).await),
        "units.csv, line 2, column \"Area\": There is no area 629902. Import it first, or correct the code."
    );
}

#[tokio::test]
async fn a_doubtful_identity_number_is_a_warning_and_never_shown() {
    let text = "code,name,category,area,id_number,birth\n\
                R1,甲,unclassified,629901001001,110105194912310021,\n\
                R2,乙,unclassified,629901001001,1101051949123100,\n\
                R3,丙,unclassified,629901001001,11010519491231002X,1950-01-01\n";
    let files = [file(List::Areas, AREAS), file(List::Recipients, text)];
    let checked = checked(&files, Lang::En).await;
    assert_eq!(checked.report.errors, []);
    let codes: Vec<_> = checked.report.warnings.iter().map(|f| (f.line, f.code.as_str())).collect();
    assert_eq!(codes, [(2, "id-number-check-digit"), (3, "id-number-length"), (4, "birth-differs")]);
    assert!(checked.report.warnings.iter().all(|f| !f.text.contains("1949")));
    assert_eq!(fields(&checked, recipient_id("R3")).text("birth"), Some("1950-01-01"), "as the sheet has it");
    assert_eq!(fields(&checked, recipient_id("R1")).text("id_number"), Some("110105194912310021"));
}

#[tokio::test]
async fn a_child_without_consent_or_basis_is_a_warning() {
    let text = "code,name,category,area,birth,legal_basis\n\
                R1,甲,orphan,629901001001,2020-01-01,\n\
                R2,乙,orphan,629901001001,2020-01-01,监护人同意\n\
                R3,丙,orphan,629901001001,2010-01-01,\n";
    let checked = checked(&[file(List::Areas, AREAS), file(List::Recipients, text)], Lang::ZhCn).await;
    let lines: Vec<_> = checked.report.warnings.iter().map(|f| (f.line, f.code.as_str())).collect();
    assert_eq!(lines, [(2, "minor-without-basis")]);
}

#[tokio::test]
async fn wrong_headers_and_empty_files_are_errors() {
    assert_eq!(errors_of(List::Units, "").await, [at(1, "", "empty-file")]);
    assert_eq!(errors_of(List::Units, "code,name\nU1,x\n").await, [at(1, "area", "column-missing")]);
    assert_eq!(errors_of(List::Units, "code,name,area,编码\nU1,x,629901,y\n").await, [at(1, "code", "column-twice")]);
    let checked = checked(&[file(List::Areas, "code,name,邮编\n6299,x,1\n")], Lang::ZhCn).await;
    assert_eq!(checked.report.warnings[0].code, "column-unknown");
}

#[tokio::test]
async fn a_cell_too_many_is_an_error_and_trailing_empty_ones_are_not() {
    assert_eq!(errors_of(List::Units, "code,name,area\nU1,甲,乙,629901\n").await, [at(2, "", "too-many-cells")]);
    assert_eq!(errors_of(List::Units, "code,name,area\nU1,\"甲,乙\",629901,,,\n\n,,\n").await, []);
}

#[tokio::test]
async fn a_line_number_counts_the_lines_inside_quoted_cells() {
    let text = "code,name,area\nU1,\"甲\n乙\",629901\nU2,丙,629909\n";
    assert_eq!(errors_of(List::Units, text).await, [at(4, "area", "unknown-area")]);
}

#[tokio::test]
async fn areas_lie_where_their_code_says() {
    let header = "code,name,parent\n";
    let ok = [file(List::Areas, format!("{header}629901,甲县,6299\n629901001,一乡,\n"))];
    assert_eq!(errors(&ok).await, [], "a county may be run by itself");
    let wrong =
        [file(List::Areas, format!("{header}6299,平川市,62\n629901,甲县,6298\n629902001,二乡,629902\n62990,x,\n"))];
    assert_eq!(
        errors(&wrong).await,
        [at(3, "parent", "wrong-parent"), at(4, "parent", "unknown-area"), at(5, "code", "bad-area-code")]
    );
}

#[tokio::test]
async fn a_supervisor_needs_areas_that_exist() {
    let text = "code,name,area,role,areas\n\
                A,甲,629901,supervisor,\n\
                B,乙,629901,管理员,629901 629909\n\
                C,丙,629901,boss,629901\n\
                D,丁,629901,administrator,6299;629901001\n";
    assert_eq!(
        errors_of(List::Workers, text).await,
        [at(2, "areas", "no-areas"), at(3, "areas", "unknown-area"), at(4, "role", "unknown-word")]
    );
}

#[tokio::test]
async fn a_pairing_needs_both_sides_and_days_in_order() {
    let text = "worker,recipient,role,start,end\n\
                W1,R1,医疗康复,2025-01-01,2025-01-01\n\
                W9,R1,,2025-01-01,\n\
                W1,R9,,2025-01-01,\n\
                W1,R1,,,\n\
                W1,R1,,20250101,\n\
                W1,R1,结对帮扶,2025年1月1日,\n";
    assert_eq!(
        errors_of(List::Pairings, text).await,
        [
            at(2, "end", "end-before-start"),
            at(3, "worker", "unknown-worker"),
            at(4, "recipient", "unknown-recipient"),
            at(5, "start", "empty-cell"),
            at(7, "recipient", "twice"),
        ]
    );
}

#[tokio::test]
async fn records_of_the_store_need_not_be_in_a_file() {
    let worker = Fields::new().with("name", "谷军");
    let roster =
        FakeRoster(HashMap::from([(worker_id("W1").into(), worker), (recipient_id("R1").into(), Fields::new())]));
    let day = Day::ymd(2026, 11, 23).unwrap();
    let checked = check(&[file(List::Pairings, PAIRINGS)], &roster, day, Lang::ZhCn).await.unwrap();
    assert_eq!(checked.report.errors, []);
    assert_eq!(checked.records[0].2.text("worker_name"), Some("谷军"));
}

#[tokio::test]
async fn every_finding_has_its_sentence_in_both_languages() {
    let source = [
        include_str!("areas.rs"),
        include_str!("units.rs"),
        include_str!("workers.rs"),
        include_str!("recipients.rs"),
        include_str!("pairings.rs"),
        include_str!("builder.rs"),
        include_str!("sheet.rs"),
    ]
    .concat();
    let mut codes = Vec::new();
    for part in source.split(['(', '>']) {
        for word in part.split('"').skip(1).step_by(2) {
            if word.contains('-') && word.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit()) {
                codes.push(word.to_owned());
            }
        }
    }
    assert!(codes.len() > 20, "{codes:?}");
    for code in codes.iter().filter(|c| !c.starts_with("pairing-role")) {
        for lang in Lang::ALL {
            assert!(crate::text::has(lang, &format!("import-{code}")), "import-{code}");
        }
    }
}
