// Holds the HTTP API to its own description: schemathesis makes requests of every kind from /openapi.json, right and wrong ones,
// and each answer has to be one that is described there, and none a fault of the server.
// Run after `npm run build`: node tools/check-api.mjs [cases, 2000]
// Schemathesis comes from PyPI into a folder of this script's; without python3 there is nothing to check with.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer, TOKEN } from "../bench/http/server.mjs";

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "missing_required_header",
  "unsupported_method",
  "ignored_auth",
];
/** About so many cases come of one example an operation. */
const CASES_AN_EXAMPLE = 12;
const cases = Number(process.argv[2] ?? 2000);
const folder = join(tmpdir(), `lever-schemathesis-${process.getuid?.() ?? 0}`);
const program = join(folder, "bin/schemathesis");

if (spawnSync("python3", ["--version"]).status !== 0) {
  process.stderr.write("check-api: skipped, there is no python3\n");
  process.exit(0);
}
if (!existsSync(program)) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  must("python3", ["-m", "venv", folder]);
  must(join(folder, "bin/pip"), ["install", "--quiet", "schemathesis>=4.32,<5"]);
}
const server = await startServer();
try {
  const report = join(server.home, "report.json");
  const options = {
    header: `Authorization: Bearer ${TOKEN}`,
    checks: CHECKS.join(","),
    "max-examples": String(Math.ceil(cases / CASES_AN_EXAMPLE)),
    workers: "2",
    "report-json-path": report,
  };
  const named = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const asked = ["run", `${server.url}/openapi.json`, "--continue-on-failure", "--no-shrink", ...named];
  const { status } = spawnSync(program, asked, { cwd: server.home, stdio: ["ignore", "inherit", "inherit"] });
  const { generated } = JSON.parse(readFileSync(report, "utf8")).test_cases;
  process.stdout.write(
    `check-api: ${generated} cases of at least ${cases}, ${status === 0 ? "all as described" : "see above"}\n`,
  );
  process.exitCode = status === 0 && generated >= cases ? 0 : 1;
} finally {
  server.close();
}

function must(command, args) {
  const { status } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`\`${[command, ...args].join(" ")}\` failed`);
}
