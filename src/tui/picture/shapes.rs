//! Lines, blocks and braille as shapes, so that cells join without gaps whatever the font.

/// Eighths of a cell in each direction: left, top, right, bottom.
pub(super) type Part = [u8; 4];

/// What a sign consists of.
pub(super) enum Shape {
    /// Filled parts of the cell and how dense they are, in percent.
    Parts(Vec<Part>, u8),
    /// Strokes from the middle: up, right, down, left; 0 none, 1 light, 2 heavy. Round where two
    /// light ones meet.
    Strokes([u8; 4], bool),
    /// Two dashes, across or down.
    Dashes { across: bool },
    /// The dots of a braille sign, bit by bit as in Unicode.
    Dots(u8),
}

/// The shape of a sign; `None` is for the font.
pub(super) fn shape(sign: char) -> Option<Shape> {
    let code = u32::from(sign);
    let full = |part| Some(Shape::Parts(vec![part], 100));
    match sign {
        '▀' => full([0, 0, 8, 4]),
        '▐' => full([4, 0, 8, 8]),
        '▁'..='█' => {
            let eighths = u8::try_from(code - 0x2580).ok()?;
            full([0, 8 - eighths, 8, 8])
        }
        '▉'..='▏' => {
            let eighths = u8::try_from(0x2590 - code).ok()?;
            full([0, 0, eighths, 8])
        }
        '░' => Some(Shape::Parts(vec![[0, 0, 8, 8]], 25)),
        '▒' => Some(Shape::Parts(vec![[0, 0, 8, 8]], 50)),
        '▓' => Some(Shape::Parts(vec![[0, 0, 8, 8]], 75)),
        '▖'..='▟' => Some(Shape::Parts(quadrants(sign), 100)),
        '\u{2800}'..='\u{28ff}' => Some(Shape::Dots(u8::try_from(code - 0x2800).ok()?)),
        '╌' | '┄' | '╍' => Some(Shape::Dashes { across: true }),
        '╎' | '┆' => Some(Shape::Dashes { across: false }),
        _ => strokes(sign).map(|(strokes, round)| Shape::Strokes(strokes, round)),
    }
}

fn quadrants(sign: char) -> Vec<Part> {
    // Upper left, upper right, lower left, lower right.
    let set: [bool; 4] = match sign {
        '▖' => [false, false, true, false],
        '▗' => [false, false, false, true],
        '▘' => [true, false, false, false],
        '▙' => [true, false, true, true],
        '▚' => [true, false, false, true],
        '▛' => [true, true, true, false],
        '▜' => [true, true, false, true],
        '▝' => [false, true, false, false],
        '▞' => [false, true, true, false],
        _ => [false, true, true, true],
    };
    let parts: [Part; 4] = [[0, 0, 4, 4], [4, 0, 8, 4], [0, 4, 4, 8], [4, 4, 8, 8]];
    parts
        .into_iter()
        .zip(set)
        .filter_map(|(part, set)| set.then_some(part))
        .collect()
}

const fn strokes(sign: char) -> Option<([u8; 4], bool)> {
    Some(match sign {
        '─' => ([0, 1, 0, 1], false),
        '│' => ([1, 0, 1, 0], false),
        '━' => ([0, 2, 0, 2], false),
        '┃' => ([2, 0, 2, 0], false),
        '╭' => ([0, 1, 1, 0], true),
        '╮' => ([0, 0, 1, 1], true),
        '╰' => ([1, 1, 0, 0], true),
        '╯' => ([1, 0, 0, 1], true),
        '┌' => ([0, 1, 1, 0], false),
        '┐' => ([0, 0, 1, 1], false),
        '└' => ([1, 1, 0, 0], false),
        '┘' => ([1, 0, 0, 1], false),
        '├' => ([1, 1, 1, 0], false),
        '┤' => ([1, 0, 1, 1], false),
        '┬' => ([0, 1, 1, 1], false),
        '┴' => ([1, 1, 0, 1], false),
        '┼' => ([1, 1, 1, 1], false),
        '╴' => ([0, 0, 0, 1], false),
        '╵' => ([1, 0, 0, 0], false),
        '╶' => ([0, 1, 0, 0], false),
        '╷' => ([0, 0, 1, 0], false),
        '╸' => ([0, 0, 0, 2], false),
        _ => return None,
    })
}
