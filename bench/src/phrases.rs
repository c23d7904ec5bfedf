//! Phrases, requests and vectors that look like the real thing and are the same in every run.

/// A small generator of numbers (xorshift64*); the same seed gives the same numbers everywhere.
#[derive(Debug, Clone)]
pub struct Numbers(u64);

impl Numbers {
    /// A generator that starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    /// One of `from`, which is not empty.
    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const FRAMES: &[&str] = &[
    "{v} {a} {o}",
    "{v} the {a} {o} of {n}",
    "what {o} is {a}",
    "{v} all {a} {o} in {n}",
    "i need to {v} {n} {o}",
    "{o} {a}",
];
const VERBS: &[&str] = &[
    "show", "list", "delete", "restart", "find", "count", "compress", "stop", "start", "copy", "check",
    "open",
];
const QUALITIES: &[&str] = &[
    "running", "large", "old", "hidden", "local", "open", "failed", "recent", "unused", "modified", "empty",
];
const THINGS: &[&str] = &[
    "containers",
    "files",
    "processes",
    "branches",
    "services",
    "ports",
    "logs",
    "packages",
    "users",
    "disks",
    "images",
    "commits",
    "folders",
    "backups",
    "databases",
    "certificates",
    "sessions",
    "volumes",
    "networks",
    "interfaces",
];
const SYLLABLES: &[&str] = &[
    "ba", "ker", "lo", "min", "tra", "ves", "do", "pri", "sun", "gal", "tex", "mor", "qui", "zen", "fal",
];

/// A made-up name of two to four syllables: a project's, a machine's.
pub fn name(numbers: &mut Numbers) -> String {
    (0..2 + numbers.below(3))
        .map(|_| numbers.pick(SYLLABLES))
        .collect()
}

/// A phrase or request of three to eight words; common words are shared, names are nearly unique, as in a grown table.
pub fn phrase(numbers: &mut Numbers) -> String {
    numbers
        .pick(FRAMES)
        .replace("{v}", numbers.pick(VERBS))
        .replace("{a}", numbers.pick(QUALITIES))
        .replace("{o}", numbers.pick(THINGS))
        .replace("{n}", &name(numbers))
}

/// `count` phrases.
pub fn phrases(count: usize, seed: u64) -> Vec<String> {
    let mut numbers = Numbers::new(seed);
    (0..count).map(|_| phrase(&mut numbers)).collect()
}

/// A vector with components in -1..1.
pub fn vector(dims: usize, numbers: &mut Numbers) -> Vec<f32> {
    (0..dims)
        .map(|_| numbers.below(20_001) as f32 / 10_000.0 - 1.0)
        .collect()
}
