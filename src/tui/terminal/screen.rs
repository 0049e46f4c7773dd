//! A ratatui backend that writes once per frame, and nothing when nothing changed.

use std::{
    cell::Cell as Slot,
    io::{self, Write},
};

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

use super::pen::Pen;

const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";

/// Collects a frame and sends it in one write, wrapped in a synchronized update.
pub struct Screen<W: Write> {
    out: W,
    frame: String,
    pen: Pen,
    /// Where the cursor is: nobody else moves it, so it is never asked for.
    at: Position,
    shown: bool,
    size: Box<dyn Fn() -> io::Result<Size> + Send>,
    columns: Slot<u16>,
}

impl<W: Write> Screen<W> {
    /// A screen on `out`, whose size is told by `size`.
    pub fn new(out: W, size: impl Fn() -> io::Result<Size> + Send + 'static) -> Self {
        Self {
            out,
            frame: String::new(),
            pen: Pen::default(),
            at: Position::ORIGIN,
            shown: false,
            size: Box::new(size),
            columns: Slot::new(u16::MAX),
        }
    }

    /// Forgets what the terminal was told, after somebody else had it.
    pub fn forget(&mut self) {
        self.pen = Pen::default();
        self.shown = false;
    }

    /// Sends these bytes with the next frame.
    pub fn send_along(&mut self, bytes: &str) {
        self.frame.push_str(bytes);
    }
}

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            self.pen.put(x, y, cell, &mut self.frame);
            self.pen.leave_edge(self.columns.get());
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.shown) {
            self.frame.push_str("\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.shown, true) {
            self.frame.push_str("\x1b[?25h");
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.at = position.into();
        self.pen.go(self.at, &mut self.frame);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        // Many terminals fill what they clear with the ground that is set. It is cleared when the
        // size has changed, which may have moved the cursor.
        self.pen.wash(&mut self.frame);
        self.frame.push_str(match clear_type {
            ClearType::All => "\x1b[2J",
            ClearType::AfterCursor => "\x1b[J",
            ClearType::BeforeCursor => "\x1b[1J",
            ClearType::CurrentLine => "\x1b[2K",
            ClearType::UntilNewLine => "\x1b[K",
        });
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        let size = (self.size)()?;
        self.columns.set(size.width);
        Ok(size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        let columns_rows = self.size()?;
        Ok(WindowSize {
            columns_rows,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.frame.insert_str(0, BEGIN);
        self.frame.push_str(END);
        let sent = self
            .out
            .write_all(self.frame.as_bytes())
            .and_then(|()| self.out.flush());
        self.frame.clear();
        sent
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use ratatui::{Terminal, text::Line};

    use super::*;

    #[derive(Clone, Default)]
    struct Writes(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("one thread").push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_is_one_synchronized_write_and_an_unchanged_one_is_none() {
        let writes = Writes::default();
        let screen = Screen::new(writes.clone(), || Ok(Size::new(20, 4)));
        let mut terminal = Terminal::new(screen).expect("a terminal");
        let count = || writes.0.lock().expect("one thread").len();
        for (text, frames) in [("one", 1), ("one", 1), ("two", 2), ("two", 2)] {
            terminal
                .draw(|frame| {
                    frame.render_widget(Line::raw(text), frame.area());
                    frame.set_cursor_position((0, 0));
                })
                .expect("drawing");
            assert_eq!(count(), frames, "{text}");
        }
        for write in writes.0.lock().expect("one thread").iter() {
            assert!(write.starts_with(BEGIN.as_bytes()) && write.ends_with(END.as_bytes()));
        }
    }
}
