//! Units: `code,name,area`.

use super::{builder::RecordBuilder, finding::Findings, ids::unit_id, sheet::Sheet};
use shared::{
    Kind,
    records::{Record, Unit},
};

/// Reads the list into `builder`; every wrong cell is a finding.
pub fn read(sheet: &Sheet<'_>, builder: &mut RecordBuilder, findings: &mut Findings) {
    for line in sheet.lines() {
        let code = line.code("code", findings);
        let name = line.required("name", findings);
        let area = builder.area(&line, "area", findings);
        let (Some(code), Some(name), Some(area)) = (code, name, area) else { continue };
        let unit = Unit { code: code.to_owned(), name: name.to_owned(), area };
        builder.add(&line, "code", code, Kind::Unit, unit_id(code).into(), unit.to_fields(), findings);
    }
}
