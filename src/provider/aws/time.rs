//! The SDK's moments as ours.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// `None` outside the years that both know.
pub(super) fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
