// An npm registry on loopback that has the tarballs of a folder and nothing else, to install from as people will.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/**
 * Serves the tarballs in `folder`, and the manifests in `others` without a tarball: packages for other systems, which are
 * looked at and not fetched.
 * @returns the address and what ends it
 */
export async function serveTarballs(folder, others = []) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const packed = files.map((file) => ({ manifest: manifestOf(join(folder, file)), file }));
  const fetched = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname).slice(1);
    if (files.includes(path)) {
      fetched.push(path);
      response.end(readFileSync(join(folder, path)));
      return;
    }
    const found =
      packed.find(({ manifest }) => manifest.name === path) ??
      others.map((manifest) => ({ manifest, file: null })).find(({ manifest }) => manifest.name === path);
    response.writeHead(found ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify(found ? describe(found) : { error: "not found" }));
  });
  const describe = ({ manifest, file }) => ({
    name: manifest.name,
    "dist-tags": { latest: manifest.version },
    versions: {
      [manifest.version]: {
        ...manifest,
        dist: {
          tarball: `${address()}/${file ?? "absent.tgz"}`,
          integrity: file === null ? undefined : integrityOf(join(folder, file)),
        },
      },
    },
  });
  const address = () => `http://127.0.0.1:${server.address().port}`;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: address(), fetched, close: () => server.close() };
}

function manifestOf(tarball) {
  return JSON.parse(execFileSync("tar", ["-xzOf", tarball, "package/package.json"], { encoding: "utf8" }));
}

function integrityOf(tarball) {
  return `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
}
