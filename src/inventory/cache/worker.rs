//! The cache's own thread: takes jobs in their order, writes many answers at once.

use std::sync::mpsc::Receiver;

use super::{Job, store::Store};
use crate::inventory::Event;

/// Answers in one transaction.
const BATCH: usize = 512;

pub(super) fn work(mut store: Store, jobs: &Receiver<Job>) {
    let mut answers = Vec::new();
    while let Ok(mut job) = jobs.recv() {
        loop {
            match job {
                Job::Store(query, loaded, at) => answers.push((query, loaded, at)),
                Job::Recall(query, answer) => {
                    write(&mut store, &mut answers);
                    answer.send(store.recall(&query)).ok();
                }
                Job::RecallAll(events) => {
                    write(&mut store, &mut answers);
                    let told = |event| events.send(event).is_ok();
                    if let Err(error) = store.recall_all(told) {
                        let notice = format!("the cache cannot be read: {error}");
                        events.send(Event::Notice(notice)).ok();
                    }
                    events.send(Event::Recalled).ok();
                }
                Job::Flush(done) => {
                    write(&mut store, &mut answers);
                    done.send(store.written()).ok();
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

/// A disk that is full costs the cache, not the deck.
fn write(store: &mut Store, answers: &mut Vec<(super::Query, super::Loaded, jiff::Timestamp)>) {
    if answers.is_empty() {
        return;
    }
    if let Err(error) = store.store(answers) {
        tracing::warn!(%error, "the cache cannot be written");
    }
    answers.clear();
}
