//! Counts the requests that AWS bills and refuses those beyond the caps.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::civil::Date;
use rusqlite::{Connection, TransactionBehavior, params};
use rust_decimal::Decimal;

use crate::{
    config::{files, settings::Cost},
    model::cost::PRICE_PER_REQUEST,
};

/// The count of one organization, shared by all decks of this user through one file.
#[derive(Clone, Debug)]
pub struct Meter {
    connection: Arc<Mutex<Connection>>,
    per_day: Decimal,
    per_month: Decimal,
    /// Why the count does not outlive this process, if it does not.
    pub notice: Option<String>,
}

/// What was spent on looking, in USD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub today: Decimal,
    pub this_month: Decimal,
}

/// A request that was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(
        "not asked: {wanted:.2} USD more would exceed the {period} cap of {cap:.2} USD ({spent:.2} USD spent)"
    )]
    Cap {
        /// `daily` or `monthly`.
        period: &'static str,
        wanted: Decimal,
        cap: Decimal,
        spent: Decimal,
    },
    #[error("not asked, because it cannot be counted: {0}")]
    Uncounted(String),
}

impl Refused {
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Cap { period: "daily", .. } => {
                "raise `ce_daily_budget_usd` under [cost] in the settings, or wait for tomorrow (UTC)"
                    .into()
            }
            Self::Cap { .. } => {
                "raise `ce_monthly_budget_usd` under [cost] in the settings, or wait for next month"
                    .into()
            }
            Self::Uncounted(_) => "see whether the state folder can be written".into(),
        }
    }
}

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS paid_request (
    day TEXT PRIMARY KEY, -- UTC
    requests INTEGER NOT NULL
)";

const ADD: &str = "INSERT INTO paid_request (day, requests) VALUES (?1, ?2)
    ON CONFLICT (day) DO UPDATE SET requests = requests + excluded.requests";

impl Meter {
    /// Counts in `file`; where that cannot be, in memory, with a notice.
    #[must_use]
    pub fn open(file: &Path, cost: &Cost) -> Self {
        match connect(file) {
            Ok(connection) => Self::with(connection, cost, None),
            Err(why) => Self {
                notice: Some(format!(
                    "paid requests are counted for this session only: {}: {why}",
                    file.display()
                )),
                ..Self::in_memory(cost)
            },
        }
    }

    /// Counts for this process only.
    #[must_use]
    pub fn in_memory(cost: &Cost) -> Self {
        let connection = Connection::open_in_memory()
            .and_then(|connection| connection.execute_batch(SCHEMA).map(|()| connection))
            .expect("SQLite can always keep one table in memory");
        Self::with(connection, cost, None)
    }

    fn with(connection: Connection, cost: &Cost, notice: Option<String>) -> Self {
        Self {
            connection: Arc::new(Mutex::new(connection)),
            per_day: cost.ce_daily_budget_usd,
            per_month: cost.ce_monthly_budget_usd,
            notice,
        }
    }

    /// Counts in `file` from now on, what was counted so far included. Where that cannot be, the
    /// count stays in memory.
    pub fn place(&self, file: &Path) -> Result<(), String> {
        let placed = connect(file)?;
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let counted = || -> rusqlite::Result<Vec<(String, i64)>> {
            let mut rows = connection.prepare("SELECT day, requests FROM paid_request")?;
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        let moved = counted().and_then(|counted| {
            for (day, requests) in counted {
                placed.execute(ADD, params![day, requests])?;
            }
            Ok(())
        });
        moved.map_err(|error| error.to_string())?;
        *connection = placed;
        Ok(())
    }

    /// The caps, per day and per month, in USD.
    #[must_use]
    pub const fn caps(&self) -> Spent {
        Spent {
            today: self.per_day,
            this_month: self.per_month,
        }
    }

    /// Counts `requests` before they are sent, or says why they must not be.
    pub fn spend(&self, requests: u32, today: Date) -> Result<(), Refused> {
        self.count(requests, today, true)
    }

    /// Whether `requests` more would be within the caps.
    pub fn allows(&self, requests: u32, today: Date) -> Result<(), Refused> {
        self.fits(requests, self.spent(today)?)
    }

    /// Counts requests that were sent already: further pages of an answer. They may exceed a cap.
    pub fn add(&self, requests: u32, today: Date) {
        if requests > 0
            && let Err(error) = self.count(requests, today, false)
        {
            tracing::warn!(%error, "paid requests were not counted");
        }
    }

    /// What was spent on the day and in the month of `today`.
    pub fn spent(&self, today: Date) -> Result<Spent, Refused> {
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        spent(&connection, today).map_err(|error| Refused::Uncounted(error.to_string()))
    }

    fn count(&self, requests: u32, today: Date, capped: bool) -> Result<(), Refused> {
        let uncounted = |error: rusqlite::Error| Refused::Uncounted(error.to_string());
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Locked from the look to the count, so that two decks cannot both take the last cent.
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(uncounted)?;
        if capped {
            self.fits(requests, spent(&transaction, today).map_err(uncounted)?)?;
        }
        transaction
            .execute(ADD, params![today.to_string(), requests])
            .map_err(uncounted)?;
        transaction.commit().map_err(uncounted)
    }

    fn fits(&self, requests: u32, spent: Spent) -> Result<(), Refused> {
        let wanted = PRICE_PER_REQUEST * Decimal::from(requests);
        let caps = [
            ("daily", self.per_day, spent.today),
            ("monthly", self.per_month, spent.this_month),
        ];
        let exceeded = caps
            .into_iter()
            .find(|(_, cap, spent)| spent + wanted > *cap);
        match exceeded {
            Some((period, cap, spent)) => Err(Refused::Cap {
                period,
                wanted,
                cap,
                spent,
            }),
            None => Ok(()),
        }
    }
}

fn connect(file: &Path) -> Result<Connection, String> {
    files::make_private_file(file).map_err(|error| error.to_string())?;
    let open = || {
        let connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(2))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(connection)
    };
    open().map_err(|error: rusqlite::Error| error.to_string())
}

fn spent(connection: &Connection, today: Date) -> rusqlite::Result<Spent> {
    let sql = "SELECT coalesce(sum(requests), 0) FROM paid_request WHERE day BETWEEN ?1 AND ?2";
    let between = |from: Date| -> rusqlite::Result<Decimal> {
        let requests: i64 =
            connection.query_row(sql, params![from.to_string(), today.to_string()], |row| {
                row.get(0)
            })?;
        Ok(PRICE_PER_REQUEST * Decimal::from(requests))
    };
    Ok(Spent {
        today: between(today)?,
        this_month: between(today.first_of_month())?,
    })
}
