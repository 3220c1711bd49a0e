#!/usr/bin/env bash
# Everything that is checked without running a test. `make lint` and `make test` use it.
#
#   format          cargo fmt
#   structure       no circular modules, no comment beyond 120 columns (scripts/structure)
#   lint            cargo clippy, with warnings as errors
#   documentation   cargo doc, with warnings as errors
#   dependencies    cargo machete and cargo deny, where they are installed; continuous integration installs both
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

# The same features as for build and tests, so that no dependency is compiled twice.
set_of_features=(--locked --workspace --features app/automation)

step() { printf '\n== %s (%d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)); }

step "format"
cargo fmt --all --check || { echo "Not formatted. Run: make fmt"; exit 1; }

step "structure"
cargo run --locked --quiet -p structure

step "lint"
cargo clippy "${set_of_features[@]}" --all-targets -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings -A rustdoc::private-intra-doc-links" cargo doc "${set_of_features[@]}" --quiet --no-deps --document-private-items

step "dependencies"
# Advisories need the network, so only continuous integration asks for them.
if cargo machete --version >/dev/null 2>&1; then cargo machete --skip-target-dir; else echo "cargo-machete is not installed: left out"; fi
if cargo deny --version >/dev/null 2>&1; then
  cargo deny --locked check licenses bans sources
else
  echo "cargo-deny is not installed: left out"
fi
