//! The loop that decides what is read next.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender},
    task::{Id, JoinError, JoinSet},
    time::Instant,
};

use super::{
    Command, Loaded, Source, Want,
    bucket::Buckets,
    queue::Queue,
    read::{self, Failure, Outcome},
    retry,
};
use crate::{
    inventory::{Event, Query},
    model::{AccountId, AccountStatus, Organization},
    provider::{Error, Kind},
};

/// So many times the usual number may be under way when most of them are slow.
const CROWD: usize = 4;

pub(super) async fn run(
    source: Source,
    mut commands: UnboundedReceiver<Command>,
    events: UnboundedSender<Event>,
) {
    let mut dispatcher = Dispatcher::new(source, events);
    loop {
        // Whatever was asked by now is weighed together before anything goes.
        while let Ok(command) = commands.try_recv() {
            dispatcher.obey(command);
        }
        dispatcher.depart();
        let wake = dispatcher.wakes();
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => dispatcher.obey(command),
                None => return,
            },
            Some(landed) = dispatcher.flights.join_next_with_id() => dispatcher.land(landed),
            () = sleep_until(wake), if wake.is_some() => {}
        }
    }
}

async fn sleep_until(wake: Option<Instant>) {
    if let Some(wake) = wake {
        tokio::time::sleep_until(wake).await;
    }
}

struct Dispatcher {
    source: Source,
    events: UnboundedSender<Event>,
    queue: Queue,
    buckets: Buckets,
    flights: JoinSet<Outcome>,
    /// What each task reads, and for which epoch of its query.
    tasks: HashMap<Id, Flight>,
    /// The epoch that counts for each query under way.
    running: HashMap<Query, u64>,
    /// Reads that still hold a place, oldest first.
    young: BTreeSet<(Instant, u64)>,
    landed: HashMap<Query, Instant>,
    tries: HashMap<Query, u32>,
    forced: HashSet<Query>,
    suspended: HashMap<AccountId, AccountStatus>,
    epoch: u64,
}

struct Flight {
    query: Query,
    want: Want,
    epoch: u64,
    since: Instant,
}

impl Dispatcher {
    fn new(source: Source, events: UnboundedSender<Event>) -> Self {
        let mut dispatcher = Self {
            events,
            queue: Queue::default(),
            buckets: Buckets::new(Instant::now()),
            flights: JoinSet::new(),
            tasks: HashMap::new(),
            running: HashMap::new(),
            young: BTreeSet::new(),
            landed: HashMap::new(),
            tries: HashMap::new(),
            forced: HashSet::new(),
            suspended: HashMap::new(),
            epoch: 0,
            source,
        };
        if let Some(organization) = dispatcher.source.organization.clone() {
            dispatcher.learn(&organization);
        }
        dispatcher
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Want(queries, want) => {
                for query in queries {
                    self.want(query, want);
                }
            }
            Command::Focus(queries) => {
                self.queue.demote_screen();
                for query in queries {
                    self.want(query, Want::OnScreen);
                }
            }
            Command::Refresh(queries) => {
                for query in queries {
                    // What is under way was asked before; its answer would be too old.
                    self.running.remove(&query);
                    self.tries.remove(&query);
                    self.forced.insert(query.clone());
                    self.queue.hurry(&query, Want::OnScreen);
                }
            }
        }
    }

    fn want(&mut self, query: Query, want: Want) {
        let fresh = |landed: &Instant| landed.elapsed() < self.source.limits.fresh_for;
        let known = self.landed.get(&query).is_some_and(fresh) && !self.queue.contains(&query);
        if !known && !self.running.contains_key(&query) {
            self.queue.add(query, want);
        }
    }

    /// Lets go whatever may go now.
    fn depart(&mut self) {
        let now = Instant::now();
        let patience = self.source.limits.patience;
        self.young
            .retain(|(since, _)| now.duration_since(*since) < patience);
        while self.has_room()
            && let Some((query, want)) = self.queue.pop(now)
        {
            if let Some(error) = self.refusal(&query) {
                self.fail(&query, want, &Failure::Provider(error));
                continue;
            }
            // What comes from the cache uses up nothing.
            if self.source.provider.is_some()
                && let Err(until) = self.buckets.take(&query, now)
            {
                self.queue.delay(query, want, until);
                continue;
            }
            self.fly(query, want, now);
        }
    }

    fn has_room(&self) -> bool {
        let places = self.source.limits.in_flight;
        self.young.len() < places && self.flights.len() < places * CROWD
    }

    fn fly(&mut self, query: Query, want: Want, now: Instant) {
        self.epoch += 1;
        let forced = self.forced.remove(&query);
        self.running.insert(query.clone(), self.epoch);
        self.young.insert((now, self.epoch));
        self.tell(Event::Began(query.clone()));
        let reading = read::read(
            query.clone(),
            self.source.clone(),
            forced,
            self.events.clone(),
        );
        let task = self.flights.spawn(reading);
        let flight = Flight {
            query,
            want,
            epoch: self.epoch,
            since: now,
        };
        self.tasks.insert(task.id(), flight);
    }

    fn land(&mut self, landed: Result<(Id, Outcome), JoinError>) {
        let (id, outcome) = match landed {
            Ok(landed) => landed,
            Err(broken) => {
                let message = format!("the read broke off: {broken}");
                (broken.id(), Err(Failure::Provider(internal(message))))
            }
        };
        let Some(flight) = self.tasks.remove(&id) else {
            return;
        };
        self.young.remove(&(flight.since, flight.epoch));
        let counts = self.running.get(&flight.query) == Some(&flight.epoch);
        if counts {
            self.running.remove(&flight.query);
        }
        match outcome {
            Ok((loaded, at)) => {
                let kept = self.source.provider.is_some() && flight.query.kind().is_kept();
                if let (Some(cache), true) = (&self.source.cache, kept) {
                    cache.store(&flight.query, &loaded, at);
                }
                if counts {
                    self.answer(flight.query, loaded, at);
                }
            }
            Err(failure) if counts => self.fail(&flight.query, flight.want, &failure),
            Err(_) => {}
        }
    }

    fn answer(&mut self, query: Query, loaded: Loaded, at: jiff::Timestamp) {
        let now = Instant::now();
        self.buckets.answered(&query, now);
        self.tries.remove(&query);
        self.landed.insert(query.clone(), now);
        if let Loaded::Organization(organization) = &loaded {
            self.learn(organization);
            if let Some(learned) = &self.source.learned {
                learned(organization);
            }
        }
        self.tell(Event::Loaded { query, loaded, at });
    }

    fn fail(&mut self, query: &Query, want: Want, failure: &Failure) {
        let again = match failure {
            Failure::Provider(error) => self.retry(query, want, error),
            Failure::Refused(_) | Failure::NotCached => None,
        };
        self.tell(Event::Failed {
            query: query.clone(),
            trouble: Arc::new(failure.trouble()),
            again,
        });
    }

    fn retry(&mut self, query: &Query, want: Want, error: &Error) -> Option<Duration> {
        let now = Instant::now();
        if matches!(error.kind, Kind::Throttled { .. }) {
            self.buckets.throttled(query, now);
        }
        let tries = self.tries.entry(query.clone()).or_default();
        *tries += 1;
        let pause = retry::after(error, query, *tries, self.source.limits.persistent)?;
        // What has failed waits behind what may well succeed.
        self.queue
            .delay(query.clone(), want.max(Want::Near), now + pause);
        Some(pause)
    }

    /// Why an account is not even asked.
    fn refusal(&self, query: &Query) -> Option<Error> {
        let account = query.account()?;
        let status = self.suspended.get(&account)?;
        let error = Error::new(Kind::Suspended {
            status: status.to_string(),
        });
        Some(error.at(account, query.region()))
    }

    fn learn(&mut self, organization: &Arc<Organization>) {
        self.suspended = organization
            .accounts
            .iter()
            .filter(|account| account.status != AccountStatus::Active)
            .map(|account| (account.id, account.status))
            .collect();
        self.source.organization = Some(Arc::clone(organization));
    }

    /// When to look again without anything having happened.
    fn wakes(&self) -> Option<Instant> {
        let patience = self.source.limits.patience;
        let crowded = self.queue.has_ready() && !self.has_room();
        let room = self
            .young
            .first()
            .filter(|_| crowded)
            .map(|(since, _)| *since + patience);
        let delay = self.queue.wakes().filter(|_| self.has_room());
        room.into_iter().chain(delay).min()
    }

    /// Nobody listens any more when the deck closes.
    fn tell(&self, event: Event) {
        self.events.send(event).ok();
    }
}

fn internal(message: String) -> Error {
    Error::new(Kind::Service {
        service: "awsdeck".into(),
        code: "Internal".into(),
        message,
    })
}
