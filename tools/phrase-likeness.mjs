// How like two phrases are by their spelling. No dependencies, no model: it is meant to catch a careless phrase, not to understand it.

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
export function keystrokes(from, to) {
  if (Math.abs(from.length - to.length) > 2) return 3;
  const rows = [Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
    rows.push(row);
  }
  return rows[from.length][to.length];
}

/**
 * For each phrase ({words, owner, slotted}), left out in turn: how like it is to its own command and to the likeliest other
 * one, as {own, near, nearest}, each 0 to 1.5. The likeness to a command is the cosine to the sum of its phrases and half of
 * that to its nearest phrase. Owners are numbers from 0.
 */
export function* nearestOwners(phrases) {
  const count = Math.max(...phrases.map(({ owner }) => owner)) + 1;
  const vectors = vectorise(phrases, count);
  const holders = new Map();
  const sums = Array.from({ length: count }, () => new Map());
  vectors.forEach((vector, at) => {
    const sum = sums[phrases[at].owner];
    for (const [feature, weight] of vector) {
      if (!holders.has(feature)) holders.set(feature, []);
      holders.get(feature).push({ at, weight });
      sum.set(feature, (sum.get(feature) ?? 0) + weight);
    }
  });
  const squares = sums.map((sum) => squared(sum.values()));

  for (const [at, { owner: own }] of phrases.entries()) {
    const cosines = new Float64Array(phrases.length);
    for (const [feature, weight] of vectors[at]) {
      for (const holder of holders.get(feature)) cosines[holder.at] += weight * holder.weight;
    }
    cosines[at] = 0;
    const total = new Float64Array(count);
    const best = new Float64Array(count);
    cosines.forEach((cosine, other) => {
      const { owner } = phrases[other];
      total[owner] += cosine;
      if (cosine > best[owner]) best[owner] = cosine;
    });
    const likeness = total.map((sum, owner) => {
      const square = squares[owner] - (owner === own ? 2 * sum + 1 : 0);
      return (square > 1e-9 ? sum / Math.sqrt(square) : 0) + best[owner] / 2;
    });
    const nearest = likeness.reduce(
      (one, value, two) => (two !== own && (one === own || value > likeness[one]) ? two : one),
      own,
    );
    yield { own: likeness[own], near: likeness[nearest], nearest };
  }
}

/** Words and letter triples weighted by how few owners have them; each kind makes up half of a unit vector. */
function vectorise(phrases, count) {
  const features = phrases.map(({ words, slotted }) => {
    const triples = words.flatMap((word) => Array.from(word, (_, at) => `#${` ${word} `.slice(at, at + 3)}`));
    return [new Set(slotted ? [...words, "{}"] : words), new Set(triples)];
  });
  const owners = new Map();
  features.forEach((kinds, at) => {
    for (const feature of kinds.flatMap((kind) => [...kind])) {
      if (!owners.has(feature)) owners.set(feature, new Set());
      owners.get(feature).add(phrases[at].owner);
    }
  });
  const rarity = (feature) => Math.log(1 + count / owners.get(feature).size);
  return features.map((kinds) =>
    kinds.flatMap((kind) => {
      const norm = Math.sqrt(2 * squared([...kind].map(rarity)));
      return [...kind].map((feature) => [feature, rarity(feature) / norm]);
    }),
  );
}

const squared = (values) => [...values].reduce((sum, value) => sum + value * value, 0);
