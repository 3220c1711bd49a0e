#!/usr/bin/env bash
# Runs a command with what the tests that drive real windows need, the same on every machine:
#
#   scripts/test-env.sh COMMAND [ARGUMENTS]     its own X display (Xvfb), never yours; and in the environment
#                                               CHROMEDRIVER_BIN, CHROME_BIN (the console's tests)
#   scripts/test-env.sh --has-browser           exit status only
#
# Both variables may be set beforehand.
set -euo pipefail

first_of() {
  local candidate
  for candidate in "$@"; do
    [ -n "$candidate" ] && command -v "$candidate" && return
  done
  return 0
}

# chromium.chromedriver is the snap's; CHROMEWEBDRIVER is a folder set on hosted CI machines.
CHROMEDRIVER_BIN=$(first_of "${CHROMEDRIVER_BIN:-}" ${CHROMEWEBDRIVER:+"$CHROMEWEBDRIVER/chromedriver"} chromedriver chromium.chromedriver)
CHROME_BIN=$(first_of "${CHROME_BIN:-}" chromium google-chrome google-chrome-stable)
export CHROMEDRIVER_BIN CHROME_BIN

if [ "${1:-}" = --has-browser ]; then
  [ -n "$CHROMEDRIVER_BIN" ] && [ -n "$CHROME_BIN" ]
  exit
fi
[ $# -gt 0 ] || { echo "usage: scripts/test-env.sh COMMAND [ARGUMENTS]" >&2; exit 2; }

# Xvfb picks a free display itself and writes its number when it is ready, so nothing is guessed or waited for.
ready=$(mktemp -u)
mkfifo "$ready"
# Read by hand, not through Xvfb's stderr: a missing font path is no news.
Xvfb -displayfd 3 -screen 0 1280x1024x24 -nolisten tcp 3>"$ready" >/dev/null 2>&1 &
xvfb=$!
trap 'kill "$xvfb" 2>/dev/null || true; rm -f "$ready"' EXIT
read -r number <"$ready" || { echo "Xvfb did not start. Run: scripts/setup.sh test" >&2; exit 1; }
export DISPLAY=":$number" GDK_BACKEND=x11
unset WAYLAND_DISPLAY

"$@"
