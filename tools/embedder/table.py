"""The token table: the teacher's vectors of single tokens on fewer dimensions, then trained so that sums of them are near
where the teacher says so (distillation) and where people mean the same command (contrast)."""

import random
import time

import numpy as np
import scipy.sparse as sparse

WIDTH = 128
TEMPERATURE = 0.05
PAIRS = 192
BATCH = 256
# Texts of two commands that the teacher finds as near as this may well mean the same: they are no contrast.
SAME = 0.85


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def counts(token_rows, size):
    """A row a text, a column a token."""
    lengths = [len(rows) for rows in token_rows]
    columns = np.fromiter((row for rows in token_rows for row in rows), np.int32, sum(lengths))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return sparse.csr_matrix((np.ones(len(columns), np.float32), columns, starts), (len(lengths), size))


def begin(token_vectors, text_vectors, texts):
    """Principal directions of texts and tokens; common tokens are made short (smooth inverse frequency)."""
    middle = token_vectors.mean(0)
    sample = np.vstack([token_vectors - middle, text_vectors - text_vectors.mean(0)])
    _, directions = np.linalg.eigh(sample.T @ sample)
    table = (token_vectors - middle) @ directions[:, ::-1][:, :WIDTH]
    share = np.asarray(texts.sum(0)).ravel()
    share = share / share.sum()
    table = unit(table) * (1e-3 / (1e-3 + share))[:, None]
    return (table / np.linalg.norm(table, axis=1).mean()).astype(np.float32)


class Adam:
    """Moments of the rows that were used; a row's step shrinks with nothing but its own use."""

    def __init__(self, table):
        self.table = table
        self.first, self.second = np.zeros_like(table), np.zeros_like(table)
        self.uses = np.zeros(len(table), np.int32)

    def forward(self, texts):
        used, place = np.unique(texts.indices, return_inverse=True)
        local = sparse.csr_matrix((texts.data, place, texts.indptr), (texts.shape[0], len(used)))
        sums = local @ self.table[used]
        length = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
        return (used, local, sums / length, length)

    def backward(self, state, slope, rate):
        used, local, unit_rows, length = state
        slope = (slope - unit_rows * (slope * unit_rows).sum(1, keepdims=True)) / length
        gradient = local.T @ slope
        self.uses[used] += 1
        self.first[used] = 0.9 * self.first[used] + 0.1 * gradient
        self.second[used] = 0.99 * self.second[used] + 0.01 * gradient * gradient
        k = self.uses[used][:, None]
        step = (self.first[used] / (1 - 0.9**k)) / (np.sqrt(self.second[used] / (1 - 0.99**k)) + 1e-8)
        self.table[used] -= rate * step


def softmax(scores):
    scores = np.exp(scores - scores.max(1, keepdims=True))
    return scores / scores.sum(1, keepdims=True)


def distil(adam, texts, vectors, rate):
    """Cosines as the teacher's, and each text's order of the others as the teacher's."""
    state = adam.forward(texts)
    rows, count = state[2], texts.shape[0]
    wanted = vectors @ vectors.T
    miss = rows @ rows.T - wanted
    np.fill_diagonal(miss, 0)
    mine, theirs = (rows @ rows.T) / TEMPERATURE, wanted / TEMPERATURE
    np.fill_diagonal(mine, -1e9)
    np.fill_diagonal(theirs, -1e9)
    slope = 40 * miss / count**2 + (softmax(mine) - softmax(theirs)) / (TEMPERATURE * count)
    adam.backward(state, (slope + slope.T) @ rows, rate)
    return float(np.abs(miss).mean())


def contrast(adam, left, right, alike, rate, weight):
    """Each left text nearest to its own right text, and the other way round. `alike`: pairs that are no contrast."""
    count = left.shape[0]
    state = adam.forward(sparse.vstack([left, right]).tocsr())
    a, b = state[2][:count], state[2][count:]
    scores = np.where(alike, -1e9, a @ b.T / TEMPERATURE)
    slope = (softmax(scores) - np.eye(count)) + (softmax(scores.T) - np.eye(count)).T
    slope = np.where(alike, 0, slope) * weight / (2 * TEMPERATURE * count)
    adam.backward(state, np.vstack([slope @ b, slope.T @ a]).astype(np.float32), rate)


class Groups:
    """Texts that mean the same, group by group. `left` and `right` hold rows of counts; a text's row on the left is drawn with
    another's of its group on the right. Where `owners` is given, what is drawn on the left is the group's own row
    (its command) instead; groups of one owner are no contrast."""

    def __init__(self, members, left, right, vectors, owners=None):
        self.members, self.left, self.right, self.vectors, self.owners = members, left, right, vectors, owners
        self.centres = unit(np.array([vectors[group].mean(0) for group in members]))

    def draw(self, chance, count, hard):
        """`count` pairs of different groups; `hard`: of groups that are near each other."""
        count = min(count, len(self.members))
        groups = range(len(self.members))
        if hard:
            nearness = self.centres @ self.centres[chance.choice(groups)]
            groups = np.argsort(-nearness, kind="stable")[: 2 * count].tolist()
        chosen = chance.sample(groups, count)
        pairs = [chance.sample(self.members[group], 2) for group in chosen]
        own, other = [p[0] for p in pairs], [p[1] for p in pairs]
        alike = self.vectors[own] @ self.vectors[other].T > SAME
        if self.owners:
            mine = np.array([self.owners[group] for group in chosen])
            alike |= mine[:, None] == mine[None]
        np.fill_diagonal(alike, False)
        return self.left[chosen if self.owners else own], self.right[other], alike


def leaves(vectors, size, generator):
    """Texts in small sets of near ones, by a tree of random projections."""
    done, waiting = [], [np.arange(len(vectors))]
    while waiting:
        rows = waiting.pop()
        if len(rows) <= size:
            done.append(rows)
            continue
        order = np.argsort(vectors[rows] @ generator.standard_normal(vectors.shape[1]).astype(np.float32), kind="stable")
        waiting += [rows[order[: len(rows) // 2]], rows[order[len(rows) // 2 :]]]
    return done


def train(table, texts, vectors, everyday, literal, commands, epochs, seed=0, rate=2e-3, weights=(3.0, 1.0, 1.0), report=None):
    """`everyday`, `literal`: Groups of colloquial and of long technical requests; `commands`: of commands and requests."""
    generator, chance = np.random.default_rng(seed), random.Random(seed)
    adam = Adam(table.copy())
    began = time.time()
    for epoch in range(epochs):
        near = leaves(vectors, BATCH, generator)
        batches = near + np.array_split(generator.permutation(len(vectors)), len(near) // 3)
        chance.shuffle(batches)
        batches = batches[: len(batches) // 2]
        missed, now = 0.0, rate * (1 - epoch / epochs) + 1e-5
        for step, batch in enumerate(batches):
            missed += distil(adam, texts[batch], vectors[batch], now)
            hard = step // 4 % 2 == 0
            if step % 2 == 0:
                contrast(adam, *everyday.draw(chance, PAIRS, hard), now, weights[0])
            if step % 4 == 1:
                contrast(adam, *literal.draw(chance, PAIRS, hard), now, weights[1])
            if step % 4 == 3:
                contrast(adam, *commands.draw(chance, PAIRS, hard), now, weights[2])
        if report and epoch % 4 == 3:
            done = f"epoch {epoch + 1}/{epochs}: off by {missed / len(batches):.4f}, {time.time() - began:.0f} s"
            print(f"{done}; {report(adam.table)}", flush=True)
    return adam.table
