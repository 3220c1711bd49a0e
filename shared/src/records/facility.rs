//! 服务设施: places of service, imported by the administrator.

use super::{Audience, Creator, FieldRule, Kind, Record};
use crate::{AreaCode, Day, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    FacilityKind {
        /// 乡镇综合养老服务中心
        TownshipCentre = "township_centre",
        /// 村级互助幸福院
        VillageHome = "village_home",
        /// 老年助餐点
        MealPoint = "meal_point",
        /// 爱心屋
        CareHouse = "care_house",
    }
}

/// A place of service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facility {
    pub code: String,
    pub name: String,
    pub kind: FacilityKind,
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
}

impl Record for Facility {
    const KIND: Kind = Kind::Facility;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("code", FieldRule::Fixed),
        ("name", FieldRule::Server),
        ("kind", FieldRule::Server),
        ("area", FieldRule::Server),
        ("opened", FieldRule::Server),
        ("capacity", FieldRule::Server),
    ];
    const CREATOR: Creator = Creator::Server;
    const AUDIENCE: Audience = Audience::Reference;
}
