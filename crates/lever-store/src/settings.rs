//! The constants that an owner may change.

use serde::{Deserialize, Serialize};

/// Trust and bounds. The defaults are the product's; unknown keys are refused when read from a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Trust of a new command, 0 to 100.
    pub trust_new: f64,
    /// Trust of a command that a model rewrote. The store only keeps it; whoever teaches passes it.
    pub trust_rewritten: f64,
    /// Added for a success.
    pub trust_success: f64,
    /// Taken for a failure.
    pub trust_failure: f64,
    /// Below this nothing runs unasked. The store only keeps it.
    pub trust_auto_run: f64,
    /// Promotion needs more successes than this since the last one.
    pub promote_after: u32,
    /// Promotion is for trust below this.
    pub promote_below: f64,
    /// Added by a promotion.
    pub promote_by: f64,
    /// Flagged: trust below this and at least [`Settings::flag_failures`] failures.
    pub flag_below: f64,
    /// See [`Settings::flag_below`].
    pub flag_failures: u32,
    /// How many resolved requests are remembered, over all namespaces.
    pub resolutions: u32,
    /// How many runs are remembered, over all namespaces; 0 is all of them.
    pub runs: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trust_new: 50.0,
            trust_rewritten: 40.0,
            trust_success: 1.5,
            trust_failure: 4.0,
            trust_auto_run: 40.0,
            promote_after: 20,
            promote_below: 90.0,
            promote_by: 10.0,
            flag_below: 30.0,
            flag_failures: 5,
            resolutions: 10_000,
            runs: 100_000,
        }
    }
}
