import { describe, expect, it } from "vitest";
import { coreThat, match, NO_MATCH, request } from "../../test/examples.ts";
import { matchByModel, passthrough } from "./gate3-model.ts";

const modelThatSays = (phrase: string) => ({ rephrase: () => Promise.resolve({ phrase, tokens: 70, calls: [] }) });

describe("matchByModel", () => {
  it("changes nothing without a model", async () => {
    expect(await matchByModel(coreThat({}), passthrough, request(), NO_MATCH)).toEqual({
      match: NO_MATCH,
      tokens: 0,
      calls: [],
    });
  });

  it("is never better than sure, even for a phrase that fits exactly", async () => {
    const core = coreThat({ matchTemplate: (_, text) => (text === "check disk usage" ? match() : null) });
    const reading = await matchByModel(
      core,
      modelThatSays("check disk usage"),
      request({ text: "is it full" }),
      NO_MATCH,
    );
    expect(reading).toMatchObject({ tokens: 70, match: { kind: "sure", gate: 3 } });
  });

  it("keeps the first reading where the model's words decide nothing either", async () => {
    const core = coreThat({ matchTemplate: () => null, matchSemantic: () => NO_MATCH });
    const likely = match({ kind: "likely", gate: 2 });
    expect(await matchByModel(core, modelThatSays("gibberish"), request(), likely)).toMatchObject({
      match: likely,
      tokens: 70,
    });
  });
});
