//! Units: `code,name,area`.

use super::{Findings, run::Build, sheet::Sheet, unit_id};
use shared::{
    Kind,
    records::{Record, Unit},
};

pub fn read(sheet: &Sheet<'_>, build: &mut Build, findings: &mut Findings) {
    for line in sheet.lines() {
        let code = line.code("code", findings);
        let name = line.required("name", findings);
        let area = build.area(&line, "area", findings);
        let (Some(code), Some(name), Some(area)) = (code, name, area) else { continue };
        let unit = Unit { code: code.to_owned(), name: name.to_owned(), area };
        build.add(&line, "code", code, Kind::Unit, unit_id(code).into(), unit.to_fields(), findings);
    }
}
