//! Draws `screenshots/` from the simulated organization and fails when a picture there is stale.
//!
//! `AWSDECK_UPDATE=1 cargo test screenshots` draws them anew, as SVG and as PNG.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree, fontdb::Database},
};

use crate::support::Home;

/// A frozen moment: the same world, the same ages, the same picture.
const CLOCK: &str = "2026-01-15T10:00:00Z";

/// File name, view (and form), size, keys to press first.
const SHOTS: &[(&str, &str, &str, &str)] = &[
    ("home", "home", "120x36", "g c g h"),
    ("home-80x24", "home", "80x24", "g c g h"),
    ("home-160x45", "home", "160x45", "g c g h"),
    ("network", "network", "120x36", ""),
    ("network-80x24", "network", "80x24", ""),
    ("network-matrix", "network", "120x36", "m"),
    ("network-table", "network", "160x45", "m m"),
    ("clusters", "clusters", "120x36", ""),
    ("clusters-80x24", "clusters", "80x24", ""),
    ("gpu", "gpu", "120x36", ""),
    ("gpu-80x24", "gpu", "80x24", ""),
    ("gpu-160x45", "gpu", "160x45", ""),
    ("workloads", "workloads", "120x36", ""),
    ("workloads-80x24", "workloads", "80x24", ""),
    ("velero", "velero", "120x36", ""),
    ("velero-80x24", "velero", "80x24", ""),
    ("costs", "costs", "120x36", ""),
    ("costs-80x24", "costs", "80x24", ""),
    ("costs-200x60", "costs", "200x60", ""),
    ("backups", "backups", "120x36", ""),
    ("backups-80x24", "backups", "80x24", ""),
    ("zones", "zones", "120x36", ""),
    ("zones-80x24", "zones", "80x24", ""),
    ("palette", "home", "120x36", ": c o s t"),
    ("help", "network", "120x36", "?"),
    ("which-key", "home", "120x36", "g"),
];

/// The themes of the grid, in rows of this many.
const GRID_COLUMNS: usize = 3;

#[test]
fn the_screenshots_show_what_the_deck_draws_today() {
    let home = Home::new();
    let mut stale = Vec::new();
    for (file, view, size, keys) in SHOTS {
        let svg = home.printed(
            0,
            &[
                "--demo",
                "--demo-clock",
                CLOCK,
                "screenshot",
                view,
                "--size",
                size,
                "--keys",
                keys,
            ],
        );
        check(file, &svg, &mut stale);
    }
    check("themes", &grid(&home), &mut stale);
    assert!(
        stale.is_empty(),
        "stale: {stale:?}; draw them anew: AWSDECK_UPDATE=1 cargo test screenshots"
    );
}

/// Every theme that ships, small, side by side.
fn grid(home: &Home) -> String {
    let names = home.printed(0, &["theme", "list"]);
    let (width, height) = (400, 230);
    let mut cells = String::new();
    let mut count = 0;
    for (at, name) in names
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .enumerate()
    {
        let shot = [
            "--demo",
            "--demo-clock",
            CLOCK,
            "--theme",
            name,
            "screenshot",
            "home",
            "--size",
            "80x24",
        ];
        let svg = home.printed(0, &shot);
        let (x, y) = (
            (at % GRID_COLUMNS) * (width + 16),
            (at / GRID_COLUMNS) * (height + 40),
        );
        let open = format!(
            "<svg x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{height}\" ",
            y + 24
        );
        let _ = write!(
            cells,
            "<text x=\"{x}\" y=\"{}\" font-family=\"JetBrains Mono\" font-size=\"15\" fill=\"#888888\">{name}</text>",
            y + 16
        );
        cells += &svg
            .replacen("<svg ", &open, 1)
            .replacen(&size_of(&svg), "", 1);
        count = at + 1;
    }
    let rows = count.div_ceil(GRID_COLUMNS);
    let (width, height) = (GRID_COLUMNS * (width + 16), rows * (height + 40));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">{cells}</svg>\n"
    )
}

/// The `width="…" height="…"` of a drawing, which its place in the grid replaces.
fn size_of(svg: &str) -> String {
    let start = svg.find("width=\"").expect("a width");
    let end = svg[start..].find("height=\"").expect("a height") + start + "height=\"".len();
    let close = svg[end..].find('"').expect("a closed attribute") + end;
    svg[start..=close].to_owned()
}

fn check(file: &str, svg: &str, stale: &mut Vec<String>) {
    let path = folder().join(format!("{file}.svg"));
    if env::var_os("AWSDECK_UPDATE").is_some() {
        fs::create_dir_all(folder()).expect("a folder to write to");
        fs::write(&path, svg).expect("a file to write");
        png(svg, &path.with_extension("png"));
    } else if fs::read_to_string(&path).unwrap_or_default() != svg
        || !path.with_extension("png").exists()
    {
        stale.push(file.to_owned());
    }
}

fn png(svg: &str, path: &Path) {
    let mut fonts = Database::new();
    for face in [
        "JetBrainsMono-Regular",
        "JetBrainsMono-Bold",
        "DejaVuSansMono",
    ] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/assets/{face}.ttf"));
        fonts.load_font_data(fs::read(file).expect("the font that ships with the tests"));
    }
    let options = Options {
        fontdb: Arc::new(fonts),
        font_family: "JetBrains Mono".into(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).expect("a drawing");
    let size = tree.size().to_int_size();
    let mut picture = Pixmap::new(size.width(), size.height()).expect("a size");
    resvg::render(&tree, Transform::identity(), &mut picture.as_mut());
    picture.save_png(path).expect("a file to write");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots")
}
