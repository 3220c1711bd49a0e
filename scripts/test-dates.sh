#!/usr/bin/env bash
# Runs the suites that depend on the date as of days on which code about dates fails, in Asia/Shanghai and elsewhere:
#
#   scripts/test-dates.sh CARGO_TEST_OPTIONS      run by scripts/test.sh, which sets the environment
#
# Server, phones, app and tests add LIANXIN_CLOCK_OFFSET_MS to the machine's clock in builds for tests, and in no other.
set -euo pipefail
cd "$(dirname "$0")/.."
suites=(console day ui_day ui_review)

# The moment, and the time zone that the machine is set to.
days=(
  "2027-01-01T00:10:00+08:00 Asia/Shanghai" # a new month, year and week, while it is still the old year in UTC
  "2028-02-29T12:00:00+08:00 Asia/Dhaka"    # a leap day; the clocks of the phones say UTC+6
  "2026-12-31T23:59:30+08:00 UTC"           # midnight and a new year pass during the run
  "2027-03-01T05:00:00+08:00 America/Lima"  # the first of a month in Shanghai, the last of the one before in UTC
)
status=0
for day in "${days[@]}"; do
  read -r moment zone <<<"$day"
  for suite in "${suites[@]}"; do
    printf '\n== %s as of %s, machine in %s\n' "$suite" "$moment" "$zone"
    # Anew for each suite, so that each of them begins at the moment.
    offset=$((($(date -d "$moment" +%s) - $(date +%s)) * 1000))
    TZ=$zone LIANXIN_CLOCK_OFFSET_MS=$offset cargo test "$@" --test "$suite" --no-fail-fast || status=$?
  done
done
exit "$status"
