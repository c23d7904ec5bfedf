// Teaches the commands of a file: node teach-from-file.mjs [FILE] [request]
//
// The file may come from somebody else, so its commands are stored unapproved: each is shown, and asked for, before it first
// runs. Teaching a phrase that is known changes nothing.
import { readFile } from "node:fs/promises";
import { Lever } from "lever-runner";

const file = process.argv[2] ?? new URL("commands.json", import.meta.url);
const lever = await Lever.open();

for (const entry of JSON.parse(await readFile(file, "utf8"))) {
  const taught = lever.teach({ ...entry, approve: false });
  console.log(`${taught.status}: ${entry.phrase}${taught.status === "refused" ? ` (${taught.problem.message})` : ""}`);
}

const request = process.argv[3];
if (request !== undefined) {
  // Whoever runs this is asked with the exact command in view.
  const confirm = async ({ display }) => {
    console.log(`would run: ${display}`);
    return process.env.AGREE === "yes";
  };
  const record = await lever.run(request, { confirm });
  console.log(record.status, record.outcome?.stdout ?? "");
}
lever.close();
