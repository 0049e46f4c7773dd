use ratatui::{buffer::Cell, layout::Rect, style::Modifier};

use super::{sample, *};
use crate::{
    config::theme::Depth,
    tui::{
        Verb,
        testing::{Bench, buffer},
    },
};

fn worlds() -> Vec<Bench> {
    let mut ascii = Bench::new(sample::inventory());
    ascii.symbols = Symbols::Ascii;
    let mut plain = Bench::new(sample::inventory());
    plain.symbols = Symbols::Plain;
    vec![
        Bench::new(sample::inventory()),
        Bench::new(sample::partial()),
        Bench::new(Inventory::default()),
        ascii,
        plain,
    ]
}

#[test]
fn no_view_panics_or_leaves_its_area_at_any_size() {
    let widths = (1..=40).step_by(5).chain((43..=200).step_by(39));
    let sizes: Vec<(u16, u16)> = widths
        .flat_map(|width| {
            (1..=60)
                .step_by(if width < 40 { 9 } else { 7 })
                .map(move |height| (width, height))
        })
        .collect();
    for bench in worlds() {
        let desk = bench.desk();
        for mut view in all() {
            view.derive(&desk);
            for _ in 0..3 {
                for &(width, height) in &sizes {
                    stays_inside(view.as_ref(), width, height, &desk);
                }
                view.act(&Verb::NextForm.into(), &desk);
                view.act(&Verb::Bottom.into(), &desk);
                view.act(&Verb::Wide.into(), &desk);
                view.act(&Verb::Right.into(), &desk);
            }
            view.act(&Verb::NextPane.into(), &desk);
            stays_inside(view.as_ref(), 80, 12, &desk);
        }
    }
}

fn stays_inside(view: &dyn View, width: u16, height: u16, desk: &Desk<'_>) {
    let area = Rect::new(2, 1, width, height);
    let drawn = buffer(width + 4, height + 2, |frame, _| {
        view.draw(frame, area, desk);
    });
    let untouched = Cell::default();
    for y in 0..drawn.area.height {
        for x in 0..drawn.area.width {
            let inside = area.contains((x, y).into());
            assert!(
                inside || drawn[(x, y)] == untouched,
                "{} at {width}x{height} drew at {x},{y}",
                view.name()
            );
        }
    }
}

#[test]
fn every_view_takes_every_action_and_stays_drawable() {
    use strum::IntoEnumIterator;

    for bench in worlds() {
        let desk = bench.desk();
        for mut view in all() {
            view.derive(&desk);
            for verb in Verb::iter() {
                view.act(&verb.into(), &desk);
                stays_inside(view.as_ref(), 80, 20, &desk);
            }
            view.filter("prod", &desk);
            stays_inside(view.as_ref(), 80, 20, &desk);
            view.filter("\"cpu>", &desk);
            stays_inside(view.as_ref(), 80, 20, &desk);
        }
    }
}

#[test]
fn the_selection_shows_without_any_colour() {
    let mut bench = Bench::new(sample::inventory());
    bench.theme = Theme::load("mono", Depth::None).expect("a shipped theme");
    let desk = bench.desk();
    for mut view in all().into_iter().filter(|view| view.context() != "plan") {
        view.derive(&desk);
        let drawn = buffer(100, 30, |frame, area| view.draw(frame, area, &desk));
        let marked = drawn
            .content
            .iter()
            .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
            .count();
        assert!(marked > 10, "{}: {marked} cells are reversed", view.name());
    }
}

#[test]
fn the_hardware_cursor_stands_on_the_row_that_is_selected() {
    let bench = Bench::new(sample::inventory());
    let desk = bench.desk();
    for mut view in all().into_iter().filter(|view| view.context() != "plan") {
        view.derive(&desk);
        view.act(&Verb::Down.into(), &desk);
        let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(100, 30))
            .expect("a test terminal");
        terminal
            .draw(|frame| view.draw(frame, frame.area(), &desk))
            .expect("drawing in memory can't fail");
        let at = terminal.get_cursor_position().expect("a position");
        let sign = terminal.backend().buffer()[(at.x, at.y)]
            .symbol()
            .to_owned();
        assert!(view.selected().is_some(), "{}", view.name());
        assert_ne!((at.x, at.y), (0, 0), "{}", view.name());
        if view.context() != "map" {
            assert_eq!(sign, "▌", "{}", view.name());
        }
    }
}

#[test]
fn names_and_contexts_are_those_that_a_keymap_knows() {
    for view in all() {
        assert!(["tree", "table", "map", "chart", "plan"].contains(&view.context()));
        assert!(!view.hints().is_empty());
    }
}

#[test]
fn where_the_screen_is_listened_to_every_view_is_one_pane_of_words() {
    let mut bench = Bench::new(sample::inventory());
    bench.symbols = Symbols::Plain;
    for mut view in all() {
        let drawn = |view: &mut dyn View| {
            let mut buffer = bench.buffer(view, 160, 40);
            bench.symbols.spell(&mut buffer);
            crate::tui::testing::text(&buffer)
        };
        let first = drawn(view.as_mut());
        for _ in 0..5 {
            let drawn = drawn(view.as_mut());
            let odd: String = drawn.chars().filter(|sign| !sign.is_ascii()).collect();
            assert!(
                odd.chars().all(char::is_alphanumeric),
                "{} draws {odd}:\n{drawn}",
                view.name()
            );
            for frame in ["+--", "--+", "####", "...."] {
                assert!(
                    !drawn.contains(frame),
                    "{} draws {frame}:\n{drawn}",
                    view.name()
                );
            }
            view.act(&Verb::NextForm.into(), &bench.desk());
        }
        assert!(!first.trim().is_empty(), "{} says nothing", view.name());
    }
}
