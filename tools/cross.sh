#!/usr/bin/env bash
# Builds the addon and the launcher for the named platforms, linked against glibc 2.28, so that they load on old systems too:
#   tools/cross.sh [linux-x64-gnu] [linux-arm64-gnu]      both unless named
#
# Installs what it needs: zig as a linker and cargo-zigbuild from PyPI, in a folder of the checkout; for arm64 on another machine
# also Debian's compiler and standard library for that target, where rustup has none, and an emulator to try the build with. Files go
# to prebuilds/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

glibc=2.28
tools=$PWD/.lever-build/cross
[ $# -gt 0 ] || set -- linux-x64-gnu linux-arm64-gnu

if [ ! -x "$tools/bin/cargo-zigbuild" ]; then
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet ziglang==0.17.1 cargo-zigbuild==0.24.1
fi
export PATH="$tools/bin:$PATH"

# Whether the compiler in use can build for a target, by now at least.
get_target() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/$1/lib" ] ||
    { command -v rustup >/dev/null 2>&1 && rustup target add "$1" >/dev/null 2>&1; }
}

# Debian's compiler has standard libraries for foreign architectures as packages of their own.
use_debian_compiler() {
  local arch=$1
  if ! dpkg -s "libstd-rust-web-dev:$arch" >/dev/null 2>&1; then
    dpkg --add-architecture "$arch"
    apt-get update -q
    apt-get install -y -q --no-install-recommends rustc-web cargo-web "libstd-rust-web-dev:$arch"
  fi
  export RUSTC=/usr/bin/rustc CARGO=/usr/bin/cargo PATH="/usr/bin:$PATH"
}

# What runs an arm64 build on another machine, for tools/cross-smoke.mjs: an emulator, and the libraries that Node asks for.
get_emulator() {
  [ "$(uname -m)" != aarch64 ] || return 0
  { [ ! -e /lib/ld-linux-aarch64.so.1 ] || ! command -v qemu-aarch64-static >/dev/null 2>&1; } || return 0
  if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "cross.sh: no emulator for arm64, and only root may install one: the build is not tried here" >&2
    return 0
  fi
  dpkg --add-architecture arm64
  apt-get update -q
  apt-get install -y -q --no-install-recommends qemu-user-static libc6:arm64 libstdc++6:arm64
}

for platform; do
  case $platform in
    linux-x64-gnu) target=x86_64-unknown-linux-gnu debian=amd64 ;;
    linux-arm64-gnu) target=aarch64-unknown-linux-gnu debian=arm64 ;;
    *) echo "cross.sh: $platform is built on its own system" >&2; exit 2 ;;
  esac
  (
    get_target "$target" || use_debian_compiler "$debian"
    export CARGO_TARGET_DIR=$PWD/target/cross
    # Nothing unwinds through C.
    CFLAGS="${CFLAGS:-} -fno-asynchronous-unwind-tables -fno-unwind-tables" \
      cargo zigbuild --release --locked --target "$target.$glibc" -p lever-node
    # The launcher starts at every run: against musl it is static, small and starts fastest.
    launcher=${target%-gnu}-musl
    if get_target "$launcher"; then
      cargo zigbuild --release --locked --target "$launcher" -p lever-sandbox
    else
      launcher=$target
      cargo zigbuild --release --locked --target "$target.$glibc" -p lever-sandbox
    fi
    mkdir -p "prebuilds/$platform"
    install -m 755 "$CARGO_TARGET_DIR/$target/release/liblever_node.so" "prebuilds/$platform/lever.node"
    install -m 755 "$CARGO_TARGET_DIR/$launcher/release/lever-sandbox" "prebuilds/$platform/lever-sandbox"
  )
  [ "$platform" != linux-arm64-gnu ] || get_emulator >&2
  echo "cross.sh: prebuilds/$platform is ready" >&2
done
