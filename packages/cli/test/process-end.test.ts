import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { BIN, Person } from "./lever.ts";

it("ends at once and yet has written all of a long record to a slow reader", async () => {
  const person = new Person();
  await person.teach("say much", "head -c 900000 /dev/zero");
  const script = `'${process.execPath}' '${BIN}' 'say much' --json --yes | { sleep 1; cat; }`;
  const options = { env: person.environment, cwd: person.home, maxBuffer: 2 ** 24, encoding: "utf8" } as const;
  const { stdout } = spawnSync("/bin/sh", ["-c", script], options);
  expect(JSON.parse(stdout)).toMatchObject({ status: "ran" });
  expect(JSON.parse(stdout).outcome.stdout).toHaveLength(900_000);
});
