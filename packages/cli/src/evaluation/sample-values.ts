/** What somebody might say for a parameter, by its type or name. */
const VALUES: Readonly<Record<string, string>> = {
  archive: "backup.zip logs.tar.gz site.tgz",
  branch: "main feature/login dev old-ui hotfix-12",
  container: "web api db redis-1 worker my_app nginx postgres",
  dir: "~/docs ./src /var/log photos build ~/Downloads backup/",
  file: "notes.txt app.log config.yml report.pdf main.py data.csv index.html ./todo.md /etc/hosts ~/letter.doc",
  host: "example.org 10.0.0.5 web01.lan google.com 192.168.1.20 db-server",
  image: "nginx:1.27 ubuntu alpine:3 postgres",
  name: "chrome firefox node web01 backup python readme alice deploy",
  number: "5 10 20 50 3 100",
  package: "htop curl numpy ripgrep vim requests git",
  pid: "1234 4242 991",
  port: "8080 443 22 5432 3000",
  service: "nginx postgresql cron redis sshd mysql apache2 grafana-server cups bluetooth",
  size: "100M 2G 500K",
  text: "TODO error timeout password foo",
  url: "https://example.org https://github.com/foo/bar http://localhost:8080/api",
  user: "alice bob root www-data deploy",
};

const LIKE: ReadonlyArray<[pattern: RegExp, kind: string]> = [
  [
    /\b(?:int|float)\b|^(?:n|days|count|minutes|lines|depth|seconds|hours|number|width|height|level|max|min)$/,
    "number",
  ],
  [/folder|dir/, "dir"],
  [/:(?:path)\b|file|path|^(?:src|source|target|dest|old|new|link|input|output|in|out|a|b)$/, "file"],
  [/:host\b|domain|server/, "host"],
  [/commit|tag|ref|branch|remote/, "branch"],
  [/message|word|pattern|query|title|string|key|value|prefix/, "text"],
];

/** One of several values that fit, by `choice`. */
export function sampleValue(name: string, hole: string, choice: number): string {
  const options = /:choice\(([^)]*)\)/.exec(hole)?.[1]?.split("|") ?? valuesFor(name, hole).split(" ");
  return options[choice % options.length] ?? name;
}

function valuesFor(name: string, hole: string): string {
  const type = /:(\w+)/.exec(hole)?.[1] ?? "";
  const known = VALUES[name] ?? VALUES[type];
  if (known !== undefined) return known;
  const kind = LIKE.find(([pattern]) => pattern.test(`:${type}`) || pattern.test(name))?.[1] ?? "name";
  return VALUES[kind] ?? name;
}
