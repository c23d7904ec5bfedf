import { describe, expect, it } from "vitest";
import { Person } from "./lever.ts";

const show = async (person: Person, phrase: string): Promise<{ phrases: Array<{ text: string; source: string }> }> =>
  JSON.parse((await person.lever(["show", phrase, "--json"])).stdout);

describe("a taught command", () => {
  it("brings along what the phrase bank knows of it, weak and removable", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const taught = await person.teach("room on the drives", "/bin/df --human-readable");
    expect(taught.stdout).toMatch(/knows +\d+ more ways to ask/);
    const { phrases } = await show(person, "room on the drives");
    const known = phrases.filter(({ source }) => source === "bank").map(({ text }) => text);
    expect(known.length).toBeGreaterThan(10);
    const [first = ""] = known;

    // It finds the command, and is never exact by itself.
    const record = (await person.ask(first, "--dry-run")) as never as { match: { kind: string; command_id: string } };
    expect(record.match.kind).not.toBe("exact");
    expect(record.match.command_id).not.toBeNull();

    expect((await person.lever(["forget", first])).stdout).toMatch(/no longer means/);
    const left = (await show(person, "room on the drives")).phrases.map(({ text }) => text);
    expect(left).not.toContain(first);
    expect(left).toHaveLength(phrases.length - 1);
  });

  it("brings nothing along where its owner says so", async () => {
    const person = new Person({ LEVER_SEED: "off", LEVER_BANK: "off" });
    expect((await person.teach("room on the drives", "df -h")).stdout).not.toMatch(/more ways to ask/);
    expect((await show(person, "room on the drives")).phrases).toHaveLength(1);
  });

  it("takes the place of the built-in one that does the same, whose own phrases stand", async () => {
    const person = new Person();
    await person.teach("room on the drives", "df -h");
    const command = (
      request: string,
    ): Promise<{ match: { candidates: Array<{ command_id: string }>; kind: string } }> =>
      person.ask(request, "--dry-run") as never;
    const near = await command("how full would you say my disk is");
    const ids = near.match.candidates.map(({ command_id: id }) => id);
    expect(ids).not.toContain("builtin:disk-usage");
    expect(ids[0]).not.toMatch(/^builtin:/);
    const exact = await command("check disk usage");
    expect(exact.match.kind).toBe("exact");
    expect(exact.match.candidates[0]?.command_id).toBe("builtin:disk-usage");

    await person.lever(["forget", "room on the drives"]);
    const back = await command("how full would you say my disk is");
    expect(back.match.candidates.map(({ command_id: id }) => id)).toContain("builtin:disk-usage");
  });
});
