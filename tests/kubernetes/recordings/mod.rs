//! The server held to recordings of a real one: every recording is played again and compared field by
//! field, or stands in the table of those that cannot be.

mod altered;
mod compare;
mod derived;
mod history;
mod logs;
mod ordered;
mod recording;
mod replay;
mod rules;
mod scenes;
mod scheduling;
mod stories;
mod tokens;
mod unmatched;

use recording::Recording;

/// Recordings of one thing after the other, each of which begins where the one before ended.
const STORIES: &[&[&str]] = &[stories::ROLLOUTS];

/// Plays a group of recordings, each on a server of its own.
async fn play(group: &str) {
    let history = history::History::read();
    let mut found = Vec::new();
    for recording in Recording::all(group) {
        let apart = STORIES
            .iter()
            .any(|story| story.contains(&recording.name.as_str()));
        if !apart && unmatched::reason(&recording.name).is_none() && recording.is_exchange() {
            found.extend(differences(&history, &recording).await);
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Plays one recording on a server of its own and gives what was not as recorded.
async fn differences(history: &history::History, recording: &Recording) -> Vec<String> {
    let (mut stage, acts) = scenes::scene(history, recording);
    stage.play(recording, acts).await;
    stage.differences()
}

/// No recording is forgotten, and no exception is left without a reason or a use.
#[test]
fn every_recording_is_played_or_listed_with_a_reason() {
    let names = |group: &&str| Recording::all(group);
    let all: Vec<Recording> = history::GROUPS.iter().flat_map(names).collect();
    let folders = std::fs::read_dir(recording::folder()).expect("a folder");
    let folders = folders.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir()));
    assert_eq!(folders.count(), history::GROUPS.len());
    for recording in &all {
        assert_eq!(
            recording.is_exchange(),
            unmatched::reason(&recording.name).is_none(),
            "{}",
            recording.name
        );
    }
    let known = |name: &str| all.iter().any(|recording| recording.name == name);
    let stories = STORIES.iter().copied().flatten();
    assert!(stories.copied().all(known));
    assert!(
        unmatched::UNMATCHED
            .iter()
            .all(|(name, why)| known(name) && !why.is_empty())
    );
}

#[test]
fn every_exception_has_a_reason() {
    let rules = rules::RULES.iter().map(|rule| rule.why);
    let tokens = rules::TOKENS.iter().map(|token| token.why);
    assert!(rules.chain(tokens).all(|why| !why.is_empty()));
}

#[tokio::test]
async fn sign_in_and_permission_answer_as_recorded() {
    play("auth").await;
}

#[tokio::test]
async fn discovery_answers_as_recorded() {
    play("discovery").await;
}

#[tokio::test]
async fn gpu_nodes_and_pods_are_listed_as_recorded() {
    play("gpu").await;
}

#[tokio::test]
async fn lists_answer_as_recorded() {
    play("lists").await;
}

#[tokio::test]
async fn watches_tell_what_was_recorded() {
    play("watches").await;
}

#[tokio::test]
async fn writes_answer_as_recorded() {
    play("writes").await;
}

#[tokio::test]
async fn a_deployment_rolls_out_as_recorded() {
    let differences = stories::rollouts().await;
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test]
async fn velero_works_as_recorded() {
    let differences = stories::velero().await;
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
