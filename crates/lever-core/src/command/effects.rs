//! What a command may do to the world, as far as its text tells.

use std::ops::{BitOr, BitOrAssign};

use serde::{Deserialize, Serialize};

/// What running a command may do. Facts add up: the effects of a pipeline are those of all its programs.
///
/// A field is true where the command *may* do so; a command that only may write counts as one that writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // independent facts, stored and shown one by one
pub struct Effects {
    /// Reads files, the state of the system or of a service.
    pub reads: bool,
    /// Changes something: files, settings, processes, a service's data.
    pub writes: bool,
    /// Changes something that the usual means do not bring back.
    pub destroys: bool,
    /// Acts with more rights than the user's own, or through a socket that grants them.
    pub privileged: bool,
    /// Talks to other machines.
    pub network: bool,
    /// Some part is a program, an option or a word that nobody has described. Counts as writing.
    pub unknown: bool,
}

impl Effects {
    /// Nothing at all, as `true` or `echo`.
    pub const NONE: Self = Self {
        reads: false,
        writes: false,
        destroys: false,
        privileged: false,
        network: false,
        unknown: false,
    };
    /// Reads and nothing else.
    pub const READS: Self = Self {
        reads: true,
        ..Self::NONE
    };
    /// A program that nobody has described.
    pub const UNKNOWN: Self = Self {
        unknown: true,
        ..Self::NONE
    };

    /// True if the command changes nothing. Network traffic is judged apart, by [`Effects::network`]:
    /// asking a remote service a question is still reading.
    #[must_use]
    pub const fn reads_only(self) -> bool {
        !(self.writes || self.destroys || self.privileged || self.unknown)
    }

    /// True if the command may do something that `other` may not, so that an approval of `other` does not cover it.
    #[must_use]
    pub fn exceeds(self, other: Self) -> bool {
        self | other != other
    }

    /// The names of the facts that hold, in a fixed order, as they are shown to a person.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (self.reads, "reads"),
            (self.writes, "writes"),
            (self.destroys, "destroys"),
            (self.privileged, "privileged"),
            (self.network, "network"),
            (self.unknown, "unknown"),
        ]
        .into_iter()
        .filter_map(|(holds, name)| holds.then_some(name))
    }
}

impl BitOr for Effects {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self {
            reads: self.reads || other.reads,
            writes: self.writes || other.writes,
            destroys: self.destroys || other.destroys,
            privileged: self.privileged || other.privileged,
            network: self.network || other.network,
            unknown: self.unknown || other.unknown,
        }
    }
}

impl BitOrAssign for Effects {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_add_up() {
        let writes = Effects {
            writes: true,
            ..Effects::READS
        };
        let network = Effects {
            network: true,
            ..Effects::NONE
        };
        let both = writes | network;
        assert_eq!(both.names().collect::<Vec<_>>(), ["reads", "writes", "network"]);
        assert!(both.exceeds(writes));
        assert!(!writes.exceeds(both));
        assert!(!both.exceeds(both));
    }

    #[test]
    fn unknown_is_not_reading_only() {
        assert!(Effects::NONE.reads_only());
        assert!(Effects::READS.reads_only());
        assert!(
            Effects {
                network: true,
                ..Effects::READS
            }
            .reads_only()
        );
        assert!(!Effects::UNKNOWN.reads_only());
        assert!(
            !Effects {
                privileged: true,
                ..Effects::READS
            }
            .reads_only()
        );
    }

    #[test]
    fn json_names_are_fixed_and_misspelt_ones_refused() {
        let json = serde_json::to_string(&Effects::READS).unwrap();
        assert_eq!(
            json,
            r#"{"reads":true,"writes":false,"destroys":false,"privileged":false,"network":false,"unknown":false}"#
        );
        assert_eq!(
            serde_json::from_str::<Effects>(r#"{"reads":true}"#).unwrap(),
            Effects::READS
        );
        assert!(serde_json::from_str::<Effects>(r#"{"read":true}"#).is_err());
    }
}
