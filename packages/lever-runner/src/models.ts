/** What talks to models, on its own so that it is loaded only when one is asked. */
export { openModels } from "@lever-runner/llm";
