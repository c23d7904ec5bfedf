/** The prompts' library, on its own so that it is loaded only when something is asked. */
export { autocomplete, confirm, isCancel, multiselect, password, select, text } from "@clack/prompts";
