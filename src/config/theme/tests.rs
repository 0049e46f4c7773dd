use super::*;

fn parsed(text: &str) -> Result<(Scheme, Vec<Warning>), Error> {
    Scheme::merge(&[File::parse("mine.toml", text)?], 0)
}

#[test]
fn a_missing_role_falls_back_by_prefix() {
    let (scheme, _) = parsed("[palette]\nink = \"#010203\"\n[roles]\n\"ui.text\" = \"ink\"")
        .expect("a valid theme");
    let ink = Some(Paint::Rgb(Rgb(1, 2, 3)));
    assert_eq!(scheme.look(Role::Muted).fg, ink);
    assert_eq!(scheme.look(Role::Border).fg, None);
}

#[test]
fn an_unknown_role_is_a_warning_that_names_the_nearest() {
    let (_, warnings) = parsed("[roles]\n\"severity.ok\" = 2\n\"severty.warning\" = 3")
        .expect("still a valid theme");
    let shown: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        ["mine.toml:3: there is no role `severty.warning`; did you mean `severity.warning`?"]
    );
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (text, told) in [
        (
            "[roles]\n\"ui.text\" = \"inc\"\n[palette]\nink = 3",
            "mine.toml:2: the palette has no `inc`; did you mean `ink`?",
        ),
        (
            "\n[roles]\n\"ui.text\" = \"#12\"",
            "mine.toml:3: `#12` is no colour: write `#rrggbb`",
        ),
        (
            "[roles]\n\"ui.text\" = 256",
            "mine.toml:2: 256 is no terminal colour: those are 0 to 255",
        ),
        (
            "[roles]\n\"ui.text\" = { mods = [\"blink\"] }",
            "mine.toml:2: `blink` is none of bold, dim, italic, underlined, reversed, crossed_out",
        ),
        (
            "[ramps]\ncost = [1]",
            "mine.toml:2: a ramp is a list of at least two colours",
        ),
        (
            "appearance = \"grey\"",
            "mine.toml:1: `grey` is neither dark nor light",
        ),
        (
            "[palette]\na = \"b\"\nb = 1\n[roles]\nui = \"a\"",
            "mine.toml:5: the palette's `a` is `b`, which is no colour",
        ),
    ] {
        let error = parsed(text).expect_err(told);
        assert_eq!(error.to_string(), told);
    }
}

#[test]
fn a_child_may_change_the_parents_palette_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("writing a theme");
    };
    write(
        "parent.toml",
        "[palette]\nink = 1\n[roles]\n\"ui.text\" = \"ink\"",
    );
    write("child.toml", "inherits = \"parent\"\n[palette]\nink = 2");
    let library = Library {
        folder: Some(folder.path().into()),
    };
    let (scheme, _) = library.load("child").expect("a valid theme");
    assert_eq!(scheme.look(Role::Text).fg, Some(Paint::Indexed(2)));
    assert!(library.names().contains(&"child".to_owned()));
}

#[test]
fn inheriting_in_a_circle_is_told_and_ends() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, parent) in [("a", "b"), ("b", "a")] {
        let text = format!("inherits = \"{parent}\"");
        fs::write(folder.path().join(format!("{name}.toml")), text).expect("writing a theme");
    }
    let library = Library {
        folder: Some(folder.path().into()),
    };
    let error = library.load("a").expect_err("a circle");
    assert_eq!(
        error.to_string(),
        "theme `a` inherits from itself: a → b → a"
    );
}

#[test]
fn a_name_can_not_leave_the_folder() {
    let library = Library {
        folder: Some("/tmp".into()),
    };
    assert!(matches!(
        library.load("../etc/passwd"),
        Err(Error::Unknown(_))
    ));
}

#[test]
fn seventeen_themes_ship_load_clean_and_can_be_read() {
    let shipped: Vec<&str> = names().collect();
    assert_eq!(shipped.len(), 17);
    for name in shipped {
        let (scheme, warnings) = Library::default().load(name).expect(name);
        assert_eq!(scheme.name, name);
        assert_eq!(warnings, [], "{name}");
        assert_eq!(scheme.lint(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_theme_for_all_eyes_keeps_its_promise_and_the_test_can_fail() {
    let scheme = Scheme::shipped("colorblind").expect("it ships");
    assert_eq!(scheme.confusions(), Vec::<String>::new());
    let gruvbox = Scheme::shipped("gruvbox-dark").expect("it ships");
    assert!(!gruvbox.confusions().is_empty());
    let (faint, _) =
        parsed("[roles]\n\"ui.background\" = { bg = \"#111111\" }\n\"ui.text\" = \"#333333\"")
            .expect("a valid theme");
    assert!(!faint.lint().is_empty());
}

#[test]
fn the_cost_ramp_rises_in_lightness_so_that_it_survives_greys() {
    for name in names() {
        let scheme = Scheme::shipped(name).expect(name);
        let stops: Option<Vec<f64>> = scheme
            .ramp(Ramp::Cost)
            .iter()
            .map(|stop| Some(stop.rgb()?.lightness()))
            .collect();
        let Some(stops) = stops else { continue };
        assert!(
            stops.is_sorted() || stops.iter().rev().is_sorted(),
            "{name}: {stops:?}"
        );
    }
}

#[test]
fn the_folder_holds_exactly_what_ships() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
    let mut files: Vec<String> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("a name"))
        .filter(|name| name != "overlays")
        .collect();
    files.sort();
    let shipped: Vec<String> = names().map(|name| format!("{name}.toml")).collect();
    assert_eq!(files, shipped);
}
