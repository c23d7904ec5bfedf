import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskRequest, unmask } from "./mask.ts";
import { vocabulary } from "./vocabulary.ts";

describe("maskRequest", () => {
  it.each([
    ["restart billing-prod", "restart <1>", ["billing-prod"]],
    ["show the last 50 lines of /var/log/app.log", "show the last <1> lines of <2>", ["50", "/var/log/app.log"]],
    ['find "all files" here', "find <1> here", ['"all files"']],
    ["what's using port 8080?", "what's using port <1>", ["8080"]],
    ["ping 10.0.0.1, then 10.0.0.1", "ping <1> then <1>", ["10.0.0.1"]],
    ["open https://intra.example.com/x?y=1", "open <1>", ["https://intra.example.com/x?y=1"]],
    ["mail jane.doe@example.com the log", "mail <1> the log", ["jane.doe@example.com"]],
    ["use key sk-proj-abcdefghijkl", "use key <1>", ["sk-proj-abcdefghijkl"]],
    ["my password is correct horse battery", "my password is <1>", ["correct horse battery"]],
    ["password: open the door", "password <1>", ["open the door"]],
    ["zeige die Festplatte", "<1> die <2>", ["zeige", "Festplatte"]],
    ["show logs for {{container}}", "show logs for <1>", ["{{container}}"]],
    ["delete <1> and $HOME", "delete <1> and <2>", ["<1>", "$HOME"]],
    ["list files in (build), please", "list files in build please", []],
    ["tail -n 5 x", "tail <1> <2> <3>", ["-n", "5", "x"]],
    ["it's Anna’s machine", "it's <1> machine", ["Anna’s"]],
    ["find 'my notes' and it", "find <1> and it", ["'my notes'"]],
  ])("%s", (request, text, values) => {
    expect(maskRequest(request)).toMatchObject({ text, values });
  });

  it("masks this machine's names though they are common words", () => {
    expect(maskRequest("Docker logs of server", new Set(["docker", "server"]))).toMatchObject({
      text: "<1> logs of <2>",
      values: ["Docker", "server"],
    });
  });

  it("knows secret words: the policy of passwords is no secret", () => {
    expect(maskRequest("show the password policy").text).toBe("show the password policy");
  });
});

const word = fc.constantFrom(...[...vocabulary()].slice(0, 500));
const secret = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
  fc.emailAddress(),
  fc.ipV4(),
  fc.ipV6(),
  fc.webUrl(),
  fc.integer().map(String),
  fc.base64String({ minLength: 8, maxLength: 44 }),
  fc.uuid(),
  fc.string().map((text) => `"${text}"`),
  fc.array(fc.stringMatching(/^[\w.-]{1,8}$/), { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`),
);
const requests = fc.array(fc.oneof(word, secret), { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(" "));

/** What may leave: words of the vocabulary, with a contraction's ending, and marks. */
function strangers(text: string): string[] {
  return text
    .split(" ")
    .filter(
      (piece) =>
        piece !== "" && !/^<[1-9]\d*>$/.test(piece) && !vocabulary().has(piece.replace(/'(s|t|re|ve|ll|d|m)$/, "")),
    );
}

describe("no masked byte leaves", () => {
  it("whatever is asked, only words of the vocabulary and marks are sent", () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(strangers(maskRequest(request).text)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it("as the check itself would show: the bare requests do hold strangers", () => {
    const bare = fc.sample(requests, 200).filter((request) => strangers(request).length > 0);
    expect(bare.length).toBeGreaterThan(150);
  });

  it("every value comes back byte for byte", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { text, values } = maskRequest(request);
        for (const value of values) expect(request).toContain(value);
        const back = unmask(text, values);
        for (const value of values) expect(back).toContain(value);
      }),
      { numRuns: 1000 },
    );
  });

  it("a value stands in the text that is sent only where it is a word of the vocabulary too", () => {
    const name = fc.stringMatching(/^[a-z]{1,12}(-[a-z]{1,8})?$/).filter((text) => !vocabulary().has(text));
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 4 }),
        name,
        fc.array(word, { maxLength: 4 }),
        (before, secretName, after) => {
          const { text } = maskRequest([...before, secretName, ...after].join(" "));
          expect(` ${text} `).not.toContain(` ${secretName} `);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("unmask", () => {
  it("takes no mark that was not sent", () => {
    expect(unmask("restart <2>", ["a"])).toBeNull();
    expect(unmask("restart <1>", ["$& <2>"])).toBe("restart $& <2>");
  });
});
