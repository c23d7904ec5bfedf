"""The linear ranker and the logistic calibrator, fitted by L-BFGS, and what they achieve."""

import numpy as np
from scipy.optimize import minimize

# Said of the request or of the competition: the same for all candidates, or not known before they are ranked.
NOT_RANKED = {"unknown", "corrected", "length", "about", "rank", "gap", "share"}
# A match with any of these is never sure; see `decide::decision`.
DOUBTS = ("negation", "opposite", "about", "values_left")
MOST_ODDS = 8.0


def fit_rank(sets, names, l2=2.0):
    """Weights that make the right candidates of a request likely. `sets`: [(answers, weight)]."""
    kept = np.array([name not in NOT_RANKED for name in names], float)
    groups = []
    for answers, weight in sets:
        for query, candidates in answers:
            right = np.array([command in query[1] for command, _ in candidates])
            if right.any() and not right.all():
                groups.append((np.array([evidence for _, evidence in candidates]), right, weight))
    widest, width = max(len(right) for _, right, _ in groups), len(names)
    x = np.zeros((len(groups), widest, width))
    y = np.zeros((len(groups), widest))
    mask = np.full((len(groups), widest), -1e9)
    weights = np.array([weight for _, _, weight in groups])
    for at, (evidence, right, _) in enumerate(groups):
        x[at, : len(right)], y[at, : len(right)], mask[at, : len(right)] = evidence, right, 0
    scale = x.reshape(-1, width).std(0) + 1e-6
    x = x / scale * kept

    def loss(w):
        score = x @ w + mask
        power = np.exp(score - score.max(1, keepdims=True))
        whole, good = power.sum(1), (power * y).sum(1) + 1e-12
        slope = power / whole[:, None] - power * y / good[:, None]
        value = (weights * (np.log(whole) - np.log(good))).sum() + l2 * (w @ w)
        return value, np.einsum("q,qn,qnf->f", weights, slope, x) + 2 * l2 * w

    result = minimize(loss, np.zeros(width), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return result.x / scale * kept


def rank(answers, weights, names):
    """The answers in the ranker's order, with the competition's features set as the Rust code sets them."""
    own, gap, share = (names.index(name) for name in ("rank", "gap", "share"))
    ranked = []
    for query, candidates in answers:
        if not candidates:
            ranked.append((query, []))
            continue
        evidence = np.array([values for _, values in candidates])
        evidence[:, [own, gap, share]] = 0
        scores = evidence @ weights
        order = np.argsort(-scores, kind="stable")
        best = [*scores[order], 0.0]
        power = np.exp(scores[order] - best[0])
        row = []
        for place, at in enumerate(order):
            values = evidence[at].copy()
            values[own] = scores[at]
            values[gap] = scores[at] - best[1 if place == 0 else 0]
            odds = np.log(power[place] + 1e-30) - np.log(max(power.sum() - power[place], 1e-6))
            values[share] = np.clip(odds, -MOST_ODDS, MOST_ODDS)
            row.append((candidates[at][0], values))
        ranked.append((query, row))
    return ranked


def fit_calibrator(sets, names, l2=1.0):
    """Weights and constant of the log odds that the first candidate is right."""
    first = [(row[0], query, weight) for answers, weight in sets for query, row in answers if row]
    x = np.array([evidence for (_, evidence), _, _ in first])
    y = np.array([command in query[1] for (command, _), query, _ in first], float)
    weights = np.array([weight for _, _, weight in first])
    middle, scale = x.mean(0), x.std(0) + 1e-6
    z = np.c_[(x - middle) / scale, np.ones(len(x))]

    def loss(b):
        odds = z @ b
        value = (weights * (np.logaddexp(0, odds) - y * odds)).sum() + l2 * (b[:-1] @ b[:-1])
        return value, z.T @ (weights * (1 / (1 + np.exp(-odds)) - y)) + 2 * l2 * np.r_[b[:-1], 0]

    b = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    w = b[:-1] / scale
    return w, b[-1] - (w * middle).sum()


def chances(answers, weights, constant):
    """The calibrator's word on the first candidate, whatever else the decision doubts."""
    return np.array([1 / (1 + np.exp(-(row[0][1] @ weights + constant))) if row else 0.0 for _, row in answers])


def probabilities(answers, weights, constant, names):
    """Of the first candidate; 0 where the decision has a doubt that keeps it from being sure."""
    doubts = [names.index(name) for name in DOUBTS]
    result = []
    for _, row in answers:
        if not row or any(row[0][1][doubt] > 0 for doubt in doubts):
            result.append(0.0)
        else:
            result.append(float(1 / (1 + np.exp(-(row[0][1] @ weights + constant)))))
    return np.array(result)


def report(answers, chances, thresholds):
    """One line: top-1, top-3, and for each threshold what runs, how much of it wrongly, and how much out of scope."""
    asked = np.array([bool(query[1]) for query, _ in answers])
    right = np.array([bool(row) and row[0][0] in query[1] for query, row in answers])
    three = np.array([any(command in query[1] for command, _ in row[:3]) for query, row in answers])
    text = f"{asked.sum()} + {(~asked).sum()}: top-1 {100 * right[asked].mean():.1f}, top-3 {100 * three[asked].mean():.1f}"
    for threshold in thresholds:
        runs = chances >= threshold
        wrong, beside = (runs & ~right).sum(), (runs & ~asked).sum()
        share = 100 * wrong / max(1, runs.sum())
        text += f"; {threshold}: {100 * (runs & asked).sum() / asked.sum():.0f} % run, "
        text += f"{wrong} of {runs.sum()} wrong ({share:.1f} %), {beside} out of scope"
    return text
