//! The world through the provider's traits, in virtual time.

use std::time::Duration;

use jiff::Timestamp;

use super::{ClockSetting, DemoOptions, Effect, Faults, WorldHandle, in_process};
use crate::{
    model::{
        AccountId, Change, HostedZoneId, Place, Standing, TroubleKind,
        change::{Side, TrafficChange},
        traffic::{HostedZone, Record},
    },
    provider::{Control, Envelope, Progress, Provider, Sent},
};

fn start() -> Timestamp {
    "2026-01-15T10:00:00Z".parse().expect("a moment")
}

fn options() -> DemoOptions {
    DemoOptions {
        clock: ClockSetting::from(start()),
        ..DemoOptions::default()
    }
}

fn with(faults: &str) -> (Provider, WorldHandle) {
    in_process(&DemoOptions {
        faults: Some(faults.parse().expect("faults")),
        ..options()
    })
}

fn account(text: &str) -> AccountId {
    text.parse().expect("an account")
}

fn prod_shared() -> AccountId {
    account("999999999999")
}

async fn example_com(provider: &Provider) -> HostedZone {
    let zones = provider.traffic.zones(prod_shared()).await.expect("zones");
    zones.zones.into_iter().next().expect("a zone")
}

async fn shop(provider: &Provider) -> (HostedZoneId, Vec<Record>) {
    let zone = example_com(provider).await;
    let shop = |record: &Record| record.name == "shop.example.com.";
    (zone.id, zone.records.into_iter().filter(shop).collect())
}

/// The switch of the shop from what it is now to these weights.
async fn switch(provider: &Provider, weights: [u8; 2]) -> Envelope {
    let (zone, records) = shop(provider).await;
    let sides = records.into_iter().zip(weights).map(|(record, to)| Side {
        from: record.weight().expect("weighted"),
        record,
        to,
    });
    Envelope {
        change: Change::Traffic(TrafficChange::ShiftWeights {
            account: prod_shared().into(),
            zone,
            sides: sides.collect(),
        }),
        key: "key".into(),
        tags: std::collections::BTreeMap::default(),
        reference: "run/1".into(),
    }
}

fn control(provider: &Provider) -> &dyn Control {
    provider.control.as_deref().expect("control")
}

#[tokio::test(start_paused = true)]
async fn a_switch_is_pending_then_in_sync_and_the_servers_follow_one_by_one() {
    let (provider, world) = in_process(&options());
    let envelope = switch(&provider, [0, 100]).await;
    let (zone, sides) = shop(&provider).await;
    let green = async || {
        let answers = provider.traffic.answers(prod_shared(), &zone, &sides, 400);
        answers.await.expect("answers").by_side["green"]
    };
    assert_eq!(green().await, 0);
    let Sent::Accepted(accepted) = control(&provider).perform(&envelope).await else {
        panic!("accepted");
    };
    let standing = control(&provider).standing(&envelope).await;
    assert_eq!(standing, Ok(Standing::to()));
    let mut shares = Vec::new();
    let mut seconds = 0;
    while matches!(
        control(&provider).settled(&envelope, &accepted).await,
        Ok(Progress::Working(_))
    ) {
        shares.push(green().await);
        world.advance(Duration::from_secs(1));
        seconds += 1;
    }
    assert!((30..=60).contains(&seconds), "settled after {seconds} s");
    assert_eq!(green().await, 400);
    shares.dedup();
    assert_eq!(shares, [0, 100, 200, 300]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_has_had_its_effect_and_the_ledger_knows() {
    let (provider, world) = with("lost=perform:1");
    let envelope = switch(&provider, [50, 50]).await;
    let sent = control(&provider).perform(&envelope).await;
    assert!(matches!(sent, Sent::Unknown(_)), "{sent:?}");
    let standing = control(&provider).standing(&envelope).await;
    assert_eq!(standing, Ok(Standing::to()));
    let [entry] = &world.ledger()[..] else {
        panic!("one entry");
    };
    assert!(matches!(entry.effect, Effect::Done { .. }));
    assert!(!entry.answered);
    assert_eq!((entry.number, entry.key.as_str()), (1, "key"));
    let again = control(&provider).perform(&envelope).await;
    assert!(matches!(again, Sent::Accepted(_)), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_error_tells_nothing_of_the_effect() {
    for (faults, wait, found) in [
        ("fail-before=perform:1", 0, Standing::From),
        ("fail-after=perform:1", 0, Standing::to()),
        ("late=perform:1:4m", 239, Standing::From),
        ("late=perform:1:4m", 240, Standing::to()),
    ] {
        let (provider, world) = with(faults);
        let envelope = switch(&provider, [0, 100]).await;
        let sent = control(&provider).perform(&envelope).await;
        assert!(matches!(sent, Sent::Unknown(_)), "{faults}: {sent:?}");
        world.advance(Duration::from_secs(wait));
        let standing = control(&provider).standing(&envelope).await;
        assert_eq!(standing, Ok(found), "{faults} after {wait} s");
    }
}

#[tokio::test(start_paused = true)]
async fn stale_reads_show_the_past_for_as_long_as_was_asked() {
    let (provider, world) = with("stale=10s");
    let envelope = switch(&provider, [0, 100]).await;
    let sent = control(&provider).perform(&envelope).await;
    assert!(matches!(sent, Sent::Accepted(_)));
    let standing = async || control(&provider).standing(&envelope).await;
    assert_eq!(standing().await, Ok(Standing::From));
    world.advance(Duration::from_secs(10));
    assert_eq!(standing().await, Ok(Standing::to()));
}

#[tokio::test(start_paused = true)]
async fn denied_expired_and_suspended_places_say_so() {
    let (provider, _) = with("deny=333333333333,expired=444444444444/eu-west-1");
    let network = async |id: &str, region: &str| {
        let place = Place::new(account(id), region);
        let read = provider.networks.network(&place).await;
        read.map_err(|error| {
            assert_eq!(error.account, Some(place.account));
            error.trouble().kind
        })
        .map(drop)
    };
    assert_eq!(
        network("333333333333", "eu-west-1").await,
        Err(TroubleKind::Denied)
    );
    assert_eq!(
        network("444444444444", "eu-west-1").await,
        Err(TroubleKind::SignedOut)
    );
    assert_eq!(network("444444444444", "eu-central-1").await, Ok(()));
    assert_eq!(
        network("000000000042", "eu-west-1").await,
        Err(TroubleKind::Suspended)
    );
    assert_eq!(
        network("000000000007", "eu-west-1").await,
        Err(TroubleKind::Other)
    );
}

#[tokio::test(start_paused = true)]
async fn a_hanging_place_never_answers_and_does_nothing() {
    let (provider, world) = with("none");
    let envelope = switch(&provider, [0, 100]).await;
    world.set_faults("hang=999999999999".parse().expect("faults"));
    let sent = control(&provider).perform(&envelope);
    let hour = Duration::from_hours(1);
    assert!(tokio::time::timeout(hour, sent).await.is_err());
    world.set_faults(Faults::default());
    let standing = control(&provider).standing(&envelope).await;
    assert_eq!(standing, Ok(Standing::From));
}

#[tokio::test(start_paused = true)]
async fn a_refused_batch_changes_nothing() {
    let (provider, world) = with("prior");
    let first = switch(&provider, [50, 50]).await;
    let sent = control(&provider).perform(&first).await;
    assert!(matches!(sent, Sent::Accepted(_)));
    let second = switch(&provider, [0, 100]).await;
    let Sent::Refused(error) = control(&provider).perform(&second).await else {
        panic!("refused while the first is pending");
    };
    assert!(error.to_string().contains("PriorRequestNotComplete"));
    let standing = control(&provider).standing(&first).await;
    assert_eq!(standing, Ok(Standing::to()));
    world.advance(Duration::from_mins(1));
    let sent = control(&provider).perform(&second).await;
    assert!(matches!(sent, Sent::Accepted(_)));
    assert_eq!(world.ledger().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_change_by_hand_is_seen_and_leaves_no_entry() {
    let (provider, world) = in_process(&options());
    let envelope = switch(&provider, [0, 100]).await;
    let (zone, mut records) = shop(&provider).await;
    let mut blue = records.remove(0);
    blue.values = vec!["elsewhere.example.com.".into()];
    world.put_record(prod_shared(), &zone, blue).expect("put");
    let standing = control(&provider).standing(&envelope).await;
    let Ok(Standing::Elsewhere(lines)) = standing else {
        panic!("{standing:?}");
    };
    assert!(lines[0].starts_with("blue: values"), "{lines:?}");
    assert_eq!(world.ledger(), []);
}

#[tokio::test(start_paused = true)]
async fn throttling_hits_its_share_of_calls_and_the_same_ones_each_time() {
    let hits = async || {
        let (provider, _) = with("throttle=ec2:0.25");
        let place = Place::new(prod_shared(), "eu-west-1");
        let mut hits = Vec::new();
        for call in 0..200 {
            if provider.networks.network(&place).await.is_err() {
                hits.push(call);
            }
        }
        hits
    };
    let first = hits().await;
    assert!((30..=70).contains(&first.len()), "{} of 200", first.len());
    assert_eq!(first, hits().await);
}

#[tokio::test(start_paused = true)]
async fn latency_passes_in_tokio_time() {
    let (provider, _) = with("latency=50ms");
    let before = tokio::time::Instant::now();
    provider.identity.caller(None).await.expect("a caller");
    assert_eq!(before.elapsed(), Duration::from_millis(50));
}

#[test]
fn a_read_only_world_has_no_control() {
    let (provider, _) = in_process(&DemoOptions {
        read_only: true,
        ..options()
    });
    assert!(provider.control.is_none());
}
