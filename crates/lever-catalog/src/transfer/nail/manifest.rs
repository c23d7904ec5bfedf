//! `manifest.json`, and the day and time as it has them.

use serde::{Deserialize, Serialize};

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Of the format.
    pub(super) version: String,
    /// Of the machine that it comes from.
    pub(super) fingerprint: String,
    /// RFC 3339.
    pub(super) timestamp: String,
    pub(super) reflex_count: u64,
    pub(super) checksums: Checksums,
    /// What made the embeddings. Other programs' archives may not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) embedder: Option<String>,
}

/// BLAKE3, hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checksums {
    pub(super) reflexes_db: String,
    pub(super) identity_json: String,
    pub(super) config_toml: String,
}

impl Manifest {
    /// Whether it is of a version that this program knows: 1, or one from before there was a 1.
    pub(super) fn is_known(&self) -> bool {
        matches!(self.version.split('.').next(), Some("0" | "1"))
    }
}

/// Seconds since 1970 as RFC 3339, in UTC. Days by Howard Hinnant's `civil_from_days`:
/// <https://howardhinnant.github.io/date_algorithms.html>
pub(super) fn timestamp(millis: i64) -> String {
    let seconds = millis.div_euclid(1000);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_827_696, "2000-02-29T12:34:56Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(timestamp(seconds * 1000), text);
        }
    }
}
