//! Notices when a file of the user's has changed, so that saving it is enough.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use tokio::sync::mpsc::UnboundedSender;

use super::Reload;
use crate::tui::Message;

/// Between two looks. A look is a few `stat` calls.
const INTERVAL: Duration = Duration::from_secs(2);

/// Watches until nobody listens any more.
pub(super) async fn watch(files: Vec<PathBuf>, reload: Reload, messages: UnboundedSender<Message>) {
    let mut known = times(&files);
    while !messages.is_closed() {
        tokio::time::sleep(INTERVAL).await;
        let now = times(&files);
        if now == known {
            continue;
        }
        known = now;
        let reload = reload.clone();
        let Ok(news) = tokio::task::spawn_blocking(move || reload()).await else {
            continue;
        };
        for message in news {
            if messages.send(message).is_err() {
                return;
            }
        }
    }
}

fn times(files: &[PathBuf]) -> Vec<Option<SystemTime>> {
    let time = |file: &PathBuf| fs::metadata(file).and_then(|known| known.modified()).ok();
    files.iter().map(time).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn saving_a_watched_file_is_enough() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.toml");
        let (sender, mut messages) = mpsc::unbounded_channel();
        let reload: Reload = Arc::new(|| vec![Message::Tick]);
        let watching = tokio::spawn(watch(vec![file.clone()], reload, sender));
        tokio::time::sleep(INTERVAL * 3).await;
        assert!(messages.try_recv().is_err(), "nothing has changed yet");
        fs::write(&file, "").expect("writing");
        assert!(messages.recv().await.is_some());
        watching.abort();
    }
}
