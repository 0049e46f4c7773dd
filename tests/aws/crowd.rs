//! Three hundred accounts whose service throttles: how much is asked is counted at the server.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use super::{
    forward::{Fate, Forward, Which},
    moto::{Moto, run},
    operator::Operator,
};

const ACCOUNTS: usize = 300;

/// How long nothing is let through once the first was refused.
const THROTTLED: Duration = Duration::from_secs(8);

/// What one account may be asked in that time: three attempts of the SDK, and again after one, two
/// and four seconds.
const ASKED: usize = 12;

#[test]
fn throttling_of_three_hundred_accounts_is_waited_for_and_stormed_by_nobody() {
    let moto = Moto::empty();
    run(
        "seed_many.py",
        &[moto.endpoint(), &ACCOUNTS.to_string()],
        "",
    );
    let forward = Forward::before(&moto);
    let eks = Which::call("eks", "ListClusters");
    forward.throttle(eks.clone());
    let operator = Operator::at(forward.endpoint(), None);
    let listed = thread::scope(|scope| {
        let listed = scope.spawn(|| operator.json(0, &["clusters"]));
        while forward.count(&eks) == 0 {
            assert!(!listed.is_finished(), "it gave up before it asked");
            thread::park_timeout(Duration::from_millis(5));
        }
        let began = Instant::now();
        while let Some(left) = THROTTLED.checked_sub(began.elapsed()) {
            thread::park_timeout(left);
        }
        forward.heal();
        listed.join().expect("all are read in the end")
    });
    assert_eq!(listed["partial"], false, "{}", listed["errors"]);

    let mut asked: BTreeMap<String, Vec<Fate>> = BTreeMap::new();
    for seen in forward.requests() {
        if eks.is(&seen.request) {
            let account = seen.request.account.to_string();
            asked.entry(account).or_default().push(seen.fate);
        }
    }
    assert_eq!(asked.len(), ACCOUNTS);
    for (account, fates) in &asked {
        let refused = fates.iter().filter(|fate| **fate == Fate::Throttled);
        assert!(refused.count() <= ASKED, "{account}: {fates:?}");
        assert_eq!(fates.last(), Some(&Fate::Passed), "{account}: {fates:?}");
        let passed = fates.iter().filter(|fate| **fate == Fate::Passed);
        assert_eq!(passed.count(), 1, "{account}: {fates:?}");
    }
    let entered = forward.count(&Which::call("sts", "AssumeRole"));
    assert!(
        entered < ACCOUNTS,
        "{entered}: each account once, and home never"
    );
}
