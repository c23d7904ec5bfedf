//! The candidates beside each other: their order, what sets the first apart, and how likely each is right.

use super::candidates::Candidate;
use super::evidence::Feature;
use super::request::Request;
use super::scorer::Scorer;

/// Greatest log odds that the ranker alone is trusted with.
const MOST_ODDS: f32 = 8.0;
/// Candidates, the first included, whose words are held against each other's.
const RIVALS: usize = 4;
/// Candidates, the first included, that are the crowd which one stands above.
const CROWD: usize = 9;

/// Orders the candidates, keeps the first `limit` and gives each its probability.
pub(super) fn compete(candidates: &mut Vec<Candidate>, limit: usize, request: &Request, scorer: &dyn Scorer) {
    for candidate in candidates.iter_mut() {
        candidate.evidence[Feature::Rank] = scorer.rank(&candidate.evidence);
    }
    candidates.sort_unstable_by(|a, b| {
        b.evidence[Feature::Rank]
            .total_cmp(&a.evidence[Feature::Rank])
            .then(a.command.cmp(&b.command))
    });
    let sum: f32 = candidates
        .iter()
        .map(|candidate| (rank(candidate) - rank(&candidates[0])).exp())
        .sum();
    let mut rest = 1.0f32;
    for at in 0..candidates.len().min(limit) {
        let own = (rank(&candidates[at]) - rank(&candidates[0])).exp();
        set_apart(candidates, at, request);
        let candidate = &mut candidates[at];
        candidate.evidence[Feature::Share] = (own / (sum - own).max(1e-6)).ln().clamp(-MOST_ODDS, MOST_ODDS);
        candidate.probability = scorer.probability(&candidate.evidence).clamp(0.0, rest);
        rest -= candidate.probability;
    }
    candidates.truncate(limit);
}

fn rank(candidate: &Candidate) -> f32 {
    candidate.evidence[Feature::Rank]
}

/// How the candidate stands against the best of the others. `candidates` are in order.
fn set_apart(candidates: &mut [Candidate], at: usize, request: &Request) {
    let best_other = usize::from(at == 0);
    let own = &candidates[at];
    let (mut cosine, mut matched, mut rival) = (0.0f32, 0.0f32, 0.0f32);
    for (number, other) in candidates.iter().enumerate().take(RIVALS) {
        if number == at {
            continue;
        }
        cosine = cosine.max(other.evidence[Feature::Cosine]);
        matched = matched.max(other.evidence[Feature::PhraseMatch]);
        rival = rival.max(request.heaviest(other.explained.named & !own.explained.all));
    }
    let crowd = candidates
        .iter()
        .take(CROWD)
        .enumerate()
        .filter(|(number, _)| *number != at);
    let (sum, count) = crowd.fold((0.0f32, 0u8), |(sum, count), (_, other)| {
        (sum + other.evidence[Feature::Cosine], count + 1)
    });
    let above = own.evidence[Feature::Cosine] - sum / f32::from(count.max(1));
    let ahead = own.nearest.iter().filter(|score| **score > cosine).count();
    let gap = rank(own) - candidates.get(best_other).map_or(0.0, rank);
    let kept = own.evidence[Feature::Phrases].exp().min(own.nearest.len() as f32);
    let evidence = &mut candidates[at].evidence;
    evidence[Feature::Gap] = gap;
    evidence[Feature::CosineGap] = evidence[Feature::Cosine] - cosine;
    evidence[Feature::MatchGap] = evidence[Feature::PhraseMatch] - matched;
    evidence[Feature::Rival] = rival;
    evidence[Feature::RivalShare] = if request.total > 0.0 {
        rival / request.total
    } else {
        0.0
    };
    evidence[Feature::Above] = above;
    evidence[Feature::Ahead] = (ahead as f32 / kept).min(1.0);
}
