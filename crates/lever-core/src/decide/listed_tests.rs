//! A layer whose vectors are in lists decides as the same layer with every vector scanned.

use std::sync::Arc;

use proptest::prelude::*;

use super::tests::phrase;
use super::*;
use crate::embed::LearnedEmbedder;
use crate::search::Block;
use crate::text::normalise;

const VERBS: [&str; 8] = [
    "show", "stop", "restart", "copy", "delete", "compress", "watch", "count",
];
const THINGS: [&str; 12] = [
    "logs",
    "container",
    "folder",
    "processes",
    "disk usage",
    "packages",
    "branches",
    "users",
    "network interfaces",
    "open ports",
    "images",
    "backups",
];
const PLACES: [&str; 25] = [
    "attic", "barn", "cellar", "depot", "forge", "garage", "harbour", "island", "jetty", "kiosk", "lodge",
    "mill", "nest", "orchard", "pier", "quarry", "ranch", "shed", "tower", "vault", "well", "yard", "zoo",
    "abbey", "brewery",
];

/// Every verb, thing and place, each with an own command and two phrases.
fn layer(embedder: &LearnedEmbedder) -> Layer {
    let (mut layer, mut work) = (Layer::new(embedder).unwrap(), Work::default());
    let mut command = 0;
    for (verb, thing) in VERBS.iter().flat_map(|verb| THINGS.map(|thing| (verb, thing))) {
        for place in PLACES {
            let texts = [
                format!("{verb} the {thing} of the {place}"),
                format!("{thing} in the {place}, {verb} them"),
            ];
            for (number, text) in texts.iter().enumerate() {
                let phrase = phrase(2 * command + number as u32, command, text);
                layer.add(embedder, &phrase, &mut work).unwrap();
            }
            layer
                .add_command(embedder, command, &format!("{verb} /srv/{place}"), &mut work)
                .unwrap();
            command += 1;
        }
    }
    layer
}

fn listed(mut layer: Layer) -> Vec<u8> {
    for set in layer.vector_sets() {
        set.arrange_in(set.len() / 16);
        assert!(!set.lists().is_empty());
    }
    layer.to_bytes()
}

fn opened(embedder: &LearnedEmbedder, bytes: Vec<u8>) -> Option<Index> {
    let range = 0..bytes.len();
    let block: Arc<dyn Block> = Arc::new(bytes);
    let mut index = Index::new(embedder).unwrap();
    index.push_layer(Layer::open(&block, range).ok()?.into()).ok()?;
    Some(index)
}

fn ask(index: &Index, embedder: &LearnedEmbedder, request: &str) -> Decision {
    let request = normalise(request).unwrap();
    let mut scratch = SearchScratch::default();
    let scorer = embedder.scorer();
    let found = index.search(&request, embedder, &scorer, 5, &mut scratch);
    decide(&request, &[], found, &scorer)
}

#[test]
fn lists_decide_as_the_whole_scan_does_and_are_taught_and_forgotten_like_it() {
    let embedder = LearnedEmbedder::shipped().unwrap();
    let layer = layer(&embedder);
    let last = layer.len() as u32;
    let mut lists = opened(&embedder, listed(layer.clone())).unwrap();
    let mut whole = Index::new(&embedder).unwrap();
    whole.push_layer(layer.into()).unwrap();
    let (mut asked, mut alike) = (0, 0);
    for (number, verb) in ["display", "halt", "reboot", "duplicate", "remove", "zip"]
        .iter()
        .enumerate()
    {
        for (thing, place) in THINGS.iter().zip(PLACES.iter().cycle().skip(3 * number)) {
            let request = format!("please {verb} all {thing} for my {place}");
            let (right, found) = (ask(&whole, &embedder, &request), ask(&lists, &embedder, &request));
            asked += 1;
            alike += usize::from(
                right.kind == found.kind
                    && right.choices.first().map(|choice| choice.command)
                        == found.choices.first().map(|choice| choice.command),
            );
        }
    }
    assert!(alike * 100 >= asked * 99, "{alike} of {asked}");

    let request = "polish the brass bell of the lighthouse";
    let (new, command) = (phrase(last, 4000, request), 4000);
    lists.add(&embedder, &new).unwrap();
    assert_eq!(ask(&lists, &embedder, request).choices[0].command, command);
    let known = ask(&lists, &embedder, "show the logs of the attic").choices[0].command;
    lists.hide_command(known);
    let other = ask(&lists, &embedder, "show the logs of the attic");
    assert!(other.choices.iter().all(|choice| choice.command != known));
}

#[test]
fn a_stored_layer_keeps_its_lists() {
    let embedder = LearnedEmbedder::shipped().unwrap();
    let bytes = listed(layer(&embedder));
    let range = 0..bytes.len();
    let block: Arc<dyn Block> = Arc::new(bytes.clone());
    let layer = Layer::open(&block, range).unwrap();
    assert!(!layer.vectors.lists().is_empty() && !layer.commands_own.vectors.lists().is_empty());
    assert!(layer.to_bytes() == bytes);
    // What is cut short or longer is none.
    for length in [bytes.len() - 1, bytes.len() / 2, 9] {
        assert!(opened(&embedder, bytes[..length].to_vec()).is_none());
    }
}

#[test]
fn damaged_lists_are_refused_or_harmless() {
    let embedder = LearnedEmbedder::shipped().unwrap();
    let good = listed(layer(&embedder));
    let length = good.len() - 4;
    let changes = proptest::collection::vec((0..length, any::<u32>(), 0u32..32), 1..400);
    proptest!(ProptestConfig::with_cases(24), |(changes in changes)| {
        let mut bytes = good.clone();
        for (at, number, shift) in changes {
            bytes[at..at + 4].copy_from_slice(&(number >> shift).to_le_bytes());
        }
        if let Some(index) = opened(&embedder, bytes) {
            for request in ["show the logs of the attic", "zip the backups"] {
                let _ = ask(&index, &embedder, request);
            }
        }
    });
}
