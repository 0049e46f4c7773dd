//! A ratatui backend that writes once per frame, and nothing when nothing changed.

use std::{
    cell::RefCell,
    io::{self, Write},
    rc::Rc,
};

use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// The bytes of a frame while it is put together.
#[derive(Clone, Default)]
struct Collected(Rc<RefCell<Vec<u8>>>);

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Collects a frame and sends it in one write, wrapped in a synchronized update.
pub struct Screen<W: Write> {
    inner: CrosstermBackend<Collected>,
    frame: Collected,
    out: W,
    /// Where the cursor is shown; `None` while hidden.
    cursor: Option<Position>,
    /// Where it is, shown or not: nobody else moves it, so it is never asked for.
    at: Position,
    size: Box<dyn Fn() -> io::Result<Size> + Send>,
    shown: bool,
}

impl<W: Write> Screen<W> {
    /// A screen on `out`, whose size is told by `size`.
    pub fn new(out: W, size: impl Fn() -> io::Result<Size> + Send + 'static) -> Self {
        let frame = Collected::default();
        Self {
            inner: CrosstermBackend::new(frame.clone()),
            frame,
            out,
            cursor: None,
            at: Position::ORIGIN,
            size: Box::new(size),
            shown: false,
        }
    }

    /// Forgets what the terminal was told about the cursor, after somebody else had it.
    pub fn forget(&mut self) {
        self.cursor = None;
        self.shown = false;
    }
}

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        // The inner backend resets colours even for an empty frame; an idle deck stays silent.
        if content.peek().is_none() {
            return Ok(());
        }
        self.inner.draw(content)?;
        if let Some(at) = self.cursor {
            self.inner.set_cursor_position(at)?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor = None;
        if std::mem::take(&mut self.shown) {
            self.inner.hide_cursor()?;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.shown, true) {
            self.inner.show_cursor()?;
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor != Some(position) {
            self.inner.set_cursor_position(position)?;
        }
        self.cursor = Some(position);
        self.at = position;
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        (self.size)()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        let columns_rows = self.size()?;
        Ok(WindowSize {
            columns_rows,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut frame = self.frame.0.borrow_mut();
        if frame.is_empty() {
            return Ok(());
        }
        frame.splice(..0, BEGIN.iter().copied());
        frame.extend_from_slice(END);
        let sent = self.out.write_all(&frame).and_then(|()| self.out.flush());
        frame.clear();
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
            assert!(write.starts_with(BEGIN) && write.ends_with(END));
        }
    }
}
