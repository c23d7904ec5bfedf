/** The prompts' library, on its own so that it is loaded only when something is asked. */
export { autocomplete, confirm, isCancel, password, select, text } from "@clack/prompts";
