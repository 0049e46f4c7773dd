//! Which columns fit, and where.

use crate::inventory::tables::{Column, ColumnKind};

/// Cells between two columns.
const GAP: u16 = 2;

/// A column on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    pub(super) column: usize,
    /// From the left of the row, the gutter not counted.
    pub(super) x: u16,
    pub(super) width: u16,
}

/// Chooses among the columns that `shows` lets through, in `order`, for `width` cells: the first
/// always, then, after `offset` that are scrolled away, as many as fit at their narrowest. What is
/// left lets them grow to what they hold.
#[must_use]
pub(super) fn slots(
    columns: &[Column],
    order: &[usize],
    naturals: &[u16],
    shows: impl Fn(&Column) -> bool,
    offset: usize,
    width: u16,
) -> Vec<Slot> {
    let all = order.iter().copied();
    let mut candidates = all.filter(|&index| shows(&columns[index]));
    let Some(first) = candidates.next() else {
        return Vec::new();
    };
    let natural = |index: usize| {
        naturals
            .get(index)
            .copied()
            .unwrap_or(0)
            .max(head(&columns[index]))
    };
    let narrowest = |index: usize| columns[index].width.min(natural(index)).max(1);
    let mut slots = vec![Slot {
        column: first,
        x: 0,
        width: narrowest(first).min(width),
    }];
    let mut used = slots[0].width;
    for column in candidates.skip(offset) {
        let need = narrowest(column) + GAP;
        if used + need > width {
            break;
        }
        used += need;
        slots.push(Slot {
            column,
            x: 0,
            width: need - GAP,
        });
    }
    let mut left = width.saturating_sub(used);
    while left > 0 {
        let before = left;
        for slot in &mut slots {
            if left > 0 && slot.width < natural(slot.column) {
                slot.width += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    let mut x = 0;
    for slot in &mut slots {
        slot.x = x;
        x += slot.width + GAP;
    }
    slots
}

/// How far columns can be scrolled so that the last still moves into view.
#[must_use]
pub(super) fn last_offset(
    columns: &[Column],
    order: &[usize],
    naturals: &[u16],
    shows: impl Fn(&Column) -> bool,
    width: u16,
) -> usize {
    let count = columns.iter().filter(|column| shows(column)).count();
    (0..count)
        .find(|&offset| {
            let placed = slots(columns, order, naturals, &shows, offset, width);
            offset + placed.len() >= count
        })
        .unwrap_or(0)
}

/// The order of the columns: as the table has them, or where they are listened to, name, state and
/// the reason first, moments last.
#[must_use]
pub(super) fn order(columns: &[Column], plain: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    if plain && !order.is_empty() {
        order[1..].sort_by_key(|&index| {
            let column = &columns[index];
            match (column.kind, column.key) {
                (ColumnKind::State, _) => 0,
                (_, "reason") => 1,
                (ColumnKind::Age, _) => 3,
                _ => 2,
            }
        });
    }
    order
}

fn head(column: &Column) -> u16 {
    // A sort mark needs a cell of its own.
    u16::try_from(super::super::text::width(column.title))
        .unwrap_or(u16::MAX)
        .saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn column(title: &'static str, width: u16, wide: bool) -> Column {
        Column {
            key: title,
            title,
            kind: ColumnKind::Text,
            width,
            wide,
        }
    }

    const COLUMNS: &[Column] = &[
        column("NAME", 8, false),
        column("STATE", 6, false),
        column("ZONE", 5, false),
        column("ARN", 20, true),
    ];
    const NATURALS: &[u16] = &[12, 6, 5, 60];

    fn shown(wide: bool, offset: usize, width: u16) -> Vec<(usize, u16, u16)> {
        slots(
            COLUMNS,
            &order(COLUMNS, false),
            NATURALS,
            |column| wide || !column.wide,
            offset,
            width,
        )
        .into_iter()
        .map(|slot| (slot.column, slot.x, slot.width))
        .collect()
    }

    #[test]
    fn the_last_columns_go_first_and_the_rest_grows_to_what_it_holds() {
        assert_eq!(shown(false, 0, 60), [(0, 0, 12), (1, 14, 6), (2, 22, 5)]);
        assert_eq!(shown(false, 0, 17), [(0, 0, 9), (1, 11, 6)]);
        assert_eq!(shown(false, 0, 5), [(0, 0, 5)]);
        assert_eq!(shown(false, 0, 0), [(0, 0, 0)]);
    }

    #[test]
    fn scrolling_keeps_the_first_column() {
        let narrow = |column: &Column| !column.wide;
        assert_eq!(shown(false, 1, 17), [(0, 0, 10), (2, 12, 5)]);
        assert_eq!(
            last_offset(COLUMNS, &order(COLUMNS, false), NATURALS, narrow, 17),
            1
        );
        assert_eq!(
            last_offset(COLUMNS, &order(COLUMNS, false), NATURALS, |_| true, 200),
            0
        );
        assert_eq!(
            last_offset(COLUMNS, &order(COLUMNS, false), NATURALS, |_| true, 30),
            2
        );
    }
}
