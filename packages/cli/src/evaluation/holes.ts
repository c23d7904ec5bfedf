const HOLE = /\{\{\s*(\w[\w-]*)([^}]*)\}\}/g;

/** The parameters that texts name, each with its default or null. */
export function readHoles(texts: readonly string[]): Map<string, string | null> {
  const holes = new Map<string, string | null>();
  for (const text of texts) {
    for (const [, name = "", rest = ""] of text.matchAll(HOLE)) {
      const given = /=([^=()]*)$/.exec(rest)?.[1] ?? null;
      holes.set(name, given ?? holes.get(name) ?? null);
    }
  }
  return holes;
}

/** Puts something in for every parameter. */
export function fillHoles(text: string, value: (name: string, hole: string) => string): string {
  return text.replaceAll(HOLE, (hole, name: string) => value(name, hole));
}
