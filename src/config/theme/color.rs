//! Colours as numbers: mixing, contrast, distance as eyes see it, and how a terminal with fewer
//! colours comes nearest.

use std::{fmt, str::FromStr};

/// A colour of the sRGB space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Colour vision as most of those have it who do not have all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumIter)]
pub enum Vision {
    Protanopia,
    Deuteranopia,
    Tritanopia,
}

impl FromStr for Rgb {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text
            .strip_prefix('#')
            .filter(|hex| hex.len() == 6)
            .ok_or(())?;
        let number = u32::from_str_radix(digits, 16).map_err(|_| ())?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self(red, green, blue))
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Rgb {
    /// One of xterm's 256 colours; the first 16 as VGA has them, since a terminal may show others.
    #[must_use]
    pub fn xterm(index: u8) -> Self {
        const BASE: [Rgb; 16] = [
            Rgb(0, 0, 0),
            Rgb(170, 0, 0),
            Rgb(0, 170, 0),
            Rgb(170, 85, 0),
            Rgb(0, 0, 170),
            Rgb(170, 0, 170),
            Rgb(0, 170, 170),
            Rgb(170, 170, 170),
            Rgb(85, 85, 85),
            Rgb(255, 85, 85),
            Rgb(85, 255, 85),
            Rgb(255, 255, 85),
            Rgb(85, 85, 255),
            Rgb(255, 85, 255),
            Rgb(85, 255, 255),
            Rgb(255, 255, 255),
        ];
        let step = |share: u8| if share == 0 { 0 } else { 55 + 40 * share };
        match index {
            0..16 => BASE[usize::from(index)],
            16..232 => {
                let cube = index - 16;
                Self(step(cube / 36), step(cube / 6 % 6), step(cube % 6))
            }
            232.. => {
                let grey = 8 + 10 * (index - 232);
                Self(grey, grey, grey)
            }
        }
    }

    /// The nearest of xterm's fixed colours (16 to 255) by distance in CIELAB.
    #[must_use]
    pub fn nearest_xterm(self) -> u8 {
        let far = |index: &u8| self.distance(Self::xterm(*index));
        (16..=255)
            .min_by(|one, other| far(one).total_cmp(&far(other)))
            .unwrap_or(16)
    }

    /// Contrast ratio of WCAG 2, 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Distance in CIELAB (CIE76): under 10 is the same colour at the size of text.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        let (one, other) = (self.lab(), other.lab());
        let squares = |at: usize| (one[at] - other[at]).powi(2);
        (squares(0) + squares(1) + squares(2)).sqrt()
    }

    /// The colour as `vision` sees it (Machado, Oliveira and Fernandes 2009, full severity).
    #[must_use]
    pub fn seen_with(self, vision: Vision) -> Self {
        let matrix = match vision {
            Vision::Protanopia => [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
            Vision::Deuteranopia => [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
            Vision::Tritanopia => [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        };
        Self::from_linear(times(&matrix, self.linear()))
    }

    /// The colour `share` (0 to 1) of the way to `other`, in OKLab, where equal steps look equal.
    #[must_use]
    pub fn mix(self, other: Self, share: f64) -> Self {
        let (one, other) = (self.oklab(), other.oklab());
        let between = |at: usize| one[at] + (other[at] - one[at]) * share.clamp(0.0, 1.0);
        Self::from_oklab([between(0), between(1), between(2)])
    }

    /// Perceived lightness, 0 to 1 (OKLab `L`).
    #[must_use]
    pub fn lightness(self) -> f64 {
        self.oklab()[0]
    }

    fn linear(self) -> [f64; 3] {
        [self.0, self.1, self.2].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    fn from_linear(parts: [f64; 3]) -> Self {
        let [red, green, blue] = parts.map(|part| {
            let part = part.clamp(0.0, 1.0);
            let curved = if part <= 0.003_130_8 {
                part * 12.92
            } else {
                1.055 * part.powf(1.0 / 2.4) - 0.055
            };
            byte(curved * 255.0)
        });
        Self(red, green, blue)
    }

    fn lab(self) -> [f64; 3] {
        let xyz = times(
            &[
                [0.412_456_4, 0.357_576_1, 0.180_437_5],
                [0.212_672_9, 0.715_152_2, 0.072_175_0],
                [0.019_333_9, 0.119_192_0, 0.950_304_1],
            ],
            self.linear(),
        );
        // Divided by the white of D65.
        let [x, y, z] = [xyz[0] / 0.950_47, xyz[1], xyz[2] / 1.088_83].map(|part| {
            if part > 216.0 / 24389.0 {
                part.cbrt()
            } else {
                (24389.0 / 27.0 * part + 16.0) / 116.0
            }
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn oklab(self) -> [f64; 3] {
        let cone = times(
            &[
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            self.linear(),
        )
        .map(f64::cbrt);
        times(
            &[
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            cone,
        )
    }

    fn from_oklab(lab: [f64; 3]) -> Self {
        let cone = times(
            &[
                [1.0, 0.396_337_777_4, 0.215_803_757_3],
                [1.0, -0.105_561_345_8, -0.063_854_172_8],
                [1.0, -0.089_484_177_5, -1.291_485_548_0],
            ],
            lab,
        )
        .map(|part| part.powi(3));
        Self::from_linear(times(
            &[
                [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
                [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
                [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701_0],
            ],
            cone,
        ))
    }
}

fn times(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of a byte just before"
)]
fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_pairs_have_their_known_contrast() {
        let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        // The grey that WCAG's own examples give as the lightest that passes on white.
        assert!((Rgb(0x76, 0x76, 0x76).contrast(white) - 4.54).abs() < 0.01);
    }

    #[test]
    fn distance_follows_cielab() {
        // Bruce Lindbloom's calculator: Lab of pure red is 53.24 80.09 67.20, of black 0 0 0.
        let red = Rgb(255, 0, 0).distance(Rgb(0, 0, 0));
        assert!(
            (red - (53.24_f64.powi(2) + 80.09_f64.powi(2) + 67.20_f64.powi(2)).sqrt()).abs() < 0.1
        );
    }

    #[test]
    fn mixing_begins_and_ends_at_its_ends() {
        let (one, other) = (Rgb(0x1e, 0x29, 0x3b), Rgb(0xff, 0x6b, 0x6b));
        assert_eq!(one.mix(other, 0.0), one);
        assert_eq!(one.mix(other, 1.0), other);
        let middle = one.mix(other, 0.5).lightness();
        assert!((middle - one.lightness().midpoint(other.lightness())).abs() < 0.02);
    }

    #[test]
    fn the_cube_and_the_greys_are_their_own_nearest() {
        for index in 16..=255 {
            let color = Rgb::xterm(index);
            assert_eq!(Rgb::xterm(color.nearest_xterm()), color);
        }
    }

    #[test]
    fn greys_look_the_same_to_everyone() {
        let grey = Rgb(128, 128, 128);
        for vision in [Vision::Protanopia, Vision::Deuteranopia, Vision::Tritanopia] {
            assert!(grey.distance(grey.seen_with(vision)) < 1.0);
        }
    }
}
