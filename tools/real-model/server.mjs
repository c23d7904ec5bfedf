// The chat completions of OpenAI's API over a GGUF file, by node-llama-cpp: as much of it as gate 3 uses. Run by run.mjs.
//   node server.mjs NODE_MODULES MODEL.gguf     prints its port, and ends with its standard input
import { createServer } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, modelPath] = process.argv.slice(2);
const { getLlama, LlamaCompletion } = await import(pathToFileURL(join(modules, "node-llama-cpp/dist/index.js")).href);
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 1 });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 1024 });
const name = "gemma-3-270m";
let last = Promise.resolve();

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const answer = last.then(() => answerTo(request.url, Buffer.concat(chunks).toString()));
    last = answer.catch(() => {});
    try {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(await answer));
    } catch (error) {
      response.statusCode = 500;
      response.end(JSON.stringify({ error: { message: error.message } }));
    }
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
process.stdin.resume().on("end", () => process.exit(0));

async function answerTo(path, body) {
  if (path === "/v1/models") return { object: "list", data: [{ id: name, object: "model" }] };
  const { messages, max_tokens: maxTokens, response_format: format } = JSON.parse(body);
  const sequence = context.getSequence();
  try {
    // The model was not trained for chats: the conversation is written out as a text to go on with.
    const prompt = `${messages[0].content}\n\nTask: ${messages.at(-1).content}\nPhrase:`;
    const grammar = format && (await llama.createGrammarForJsonSchema(format.json_schema.schema));
    const completion = new LlamaCompletion({ contextSequence: sequence });
    const content = await completion.generateCompletion(prompt, {
      maxTokens,
      temperature: 0,
      grammar,
      customStopTriggers: grammar ? [] : ["\n"],
    });
    return {
      id: "chatcmpl-1",
      object: "chat.completion",
      model: name,
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
      usage: { prompt_tokens: model.tokenize(prompt).length, completion_tokens: model.tokenize(content).length },
    };
  } finally {
    sequence.dispose();
  }
}
