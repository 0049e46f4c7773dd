//! What is protected: each thing that holds data, its last good copy, and what falls short.

use jiff::SignedDuration;

use super::{Cell, Column, ColumnKind, Lens, Row, Table, ground::Ground};
use crate::{
    inventory::Inventory,
    model::{
        EnvironmentClass, Place, State, Tags,
        protection::{Objective, Protected, Protection, RPO, assess, length},
    },
};

/// A tag of this key says how much may be lost, as `4h` or `30m`.
const RPO_TAG: &str = "rpo";

pub(super) const TABLE: Table = Table {
    name: "protection",
    columns: &[
        Column::new("name", "RESOURCE", ColumnKind::Text, 20),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("kind", "KIND", ColumnKind::Text, 10),
        Column::new("last_good", "LAST GOOD", ColumnKind::Age, 9),
        Column::new("rpo", "WANTED", ColumnKind::Text, 7),
        Column::new("copies", "COPIES IN", ColumnKind::Text, 14),
        Column::new("standby", "STANDBY", ColumnKind::Text, 7),
        Column::new("reason", "WHY", ColumnKind::Text, 30),
        Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
        Column::new("id", "ARN", ColumnKind::Text, 40).wide(),
    ],
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    // Copies may lie outside of what is in view.
    let all: Vec<&Protection> = inventory
        .protections
        .values()
        .filter_map(|remote| remote.value().map(AsRef::as_ref))
        .collect();
    let objective = |place: &Place, tags: &Tags| objective(ground.class(place.account), tags);
    let mut rows: Vec<Row> = assess(&all, lens.now, objective)
        .into_iter()
        .filter(|thing| ground.has(&thing.place))
        .map(|thing| row(&ground, thing))
        .collect();
    for (place, protection) in ground.read(&inventory.protections) {
        rows.extend(ground.gaps(place, &protection.gaps, None, TABLE.columns));
    }
    rows.extend(ground.unread(&inventory.protections, TABLE.columns));
    rows
}

/// A tag decides; else production is held to the organization's objective and to a copy in
/// another region, other classes to a day.
pub(super) fn objective(class: EnvironmentClass, tags: &Tags) -> Objective {
    let production = class.guarded_as() == EnvironmentClass::Prod;
    let tagged = tags.get(RPO_TAG).and_then(|text| text.parse().ok());
    let usual = if production {
        RPO
    } else {
        SignedDuration::from_hours(24)
    };
    Objective {
        rpo: tagged.unwrap_or(usual),
        elsewhere: class == EnvironmentClass::Prod,
        without: if production {
            State::Failed
        } else {
            State::Warning
        },
    }
}

fn row(ground: &Ground<'_>, thing: Protected) -> Row {
    let place = &thing.place;
    let copies: Vec<String> = thing
        .copies
        .iter()
        .map(|copy| {
            if copy.account == place.account {
                copy.region.to_string()
            } else {
                format!("{} {}", ground.label(copy.account), copy.region)
            }
        })
        .collect();
    let cells = vec![
        thing.name.as_str().into(),
        Cell::State(thing.health.state),
        ground.class(place.account).to_string().into(),
        ground.label(place.account).into(),
        thing.kind.as_str().into(),
        Cell::at(thing.last_good),
        length(thing.objective.rpo).into(),
        copies.join(", ").into(),
        if thing.standby { "yes" } else { "no" }.into(),
        thing.health.reason.as_str().into(),
        place.region.as_str().into(),
        thing.arn.as_str().into(),
    ];
    let kind = match thing.kind.as_str() {
        "database" | "database cluster" => "database",
        "bucket" => "bucket",
        _ => "protected",
    };
    let object = Ground::object(kind, place, &thing.name, &thing.name);
    ground.row(
        object.with_arn(&thing.arn),
        thing.health,
        &thing.tags,
        cells,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_outweighs_the_class_and_an_unmatched_account_is_held_to_productions_objective() {
        let none = Tags::new();
        assert_eq!(objective(EnvironmentClass::Other, &none).rpo, RPO);
        assert_eq!(
            objective(EnvironmentClass::Dev, &none).rpo,
            SignedDuration::from_hours(24)
        );
        let tagged = Tags::from([("rpo".into(), "15m".into())]);
        assert_eq!(
            objective(EnvironmentClass::Prod, &tagged).rpo,
            SignedDuration::from_mins(15)
        );
    }
}
