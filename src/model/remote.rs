//! Data that comes from elsewhere and may be late, old or missing.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Health, State};

/// Why a read failed, in the words that are shown: a kind to group by, a message, the next step.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Trouble {
    /// What class of failure: decides the glyph and whether waiting, signing in or a role helps.
    pub kind: TroubleKind,
    pub message: String,
    /// What the reader can do next.
    pub hint: Option<String>,
}

/// Failures sorted by what the reader can do about them.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TroubleKind {
    SignedOut,
    Denied,
    Throttled,
    Unreachable,
    /// Nothing leads there from here: a private endpoint without a tunnel.
    NoRoute,
    Suspended,
    /// The endpoint does not offer this call (emulators, some partitions).
    Unavailable,
    Other,
}

impl Trouble {
    /// How a scope stands that could not be read for this reason.
    #[must_use]
    pub fn health(&self) -> Health {
        let state = match self.kind {
            TroubleKind::SignedOut | TroubleKind::Denied => State::Denied,
            TroubleKind::Throttled => State::Working,
            TroubleKind::Unreachable | TroubleKind::Other => State::Failed,
            TroubleKind::Suspended => State::Off,
            TroubleKind::Unavailable | TroubleKind::NoRoute => State::Unknown,
        };
        Health::new(state, self.message.clone())
    }
}

/// A value on its way. While it reloads or after a failure, the last good value stays on screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Remote<T> {
    /// Nobody asked yet.
    #[default]
    Unasked,
    /// Asked; what went wrong before, and the value from before, are still shown.
    Loading(Option<Arc<Trouble>>, Option<Dated<T>>),
    Ready(Dated<T>),
    /// It failed; the reason, and the value from before.
    Failed(Arc<Trouble>, Option<Dated<T>>),
}

/// A value and the moment it was read from its source (not from the cache).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    pub value: T,
    pub at: Timestamp,
}

impl<T> Remote<T> {
    /// The best value to show now.
    pub fn value(&self) -> Option<&T> {
        self.dated().map(|dated| &dated.value)
    }

    /// When the shown value was read.
    pub fn read_at(&self) -> Option<Timestamp> {
        self.dated().map(|dated| dated.at)
    }

    /// Why the newest read that has ended failed, if it did.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.failure().map(Arc::as_ref)
    }

    /// The same, to be kept.
    pub fn failure(&self) -> Option<&Arc<Trouble>> {
        match self {
            Self::Failed(trouble, _) | Self::Loading(Some(trouble), _) => Some(trouble),
            _ => None,
        }
    }

    pub fn is_loading(&self) -> bool {
        matches!(self, Self::Loading(..))
    }

    /// Notes that a read has begun and keeps what is known from before.
    pub fn begin(&mut self) {
        let failure = self.failure().cloned();
        *self = Self::Loading(failure, self.take());
    }

    /// Notes a failure and keeps the last good value.
    pub fn fail(&mut self, trouble: Arc<Trouble>) {
        *self = Self::Failed(trouble, self.take());
    }

    fn dated(&self) -> Option<&Dated<T>> {
        match self {
            Self::Unasked => None,
            Self::Ready(dated) => Some(dated),
            Self::Loading(_, last) | Self::Failed(_, last) => last.as_ref(),
        }
    }

    fn take(&mut self) -> Option<Dated<T>> {
        match std::mem::take(self) {
            Self::Unasked => None,
            Self::Ready(dated) => Some(dated),
            Self::Loading(_, last) | Self::Failed(_, last) => last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_says_so_until_it_is_read() {
        let at = Timestamp::UNIX_EPOCH;
        let mut remote: Remote<u8> = Remote::Unasked;
        remote.begin();
        assert_eq!(remote.trouble(), None);
        remote.fail(Arc::new(Trouble {
            kind: TroubleKind::Denied,
            message: "no".into(),
            hint: None,
        }));
        for _ in 0..2 {
            remote.begin();
            assert!(remote.is_loading());
            let kind = remote.trouble().map(|trouble| trouble.kind);
            assert_eq!(kind, Some(TroubleKind::Denied));
        }
        remote = Remote::Ready(Dated { value: 7, at });
        remote.begin();
        assert_eq!((remote.trouble(), remote.value()), (None, Some(&7)));
    }

    #[test]
    fn the_last_good_value_survives_a_reload_that_fails() {
        let at = Timestamp::UNIX_EPOCH;
        let mut remote = Remote::Ready(Dated { value: 7, at });
        remote.begin();
        assert!(remote.is_loading());
        remote.fail(Arc::new(Trouble {
            kind: TroubleKind::Denied,
            message: "no".into(),
            hint: None,
        }));
        assert_eq!(remote.value(), Some(&7));
        assert_eq!(
            remote.trouble().map(|trouble| trouble.kind),
            Some(TroubleKind::Denied)
        );
    }
}
