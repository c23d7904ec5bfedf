#!/bin/sh
# Installs lever-runner for you from the npm registry. Running it again brings it up to date.
#   --dry-run        say what would be done, and do nothing
#   --prefix FOLDER  install there (default: where npm installs; ~/.local where that would take privileges)
#   --ollama MODEL   fetch that model with ollama, for gate 3
set -eu

dry_run=no
prefix=
model=
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=yes ;;
    --prefix) prefix=${2:?--prefix takes a folder}; shift ;;
    --ollama) model=${2:?--ollama takes a model}; shift ;;
    -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "install.sh: $1 is not known; --help lists what is" >&2; exit 2 ;;
  esac
  shift
done

say() { echo "lever-runner: $*" >&2; }
run() {
  if [ "$dry_run" = yes ]; then echo "would run: $*"; else "$@"; fi
}

case $(uname -s) in
  Linux | Darwin) ;;
  *) say "needs Linux or macOS; on Windows, install it inside WSL 2"; exit 1 ;;
esac
if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  say "Node.js 20.19 or newer is needed, with npm; your distribution or https://nodejs.org has it"
  exit 1
fi
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  say "Node.js $(node --version) is too old; 20.19 or newer is needed"
  exit 1
fi

# Never with privileges that were not asked for: where npm's own place is not yours, yours is used.
if [ -z "$prefix" ]; then
  prefix=$(npm prefix --global)
  [ -w "$prefix/lib" ] || [ -w "$prefix" ] || prefix=$HOME/.local
fi
run npm install --global --prefix "$prefix" --no-audit --no-fund lever-runner

if [ -n "$model" ]; then
  if command -v ollama >/dev/null 2>&1; then
    run ollama pull "$model"
    say "to use it: LLM_BACKEND=ollama LLM_MODEL=$model"
  else
    say "ollama is not installed, so $model was not fetched"
  fi
fi

run "$prefix/bin/lever" doctor || say "doctor found something; its lines say what to do"
case :$PATH: in
  *":$prefix/bin:"*) ;;
  *) say "add $prefix/bin to your PATH: export PATH=\"$prefix/bin:\$PATH\"" ;;
esac
say 'ready. Try:  lever "check disk usage"     lever teach "..." --command "..."     lever --help'
