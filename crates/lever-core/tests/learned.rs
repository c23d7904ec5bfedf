//! The shipped model, and the Rust inference against the trainer's: tokens of 5,000 texts, vectors, ranks, probabilities.
//! `tools/embedder/train.py` writes the model and the fixture together.

use lever_core::decide::{Feature, Index, Layer, PhraseInput, SearchScratch, Source, Work};
use lever_core::embed::{Breadth, Embedder, LearnedEmbedder, Scratch, Terms};
use lever_core::text::normalise;
use serde_json::Value;

const TEXTS: usize = 5000;
const BLOCK: usize = 50;
const NEAR: f32 = 1e-4;

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/learned.jsonl")).expect("the fixture is JSON")
}

fn shipped() -> LearnedEmbedder {
    LearnedEmbedder::shipped().expect("the shipped model opens")
}

/// The generator of `tools/embedder/fixtures.py`.
fn texts(parts: &[&str]) -> Vec<String> {
    let mut state = 20_240_229u64;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    (0..TEXTS)
        .map(|_| {
            let count = 1 + draw(9);
            let words: Vec<&str> = (0..count).map(|_| parts[draw(parts.len())]).collect();
            words.join(" ")
        })
        .collect()
}

fn read(text: &str) -> Terms {
    let mut terms = Terms::default();
    if let Ok(request) = normalise(text) {
        terms.read(request.tokens());
    }
    terms
}

fn fingerprint(mut state: u64, rows: &[u32]) -> u64 {
    for value in rows.iter().chain(&[u32::MAX]) {
        for byte in value.to_le_bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    state
}

#[test]
fn the_shipped_model_is_whole() {
    let model = shipped();
    assert!(model.is_intact());
    let provenance: Value = serde_json::from_str(model.provenance()).unwrap();
    assert_eq!(provenance["id"], model.id());
    assert!(model.id().starts_with("learned-"));
}

#[test]
fn tokens_are_the_trainers() {
    let (fixture, model) = (fixture(), shipped());
    let parts: Vec<&str> = fixture["parts"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let texts = texts(&parts);
    let mut scratch = Scratch::default();
    let sample = &fixture["tokens"];
    assert_eq!(texts[7], sample["text"].as_str().unwrap());
    let rows: Vec<u32> = serde_json::from_value(sample["rows"].clone()).unwrap();
    assert_eq!(model.tokens(&read(&texts[7]), &mut scratch), rows);
    let (mut known, mut scripts) = (0, 0);
    for (number, (block, expected)) in texts
        .chunks(BLOCK)
        .zip(fixture["blocks"].as_array().unwrap())
        .enumerate()
    {
        let mut state = 0xcbf2_9ce4_8422_2325;
        for text in block {
            let rows = model.tokens(&read(text), &mut scratch);
            known += usize::from(!rows.is_empty());
            scripts += usize::from(!text.is_ascii());
            state = fingerprint(state, rows);
        }
        assert_eq!(
            format!("{state:016x}"),
            expected.as_str().unwrap(),
            "texts {} to {}: {block:?}",
            number * BLOCK,
            number * BLOCK + BLOCK
        );
    }
    assert!(known > TEXTS * 9 / 10 && scripts > TEXTS / 4, "{known} {scripts}");
}

#[test]
fn vectors_are_the_trainers() {
    let (fixture, model) = (fixture(), shipped());
    let mut out = vec![0.0; model.dims()];
    let vectors = fixture["vectors"].as_array().unwrap();
    assert!(vectors.len() > 40);
    for one in vectors {
        let text = one["text"].as_str().unwrap();
        model.embed(&read(text), &mut Scratch::default(), &mut out);
        let expected: Vec<f32> = serde_json::from_value(one["vector"].clone()).unwrap();
        let off = out
            .iter()
            .zip(&expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(out.len() == expected.len() && off < NEAR, "{text}: off by {off}");
    }
}

#[test]
fn ranks_and_probabilities_are_the_trainers() {
    // The trainer looks at all phrases of the nearest commands.
    let breadth = Breadth {
        phrases: u32::MAX,
        ..shipped().breadth()
    };
    let (fixture, model) = (fixture(), shipped().with_breadth(breadth));
    let mut layer = Layer::new(&model).unwrap();
    let mut work = Work::default();
    for (number, line) in fixture["index"].as_array().unwrap().iter().enumerate() {
        let phrase = PhraseInput {
            phrase_id: number as u32,
            command: line["command"].as_u64().unwrap() as u32,
            text: line["phrase"].as_str().unwrap(),
            pattern: false,
            weak: false,
            source: Source::Pack,
        };
        layer.add(&model, &phrase, &mut work).unwrap();
    }
    for (number, template) in fixture["commands"].as_array().unwrap().iter().enumerate() {
        layer
            .add_command(&model, number as u32, template.as_str().unwrap(), &mut work)
            .unwrap();
    }
    let mut index = Index::new(&model).unwrap();
    index.push_layer(layer.into()).unwrap();
    let scorer = model.scorer();
    let decisions = fixture["decisions"].as_array().unwrap();
    assert!(decisions.len() > 30);
    for one in decisions {
        let text = one["request"].as_str().unwrap();
        let request = normalise(text).unwrap();
        let mut scratch = SearchScratch::default();
        let best = &index.search(&request, &model, &scorer, 5, &mut scratch)[0];
        let rank = one["rank"].as_f64().unwrap() as f32;
        assert_eq!(
            u64::from(best.command),
            one["command"].as_u64().unwrap(),
            "{text}"
        );
        assert!(
            (best.evidence[Feature::Rank] - rank).abs() < NEAR * rank.abs().max(1.0),
            "{text}: {} {rank}",
            best.evidence[Feature::Rank]
        );
        let probability = one["probability"].as_f64().unwrap() as f32;
        assert!(
            (best.probability - probability).abs() < NEAR,
            "{text}: {} {probability}",
            best.probability
        );
    }
}

#[test]
fn damaged_models_are_refused_or_harmless() {
    let whole = include_bytes!("../model/lever.lvrm");
    let request = read("show the last 5 lines of app.log");
    let mut opened = 0;
    // Each opened model is leaked, so they are few. Magic, version and length are the first 12 bytes.
    for at in (0..12)
        .step_by(3)
        .chain((16..whole.len()).step_by(whole.len() / 16))
    {
        let mut bytes = whole.to_vec();
        bytes[at] ^= 0x55;
        let Ok(model) = LearnedEmbedder::open(bytes.leak()) else {
            continue;
        };
        assert!(at >= 12 && !model.is_intact(), "{at}");
        opened += 1;
        let mut out = vec![0.0; model.dims()];
        model.embed(&request, &mut Scratch::default(), &mut out);
        model.embed_command("docker ps -a | grep web", &mut Scratch::default(), &mut out);
    }
    assert!(opened > 8, "{opened}");
    assert!(LearnedEmbedder::open(&whole[..whole.len() - 1]).is_err());
    assert!(LearnedEmbedder::open(b"").is_err());
}
