//! Kubernetes quantities: `250m`, `4`, `4k`, `1.5Gi`, `1e3`.

use rust_decimal::{Decimal, prelude::ToPrimitive};

/// The value in whole ones, rounded up as the scheduler does; `None` for what is no quantity or is
/// below zero.
#[must_use]
pub fn whole(text: &str) -> Option<u64> {
    rounded(value(text)?)
}

/// The value in thousandths, rounded up: what CPU is counted in.
#[must_use]
pub fn milli(text: &str) -> Option<u64> {
    rounded(value(text)?.checked_mul(Decimal::ONE_THOUSAND)?)
}

fn rounded(value: Decimal) -> Option<u64> {
    let up = value.ceil();
    if up.is_sign_negative() && !up.is_zero() {
        return None;
    }
    // What is more than fits is as good as without limit.
    Some(up.to_u64().unwrap_or(u64::MAX))
}

fn value(text: &str) -> Option<Decimal> {
    let end = text
        .find(|char: char| !(char.is_ascii_digit() || matches!(char, '.' | '+' | '-')))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let number: Decimal = number.parse().ok()?;
    number.checked_mul(factor(suffix)?)
}

/// An `E` with digits after it is an exponent, alone it is exa.
fn factor(suffix: &str) -> Option<Decimal> {
    if let Some(exponent) = suffix
        .strip_prefix(['e', 'E'])
        .filter(|rest| !rest.is_empty())
        && exponent != "i"
    {
        let exponent: i64 = exponent.parse().ok()?;
        return power(10, exponent);
    }
    match suffix {
        "n" => power(10, -9),
        "u" => power(10, -6),
        "m" => power(10, -3),
        "" => Some(Decimal::ONE),
        "k" => power(10, 3),
        "M" => power(10, 6),
        "G" => power(10, 9),
        "T" => power(10, 12),
        "P" => power(10, 15),
        "E" => power(10, 18),
        "Ki" => power(2, 10),
        "Mi" => power(2, 20),
        "Gi" => power(2, 30),
        "Ti" => power(2, 40),
        "Pi" => power(2, 50),
        "Ei" => power(2, 60),
        _ => None,
    }
}

fn power(base: i64, exponent: i64) -> Option<Decimal> {
    let mut value = Decimal::ONE;
    for _ in 0..exponent.unsigned_abs().min(64) {
        value = value.checked_mul(Decimal::from(base))?;
    }
    if exponent < 0 {
        Decimal::ONE.checked_div(value)
    } else {
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_suffix_is_read() {
        let cases = [
            ("0", 0),
            ("8", 8),
            ("+8", 8),
            ("4k", 4_000),
            ("1M", 1_000_000),
            ("384Gi", 384 << 30),
            ("2Ti", 2 << 40),
            ("1.5Ki", 1_536),
            ("1e3", 1_000),
            ("1E3", 1_000),
            ("12E-1", 2),
            ("1E", 1_000_000_000_000_000_000),
            ("250m", 1),
            ("1n", 1),
            ("104845292Ki", 104_845_292 << 10),
        ];
        for (text, wanted) in cases {
            assert_eq!(whole(text), Some(wanted), "{text}");
        }
        assert_eq!(whole("16Ei"), Some(u64::MAX));
        assert_eq!(milli("250m"), Some(250));
        assert_eq!(milli("4k"), Some(4_000_000));
        assert_eq!(milli("0.1"), Some(100));
    }

    #[test]
    fn what_is_no_quantity_is_not_guessed() {
        for text in ["", "many", "1x", "-1", "1.2.3", "1e", "1Kib", "e3"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in ".{0,24}") {
            let _ = (whole(&text), milli(&text));
        }

        #[test]
        fn thousandths_of_whole_numbers_are_exact(number in 0_u32..) {
            prop_assert_eq!(milli(&number.to_string()), Some(u64::from(number) * 1_000));
            prop_assert_eq!(whole(&number.to_string()), Some(number.into()));
        }
    }
}
