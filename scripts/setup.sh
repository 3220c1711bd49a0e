#!/usr/bin/env bash
# Installs what is missing to build, run or test Lianxin on Debian 12/13 and Ubuntu 22.04/24.04.
#
#   scripts/setup.sh [base] [ui] [test] [android] [deb]      no group named: base ui test
#
#   base      a C compiler, OpenSSL, Rust         enough for the server, the demo and the city
#   ui        WebKitGTK and GTK                   the app's window
#   test      Xvfb, WebDrivers, Chromium, fonts, PostgreSQL
#   android   clang and arm64 headers             make android-check
#   deb       dpkg's tools                        make deb
#
# Where nothing is missing, it takes under a second and prints nothing.
# It asks for administrator rights (sudo) only when a Debian package is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$@" >&2; exit 1; }

export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
export DEBIAN_FRONTEND=noninteractive

[ -r /etc/os-release ] || fail "This is not a Debian or Ubuntu system. Install the packages named in scripts/setup.sh by hand, then go on."
# shellcheck disable=SC1091
. /etc/os-release

# ---------------------------------------------------------------- packages

base_packages=(build-essential pkg-config libssl-dev curl ca-certificates git)
ui_packages=(libwebkit2gtk-4.1-dev libgtk-3-dev libsoup-3.0-dev libxdo-dev)
test_packages=(xvfb xauth imagemagick fonts-noto-cjk webkit2gtk-driver)
android_packages=(libc6-dev-arm64-cross)
deb_packages=(dpkg-dev)

installed() { [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]; }

can_be_root() { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else fail "Administrator rights are needed to install: ${missing[*]}" "Run scripts/setup.sh as root, or install sudo."
  fi
}

lists_are_fresh=no
refresh_lists() {
  [ "$lists_are_fresh" = yes ] && return
  # A package source that does not answer is no error yet: the install below fails if a package is missing.
  as_root apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 || say "some package lists could not be refreshed; going on"
  lists_are_fresh=yes
}

install_packages() {
  missing=()
  local package
  for package in "$@"; do installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  refresh_lists
  local log
  log=$(mktemp)
  # The output of an install is shown only if it fails.
  as_root apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    install "${missing[@]}" >"$log" 2>&1 ||
    { cat "$log" >&2; fail "apt-get could not install: ${missing[*]}" "Run: apt-get install ${missing[*]}"; }
  rm "$log"
}

# `apt-cache show` also succeeds for names that other packages only mention, so this asks for a candidate version.
known_to_apt() {
  local policy
  policy=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null)
  [[ $policy == *"Candidate: "[!\(]* ]]
}

# ---------------------------------------------------------------- rust

wanted_rust=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)

# A cargo without rustup (of a distribution) is enough if it is new enough and has rustfmt and clippy.
plain_cargo_is_enough() {
  command -v cargo >/dev/null && ! command -v rustup >/dev/null || return 1
  local have
  have=$(cargo --version 2>/dev/null | cut -d' ' -f2)
  [ "$(printf '%s\n%s\n' "$wanted_rust" "$have" | sort -V | head -n 1)" = "$wanted_rust" ] &&
    cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1
}

install_rust() {
  plain_cargo_is_enough && return
  if ! command -v rustup >/dev/null; then
    # Debian's rustup conflicts with Debian's cargo, so it is installed only without one; the installer needs no rights.
    if ! command -v cargo >/dev/null && can_be_root && known_to_apt rustup; then
      install_packages rustup
    else
      say "installing rustup"
      local init
      init=$(mktemp -d)
      # The installer itself and not the script around it: mirrors have it under the same path.
      curl --proto '=https' --tlsv1.2 -fsSL -o "$init/rustup-init" \
        "${RUSTUP_UPDATE_ROOT:-https://static.rust-lang.org/rustup}/dist/$(uname -m)-unknown-linux-gnu/rustup-init" &&
        chmod +x "$init/rustup-init" &&
        "$init/rustup-init" -y -q --no-modify-path --profile minimal --default-toolchain none >/dev/null ||
        fail "rustup could not be installed." "If its server is slow or blocked where you are, set RUSTUP_UPDATE_ROOT and RUSTUP_DIST_SERVER to a mirror and run this again."
      rm -r "$init"
    fi
  fi
  local have
  have=$(rustup component list --toolchain "$wanted_rust" --installed 2>/dev/null || true)
  case $have in
    *clippy*rustfmt*) ;;
    *)
      say "installing Rust $wanted_rust"
      rustup toolchain install "$wanted_rust" --profile minimal --component rustfmt --component clippy --no-self-update >&2 ||
        fail "Rust $wanted_rust could not be installed." "If the server is slow or blocked where you are, set RUSTUP_DIST_SERVER to a mirror and run this again."
      ;;
  esac
}

# ---------------------------------------------------------------- a browser for the console's tests

# Debian has packages of Chromium and its driver. Ubuntu has them only as a snap, which needs a running snapd. An installed
# Google Chrome with chromedriver, as on hosted CI machines, is enough.
install_browser() {
  scripts/test-env.sh --has-browser && return
  if [ "$ID" = ubuntu ]; then
    if command -v snap >/dev/null && snap version >/dev/null 2>&1; then
      say "installing the chromium snap"
      missing=(chromium)
      as_root snap install chromium >&2
    fi
    scripts/test-env.sh --has-browser ||
      fail "No browser for the console's tests: Ubuntu has Chromium only as a snap, and snapd does not run here." \
           "Install Google Chrome and the chromedriver of the same version, or set CHROME_BIN and CHROMEDRIVER_BIN to their paths."
  else
    install_packages chromium chromium-driver
  fi
}

# ---------------------------------------------------------------- a database for the server's tests

# The tests need only its programs: they make their own cluster in a temporary folder and do not touch the one of the
# package.
install_postgresql() {
  command -v initdb >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || install_packages postgresql
}

# ---------------------------------------------------------------- a C compiler for the Android check

install_android() {
  install_packages "${android_packages[@]}"
  if [ -z "$(scripts/android-check.sh --which-clang)" ]; then
    local v
    refresh_lists
    for v in 22 21 20 19 18 17 16; do known_to_apt "clang-$v" && break; done
    install_packages "clang-$v" "llvm-$v"
  fi
  if command -v rustup >/dev/null && [[ $(rustup target list --toolchain "$wanted_rust" --installed) != *aarch64-linux-android* ]]; then
    say "adding the Android target to Rust $wanted_rust"
    # Without it, scripts/android-check.sh builds the standard library itself.
    rustup target add --toolchain "$wanted_rust" aarch64-linux-android >&2 || say "the Android target could not be downloaded; the check builds the standard library instead"
  fi
}

[ $# -gt 0 ] || set -- base ui test
for group in "$@"; do
  case $group in
    base) install_packages "${base_packages[@]}"; install_rust ;;
    ui) install_packages "${ui_packages[@]}" ;;
    test) install_packages "${test_packages[@]}"; install_browser; install_postgresql ;;
    android) install_android ;;
    deb) install_packages "${deb_packages[@]}" ;;
    *) fail "Unknown group \"$group\". There are: base ui test android deb." ;;
  esac
done
