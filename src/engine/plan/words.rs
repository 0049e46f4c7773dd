//! The words of which a plan's phrase is made. Their order is part of the format: a plan that was
//! sealed yesterday must say the same today.

/// One word for each value of a byte: short, told apart by ear, nothing that sounds like a command.
#[rustfmt::skip]
pub(super) const WORDS: [&str; 256] = [
    "acorn", "actor", "adobe", "agate", "album", "alder", "alpha", "amber", "anchor", "angle",
    "ankle", "antler", "apple", "apron", "arbor", "arctic", "arrow", "aspen", "atlas", "attic",
    "autumn", "axle", "badge", "bagel", "baker", "bamboo", "banjo", "barley", "basil", "basket",
    "beacon", "beaver", "bench", "berry", "birch", "blanket", "blossom", "bonfire", "border",
    "bottle", "boulder", "branch", "bread", "breeze", "brick", "bridge", "bronze", "brook",
    "bucket", "buffalo", "bugle", "butter", "button", "cabin", "cactus", "camel", "candle",
    "canoe", "canyon", "carbon", "cargo", "carpet", "carrot", "castle", "cedar", "cello",
    "chalk", "cherry", "chess", "cider", "cinder", "circle", "citrus", "clover", "coast",
    "cobalt", "cocoa", "comet", "compass", "copper", "coral", "cotton", "cradle", "crane",
    "crater", "cricket", "crystal", "curtain", "cypress", "daisy", "dancer", "delta", "denim",
    "desert", "diamond", "dolphin", "donkey", "dragon", "drum", "eagle", "easel", "echo",
    "elbow", "ember", "emerald", "engine", "ermine", "fable", "falcon", "feather", "fennel",
    "ferry", "fiddle", "field", "finch", "flame", "flint", "flute", "forest", "fossil",
    "fountain", "fox", "frost", "galaxy", "garden", "garlic", "geyser", "ginger", "glacier",
    "glider", "globe", "goblet", "granite", "grape", "gravel", "guitar", "gull", "hammer",
    "harbor", "harvest", "hazel", "hedge", "helmet", "hermit", "heron", "hickory", "hollow",
    "honey", "horizon", "hornet", "igloo", "indigo", "island", "ivory", "jacket", "jaguar",
    "jasmine", "jigsaw", "jungle", "juniper", "kayak", "kernel", "kettle", "kitten", "koala",
    "ladder", "lagoon", "lantern", "laurel", "lemon", "lentil", "lilac", "linen", "lizard",
    "lobster", "locket", "lotus", "lumber", "magnet", "mango", "maple", "marble", "meadow",
    "melon", "meteor", "mirror", "monsoon", "mortar", "mosaic", "mulberry", "mustard", "napkin",
    "nectar", "needle", "nickel", "nomad", "nutmeg", "oasis", "oboe", "ocean", "olive", "onyx",
    "opal", "orbit", "orchard", "osprey", "otter", "oyster", "paddle", "panther", "paper",
    "parrot", "pebble", "pepper", "pigeon", "pillow", "piston", "planet", "plum", "pocket",
    "pollen", "poplar", "prairie", "prism", "puffin", "pumpkin", "quartz", "quiver", "rabbit",
    "raccoon", "radish", "raven", "ribbon", "river", "robin", "rocket", "saddle", "saffron",
    "salmon", "sandal", "satin", "scarlet", "shadow", "silver", "sparrow", "spruce", "summit",
    "teapot", "thistle", "thunder", "tiger", "topaz", "trumpet", "tulip", "velvet", "willow",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::WORDS;

    #[test]
    fn the_words_are_distinct_and_easy_to_type() {
        assert_eq!(WORDS.iter().collect::<BTreeSet<_>>().len(), 256);
        let typable = |word: &&str| {
            (3..=9).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
        };
        assert!(WORDS.iter().all(typable));
    }
}
