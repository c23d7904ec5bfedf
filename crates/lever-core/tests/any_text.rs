//! Whatever is asked, the learned path decides: texts of up to 10 KB in any script, words without end, pasted code.

#![allow(clippy::unwrap_used)]

use lever_core::decide::{
    Decision, Feature, Index, Layer, MatchKind, PhraseInput, SearchScratch, Source, Work, decide, slots,
};
use lever_core::embed::LearnedEmbedder;
use lever_core::text::normalise;
use proptest::prelude::*;

const TABLE: &[(&str, &[&str])] = &[
    (
        "df -h",
        &[
            "check disk usage",
            "how full is my disk",
            "is there space left on the drive",
        ],
    ),
    (
        "free -h",
        &[
            "show memory usage",
            "how much ram is free",
            "whats eating my memory",
        ],
    ),
    (
        "docker ps",
        &["list running containers", "which containers are up"],
    ),
    (
        "docker stop {{name}}",
        &["stop container {{name}}", "shut down the container {{name}}"],
    ),
    (
        "tail -n {{n}} {{file}}",
        &["show the last {{n:int=20}} lines of {{file:path}}"],
    ),
    ("cp {{from}} {{to}}", &["copy {{from:path}} to {{to:path}}"]),
];
const BYTES: usize = 10_000;

struct Matcher {
    model: LearnedEmbedder,
    index: Index,
    scratch: SearchScratch,
}

impl Matcher {
    fn new() -> Self {
        let model = LearnedEmbedder::shipped().unwrap();
        let mut layer = Layer::new(&model).unwrap();
        let mut work = Work::default();
        for (command, (template, phrases)) in (0..).zip(TABLE) {
            for text in *phrases {
                let phrase = PhraseInput {
                    phrase_id: command,
                    command,
                    text,
                    pattern: false,
                    weak: false,
                    source: Source::Pack,
                };
                layer.add(&model, &phrase, &mut work).unwrap();
            }
            layer.add_command(&model, command, template, &mut work).unwrap();
        }
        let mut index = Index::new(&model).unwrap();
        index.push_layer(layer.into()).unwrap();
        Self {
            model,
            index,
            scratch: SearchScratch::default(),
        }
    }

    /// `None` where the text is refused before it is matched.
    fn decide(&mut self, text: &str) -> Option<Decision> {
        let request = normalise(text).ok()?;
        let scorer = self.model.scorer();
        let candidates = self
            .index
            .search(&request, &self.model, &scorer, 5, &mut self.scratch);
        let sum: f32 = candidates.iter().map(|candidate| candidate.probability).sum();
        assert!((0.0..=1.001).contains(&sum), "{sum}");
        for candidate in candidates {
            assert!(candidate.evidence.values().iter().all(|value| value.is_finite()));
            assert!((0.0..=1.0).contains(&candidate.evidence[Feature::Unknown]));
            let (_, phrases) = TABLE[candidate.command as usize];
            let _ = slots::fill(&request, &slots::PhrasePattern::read(phrases[0]), &|_| false);
        }
        Some(decide(&request, &[], candidates, &scorer))
    }
}

/// At most so many bytes of a text, whole characters.
fn cut(mut text: String) -> String {
    let mut end = text.len().min(BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// Words that the table knows among whatever else.
fn mixed() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => prop::sample::select(vec![
            "disk", "memory", "how", "much", "containers", "stop", "don't", "not", "last", "lines", "of", "app.log", "50",
            "copy", "to", "/tmp/a", "or", "and", "red", "{{n}}", "'quoted", "\"", "--", "|", "日本", "🚀", "naïve", "ﬁle",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{1,12}",
        1 => any::<String>(),
    ];
    prop::collection::vec(word, 0..400).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_text_is_decided(texts in prop::collection::vec(prop_oneof![
        any::<String>(),
        prop::collection::vec(any::<char>(), 0..3000).prop_map(String::from_iter),
        mixed(),
    ], 1..4)) {
        let mut matcher = Matcher::new();
        for text in texts {
            let text = cut(text);
            let first = matcher.decide(&text);
            // What was asked before says nothing.
            prop_assert_eq!(&first, &Matcher::new().decide(&text));
            prop_assert!(first.is_none_or(|decision| decision.kind != MatchKind::Exact));
        }
    }
}

#[test]
fn what_means_nothing_here_is_not_run() {
    let mut matcher = Matcher::new();
    let trace = "Traceback (most recent call last):\n  File \"/srv/app/main.py\", line 31, in <module>\n    run()\nValueError: x\n";
    let words = "lorem ipsum dolor sit amet ".repeat(2000);
    for text in [
        "qwertz blorp fnord",
        "🙂🙂🙂",
        "какая сегодня погода",
        "今日の天気は",
        "what's the weather",
        "x",
        trace,
        &trace.repeat(60),
        &words,
        &"é".repeat(5000),
        "fn main() { println!(\"{}\", 1 + 1); }",
        "; rm -rf / #",
    ] {
        let kind = matcher
            .decide(text)
            .map_or(MatchKind::None, |decision| decision.kind);
        assert!(kind < MatchKind::Sure, "{text}: {kind:?}");
    }
    let found = matcher.decide("how full is the disk").unwrap();
    assert_eq!(
        (found.kind >= MatchKind::Likely, found.choices[0].command),
        (true, 0)
    );
}
