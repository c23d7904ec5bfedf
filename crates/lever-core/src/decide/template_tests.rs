//! What gate 1 found beside what gate 2 found.

use super::tests::{found, index};
use super::*;
use crate::text::normalise;

#[test]
fn templates_go_first() {
    let request = normalise("check disk usage").unwrap();
    let candidates = found(&index(), "check disk usage");
    let hit = |command, exact| TemplateMatch {
        fit: if exact { Fit::Exact } else { Fit::Loose },
        command,
        phrase_id: command + 50,
        rank: 0,
        literals: 3,
        own: true,
        vouched: false,
    };
    let decision = decide(&request, &[hit(2, true)], &candidates, &HASH);
    assert_eq!(
        (decision.kind, decision.gate, decision.choices[0].command),
        (MatchKind::Exact, 1, 2)
    );
    assert!(decision.choices.len() >= 3);

    let decision = decide(&request, &[hit(2, true), hit(1, true)], &candidates, &HASH);
    assert_eq!(decision.kind, MatchKind::Likely);
    assert_eq!(decision.reasons, [Reason::EqualPhrases]);

    let taught = TemplateMatch {
        rank: 0,
        ..hit(1, true)
    };
    let pack = TemplateMatch {
        rank: 9,
        ..hit(2, true)
    };
    assert_eq!(
        decide(&request, &[pack, taught], &candidates, &HASH).choices[0].command,
        1
    );

    assert_eq!(
        decide(&request, &[hit(0, false)], &candidates, &HASH).kind,
        MatchKind::Sure
    );
    assert_eq!(
        decide(&request, &[hit(2, false)], &candidates, &HASH).kind,
        MatchKind::Likely
    );
    // Agreement that gate 2 itself would not show is none.
    let mut faint = candidates.clone();
    faint[0].probability = HASH.likely - 0.01;
    assert_eq!(
        decide(&request, &[hit(0, false)], &faint, &HASH).kind,
        MatchKind::Likely
    );
    let vouched = TemplateMatch {
        vouched: true,
        ..hit(2, false)
    };
    let decision = decide(&request, &[hit(1, false), vouched], &candidates, &HASH);
    assert_eq!((decision.kind, decision.choices[0].command), (MatchKind::Sure, 2));
}

#[test]
fn a_thin_phrase_gives_way_to_what_the_second_gate_is_sure_of() {
    let request = "how full is my disk drive";
    let mut candidates = found(&index(), request);
    assert_eq!(candidates[0].command, 0);
    candidates[0].probability = HASH.sure;
    let hit = |command, thin| TemplateMatch {
        fit: if thin { Fit::Thin } else { Fit::Exact },
        command,
        phrase_id: command + 50,
        rank: 9,
        literals: 1,
        own: false,
        vouched: false,
    };
    let decision = |template, candidates: &[Candidate]| {
        decide(&normalise(request).unwrap(), &[template], candidates, &HASH)
    };
    assert_eq!(decision(hit(0, true), &candidates).kind, MatchKind::Exact);
    assert_eq!(decision(hit(3, false), &candidates).kind, MatchKind::Exact);
    let doubted = decision(hit(3, true), &candidates);
    assert_eq!(
        (doubted.kind, &*doubted.reasons),
        (MatchKind::Likely, &[Reason::ThinPhrase][..])
    );
    assert_eq!((doubted.choices[0].command, doubted.choices[1].command), (0, 3));
    let shown: Vec<f32> = doubted.shown().map(|(_, probability)| probability).collect();
    assert!(shown[0] >= shown[1], "in the order of what is likely");
    let loose = TemplateMatch {
        fit: Fit::Loose,
        own: true,
        ..hit(3, false)
    };
    let doubted = decision(loose, &candidates);
    assert_eq!(
        (doubted.kind, &*doubted.reasons),
        (MatchKind::Likely, &[Reason::LooseParameter][..])
    );
    assert_eq!((doubted.choices[0].command, doubted.choices[1].command), (0, 3));
    let mut unsure = candidates.clone();
    unsure[0].probability = HASH.sure - 0.01;
    assert_eq!(decision(hit(3, true), &unsure).kind, MatchKind::Exact);
    assert_eq!(decision(loose, &unsure).choices[0].command, 3);
    // What came along gives way sooner than a person's own words.
    let brought = TemplateMatch { own: false, ..loose };
    unsure[0].probability = HASH.likely;
    assert_eq!(decision(loose, &unsure).choices[0].command, 3);
    let doubted = decision(brought, &unsure);
    assert_eq!((doubted.kind, doubted.choices[0].command), (MatchKind::Likely, 0));
    unsure[0].probability = HASH.likely - 0.01;
    assert_eq!(decision(brought, &unsure).choices[0].command, 3);
}
