//! Areas: `code,name,parent`. The code alone says where an area lies; `parent` only has to agree with it.

use super::{
    builder::RecordBuilder,
    finding::{Findings, shown},
    ids::area_id,
    sheet::Sheet,
};
use shared::{
    AreaCode, AreaLevel, Kind,
    records::{Area, Record},
};

/// Reads the list into `builder`; every wrong cell is a finding.
pub fn read(sheet: &Sheet<'_>, builder: &mut RecordBuilder, findings: &mut Findings) {
    for line in sheet.lines() {
        let parse = |text: &str| text.parse::<AreaCode>().ok();
        let code = match line.required("code", findings) {
            Some(_) => line.parsed("code", "bad-area-code", findings, parse),
            None => None,
        };
        let name = line.required("name", findings);
        let parent = line.parsed("parent", "bad-area-code", findings, parse);
        let (Some(code), Some(name)) = (code, name) else { continue };
        if let Some(parent) = parent
            && code.parent() != Some(parent)
        {
            let expected = code.parent().map(|p| p.to_string()).unwrap_or_default();
            let args = [("value", shown(parent.as_str()).into()), ("expected", expected.into())];
            findings.error(line.location(Some("parent")), "wrong-parent", &args);
            continue;
        }
        let area = Area { code, name: name.to_owned() };
        builder.add(&line, "code", code.as_str(), Kind::Area, area_id(&code), area.to_fields(), findings);
        // An office's list holds no province, and a county may be a root of its own.
        if let Some(parent) = code.parent()
            && code.level() > AreaLevel::County
        {
            let missing =
                findings.make(line.location(Some("parent")), "unknown-area", &[("value", parent.to_string().into())]);
            builder.want(Kind::Area, area_id(&parent), missing);
        }
    }
}
