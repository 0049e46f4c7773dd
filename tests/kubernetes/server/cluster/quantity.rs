//! Quantities: `250m`, `4k`, `64Gi`.

/// A quantity in thousandths of its unit; 0 for what is none.
pub(crate) fn quantity(text: &str) -> i128 {
    const SUFFIXES: &[(&str, i128)] = &[
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("Pi", 1 << 50),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("T", 1_000_000_000_000),
    ];
    if let Some(thousandths) = text.strip_suffix('m') {
        return thousandths.parse().unwrap_or_default();
    }
    let (number, factor) = SUFFIXES
        .iter()
        .find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)))
        .unwrap_or((text, 1));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole: i128 = whole.parse().unwrap_or_default();
    let fraction: i128 = format!("{fraction:0<3.3}").parse().unwrap_or_default();
    (whole * 1_000 + fraction) * factor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_scale() {
        for (text, expected) in [
            ("2", 2_000),
            ("250m", 250),
            ("4k", 4_000_000),
            ("1.5Gi", 1_500 << 30),
            ("x", 0),
        ] {
            assert_eq!(quantity(text), expected, "{text}");
        }
    }
}
