#!/usr/bin/env bash
# All checks that a change must pass: lint (scripts/lint.sh), then every test. `make test` installs what it needs first.
#
# One set of features for lint, build and tests (the whole workspace with app/automation), so that no dependency is
# compiled twice with different features. `automation` lets a WebDriver drive the real app and is never shipped.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
set_of_features=(--locked --workspace --features app/automation)
out=${CARGO_TARGET_DIR:-target}
log=$out/test.log
mkdir -p "$out"

step() { printf '\n== %s (%d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)); }

scripts/lint.sh

step "build"
cargo build "${set_of_features[@]}" --bins --tests

step "tests"
SYNC_SERVER_BIN=$(realpath "$out/debug/sync-server")
LIANXIN_APP_BIN=$(realpath "$out/debug/lianxin")
export SYNC_SERVER_BIN LIANXIN_APP_BIN
status=0
scripts/test-env.sh cargo test "${set_of_features[@]}" --no-fail-fast 2>&1 | tee "$log" || status=$?

# The test runner counts each suite; this adds them up.
awk -v seconds=$SECONDS -v status=$status '
  /^test result:/ { suites++; passed += $4; failed += $6; ignored += $8 }
  END {
    printf "\nmake test: %s. %d passed; %d failed; %d ignored; in %d suites, %d min %d s\n",
      (status == 0 && failed == 0 && passed > 0 ? "ok" : "FAILED"), passed, failed, ignored, suites, seconds / 60, seconds % 60
    exit (status != 0 ? status : failed > 0 || passed == 0)
  }' "$log"
