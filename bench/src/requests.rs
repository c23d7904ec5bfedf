//! Phrases and requests, made from a seed.

/// Sebastiano Vigna's `SplitMix64`: small, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next_u64() % end as u64) as usize
    }

    /// One of them.
    pub fn choose<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Fisher-Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

const VERBS: &[&str] = &[
    "show", "list", "check", "find", "open", "start", "stop", "restart", "delete", "copy", "move", "print",
    "count", "watch", "build", "test", "deploy", "sync", "fetch", "push", "pull", "clean", "compress",
    "extract", "rename",
];
const LINKS: &[&str] = &[
    "of", "in", "for", "on", "with", "the", "from", "to", "all", "my", "every", "last",
];
const SLOTS: &[(&str, &[&str])] = &[
    (
        "file:path",
        &[
            "app.log",
            "./src/main.rs",
            "/var/log/syslog",
            "~/notes.txt",
            "Makefile",
        ],
    ),
    ("n:int=20", &["5", "20", "100"]),
    ("container", &["web", "db-1", "nginx"]),
    ("port", &["80", "8080", "5432"]),
    ("host", &["web01", "10.0.0.1", "db.internal"]),
    ("branch", &["main", "feature/x-1"]),
    ("message", &["\"fix the bug\"", "typo"]),
    ("kind:choice(full backup|snapshot)", &["full backup", "snapshot"]),
];
const SYLLABLES: &[&str] = &[
    "ba", "co", "di", "fu", "ga", "hel", "ig", "jo", "ku", "lor", "mi", "net", "op", "pra", "qui", "res",
    "sto", "tem", "ul", "ver",
];

/// `count` different phrases, three in ten with one or two slots, and for each a request that means it.
pub fn phrases(count: usize, seed: u64) -> Vec<(String, String)> {
    let mut random = Random::new(seed);
    let nouns: Vec<String> = (0..4000)
        .map(|number| {
            [number % 20, number / 20 % 20, number / 400]
                .map(|at| SYLLABLES[at])
                .concat()
        })
        .collect();
    let mut known = std::collections::BTreeSet::new();
    let mut phrases = Vec::with_capacity(count);
    while phrases.len() < count {
        let mut phrase = vec![(*random.choose(VERBS)).to_owned()];
        for _ in 0..=random.below(3) {
            phrase.push(random.choose(&nouns).clone());
            if random.below(2) == 0 {
                phrase.push((*random.choose(LINKS)).to_owned());
            }
        }
        phrase.push(random.choose(&nouns).clone());
        let mut request = phrase.clone();
        if random.below(10) < 3 {
            let mut at = phrase.len();
            for slot in 0..=random.below(2) {
                let (declared, values) = random.choose(SLOTS);
                let (name, kind) = declared
                    .split_once(':')
                    .map_or((*declared, ""), |(name, kind)| (name, kind));
                let colon = if kind.is_empty() { "" } else { ":" };
                // A name that ends in a number means the same type.
                phrase.insert(at, format!("{{{{{name}{slot}{colon}{kind}}}}}"));
                request.insert(at, values[random.below(values.len())].to_owned());
                at = 1 + random.below(at);
            }
        }
        let phrase = phrase.join(" ");
        if known.insert(phrase.clone()) {
            phrases.push((phrase, request.join(" ")));
        }
    }
    phrases
}

/// Requests that mean one of the phrases, and as many that miss by a word, shuffled.
pub fn requests(phrases: &[(String, String)], count: usize, seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut requests: Vec<String> = (0..count)
        .map(|number| {
            let request = &random.choose(phrases).1;
            if number % 2 == 0 {
                return if random.below(4) == 0 {
                    format!("please {request}")
                } else {
                    request.clone()
                };
            }
            let mut words: Vec<&str> = request.split(' ').collect();
            let at = random.below(words.len());
            match random.below(4) {
                0 => words[at] = "frobnicate",
                1 => words[at] = LINKS[random.below(LINKS.len())],
                2 => words.push(VERBS[random.below(VERBS.len())]),
                _ => {
                    words.remove(at);
                }
            }
            words.join(" ")
        })
        .collect();
    random.shuffle(&mut requests);
    requests
}

/// Requests as people type them, from terse to wordy.
pub const TYPED: &[&str] = &[
    "git status",
    "check disk usage",
    "whats eating my ram",
    "show me the last 50 lines of app.log",
    "hey, could you please restart the nginx container for me? thanks!",
    "copy ./build/out.tar.gz to deploy@10.0.0.5:/srv/releases",
    "how do i delete all containers that aren't running",
    "commit with message \"fix: don't crash on empty input\"",
    "зачем мой диск полон",
    "which process is listening on port 8080",
];
