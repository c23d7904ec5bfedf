import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Person } from "./lever.ts";

const LIBRARY = new URL("../../lever-runner/dist/index.mjs", import.meta.url).href;

interface Step {
  ask: string;
  status: string;
  kind: string;
  phrase: string | null;
  out: string | null;
  notices: string[];
}

/** Runs requests one after the other; a person picks the candidate whose template begins so, and says yes to all. */
function live(program: string): Step[] {
  const source = `
import { Lever } from ${JSON.stringify(LIBRARY)};
const lever = await Lever.open();
const steps = [];
async function ask(text, pick = "", values = {}) {
  const notices = [];
  const record = await lever.run(text, {
    parameters: values,
    notify: (notice) => notices.push(notice),
    asker: {
      choose: async (_text, candidates) => candidates.find(({ template }) => template.startsWith(pick)) ?? null,
      confirm: async () => true,
      fill: async () => null,
    },
  });
  const { status, match, outcome } = record;
  steps.push({ ask: text, status, kind: match.kind, phrase: match.phrase, out: outcome?.stdout ?? null, notices });
}
${program}
lever.close();
process.stdout.write(JSON.stringify(steps));`;
  // What is learned is looked at here, not how well it is found: with plain words, no model of language.
  const { environment, home } = new Person({ LEVER_SEED: "off", LEVER_BANK: "off", LEVER_EMBEDDER: "hash" });
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "--eval", source], {
      env: environment,
      cwd: home,
      encoding: "utf8",
    }),
  ) as Step[];
}

const TEACH = `
lever.teach({ phrase: "show the uptime of the box", command: "echo up" });
lever.teach({ phrase: "show the memory of the box", command: "echo memory" });
lever.teach({ phrase: "report on service {{service:word}}", command: "echo report {{service}}" });
lever.teach({ phrase: "reload the service {{service:word}}", command: "echo reload {{service}}" });
`;

describe("learning", () => {
  it("a choice is sure the next time and exact after it", () => {
    const steps = live(`${TEACH}
await ask("show the box", "echo up");
await ask("show the box");
await ask("show the box");`);
    expect(steps.map(({ kind }) => kind)).toEqual(["likely", "sure", "exact"]);
    expect(steps.map(({ out }) => out)).toEqual(["up\n", "up\n", "up\n"]);
    expect(steps[0]?.notices).toEqual([expect.stringMatching(/^learned: "show the box".*undo: lever/)]);
    expect(steps[1]?.notices).toEqual([]);
  });

  it("values are turned back into parameters", () => {
    const steps = live(`${TEACH}
await ask("see to the report on service nginx for me", "echo report", { service: "nginx" });
await ask("see to the report on service redis for me");
await ask("see to the report on service mysql for me");`);
    expect(steps[0]?.notices[0]).toMatch(/see to the report on service \{\{service:word\}\} for me/);
    expect(steps.map(({ out }) => out)).toEqual(["report nginx\n", "report redis\n", "report mysql\n"]);
    expect(steps.slice(1).map(({ kind }) => kind)).toEqual(["sure", "exact"]);
  });

  it("nothing is learned of what destroys", () => {
    const steps = live(`
lever.teach({ phrase: "remove the old stuff", command: "rm -rf old-stuff" });
lever.teach({ phrase: "list the old stuff", command: "ls old-stuff" });
await ask("the old stuff has to go away", "rm");
await ask("the old stuff has to go away", "rm");`);
    expect(steps.map(({ notices }) => notices)).toEqual([[], []]);
    expect(steps[1]?.kind).not.toBe("exact");
  });

  it("lever wrong takes it back, and requests nearly the same are less sure", () => {
    const steps = live(`${TEACH}
await ask("show the box", "echo up");
await ask("show the box");
const taken = lever.takeBack();
steps.push(taken);
await ask("show the box", "echo up");
const [first] = (await lever.match("show the box now")).candidates;
steps.push({ ask: first.template });
steps.push({ ask: String(lever.takeBack("a request that means nothing at all") === null) });`);
    expect(steps[2]).toMatchObject({
      aliases: ["show the box"],
      phrase: "show the uptime of the box",
      own: null,
    });
    // It can no longer be chosen for these words, so nothing ran.
    expect(steps[3]?.out).toBeNull();
    expect(steps[4]?.ask).not.toBe("echo up");
    expect(steps[5]?.ask).toBe("true");
  });

  it("what a person taught in so many words stands", () => {
    const steps = live(`${TEACH}
await ask("show the uptime of the box");
steps.push(lever.takeBack());
await ask("show the uptime of the box");`);
    expect(steps[1]).toMatchObject({ own: "show the uptime of the box", aliases: [] });
    expect(steps[2]).toMatchObject({ kind: "exact", out: "up\n" });
  });
});

describe("lever wrong", () => {
  it("speaks of the last run, or of a request", async () => {
    const person = new Person({ LEVER_SEED: "off", LEVER_BANK: "off" });
    expect((await person.lever(["wrong"])).stderr).toMatch(/no match to take back/);
    await person.teach("say hello", "echo hello");
    await person.lever(["say hello"]);
    expect((await person.lever(["wrong"])).stdout).toMatch(/so it stands[^]*lever forget "say hello"/);
  });
});
