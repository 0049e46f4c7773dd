//! The cache's own thread: takes jobs in their order, writes many answers at once.

use std::{path::Path, sync::mpsc::Receiver};

use super::{Job, store::Store};
use crate::inventory::Event;

/// Answers in one transaction.
const BATCH: usize = 512;

pub(super) fn work(mut store: Option<Store>, jobs: &Receiver<Job>) {
    let mut answers = Vec::new();
    while let Ok(mut job) = jobs.recv() {
        loop {
            match job {
                Job::Place(file) => {
                    if store.is_none() {
                        store = placed(&file);
                    }
                    // Without a file there is nowhere to keep them.
                    if store.is_none() {
                        answers.clear();
                    }
                }
                Job::Store(query, loaded, at) => answers.push((query, loaded, at)),
                Job::Recall(query, answer) => {
                    write(&mut store, &mut answers);
                    let found = store.as_ref().and_then(|store| store.recall(&query));
                    answer.send(found).ok();
                }
                Job::RecallAll(events) => {
                    write(&mut store, &mut answers);
                    let told = |event| events.send(event).is_ok();
                    let recalled = store.as_ref().map(|store| store.recall_all(told));
                    if let Some(Err(error)) = recalled {
                        let notice = format!("the cache cannot be read: {error}");
                        events.send(Event::Notice(notice)).ok();
                    }
                    events.send(Event::Recalled).ok();
                }
                Job::Flush(done) => {
                    write(&mut store, &mut answers);
                    done.send(store.as_ref().map_or(0, Store::written)).ok();
                }
            }
            match jobs.try_recv() {
                Ok(next) if answers.len() < BATCH => job = next,
                Ok(next) => {
                    write(&mut store, &mut answers);
                    job = next;
                }
                Err(_) => break,
            }
        }
        write(&mut store, &mut answers);
    }
}

/// Opens the file that was waited for.
fn placed(file: &Path) -> Option<Store> {
    match Store::open_or_replace(file) {
        Ok((store, notice)) => {
            if let Some(notice) = notice {
                tracing::warn!("{notice}");
            }
            Some(store)
        }
        Err(error) => {
            tracing::warn!(%error, "nothing is kept");
            None
        }
    }
}

/// A disk that is full costs the cache, not the deck. While no file is known the answers wait.
fn write(
    store: &mut Option<Store>,
    answers: &mut Vec<(super::Query, super::Loaded, jiff::Timestamp)>,
) {
    let Some(store) = store.as_mut().filter(|_| !answers.is_empty()) else {
        return;
    };
    if let Err(error) = store.store(answers) {
        tracing::warn!(%error, "the cache cannot be written");
    }
    answers.clear();
}
