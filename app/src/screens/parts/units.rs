//! The unit that a need is assigned to: a row that opens the list of units.

use device_core::views::UnitView;
use dioxus::prelude::*;
use shared::UnitId;

use crate::{
    components::{EmptyState, Glyph, ListRow, SearchField, Sheet},
    i18n::tr,
    state::use_query,
};

/// The units whose name contains `search`; all of them if it is empty.
fn matching(units: &[UnitView], search: &str) -> Vec<UnitView> {
    units.iter().filter(|unit| unit.name.contains(search.trim())).cloned().collect()
}

/// Without `selected` the township decides.
#[component]
pub fn UnitField(selected: Option<UnitId>, on_select: EventHandler<Option<UnitId>>, testid: String) -> Element {
    let units = use_query(|device| async move { device.units().await });
    let mut open = use_signal(|| false);
    let mut search = use_signal(String::new);
    let all = units.ready().unwrap_or_default();
    let name = selected.and_then(|id| all.iter().find(|unit| unit.id == id)).map(|unit| unit.name.clone());
    let mut pick = move |unit: Option<UnitId>| {
        open.set(false);
        on_select.call(unit);
    };
    rsx! {
        ListRow {
            title: name.unwrap_or_else(|| tr("need-unit-open")),
            sub: tr("need-unit-to"),
            icon: Glyph::House,
            testid: testid.clone(),
            on_press: move |()| open.set(true),
        }
        Sheet { open: open(), title: tr("need-unit-to"), on_close: move |()| open.set(false), testid: "{testid}-sheet",
            SearchField { testid: "{testid}-search", on_search: move |text| search.set(text) }
            ListRow { title: tr("need-unit-open"), sub: tr("need-unit-open-sub"), testid: "{testid}-none", on_press: move |()| pick(None) }
            for unit in matching(&all, &search()) {
                ListRow {
                    key: "{unit.id}",
                    title: unit.name.clone(),
                    testid: "{testid}-{unit.id}",
                    on_press: move |()| pick(Some(unit.id)),
                }
            }
            if all.is_empty() {
                EmptyState { icon: Glyph::House, title: tr("need-no-units"), text: tr("need-no-units-text") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_name_finds_the_unit() {
        let unit = |n: u128, name: &str| UnitView { id: UnitId(uuid::Uuid::from_u128(n)), name: name.into() };
        let units = [unit(1, "镇民政办"), unit(2, "县住建局")];
        assert_eq!(matching(&units, " 住建")[0].name, "县住建局");
        assert_eq!(matching(&units, "").len(), 2);
        assert!(matching(&units, "水务").is_empty());
    }
}
