//! Notices when a file of the user's has changed, so that saving it is enough.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use tokio::sync::mpsc::UnboundedSender;

use super::Reload;
use crate::tui::Message;

/// Between two looks. A look is a few `stat` calls; what has changed is noticed within 2 s.
const INTERVAL: Duration = Duration::from_millis(1_500);

/// Watches until nobody listens any more.
pub(super) async fn watch(files: Vec<PathBuf>, reload: Reload, messages: UnboundedSender<Message>) {
    let mut known = times(&files);
    while changed(&files, &mut known, &messages).await {
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

/// Tells whenever another program has signed in: the AWS CLI leaves its sessions in files.
pub(super) async fn watch_sign_in(files: Vec<PathBuf>, messages: UnboundedSender<Message>) {
    let mut known = times(&files);
    while changed(&files, &mut known, &messages).await {
        // Whoever listens may have gone away meanwhile.
        messages.send(Message::SignInChanged).ok();
    }
}

/// Waits for a change; `false` when nobody listens any more.
async fn changed(
    files: &[PathBuf],
    known: &mut Times,
    messages: &UnboundedSender<Message>,
) -> bool {
    while !messages.is_closed() {
        tokio::time::sleep(INTERVAL).await;
        let now = times(files);
        if now != *known {
            *known = now;
            return true;
        }
    }
    false
}

/// When each file was last written, those in folders included.
type Times = Vec<(PathBuf, SystemTime)>;

fn times(files: &[PathBuf]) -> Times {
    let time = |file: PathBuf| {
        let modified = fs::metadata(&file)
            .and_then(|known| known.modified())
            .ok()?;
        Some((file, modified))
    };
    let inside = |folder: &PathBuf| fs::read_dir(folder).into_iter().flatten().flatten();
    let mut times: Times = files
        .iter()
        .flat_map(|file| inside(file).map(|entry| entry.path()).chain([file.clone()]))
        .filter_map(time)
        .collect();
    times.sort();
    times
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

    #[tokio::test(start_paused = true)]
    async fn a_session_that_another_program_leaves_is_noticed_within_two_seconds() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("sso/cache");
        let (sender, mut messages) = mpsc::unbounded_channel();
        let watching = tokio::spawn(watch_sign_in(vec![folder.clone()], sender));
        tokio::time::sleep(INTERVAL * 2).await;
        assert!(messages.try_recv().is_err(), "no folder is no change");
        for name in ["a.json", "b.json"] {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join(name), "{}").expect("writing");
            let noticed = tokio::time::timeout(Duration::from_secs(2), messages.recv()).await;
            assert!(
                matches!(noticed, Ok(Some(Message::SignInChanged))),
                "{name}"
            );
        }
        watching.abort();
    }
}
