"""The ranker and the calibrator, two small networks fitted by L-BFGS, and what they achieve."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

# Known only once the candidates are in order; see `decide::competition`.
COMPETITION = ("rank", "gap", "share", "rival", "rival_share", "cosine_gap", "match_gap", "ahead", "above")
# Said of the request, or of the command whatever the request: the ranker does without.
NOT_RANKED = {"unknown", "corrected", "length", "about", *COMPETITION}
# A match with any of these is never sure; see `decide::decision`.
DOUBTS = {"negation": 0.0, "opposite": 0.0, "about": 0.0, "values_left": 0.0, "differing": 0.0}
DOUBTED_WEIGHT = 0.3
RIVAL_WORD, RIVAL_SHARE = 0.8, 0.25
MOST_ODDS = 8.0
RIVALS, CROWD = 4, 9
# Units of a network's hidden layer, as in `decide::scorer`.
HIDDEN = 8


class Found(NamedTuple):
    """The Rust code's candidates for one request, in no order: a row a candidate."""

    commands: np.ndarray
    evidence: np.ndarray
    named: np.ndarray
    every: np.ndarray
    nearest: np.ndarray
    weights: np.ndarray


class Network(NamedTuple):
    """As `decide::scorer::Network`: a number from evidence."""

    direct: np.ndarray
    hidden: np.ndarray
    bias: np.ndarray
    out: np.ndarray
    constant: float

    def __call__(self, evidence):
        return evidence @ self.direct + np.tanh(evidence @ self.hidden.T + self.bias) @ self.out + self.constant

    def numbers(self):
        return np.concatenate([self.direct, self.hidden.T.ravel(), self.bias, self.out, [self.constant]])


def nothing(width):
    """A network that says 0, whatever the evidence."""
    return Network(np.zeros(width), np.zeros((HIDDEN, width)), np.zeros(HIDDEN), np.zeros(HIDDEN), 0.0)


def fit_network(rows, kept, slope_of, l2, l2_hidden, steps, seed=0):
    """A network over the features in `kept`. `slope_of` says of the numbers for all rows what they cost, and the slope of that."""
    middle, scale = rows.mean(0), rows.std(0)
    # What is always the same teaches nothing, and what is left of a weight's first value must not speak when it changes.
    kept = kept * (scale > 1e-4)
    scale = np.maximum(scale, 1e-4)
    z = ((rows - middle) / scale * kept).astype(np.float32)
    width = z.shape[1]
    cuts = np.cumsum([width, HIDDEN * width, HIDDEN, HIDDEN])

    def parts(b):
        direct, hidden, bias, out, constant = np.split(b, cuts)
        return direct, hidden.reshape(HIDDEN, width), bias, out, constant[0]

    def loss(b):
        direct, hidden, bias, out, constant = parts(b.astype(np.float32))
        units = np.tanh(z @ hidden.T + bias)
        cost, slope = slope_of(z @ direct + units @ out + constant)
        slope = slope.astype(np.float32)
        inner = slope[:, None] * out * (1 - units * units)
        cost += l2 * (direct @ direct) + l2_hidden * ((hidden * hidden).sum() + out @ out)
        gradient = [
            z.T @ slope + 2 * l2 * direct,
            (inner.T @ z + 2 * l2_hidden * hidden).ravel(),
            inner.sum(0),
            units.T @ slope + 2 * l2_hidden * out,
            [slope.sum()],
        ]
        return float(cost), np.concatenate(gradient).astype(float)

    begun = np.random.default_rng(seed).normal(0, 0.1, cuts[-1] + 1)
    begun[:width] = 0
    found = minimize(loss, begun, jac=True, method="L-BFGS-B", options={"maxiter": steps})
    direct, hidden, bias, out, constant = parts(found.x)
    direct, hidden = direct * kept / scale, hidden * kept / scale
    return Network(direct, hidden, bias - hidden @ middle, out, constant - direct @ middle)


def fit_rank(sets, names):
    """What puts the right candidates of a request first. `sets`: [(answers, weight)]."""
    rows, right, starts, weights = [], [], [0], []
    for answers, weight in sets:
        for query, found in answers:
            good = np.isin(found.commands, list(query[1]))
            if good.any() and not good.all():
                rows.append(found.evidence)
                right.append(good)
                starts.append(starts[-1] + len(good))
                weights.append(weight)
    x, y = np.vstack(rows), np.concatenate(right).astype(np.float32)
    own = np.repeat(np.arange(len(weights)), np.diff(starts))
    starts, weights = np.array(starts[:-1]), np.array(weights, np.float32)

    def slope_of(score):
        power = np.exp(score - np.maximum.reduceat(score, starts)[own])
        whole, good = np.add.reduceat(power, starts), np.add.reduceat(power * y, starts) + 1e-12
        return (weights * (np.log(whole) - np.log(good))).sum(), (power / whole[own] - power * y / good[own]) * weights[own]

    return fit_network(x, np.array([name not in NOT_RANKED for name in names], float), slope_of, 6.0, 12.0, 200)


def heaviest(weights, terms):
    """The greatest weight in a set of terms, which is bits."""
    return max((weight for at, weight in enumerate(weights) if int(terms) >> at & 1), default=0.0)


def compete(found, order, scores, names):
    """The first candidate's evidence, with the competition's as `decide::competition` sets it."""
    place = {name: names.index(name) for name in (*COMPETITION, "cosine", "phrase_match", "phrases")}
    first, others = order[0], order[1:RIVALS]
    values = found.evidence[first].astype(float)
    power = np.exp(scores[order] - scores[first])
    beyond = lambda name: max([0.0, *found.evidence[others, place[name]]])
    crowd = found.evidence[order[1:CROWD], place["cosine"]]
    nearest = beyond("cosine")
    own, every = found.nearest[first], int(found.every[first])
    kept = min(np.exp(values[place["phrases"]]), len(own))
    values[place["rank"]] = scores[first]
    values[place["gap"]] = scores[first] - (scores[order[1]] if len(order) > 1 else 0.0)
    values[place["share"]] = np.clip(-np.log(max(power.sum() - 1, 1e-6)), -MOST_ODDS, MOST_ODDS)
    values[place["cosine_gap"]] = values[place["cosine"]] - nearest
    values[place["match_gap"]] = values[place["phrase_match"]] - beyond("phrase_match")
    values[place["rival"]] = max([0.0, *(heaviest(found.weights, int(found.named[other]) & ~every) for other in others)])
    values[place["rival_share"]] = values[place["rival"]] / max(found.weights.sum(), 1e-9)
    values[place["above"]] = values[place["cosine"]] - (crowd.mean() if len(crowd) else 0.0)
    values[place["ahead"]] = min((own > nearest).sum() / kept, 1.0)
    return values


def rank(answers, network, names):
    """[(query, the commands in the ranker's order, evidence of the first)]."""
    ranked = []
    competition = [names.index(name) for name in COMPETITION]
    for query, found in answers:
        if not len(found.commands):
            ranked.append((query, [], None))
            continue
        evidence = found.evidence.astype(float)
        evidence[:, competition] = 0
        scores = network(evidence)
        order = np.lexsort((found.commands, -scores))
        ranked.append((query, found.commands[order].tolist(), compete(found, order, scores, names)))
    return ranked


def fit_calibrator(sets, names):
    """What tells how likely the first candidate is right, as log odds. `sets`: [(ranked, weight)]. What a doubt keeps from running
    anyway teaches it less."""
    first = [(evidence, bool(commands and commands[0] in query[1]), weight) for ranked, weight in sets for query, commands, evidence in ranked if commands]
    x, y, weights = (np.array(column, np.float32) for column in zip(*first))
    doubted = np.any([x[:, names.index(name)] > most for name, most in DOUBTS.items()], axis=0)
    weights[doubted] *= DOUBTED_WEIGHT

    def slope_of(odds):
        return (weights * (np.logaddexp(0, odds) - y * odds)).sum(), weights * (1 / (1 + np.exp(-odds)) - y)

    return fit_network(x, np.ones(x.shape[1]), slope_of, 6.0, 12.0, 400)


def chances(ranked, calibrator):
    """The calibrator's word on the first candidate, whatever else the decision doubts."""
    return np.array([1 / (1 + np.exp(-calibrator(evidence))) if commands else 0.0 for _, commands, evidence in ranked])


def probabilities(ranked, calibrator, names):
    """Of the first candidate; 0 where the decision has a doubt that keeps it from being sure."""
    doubts = [(names.index(name), most) for name, most in DOUBTS.items()]
    rival, share = names.index("rival"), names.index("rival_share")

    def doubt(evidence):
        return any(evidence[at] > most for at, most in doubts) or (evidence[rival] > RIVAL_WORD and evidence[share] > RIVAL_SHARE)

    doubted = [not commands or doubt(evidence) for _, commands, evidence in ranked]
    return np.where(doubted, 0.0, chances(ranked, calibrator))


def report(ranked, chances, thresholds):
    """One line: top-1, top-3, and for each threshold what runs, how much of it wrongly, and how much out of scope."""
    asked = np.array([bool(query[1]) for query, _, _ in ranked])
    right = np.array([bool(commands) and commands[0] in query[1] for query, commands, _ in ranked])
    three = np.array([any(command in query[1] for command in commands[:3]) for query, commands, _ in ranked])
    share = lambda part, whole: 100 * part.sum() / max(1, whole.sum())
    text = f"{asked.sum()} + {(~asked).sum()}"
    if asked.any():
        text += f": top-1 {share(right & asked, asked):.1f}, top-3 {share(three & asked, asked):.1f}"
    for threshold in thresholds:
        runs = chances >= threshold
        wrong, beside = runs & ~right, runs & ~asked
        text += f"; {threshold}: {share(runs & asked, asked):.0f} % run, "
        text += f"{wrong.sum()} of {runs.sum()} wrong ({share(wrong, runs):.1f} %), {beside.sum()} out of scope"
    return text
