/** The prompts' library, on its own so that it is loaded only when something is asked. */
export { confirm, isCancel, select, text } from "@clack/prompts";
