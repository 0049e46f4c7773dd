use super::*;

fn tree(shape: &[(&'static str, u16)]) -> Tree<&'static str, ()> {
    let mut tree = Tree::default();
    tree.set(nodes(shape));
    tree
}

fn nodes(shape: &[(&'static str, u16)]) -> Vec<Node<&'static str, ()>> {
    let node = |&(key, depth)| Node {
        key,
        depth,
        value: (),
    };
    shape.iter().map(node).collect()
}

fn shown(tree: &Tree<&'static str, ()>) -> String {
    let keys: Vec<&str> = tree
        .visible
        .iter()
        .map(|&index| tree.nodes[index].key)
        .collect();
    keys.join(" ")
}

const SHAPE: &[(&str, u16)] = &[
    ("root", 0),
    ("prod", 1),
    ("ml", 2),
    ("app", 2),
    ("dev", 1),
    ("dev-ml", 2),
];

#[test]
fn folds_inside_a_fold_are_remembered() {
    let mut tree = tree(SHAPE);
    tree.go_to(&"prod");
    tree.act(Verb::Left);
    assert_eq!(shown(&tree), "root prod dev dev-ml");
    tree.act(Verb::Top);
    tree.act(Verb::Left);
    assert_eq!(shown(&tree), "root");
    tree.act(Verb::Right);
    assert_eq!(shown(&tree), "root prod dev dev-ml");
    tree.go_to(&"prod");
    tree.act(Verb::Right);
    assert_eq!(shown(&tree), "root prod ml app dev dev-ml");
}

#[test]
fn left_on_a_leaf_goes_to_its_parent() {
    let mut tree = tree(SHAPE);
    tree.go_to(&"app");
    tree.act(Verb::Left);
    assert_eq!(tree.selected().map(|node| node.key), Some("prod"));
}

#[test]
fn cursor_folds_and_marks_survive_a_refresh_that_moves_everything() {
    let mut tree = tree(SHAPE);
    tree.go_to(&"dev");
    tree.act(Verb::Left);
    tree.go_to(&"app");
    tree.act(Verb::Mark);
    tree.go_to(&"app");
    let mut shape = vec![("root", 0), ("audit", 1), ("prod", 1), ("app", 2)];
    shape.extend([("ml", 2), ("dev", 1), ("dev-ml", 2)]);
    tree.set(nodes(&shape));
    assert_eq!(shown(&tree), "root audit prod app ml dev");
    assert_eq!(tree.selected().map(|node| node.key), Some("app"));
    assert_eq!(tree.marked().count(), 1);
}

#[test]
fn a_filter_keeps_the_path_to_a_match_and_what_is_below_it() {
    let mut tree = tree(SHAPE);
    tree.fold("prod");
    tree.filter(Some(|node: &Node<&str, ()>| node.key == "app"));
    assert_eq!(shown(&tree), "root prod app");
    tree.filter(Some(|node: &Node<&str, ()>| node.key == "dev"));
    assert_eq!(shown(&tree), "root dev dev-ml");
    tree.filter(None::<fn(&Node<&str, ()>) -> bool>);
    assert_eq!(shown(&tree), "root prod dev dev-ml");
}

#[test]
fn an_empty_tree_takes_every_key() {
    let mut tree = tree(&[]);
    for verb in [
        Verb::Left,
        Verb::Right,
        Verb::Mark,
        Verb::Down,
        Verb::Bottom,
    ] {
        tree.act(verb);
    }
    assert!(tree.selected().is_none());
}
