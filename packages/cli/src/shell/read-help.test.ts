import { expect, it } from "vitest";
import { readHelp } from "./read-help.ts";

const HELP = `lever "request"

  lever "check disk usage"

Commands:
  lever run <words..>      The same as lever "request"
  lever teach <phrase>     Teach a phrase

Options:
  -V, --version               Show version number                                          [boolean]
      --namespace, --chat-id  Set of commands to use                                        [string]
`;

it("finds what can be typed", () => {
  expect(readHelp(HELP)).toEqual({
    subcommands: [
      { text: "run", about: 'The same as lever "request"' },
      { text: "teach", about: "Teach a phrase" },
    ],
    options: [
      { text: "--version", about: "Show version number" },
      { text: "--namespace", about: "Set of commands to use" },
      { text: "--chat-id", about: "Set of commands to use" },
    ],
  });
});
