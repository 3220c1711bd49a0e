#!/usr/bin/env bash
# Runs a command in the environment that the tests of real windows need, the same on every machine:
#
#   scripts/test-env.sh COMMAND [ARGUMENTS]     starts an X display of its own (Xvfb), and sets CHROMEDRIVER_BIN and
#                                               CHROME_BIN for the console's tests
#   scripts/test-env.sh --has-browser           ends with status 0 if there is a browser
#
# Variables that are set already are kept.
set -euo pipefail

first_of() {
  local candidate
  for candidate in "$@"; do
    [ -n "$candidate" ] && command -v "$candidate" && return
  done
  return 0
}

# chromium.chromedriver is the name in the snap. Hosted CI machines set CHROMEWEBDRIVER to a folder.
CHROMEDRIVER_BIN=$(first_of "${CHROMEDRIVER_BIN:-}" ${CHROMEWEBDRIVER:+"$CHROMEWEBDRIVER/chromedriver"} chromedriver chromium.chromedriver)
CHROME_BIN=$(first_of "${CHROME_BIN:-}" chromium google-chrome google-chrome-stable)
export CHROMEDRIVER_BIN CHROME_BIN

if [ "${1:-}" = --has-browser ]; then
  [ -n "$CHROMEDRIVER_BIN" ] && [ -n "$CHROME_BIN" ]
  exit
fi
[ $# -gt 0 ] || { echo "usage: scripts/test-env.sh COMMAND [ARGUMENTS]" >&2; exit 2; }

# Xvfb picks a free display and writes its number when it is ready, so no number is guessed and no time is waited.
ready=$(mktemp -u)
mkfifo "$ready"
# Xvfb's stderr is dropped: it always complains about a missing font path.
Xvfb -displayfd 3 -screen 0 1280x1024x24 -nolisten tcp 3>"$ready" >/dev/null 2>&1 &
xvfb=$!
trap 'kill "$xvfb" 2>/dev/null || true; rm -f "$ready"' EXIT
read -r number <"$ready" || { echo "Xvfb did not start. Run: scripts/setup.sh test" >&2; exit 1; }
export DISPLAY=":$number" GDK_BACKEND=x11
unset WAYLAND_DISPLAY

"$@"
