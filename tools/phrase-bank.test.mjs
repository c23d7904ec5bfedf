import assert from "node:assert/strict";
import { test } from "node:test";
import { bankLines } from "./phrase-bank.mjs";

test("a command of the bank is a line", () => {
  const lines = bankLines({ command: "df -i", canonical: "show inodes", phrases: ["inodes left"] });
  assert.deepEqual(lines, ["\tdf -i\tshow inodes\tinodes left"]);
});

test("a built-in command has its id and a line for each platform", () => {
  const lines = bankLines({
    id: "ram",
    phrase: "ram",
    command: "free -h",
    platforms: { macos: "vm_stat" },
    aliases: ["memory"],
  });
  assert.deepEqual(lines, ["builtin:ram\tfree -h\tram\tmemory", "builtin:ram\tvm_stat\tram\tmemory"]);
});

test("what would break the file is refused", () => {
  assert.throws(() => bankLines({ command: "a\tb", canonical: "x" }), /tab or line break/);
});
