#!/usr/bin/env bash
# Checks that the app compiles for Android phones (arm64, API 28), without Android's SDK or NDK.
#
# It makes no package: rustc checks all Rust of the app for the real target, and clang compiles the C inside
# (SQLite with SQLCipher, zstd, ring) for that target, against glibc's headers instead of Android's. Nothing is linked, and
# OpenSSL comes from this machine's headers. Packages for phones: docs/build-mobile.md.
#
#   scripts/android-check.sh                 check (JOBS=n to use fewer cores)
#   RUST_FROM=debian scripts/android-check.sh   use Debian's compiler and sources of the standard library, where rustup
#                                               has no Android target
#   scripts/android-check.sh --which-clang   print the clang it would use; nothing if there is none
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

target=aarch64-linux-android
api=28
fail() { printf 'android-check: %s\n' "$@" >&2; exit 1; }

# The newest clang that has its archiver. Versions below 14 do not compile this code for the target.
version=
for v in 22 21 20 19 18 17 16 15 14; do
  if command -v "clang-$v" >/dev/null && command -v "llvm-ar-$v" >/dev/null; then version=$v; break; fi
done
if [ "${1:-}" = --which-clang ]; then
  [ -z "$version" ] || command -v "clang-$version"
  exit 0
fi
[ -n "$version" ] || fail "clang is missing. Run: scripts/setup.sh base android"
[ -d /usr/aarch64-linux-gnu/include ] || fail "C headers for arm64 are missing. Run: scripts/setup.sh base android"

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target-android}
mkdir -p "$CARGO_TARGET_DIR/android-check/include"
here=$(cd "$CARGO_TARGET_DIR/android-check" && pwd)

# Only OpenSSL's headers: their folder also holds this machine's C headers.
rm -rf "$here/include/openssl"
cp -rL /usr/include/openssl "$here/include/openssl"
cp -rL "/usr/include/$(gcc -print-multiarch)/openssl/." "$here/include/openssl/"

# The only header of Android that the C code includes: SQLCipher logs through it.
mkdir -p "$here/include/android"
cat >"$here/include/android/log.h" <<'HEADER'
enum { ANDROID_LOG_VERBOSE = 2, ANDROID_LOG_DEBUG, ANDROID_LOG_INFO, ANDROID_LOG_WARN, ANDROID_LOG_ERROR, ANDROID_LOG_FATAL };
int __android_log_print(int priority, const char *tag, const char *format, ...);
int __android_log_vprint(int priority, const char *tag, const char *format, __builtin_va_list arguments);
int __android_log_write(int priority, const char *tag, const char *text);
HEADER

cat >"$here/clang" <<WRAPPER
#!/bin/sh
exec clang-$version --target=$target$api -isystem /usr/aarch64-linux-gnu/include -isystem $here/include "\$@"
WRAPPER
chmod +x "$here/clang"
export CC_aarch64_linux_android="$here/clang" AR_aarch64_linux_android="llvm-ar-$version"
export OPENSSL_NO_VENDOR=1 OPENSSL_INCLUDE_DIR="$here/include" OPENSSL_LIB_DIR="$here" OPENSSL_STATIC=0

cargo_flags=()
channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
has_target() { command -v rustup >/dev/null && [[ $(rustup target list --toolchain "$channel" --installed 2>/dev/null) == *"$target"* ]]; }

if [ "${RUST_FROM:-}" = debian ] || ! has_target; then
  # Unpacked, not installed: the package would replace the machine's rustc.
  rust="$here/rust-web"
  if [ ! -x "$rust/usr/bin/rustc" ]; then
    echo "android-check: fetching Debian's Rust compiler and sources" >&2
    mkdir -p "$rust/download"
    runtime=$(apt-cache depends rustc-web libstd-rust-web-dev | sed -n 's/.*Depends: \(libstd-rust-web-[0-9.]*\)$/\1/p' | head -n 1)
    # shellcheck disable=SC2046
    (cd "$rust/download" && apt-get -qq download rustc-web libstd-rust-web-dev rust-web-src "$runtime" \
        $(apt-cache depends "$runtime" | sed -n 's/.*Depends: \(libllvm[0-9]*\)$/\1/p')) ||
      fail "Rust's Android target can be had neither from rustup nor, as rustc-web and rust-web-src, from apt."
    for package in "$rust"/download/*.deb; do dpkg -x "$package" "$rust"; done
  fi
  library="$rust/usr/lib/$(gcc -print-multiarch)"
  cat >"$here/rustc" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH=$library exec $rust/usr/bin/rustc "\$@"
WRAPPER
  chmod +x "$here/rustc"
  # A stable compiler builds the standard library only with this variable.
  export RUSTC="$here/rustc" RUSTC_BOOTSTRAP=1
  cargo_flags+=(-Zbuild-std=std,panic_unwind,panic_abort)
fi

cargo check --locked ${JOBS:+-j "$JOBS"} "${cargo_flags[@]}" --target "$target" -p app --lib --no-default-features --features mobile
