"""What answers are worth: the figures of docs/ACCURACY.md, the same for the matcher and for what it is compared with."""

import math

BINS = 10


def share(part, of):
    return 100 * part / of if of else 0.0


def most_wrong(count, of):
    """Upper end of Wilson's 95 % interval, in per cent."""
    if of == 0:
        return 100.0
    z, part = 1.96, count / of
    reach = z * math.sqrt(part * (1 - part) / of + z * z / (4 * of * of))
    return 100 * (part + z * z / (2 * of) + reach) / (1 + z * z / of)


def could_run(answers, wrong_at_most):
    """Share of the requests in scope that one threshold would let run with so much wrong, chosen with hindsight."""
    asked = sum(answer["right"] is not None for answer in answers)
    ordered = sorted((answer for answer in answers if answer["open"]), key=lambda answer: -answer["probability"])
    best = wrong = covered = 0
    for at, answer in enumerate(ordered, 1):
        wrong += not answer["correct"]
        covered += answer["right"] is not None
        # A threshold cannot part what is equally probable.
        if at < len(ordered) and ordered[at]["probability"] == answer["probability"]:
            continue
        if wrong <= wrong_at_most * at:
            best = covered
    return share(best, asked)


def measure(answers):
    """Shares in per cent. `answers`: dicts of `right` (places of the right commands, None out of scope), `rank`, `probability`,
    `decided`, `open`, `correct`, `kind`."""
    asked = [answer for answer in answers if answer["right"] is not None]
    beside = [answer for answer in answers if answer["right"] is None]
    runs = [answer for answer in answers if answer["decided"]]
    wrong = sum(not answer["correct"] for answer in runs)
    choose = [answer for answer in asked if answer["kind"] == "likely" and not answer.get("show_only")]
    return {
        "requests": len(asked),
        "out_of_scope": len(beside),
        "top1": share(sum(answer["rank"] == 1 for answer in asked), len(asked)),
        "top3": share(sum(1 <= answer["rank"] <= 3 for answer in asked), len(asked)),
        "at5": could_run(answers, 0.05),
        "at1": could_run(answers, 0.01),
        "run": share(sum(answer["decided"] for answer in asked), len(asked)),
        "run_right": share(sum(answer["decided"] and answer["correct"] for answer in asked), len(asked)),
        "runs": len(runs),
        "wrong": wrong,
        "wrong_share": share(wrong, len(runs)),
        "wrong_at_most": most_wrong(wrong, len(runs)),
        "beside_run": sum(answer["decided"] for answer in beside),
        "beside_share": share(sum(answer["decided"] for answer in beside), len(beside)),
        "beside_none": share(sum(answer["kind"] == "none" for answer in beside), len(beside)),
        "asked_three": share(sum(1 <= answer["rank"] <= 3 for answer in choose), len(choose)),
        "asked": len(choose),
    }


def calibration(answers):
    """[(from, requests, probability that was said in per cent, share that was right)] of the first candidate."""
    rows = []
    for number in range(BINS):
        those = [answer for answer in answers if min(BINS - 1, int(answer["probability"] * BINS)) == number]
        if those:
            said = 100 * sum(answer["probability"] for answer in those) / len(those)
            rows.append((number / BINS, len(those), said, share(sum(answer["rank"] == 1 for answer in those), len(those))))
    return rows


def answered_at(answers, refused):
    """Share in scope answered rightly at the threshold that refuses at least so many per cent of what is out of scope."""
    beside = sorted(answer["probability"] for answer in answers if answer["right"] is None)
    keep = math.ceil(len(beside) * refused / 100 - 1e-9)
    # Only what is above the last one refused may run.
    least = beside[keep - 1] if keep else -math.inf
    asked = [answer for answer in answers if answer["right"] is not None]
    return share(sum(answer["correct"] and answer["probability"] > least for answer in asked), len(asked))
