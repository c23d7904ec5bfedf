import type { Candidate, Core } from "@lever-runner/native";
import { describe, expect, it } from "vitest";
import { boundCommand, candidate, coreThat, request } from "../../test/examples.ts";
import type { Asker, Request } from "../request.ts";
import { bindValues as bindFromHome } from "./bind-values.ts";

const bindValues = (core: Core, asked: Request, found: Candidate, asker: Asker | undefined) =>
  bindFromHome(core, asked, found, { asker, home: "/home/somebody", suggest: () => Promise.resolve([]) });
const FILE = { name: "file", type: "path", default: null, choices: [] };
const needsFile = coreThat({
  bind: (_namespace, _id, values) => {
    if (values["file"] === undefined) return { status: "missing", parameters: [FILE] };
    if (values["file"] === "-x")
      return {
        status: "refused",
        refusal: { code: "value_option", message: "file: begins with a dash", hint: null, parameter: "file" },
      };
    return { status: "bound", command: boundCommand({ argv: ["cat", values["file"]] }) };
  },
});
const personWhoSays = (answers: Array<string | null>, asked: Array<string | null> = []): Asker => ({
  confirm: () => Promise.resolve(false),
  choose: () => Promise.resolve(null),
  fill: (_phrase, _parameter, problem) => {
    asked.push(problem);
    return Promise.resolve(answers.shift() ?? null);
  },
});

describe("bindValues", () => {
  it("takes the request's own values, and given ones over them", async () => {
    const found = candidate({ parameters: { file: "a.txt" } });
    expect(await bindValues(needsFile, request(), found, undefined)).toMatchObject({
      command: { argv: ["cat", "a.txt"] },
    });
    expect(await bindValues(needsFile, request({ parameters: { file: "b.txt" } }), found, undefined)).toMatchObject({
      command: { argv: ["cat", "b.txt"] },
    });
  });

  it("refuses half a character, which no argument can hold", async () => {
    const halved = request({ parameters: { file: "a\uD800b" } });
    expect(await bindValues(needsFile, halved, candidate(), undefined)).toMatchObject({
      status: "refused",
      refusal: { code: "value_character", parameter: "file" },
    });
  });

  it("reports what is missing where nobody can be asked", async () => {
    expect(await bindValues(needsFile, request(), candidate(), undefined)).toEqual({
      status: "missing",
      parameters: [FILE],
    });
  });

  it("asks, says what was wrong, and asks again", async () => {
    const asked: Array<string | null> = [];
    const binding = await bindValues(needsFile, request(), candidate(), personWhoSays(["-x", "c.txt"], asked));
    expect(binding).toMatchObject({ status: "bound", command: { argv: ["cat", "c.txt"] } });
    expect(asked).toEqual([null, "file: begins with a dash"]);
  });

  it("stops when the person gives up, and after a few bad answers", async () => {
    expect(await bindValues(needsFile, request(), candidate(), personWhoSays([null]))).toMatchObject({
      status: "missing",
    });
    const asked: Array<string | null> = [];
    const stubborn = await bindValues(
      needsFile,
      request(),
      candidate(),
      personWhoSays(
        Array.from({ length: 50 }, () => "-x"),
        asked,
      ),
    );
    expect(stubborn).toMatchObject({ status: "refused" });
    expect(asked.length).toBeLessThan(10);
  });
});
