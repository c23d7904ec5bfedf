/** The TOML reader, on its own so that it is loaded only where there is a file to read. */
export { parse } from "smol-toml";
