// Gate 3 by a reading of your own: node own-model.mjs
//
// It is asked only when gates 1 and 2 are undecided, and only for another way to say the request. What it answers is looked
// up like any request and is at best `sure`: a wrong or hostile answer can name an approved command and nothing else.
import { Lever } from "lever-runner";

/** Your words for things; a real one would ask a model. */
const SLANG = new Map([["moolah left on the platter", "check disk usage"]]);

const lever = await Lever.open({
  llm: { rephrase: async (request) => ({ phrase: SLANG.get(request) ?? null, tokens: 0 }) },
});

const record = await lever.run("moolah left on the platter");
console.log(record.status, record.match.gate, record.command?.template);
console.log(record.outcome?.stdout);
lever.close();
