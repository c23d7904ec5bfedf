import { describe, expect, it } from "vitest";
import { readPhrase, readPhrases, readTemplate } from "./answer.ts";
import { maskRequest } from "./mask.ts";

const masked = maskRequest("restart billing-prod");

describe("readPhrase", () => {
  it.each([
    ["restart service <1>", "restart service billing-prod"],
    [' "Restart service <1>." ', "Restart service billing-prod"],
    ['{"phrase": "restart service <1>"}', "restart service billing-prod"],
    ["`check disk usage`", "check disk usage"],
    ["show last 10 lines", "show last 10 lines"],
  ])("takes %s", (answer, phrase) => {
    expect(readPhrase(answer, masked)).toEqual({ value: phrase, reason: null });
  });

  it.each([
    ["", "is empty"],
    ["; rm -rf /", "has other characters"],
    ["rm -rf <1>", "has other characters"],
    ["restart service <2>", "has a mark that was not sent"],
    ["restart\nservice", "has several lines"],
    ["list all of the files in the current folder now", "has more than 8 words"],
    [`list ${"x".repeat(90)}`, "is longer than 80 characters"],
    ["word ".repeat(5000), "is longer than 80 characters"],
    ["I cannot help with that", "is a refusal"],
    ["Sorry but no", "is a refusal"],
    ["muestra el uso del disco", "is not in plain English words"],
    ["<1>", "is not in plain English words"],
    ['Here it is: {"phrase": "check disk"}', "has other characters"],
    ['{"phrase": 5}', "has other characters"],
    ['{"command": "reboot"}', "has other characters"],
    ["$(reboot)", "has other characters"],
    ["check dіsk usage", "has other characters"],
    ["check \u202edisk", "has other characters"],
    ["<1>; reboot", "has other characters"],
  ])("drops %j", (answer, reason) => {
    expect(readPhrase(answer, masked)).toMatchObject({ value: null, reason: expect.stringContaining(reason) });
  });
});

describe("readPhrases", () => {
  it("takes the lines that say the phrase with all its parameters, each once", () => {
    const teach = maskRequest("show logs for {{container}}");
    const answer =
      "1. print the log of <1>\n- Logs <1>\nlogs <1>\nshow logs\n; reboot <1>\nview <1> <1>\nread <1> logs.";
    expect(readPhrases(answer, teach)).toEqual({
      value: ["print the log of {{container}}", "Logs {{container}}", "read {{container}} logs"],
      reason: null,
    });
    expect(readPhrases('{"phrases": ["view logs of <1>", 7]}', teach).value).toEqual(["view logs of {{container}}"]);
    expect(readPhrases("nothing", teach)).toMatchObject({ value: null, reason: "holds no usable phrase" });
  });
});

describe("readTemplate", () => {
  it("takes one line, with or without a fence", () => {
    expect(readTemplate("```sh\ndf -h\n```").value).toBe("df -h");
    expect(readTemplate('{"command":"df -h {{dir}}"}').value).toBe("df -h {{dir}}");
    expect(readTemplate("df -h\nreboot").reason).toContain("several lines");
    expect(readTemplate("x".repeat(5000)).reason).toContain("longer");
    expect(readTemplate("").reason).toBe("is empty");
  });
});
