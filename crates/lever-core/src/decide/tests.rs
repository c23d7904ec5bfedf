use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::embed::{HashEmbedder, LearnedEmbedder};
use crate::search::Block;
use crate::text::normalise;

const TABLE: &[(u32, &str)] = &[
    (0, "check disk usage"),
    (0, "how full is my disk"),
    (0, "is there space left on the drive"),
    (1, "show memory usage"),
    (1, "how much ram is free"),
    (2, "list running containers"),
    (2, "which containers are up"),
    (3, "stop container {{name}}"),
    (3, "shut down the container {{name}}"),
    (4, "show the last {{n:int=20}} lines of {{file:path}}"),
    (4, "tail {{file:path}}"),
    (5, "delete the folder {{dir:path}}"),
    (6, "compress the folder {{dir:path}}"),
    (7, "extract the archive {{file:path}}"),
];

pub(super) fn phrase(phrase_id: u32, command: u32, text: &str) -> PhraseInput<'_> {
    PhraseInput {
        phrase_id,
        command,
        text,
        pattern: false,
        weak: false,
        source: Source::Pack,
    }
}

fn layer(table: &'static [(u32, &'static str)]) -> Layer {
    let phrases = table
        .iter()
        .enumerate()
        .map(|(id, (command, text))| phrase(id as u32, *command, text));
    Layer::build(&HashEmbedder::default(), phrases).unwrap()
}

pub(super) fn index() -> Index {
    let mut index = Index::new(&HashEmbedder::default()).unwrap();
    index.push_layer(Arc::new(layer(TABLE))).unwrap();
    index
}

pub(super) fn found(index: &Index, request: &str) -> Vec<Candidate> {
    let request = normalise(request).unwrap();
    index
        .search(
            &request,
            &HashEmbedder::default(),
            &HASH,
            5,
            &mut SearchScratch::default(),
        )
        .to_vec()
}

fn commands(index: &Index, request: &str) -> Vec<u32> {
    found(index, request)
        .iter()
        .map(|candidate| candidate.command)
        .collect()
}

#[test]
fn own_words_find_the_command() {
    let index = index();
    for (request, command) in [
        ("my disk is full", 0),
        ("whats eating my memory", 1),
        ("are any contianers up", 2),
        ("halt the container web01", 3),
        ("last 5 lines of app.log", 4),
        ("remove the directory old/", 5),
        ("zip directory photos", 6),
        ("unpack backup.zip archive", 7),
    ] {
        assert_eq!(commands(&index, request).first(), Some(&command), "{request}");
    }
}

#[test]
fn all_phrases_find_their_own_command() {
    let index = index();
    for (command, text) in TABLE {
        let request = text.replace("{{name}}", "web").replace("{{n:int=20}}", "7");
        let request = request
            .replace("{{file:path}}", "a.txt")
            .replace("{{dir:path}}", "./b");
        assert_eq!(commands(&index, &request).first(), Some(command), "{request}");
    }
}

#[test]
fn a_taught_phrase_is_found_at_once_and_a_hidden_one_is_not() {
    let mut index = index();
    let embedder = HashEmbedder::default();
    index.add(&embedder, &phrase(100, 9, "water the plants")).unwrap();
    assert_eq!(found(&index, "water my plants")[0].phrase_id, 100);
    index.hide_phrase(100);
    assert!(!commands(&index, "water my plants").contains(&9));
    index.add(&embedder, &phrase(101, 0, "water the plants")).unwrap();
    assert_eq!(found(&index, "water my plants")[0].phrase_id, 101);
    index.hide_command(0);
    assert!(!commands(&index, "check disk usage").contains(&0));
    index.add(&embedder, &phrase(102, 0, "check disk usage")).unwrap();
    assert_eq!(commands(&index, "check disk usage")[0], 0);
}

#[test]
fn the_phrase_that_takes_values_is_named() {
    let mut index = index();
    index
        .add(&HashEmbedder::default(), &phrase(200, 4, "newest lines of a log"))
        .unwrap();
    let best = &found(&index, "newest lines of a log 5")[0];
    assert_eq!((best.command, best.phrase_id, best.slotted), (4, 200, Some(9)));
    assert_eq!(found(&index, "my disk is full")[0].slotted, None);
}

#[test]
fn layers_answer_as_one_table() {
    let embedder = HashEmbedder::default();
    let whole = index();
    let mut split = Index::new(&embedder).unwrap();
    split.push_layer(Arc::new(layer(&TABLE[..6]))).unwrap();
    for (id, (command, text)) in TABLE.iter().enumerate().skip(6) {
        split.add(&embedder, &phrase(id as u32, *command, text)).unwrap();
    }
    for request in ["my disk is full", "stop web", "last 5 lines of app.log"] {
        assert_eq!(
            commands(&whole, request)[0],
            commands(&split, request)[0],
            "{request}"
        );
    }
}

/// A layer with commands of its own, as bytes.
fn stored() -> Vec<u8> {
    let mut layer = layer(TABLE);
    let mut work = Work::default();
    for (command, template) in [(0, "df -h"), (5, "rm -r {{dir}}"), (4, "tail -n {{n}} {{file}}")] {
        let added = layer.add_command(&HashEmbedder::default(), command, template, &mut work);
        added.unwrap();
    }
    layer.to_bytes()
}

#[test]
fn a_damaged_row_is_told_from_what_its_text_gives() {
    let embedder = HashEmbedder::default();
    let good = stored();
    let agreeing = |bytes: Vec<u8>| {
        let mut index = Index::new(&embedder).unwrap();
        index.push_layer(Arc::new(opened(bytes).unwrap())).unwrap();
        let rows = TABLE.iter().enumerate();
        rows.filter(|(number, (command, text))| {
            index.agrees(&embedder, &phrase(*number as u32, *command, text))
        })
        .count()
    };
    assert_eq!(agreeing(good.clone()), TABLE.len());
    let vector = {
        let layer = opened(good.clone()).unwrap();
        layer.vectors.rows()[..64]
            .iter()
            .map(|byte| byte.cast_unsigned())
            .collect::<Vec<_>>()
    };
    let at = good.windows(64).position(|bytes| *bytes == *vector).unwrap();
    let mut bytes = good.clone();
    bytes[at + 3] ^= 1;
    assert_eq!(agreeing(bytes), TABLE.len() - 1);
    // A strong phrase that is said to be weak.
    let mut index = Index::new(&embedder).unwrap();
    index.push_layer(Arc::new(opened(good).unwrap())).unwrap();
    let (command, text) = TABLE[2];
    let strong = phrase(2, command, text);
    assert!(index.agrees(&embedder, &strong));
    assert!(!index.agrees(&embedder, &PhraseInput { weak: true, ..strong }));
    let source = Source::Bank;
    assert!(!index.agrees(&embedder, &PhraseInput { source, ..strong }));
}

#[test]
fn what_no_single_decision_shows_to_be_wrong_is_sealed() {
    let good = stored();
    let layer = opened(good.clone()).unwrap();
    let words = &layer.vocabulary;
    let bytes = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        write(&mut bytes);
        bytes
    };
    let place = |part: &[u8]| good.windows(part.len()).position(|bytes| bytes == part).unwrap();
    for part in [
        layer.flags.to_vec(),
        bytes(&|out| words.uses.write(out)),
        bytes(&|out| words.ids.write(out)),
    ] {
        for at in place(&part)..place(&part) + part.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 4;
            assert!(opened(bytes).is_err(), "{at}");
        }
    }
    // Others are seen where they are used: see above.
    let at = place(&bytes(&|out| layer.vectors.rows().write(out)));
    let mut bytes = good.clone();
    bytes[at] ^= 4;
    assert!(opened(bytes).is_ok());
}

fn opened(bytes: Vec<u8>) -> Result<Layer, IndexError> {
    let length = bytes.len();
    let block: Arc<dyn Block> = Arc::new(bytes);
    Layer::open(&block, 0..length)
}

#[test]
fn a_stored_layer_opens_as_it_was() {
    let bytes = stored();
    let opened = opened(bytes.clone()).unwrap();
    assert_eq!(opened.to_bytes(), bytes);
    let mut shifted = vec![0; 5];
    shifted.extend(&bytes);
    let block: Arc<dyn Block> = Arc::new(shifted);
    let shifted = Layer::open(&block, 5..5 + bytes.len()).unwrap();
    assert_eq!(shifted.to_bytes(), bytes);
    let mut index = Index::new(&HashEmbedder::default()).unwrap();
    index.push_layer(Arc::new(opened)).unwrap();
    for request in [
        "my disk is full",
        "halt the container web01",
        "last 5 lines of app.log",
    ] {
        assert_eq!(found(&index, request), found(&self::index(), request));
    }
}

#[test]
fn vectors_of_another_embedder_are_refused() {
    let other = HashEmbedder::with_dims(128).unwrap();
    let mut index = index();
    assert_eq!(
        index.add(&other, &phrase(1, 1, "x")).unwrap_err().code(),
        "index_embedder"
    );
    let request = normalise("my disk is full").unwrap();
    assert!(
        index
            .search(&request, &other, &HASH, 5, &mut SearchScratch::default())
            .is_empty()
    );
    assert_eq!(
        index
            .add(&HashEmbedder::default(), &phrase(1, u32::MAX, "x"))
            .unwrap_err()
            .code(),
        "index_command_number"
    );
}

fn decided(request: &str) -> Decision {
    decide(
        &normalise(request).unwrap(),
        &[],
        &found(&index(), request),
        &HASH,
    )
}

#[test]
fn nonsense_is_none_and_still_shows_the_nearest() {
    let decision = decided("xyzzy plugh frobnicate quux");
    assert_eq!(decision.kind, MatchKind::None);
    assert!(decision.choices.len() >= 3);
    assert!(decision.reasons.contains(&Reason::UnknownWords));
}

#[test]
fn unknown_words_are_none_unless_the_first_is_likely_all_the_same() {
    let request = normalise("my disk is full").unwrap();
    let decided = |unknown: f32, probability: f32| {
        let mut candidates = found(&index(), "my disk is full");
        candidates.truncate(1);
        candidates[0].evidence[Feature::Unknown] = unknown;
        candidates[0].probability = probability;
        let Decision { kind, reasons, .. } = decide(&request, &[], &candidates, &HASH);
        (kind, reasons)
    };
    assert_eq!(decided(0.7, 0.3), (MatchKind::None, vec![Reason::UnknownWords]));
    assert_eq!(decided(0.5, 0.3), (MatchKind::Likely, vec![Reason::Doubtful]));
    assert_eq!(decided(0.7, 0.4), (MatchKind::Likely, vec![Reason::Doubtful]));
    assert_eq!(decided(0.7, 0.95), (MatchKind::Sure, vec![]));
}

#[test]
fn a_negated_request_is_never_sure() {
    let decision = decided("do not list running containers");
    assert!(decision.kind < MatchKind::Sure);
    assert!(
        decision.reasons.contains(&Reason::Negation),
        "{:?}",
        decision.reasons
    );
    assert!(
        !decided("list running containers")
            .reasons
            .contains(&Reason::Negation)
    );
}

#[test]
fn opposites_are_seen() {
    let opposite = |request| {
        let candidates = found(&index(), request);
        candidates
            .iter()
            .find(|candidate| candidate.command == 3)
            .unwrap()
            .evidence[Feature::Opposite]
    };
    assert!(opposite("start the container web") > 0.5);
    assert!(opposite("stop the container web") < 0.5);
}

#[test]
fn a_question_about_a_command_is_shown_not_run() {
    let decision = decided("how do i delete a folder");
    assert!(decision.show_only);
    assert_eq!(decision.choices[0].command, 5);
    assert_eq!(decision.reasons[0], Reason::ShowOnly);
}

#[test]
fn a_word_that_only_a_rival_knows_is_a_question() {
    let embedder = HashEmbedder::default();
    let mut index = index();
    for (command, text) in [(20, "show all the red things"), (21, "show all the blue things")] {
        index
            .add(&embedder, &phrase(command + 50, command, text))
            .unwrap();
    }
    let rival = |request: &str| found(&index, request)[0].evidence[Feature::Rival];
    assert!(rival("show me things that are red or blue") > 0.6);
    assert!(rival("show me the blue things") < 0.3);
    let request = normalise("show me things that are red or blue").unwrap();
    let decision = decide(
        &request,
        &[],
        &found(&index, "show me things that are red or blue"),
        &HASH,
    );
    assert!(decision.kind < MatchKind::Sure);
    assert!(decision.reasons.contains(&Reason::RivalWord));
}

#[test]
fn another_value_than_the_commands_own_is_a_question() {
    let embedder = LearnedEmbedder::shipped().unwrap();
    let scorer = embedder.scorer();
    let mut index = Index::new(&embedder).unwrap();
    let taught = [
        (1, "count the lines of report 7", "wc -l report-7.txt"),
        (
            2,
            "show the last {{n:int}} lines of {{file:path}}",
            "tail -n {{n}} {{file}}",
        ),
        (3, "ping the office router at 10.0.0.1", "ping -c 1 10.0.0.1"),
    ];
    for (command, text, template) in taught {
        index.add_command(&embedder, command, template).unwrap();
        index.add(&embedder, &phrase(command, command, text)).unwrap();
    }
    let asked = |request: &str| {
        let request = normalise(request).unwrap();
        let mut scratch = SearchScratch::default();
        let found = index.search(&request, &embedder, &scorer, 3, &mut scratch);
        let decision = decide(&request, &[], found, &scorer);
        (decision.choices[0].command, decision.kind, decision.reasons)
    };
    assert_eq!(asked("count lines of report 7"), (1, MatchKind::Sure, vec![]));
    assert_eq!(asked("last 80 lines of app.log"), (2, MatchKind::Sure, vec![]));
    for (request, command) in [
        ("count lines of report 8", 1),
        ("ping the office router at 10.0.0.2", 3),
    ] {
        let (first, kind, reasons) = asked(request);
        assert_eq!((first, kind), (command, MatchKind::Likely), "{request}");
        assert!(reasons.contains(&Reason::ValuesLeft), "{request}: {reasons:?}");
    }
}

#[test]
fn a_prohibition_is_no_request() {
    let negated = |request: &str| found(&index(), request)[0].evidence[Feature::Negation] > 0.0;
    assert!(negated("don't stop the container web"));
    assert!(negated("never delete the folder old/"));
    assert!(!negated("stop the container web"));
}

/// Scripts of which one phrase says "not".
const SCRIPTS: &[(u32, &str)] = &[
    (0, "make {{file:path}} executable"),
    (0, "why does the shell say {{file:path}} is not executable"),
];

#[test]
fn a_phrase_that_says_not_explains_only_what_is_said_in_its_way() {
    let mut index = Index::new(&HashEmbedder::default()).unwrap();
    index.push_layer(Arc::new(layer(SCRIPTS))).unwrap();
    let negated = |request: &str| found(&index, request)[0].evidence[Feature::Negation] > 0.0;
    assert!(!negated("make deploy.sh executable"));
    assert!(!negated("the shell says deploy.sh is not executable"));
    assert!(negated("make deploy.sh not executable"));
}

#[test]
fn a_phrase_whose_values_are_there_is_preferred() {
    let embedder = HashEmbedder::default();
    let mut index = Index::new(&embedder).unwrap();
    let texts = [
        "show lines {{from:int}} to {{to:int}} of {{file:path}}",
        "show the lines of {{file:path}}",
    ];
    for (number, text) in texts.iter().enumerate() {
        index
            .add(&embedder, &phrase(number as u32, number as u32, text))
            .unwrap();
    }
    let first = |request: &str| {
        let read = normalise(request).unwrap();
        let candidates = found(&index, request);
        let readings: Vec<_> = candidates
            .iter()
            .enumerate()
            .map(|(place, c)| {
                let matched = slots::Matched {
                    probability: c.probability,
                    evidence: &c.evidence,
                    place,
                };
                let pattern = slots::PhrasePattern::read(texts[c.phrase_id as usize]);
                slots::Reading::of(&read, &pattern, &matched, &|word| index.explains(c.command, word))
            })
            .collect();
        let (best, probability) = slots::read_best(&readings, &slots::MODEL).unwrap();
        assert!((0.0..=1.0).contains(&probability));
        candidates[best].command
    };
    assert_eq!(first("show me lines 3 to 9 of poem.txt"), 0);
    assert_eq!(first("show me the lines of poem.txt"), 1);
}

#[test]
fn an_empty_index_decides_none() {
    let index = Index::new(&HashEmbedder::default()).unwrap();
    let request = normalise("check disk usage").unwrap();
    let mut scratch = SearchScratch::default();
    let candidates = index.search(&request, &HashEmbedder::default(), &HASH, 5, &mut scratch);
    assert_eq!(decide(&request, &[], candidates, &HASH).kind, MatchKind::None);
}

#[test]
fn scratch_carries_nothing_over() {
    let (index, embedder) = (index(), HashEmbedder::default());
    let mut scratch = SearchScratch::default();
    for request in [
        "my disk is full",
        "stop the container web01",
        "memroy",
        "how much ram",
        "tail app.log",
    ] {
        let read = normalise(request).unwrap();
        let reused = index.search(&read, &embedder, &HASH, 5, &mut scratch).to_vec();
        assert_eq!(reused, found(&index, request), "{request}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_decided_in_bounds(request in "\\PC{1,300}") {
        let index = index();
        if let Ok(read) = normalise(&request) {
            let mut scratch = SearchScratch::default();
            let candidates = index.search(&read, &HashEmbedder::default(), &HASH, 5, &mut scratch);
            let sum: f32 = candidates.iter().map(|candidate| candidate.probability).sum();
            prop_assert!((0.0..=1.001).contains(&sum));
            prop_assert!(candidates.iter().all(|c| c.evidence.values().iter().all(|value| value.is_finite())));
            let decision = decide(&read, &[], candidates, &HASH);
            prop_assert!(decision.kind != MatchKind::Exact);
            let _ = slots::fill(&read, &slots::PhrasePattern::read("copy {{a}} to {{b:path}} {{c:int}} {{d}}"), &|_| false);
        }
    }

    #[test]
    fn any_phrase_can_be_added(text in "\\PC{0,120}") {
        let mut index = index();
        index.add(&HashEmbedder::default(), &phrase(500, 20, &text)).unwrap();
        let _ = slots::PhrasePattern::read(&text);
        prop_assert_eq!(index.len(), TABLE.len() + 1);
    }

    #[test]
    fn damaged_layers_are_refused_or_harmless(
        changes in proptest::collection::vec((any::<usize>(), any::<u32>()), 1..20),
        cut in 0usize..200,
    ) {
        let mut bytes = stored();
        let length = bytes.len() - 4;
        for (at, number) in changes {
            let at = at % length;
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        bytes.truncate(bytes.len() - cut.saturating_sub(150));
        if let Ok(opened) = opened(bytes) {
            let mut index = Index::new(&HashEmbedder::default()).unwrap();
            if index.push_layer(Arc::new(opened)).is_ok() {
                for request in ["show the last 5 lines of app.log", "delete the folder old", "containr"] {
                    let _ = found(&index, request);
                }
                for number in 0..20 {
                    let _ = (index.command_of(number), index.explains(number, crate::embed::word_id("disk")));
                }
            }
        }
    }
}
