use super::*;

fn vocabulary() -> Vocabulary {
    let word = |name: &str, mutates, required| Word {
        name: name.into(),
        mutates,
        required,
    };
    Vocabulary {
        actions: vec![
            word("move.down", false, None),
            word("view.open", false, None),
            word("arm", true, None),
            word("quit", false, Some(Key::char('q'))),
            word("back", false, Some(Key::named(Named::Esc))),
        ],
        views: vec!["costs".into()],
    }
}

/// A keymap of these files, the oldest first, with `quit` and `back` bound beneath.
fn laid(files: &[&str]) -> (Keymap, Vec<String>) {
    let base = "bind = [{ on = \"q\", run = \"quit\" }, { on = \"esc\", run = \"back\" }]";
    let files = std::iter::once(&base)
        .chain(files)
        .enumerate()
        .map(|(at, text)| File::parse(&format!("{at}.toml"), text).expect("a valid file"))
        .collect();
    let (keymap, findings) = Keymap::build("test", files, &vocabulary());
    (keymap, findings.iter().map(ToString::to_string).collect())
}

fn run(keymap: &Keymap, contexts: &[&str], keys: &str) -> Option<String> {
    let chord: Vec<Key> = keys
        .split(' ')
        .map(|key| key.parse().expect("a key"))
        .collect();
    match keymap.find(contexts, &chord) {
        Found::Run(run) => Some(run.to_owned()),
        Found::Prefix => Some("…".into()),
        Found::Nothing => None,
    }
}

#[test]
fn the_innermost_context_wins_and_chords_lead_on() {
    let (keymap, findings) = laid(&["
        [[bind]]
        on = \"j\"
        run = \"move.down\"
        [[bind]]
        on = [\"g\", \"c\"]
        run = \"view.open costs\"
        desc = \"costs\"
        [[bind]]
        on_any = [[\"J\"], [\"down\"]]
        run = \"move.down\"
        when = \"costs\""]);
    assert_eq!(findings, Vec::<String>::new());
    let contexts = ["costs", "table", "global"];
    assert_eq!(run(&keymap, &contexts, "j").as_deref(), Some("move.down"));
    assert_eq!(
        run(&keymap, &contexts, "down").as_deref(),
        Some("move.down")
    );
    assert_eq!(run(&keymap, &["global"], "down"), None);
    assert_eq!(run(&keymap, &contexts, "g").as_deref(), Some("…"));
    assert_eq!(
        run(&keymap, &contexts, "g c").as_deref(),
        Some("view.open costs")
    );
    let next = keymap.next(&contexts, &[Key::char('g')]);
    assert_eq!(next.len(), 1);
    assert_eq!(
        (next[0].key, next[0].label),
        (Key::char('c'), Some("costs"))
    );
}

#[test]
fn the_users_file_wins_key_by_key_and_none_unbinds() {
    let parent = "bind = [{ on = [\"g\", \"c\"], run = \"view.open costs\" }, { on = \"j\", run = \"move.down\" }]";
    let (keymap, _) = laid(&[parent, "bind = [{ on = \"j\", run = \"none\" }]"]);
    assert_eq!(run(&keymap, &["global"], "j"), None);
    assert_eq!(
        run(&keymap, &["global"], "g c").as_deref(),
        Some("view.open costs")
    );
    let (keymap, _) = laid(&[
        parent,
        "bind = [{ on = \"j\", run = \"none\", when = \"costs\" }]",
    ]);
    assert_eq!(run(&keymap, &["costs", "global"], "j"), None);
    assert_eq!(run(&keymap, &["global"], "j").as_deref(), Some("move.down"));
    let (keymap, _) = laid(&[parent, "bind = [{ on = \"g\", run = \"move.down\" }]"]);
    assert_eq!(run(&keymap, &["global"], "g").as_deref(), Some("move.down"));
    assert_eq!(run(&keymap, &["global"], "g c"), None);
}

#[test]
fn what_is_wrong_is_told_with_file_and_line() {
    for (text, told) in [
        (
            "[[bind]]\non = \"j\"\nrun = \"explode\"",
            "1.toml:1: there is no action `explode`",
        ),
        (
            "\n[[bind]]\non = \"j\"\nrun = \"move.dwn\"",
            "1.toml:2: there is no action `move.dwn`; did you mean `move.down`?",
        ),
        (
            "[[bind]]\non = \"j\"\nrun = \"quit\"\nwhen = \"tabel\"",
            "1.toml:1: there is no context `tabel`; did you mean `table`?",
        ),
        (
            "[[bind]]\non = \"hyper-j\"\nrun = \"quit\"",
            "1.toml:1: `hyper-j` is no key",
        ),
        (
            "[[bind]]\nrun = \"quit\"",
            "1.toml:1: `quit` has no key: give `on` or `on_any`",
        ),
        (
            "[[bind]]\non = \"j\"\nrun = \"quit\"\nwhen = \"input\"",
            "1.toml:1: `j` types a character in a prompt and can't run `quit` there",
        ),
        (
            "[[bind]]\non = \"W\"\nrun = \"arm 15m\"",
            "1.toml:1: `arm` can write and needs a chord of two keys or more, not `W`",
        ),
        (
            "bind = [{ on = \"j\", run = \"quit\" },\n{ on = \"j\", run = \"back\" }]",
            "1.toml:2: `j` in global is bound twice: line 1 gave it to `quit`",
        ),
        (
            "bind = [{ on = \"j\", run = \"quit\" },\n{ on = [\"j\", \"k\"], run = \"back\" }]",
            "1.toml:2: `j k` and `j` (line 1) in global can't both work: one begins the other",
        ),
        (
            "bind = [{ on = \"ctrl-i\", run = \"quit\" }]",
            "1.toml:1: `ctrl-i` can't be sent by every terminal: it arrives as tab",
        ),
        (
            "bind = [{ on = \"alt-j\", run = \"move.down\" }]",
            "1.toml:1: `move.down` needs a key without alt as well",
        ),
        (
            "bind = [{ on = \"j\", run = \"quit\" },\n{ on = \"j\", run = \"back\", when = \"costs\" }]",
            "1.toml:2: `j` in costs hides the global `quit` (line 1)",
        ),
        (
            "bind = [{ on = \"q\", run = \"none\" }]",
            "1.toml:1: `quit` must have a key and was given its old one back",
        ),
    ] {
        let (_, findings) = laid(&[text]);
        assert_eq!(findings, [told], "{text}");
    }
}

#[test]
fn a_required_action_can_not_be_lost() {
    let (keymap, _) =
        laid(&["bind = [{ on = \"q\", run = \"none\" }, { on = \"esc\", run = \"none\" }]"]);
    assert_eq!(run(&keymap, &["global"], "q").as_deref(), Some("quit"));
    assert_eq!(run(&keymap, &["global"], "esc").as_deref(), Some("back"));
}

#[test]
fn a_write_on_a_single_key_is_refused_whoever_asks() {
    let (keymap, _) = laid(&[
        "bind = [{ on = \"W\", run = \"arm 15m\" }, { on = [\"g\", \"W\"], run = \"arm 15m\" }]",
    ]);
    assert_eq!(run(&keymap, &["global"], "W"), None);
    assert_eq!(run(&keymap, &["global"], "g W").as_deref(), Some("arm 15m"));
}

#[test]
fn a_file_of_the_users_may_extend_the_shipped_one_of_its_name_but_not_itself() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("writing a keymap");
    };
    write(
        "default.toml",
        "inherits = \"default\"\nbind = [{ on = \"ctrl-j\", run = \"quit\" }]",
    );
    write("mine.toml", "inherits = \"mine\"");
    let library = Library {
        folder: Some(folder.path().into()),
    };
    let (keymap, _) = library
        .load("default", &vocabulary())
        .expect("a valid keymap");
    assert_eq!(run(&keymap, &["global"], "ctrl-j").as_deref(), Some("quit"));
    assert_eq!(run(&keymap, &["normal"], "q").as_deref(), Some("quit"));
    assert!(matches!(
        library.load("mine", &vocabulary()),
        Err(Error::Unknown(_) | Error::Circle(..))
    ));
}
