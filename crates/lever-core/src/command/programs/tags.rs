//! The words in which the table says what a program, a subcommand or an option does.

use std::ops::{BitOr, BitOrAssign};

use crate::command::Effects;

/// A set of the table's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tags(u32);

macro_rules! tags {
    ($($bit:literal $constant:ident $name:literal;)*) => {
        impl Tags {
            $(pub(super) const $constant: Self = Self(1 << $bit);)*
            const NAMES: &[(&str, Self)] = &[$(($name, Self::$constant)),*];
        }
    };
}

// What each word means stands at the top of programs.toml.
tags! {
    0 READS "reads";
    1 WRITES "writes";
    2 EDITS "edits";
    3 CHANGES "changes";
    4 DESTROYS "destroys";
    5 PRIVILEGED "privileged";
    6 NETWORK "network";
    7 UNKNOWN "unknown";
    8 SOCKET "socket";
    9 NETLINK "netlink";
    10 SEE "see";
    11 SIGNAL "signal";
    12 HOST "host";
    13 TERMINAL "terminal";
    14 FOLLOWS "follows";
    15 DETACHES "detaches";
    16 DRY "dry";
    17 ONLY "only";
    18 FILLS "fills";
    19 ENDS "ends";
    20 DIRECT "direct";
    21 RELAYS "relays";
    22 OWN "own";
}

impl Tags {
    pub(super) const NONE: Self = Self(0);
    /// What a dry run leaves undone.
    const DRY_DROPS: Self = Self(
        Self::WRITES.0
            | Self::EDITS.0
            | Self::CHANGES.0
            | Self::DESTROYS.0
            | Self::SIGNAL.0
            | Self::PRIVILEGED.0
            | Self::HOST.0,
    );
    /// Words that say how the words after an option are read, whatever its value.
    const PARSING: Self = Self(Self::FILLS.0 | Self::ENDS.0 | Self::DIRECT.0);

    /// Reads one word; `nothing` is the empty set.
    pub(super) fn word(word: &str) -> Option<Self> {
        if word == "nothing" {
            return Some(Self::NONE);
        }
        Self::NAMES
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, tags)| *tags)
    }

    /// Reads words set apart by blanks; the first that is none of the table's words is the error.
    pub(super) fn parse(words: &str) -> Result<Self, &str> {
        let mut all = Self::NONE;
        for word in words.split_whitespace() {
            all |= Self::word(word).ok_or(word)?;
        }
        Ok(all)
    }

    pub(super) const fn has(self, any_of: Self) -> bool {
        self.0 & any_of.0 != 0
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Only the words that say how the words after an option are read.
    pub(super) const fn parsing(self) -> Self {
        Self(self.0 & Self::PARSING.0)
    }

    /// What is left of these in a dry run.
    pub(super) fn in_dry_run(self) -> Self {
        if self.has(Self::DRY_DROPS) {
            self.without(Self::DRY_DROPS) | Self::READS
        } else {
            self
        }
    }

    /// The same as effects.
    pub(super) const fn effects(self) -> Effects {
        Effects {
            reads: self.has(Self::READS),
            writes: self.has(Self(Self::WRITES.0 | Self::CHANGES.0 | Self::DESTROYS.0)),
            destroys: self.has(Self::DESTROYS),
            privileged: self.has(Self::PRIVILEGED),
            network: self.has(Self(Self::NETWORK.0 | Self::RELAYS.0)),
            unknown: self.has(Self::UNKNOWN),
        }
    }
}

impl BitOr for Tags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Tags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
