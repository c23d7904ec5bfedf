//! Tables and requests at random: held to trying every phrase, and to phrases finding themselves.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::find::Certainty::{Exact, Sure};
use super::kind::{SlotKind, View};
use super::phrase::Element;
use super::tests::{EVERYDAY, find, literal, trie, values};
use super::*;
use crate::text::{Normalised, normalise};

/// Every expansion of every phrase, tried one by one without trie, memory or bounds.
fn naive(phrases: &[Phrase], request: &Normalised) -> Vec<(u32, u32, Certainty)> {
    fn best(kinds: &[SlotKind], elements: &[Element], view: View, at: usize) -> Option<Certainty> {
        let Some((first, rest)) = elements.split_first() else {
            return (at == view.content.len()).then_some(Exact);
        };
        if at == view.content.len() {
            return None;
        }
        match first {
            Element::Literal(id) => (view.token(at).id == *id)
                .then(|| best(kinds, rest, view, at + 1))
                .flatten(),
            Element::Slot(index) => {
                let mut found = None;
                kinds[usize::from(*index)].try_at(view, at, |count, certainty| {
                    let after = best(kinds, rest, view, at + count).map(|after| after.min(certainty));
                    found = found.max(after);
                });
                found
            }
        }
    }
    for with_filler in [false, true] {
        let content: Vec<u16> = (0..request.tokens().len())
            .filter(|&at| with_filler || !request.tokens()[at].filler)
            .map(|at| at as u16)
            .collect();
        let classes = vec![std::cell::Cell::default(); content.len()];
        let view = View {
            request,
            content: &content,
            classes: &classes,
        };
        let most = if with_filler { Sure } else { Exact };
        let mut all = Vec::new();
        for (id, phrase) in phrases.iter().enumerate() {
            let kinds: Vec<SlotKind> = phrase
                .slots()
                .iter()
                .map(|slot| SlotKind::new(slot.effective_kind()))
                .collect();
            for elements in phrase.expansions() {
                let literals = elements
                    .iter()
                    .filter(|e| matches!(e, Element::Literal(_)))
                    .count() as u32;
                if let Some(certainty) = best(&kinds, elements, view, 0) {
                    all.push((literals, certainty.min(most), id as u32));
                }
            }
        }
        if let Some(&(literals, certainty, _)) = all.iter().max() {
            let mut winners: Vec<_> = all
                .into_iter()
                .filter(|hit| (hit.0, hit.1) == (literals, certainty))
                .map(|(literals, certainty, id)| (id, literals, certainty))
                .collect();
            winners.sort_unstable();
            winners.dedup();
            return winners;
        }
    }
    Vec::new()
}

fn word() -> impl Strategy<Value = &'static str> {
    select(vec![
        "show", "a", "the", "logs", "of", "web", "please", "what's", "20", "x.txt", "\"b c\"", "full",
        "backup",
    ])
}

fn slot() -> impl Strategy<Value = &'static str> {
    // No two types of which one request's value could be strict for one and not for the other.
    select(vec![
        "text",
        "word",
        "path",
        "host",
        "ref",
        "choice(full backup|full)",
        "int=3",
    ])
}

fn phrase_text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![3 => word().prop_map(String::from), 1 => slot().prop_map(|kind| format!(":{kind}"))],
        1..6,
    )
    .prop_map(|parts| {
        let parts = parts.into_iter().enumerate().map(|(at, part)| {
            if part.starts_with(':') {
                format!("{{{{s{at}{part}}}}}")
            } else {
                part
            }
        });
        parts.collect::<Vec<_>>().join(" ")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_trying_every_phrase(
        texts in prop::collection::vec(phrase_text(), 1..30),
        requests in prop::collection::vec(prop::collection::vec(word(), 1..8), 1..10),
    ) {
        let phrases: Vec<Phrase> =
            texts.iter().filter_map(|text| Phrase::parse(text, Syntax::Literal).ok()).collect();
        let table = trie(&phrases);
        for words in requests {
            let request = normalise(&words.join(" ")).unwrap();
            let mut hits = find(&table, &request);
            let strictest = hits.first().map_or(0, |hit| hit.strict);
            prop_assert!(hits.iter().all(|hit| hit.strict == strictest));
            let expected = naive(&phrases, &request);
            hits.sort_by_key(|hit| hit.phrase_id);
            let found: Vec<_> = hits.iter().map(|hit| (hit.phrase_id, hit.literals, hit.certainty)).collect();
            // Strictness only chooses among what is otherwise equal.
            prop_assert!(found.iter().all(|hit| expected.contains(hit)), "{request:?}: {found:?} {expected:?}");
            prop_assert_eq!(found.is_empty(), expected.is_empty(), "{:?}", request);
            if strictest == 0 {
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn a_phrase_finds_itself(
        parts in prop::collection::vec(prop_oneof![
            2 => "[a-z]{3,8}".prop_map(|word| (word, None)),
            1 => value().prop_map(|(kind, value)| (kind, Some(value))),
        ], 1..8),
        opener in select(vec!["", "please ", "hey, could you ", "how do i "]),
        closer in select(vec!["", " please", "?", "."]),
    ) {
        let mut written = Vec::new();
        let mut typed = Vec::new();
        let mut expected = BTreeMap::new();
        for (at, (part, value)) in parts.iter().enumerate() {
            let Some(value) = value else {
                written.push(part.clone());
                typed.push(part.clone());
                continue;
            };
            written.push(format!("{{{{s{at}:{part}}}}}"));
            typed.push(value.clone());
            let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
            expected.insert(format!("s{at}"), bare.to_owned());
        }
        let phrase_text = written.join(" ");
        let request_text = format!("{opener}{}{closer}", typed.join(" "));
        let Ok(phrase) = Phrase::parse(&phrase_text, Syntax::Literal) else { return Ok(()) };
        let request = normalise(&request_text).unwrap();
        let phrases = [phrase];
        let hits = find(&trie(&phrases), &request);
        prop_assert_eq!(hits.len(), 1, "{} <- {:?}", phrase_text, request);
        prop_assert_eq!(hits[0].certainty, Exact, "{} <- {:?}", phrase_text, request);
        prop_assert_eq!(values(&phrases[0], &hits[0], &request), expected);
    }

    /// Changed bytes are refused or read as nothing; even with sums that fit them, they do no harm.
    #[test]
    fn damaged_bytes_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let phrases: Vec<Phrase> = EVERYDAY.iter().map(|text| literal(text)).collect();
        let good = trie(&phrases);
        let mut bytes = good.as_bytes().to_vec();
        for (index, byte) in changes {
            let at = 8 + index.index(bytes.len() - 8);
            bytes[at] = byte;
        }
        if bytes == good.as_bytes() {
            return Ok(());
        }
        let requests = ["kill 12", "show the last 20 lines of x", "commit with message a b c d", "x y z"];
        if let Ok(table) = Trie::from_bytes(&bytes[..]) {
            for request in requests {
                let request = normalise(request).unwrap();
                prop_assert!(find(&table, &request).is_empty());
            }
            prop_assert!(table.is_damaged());
        }
        super::trie::seal(&mut bytes);
        if let Ok(table) = Trie::from_bytes(&bytes[..]) {
            for request in requests {
                let request = normalise(request).unwrap();
                for hit in find(&table, &request) {
                    for fill in hit.slots.iter() {
                        request.value(fill.tokens());
                    }
                }
            }
        }
    }

    #[test]
    fn parsing_never_panics(text in r"[ a-c(){}\[\]|\\:={}é\x22'.]{0,40}") {
        for syntax in [Syntax::Literal, Syntax::Pattern] {
            match Phrase::parse(&text, syntax) {
                Ok(phrase) => { trie(&[phrase]); }
                Err(error) => {
                    prop_assert!(text.get(error.span.clone()).is_some(), "{error:?}");
                }
            }
        }
    }
}

/// A type and a value of it, as it would be typed.
fn value() -> impl Strategy<Value = (String, String)> {
    let of = |kind: &'static str, values: &'static str| {
        proptest::string::string_regex(values)
            .unwrap()
            .prop_map(move |value| (kind.to_owned(), value))
    };
    prop_oneof![
        of("int", "-?[1-9][0-9]{0,5}"),
        of("float", "[0-9]{1,3}\\.[0-9]{1,3}"),
        of("port", "[1-9][0-9]{0,3}"),
        of(
            "host",
            "([a-zA-Z0-9_]{1,8}@)?[a-z]{2,8}[0-9]{1,2}((\\.[a-zA-Z]{2,5})?\\.(org|Net|local))?"
        ),
        of("url", "https?://[a-z]{1,8}\\.com(/[a-zA-Z0-9_=&%+~-]{1,8})?"),
        of(
            "path",
            "(~|\\.|\\.\\.)?(/[A-Za-z0-9_é-]{1,8}){1,3}(\\.[a-z]{1,3})?"
        ),
        of("path", "\"[A-Za-z.,? é'-]{0,12}[a-z]\""),
        of("dir", "(/[A-Za-z0-9_]{1,8}){1,3}/?"),
        of("ref", "[a-z]{3,8}/[A-Za-z0-9_.-]{0,5}[a-z0-9]"),
        of("word", "[A-Za-z]{1,5}[0-9]{2}(:[a-z0-9]{1,5})?"),
        of("text", "\"[^\"\\\\\\p{C}\\p{Z}\\p{M}]{1,12}\""),
        of(
            "choice(full backup|snapshot)",
            "(full backup|snapshot|\"full backup\")"
        ),
        of(
            "regex(v[0-9]+(\\.[0-9]+){0,2})",
            "v[0-9]{1,3}(\\.[0-9]{1,3}){0,2}"
        ),
    ]
}

proptest! {
    // Each case makes a large table.
    #![proptest_config(ProptestConfig::with_cases(6))]

    /// In a table of many blocks a change is felt where it is read, and nowhere else.
    #[test]
    fn what_was_damaged_is_missing_and_never_otherwise(places in prop::collection::vec(any::<prop::sample::Index>(), 1..40)) {
        let phrases: Vec<Phrase> = (0..1000).map(|number| literal(&format!("show file{number} of box{}", number % 50))).collect();
        let good = trie(&phrases);
        let mut bytes = good.as_bytes().to_vec();
        for place in places {
            let at = super::trie::HEADER + place.index(bytes.len() - super::trie::HEADER);
            bytes[at] ^= 1;
        }
        let Ok(table) = Trie::from_bytes(&bytes[..]) else { return Ok(()) };
        let mut missing = 0;
        for number in 0..1000 {
            let request = normalise(&format!("show file{number} of box{}", number % 50)).unwrap();
            let found = find(&table, &request);
            if found.is_empty() {
                missing += 1;
            } else {
                prop_assert_eq!(found, find(&good, &request));
            }
        }
        prop_assert!(missing == 0 || table.is_damaged());
        prop_assert!(!good.is_damaged());
    }
}
