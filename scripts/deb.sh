#!/usr/bin/env bash
# Two Debian packages into target/deb: `lianxin` (the app) and `lianxin-server` (the server as a systemd service).
# Their dependencies are read from the binaries, so they fit the system that built them and newer ones.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
out=${CARGO_TARGET_DIR:-target}
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version *= *"\(.*\)"/\1/p' Cargo.toml)
arch=$(dpkg --print-architecture)
rm -rf "$out/deb"
mkdir -p "$out/deb"

echo "make deb: building (some minutes the first time)"
[ -t 2 ] && quiet=() || quiet=(--quiet)
# Two builds, because one build would give both the device's encrypted SQLite.
cargo build --locked "${quiet[@]}" --profile dist -p sync-server --bin sync-server
cargo build --locked "${quiet[@]}" --profile dist -p app --bin lianxin

libraries_of() {
  local scratch
  scratch=$(mktemp -d)
  mkdir "$scratch/debian"
  echo "Source: lianxin" >"$scratch/debian/control"
  (cd "$scratch" && dpkg-shlibdeps -O "$1" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
  rm -r "$scratch"
}

# package NAME BINARY SECTION SUMMARY DESCRIPTION [MORE-DEPENDS]; other files are in the folder before the call
package() {
  local name=$1 binary=$2 section=$3 summary=$4 description=$5 root="$out/deb/$1"
  install -D -m 755 "$binary" "$root/usr/bin/$(basename "$binary")"
  mkdir -p "$root/usr/share/doc/$name" "$root/DEBIAN"
  { echo "Lianxin, licensed under MIT or Apache-2.0, as you choose."; echo; cat LICENSE-MIT
    echo; echo "Apache-2.0: /usr/share/common-licenses/Apache-2.0"; } >"$root/usr/share/doc/$name/copyright"
  cat >"$root/DEBIAN/control" <<CONTROL
Package: $name
Version: $version
Architecture: $arch
Maintainer: The Lianxin contributors <lianxin@localhost>
Section: $section
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: $(libraries_of "$(realpath "$root/usr/bin/$(basename "$binary")")")${6:+, $6}
Description: $summary
 $description
CONTROL
  dpkg-deb --root-owner-group --build "$root" "$out/deb/${name}_${version}_$arch.deb" >/dev/null
  rm -r "$root"
}

app="$out/deb/lianxin"
mkdir -p "$app/usr/share/applications" "$app/usr/share/icons/hicolor/scalable/apps"
cp packaging/lianxin.desktop "$app/usr/share/applications/"
cp packaging/lianxin.svg "$app/usr/share/icons/hicolor/scalable/apps/"
package lianxin "$out/dist/lianxin" misc "home visits and assistance, recorded offline" \
  "Records visits and assistance without a network and sends them when there is one."

server="$out/deb/lianxin-server"
install -D -m 644 packaging/lianxin-server.service "$server/usr/lib/systemd/system/lianxin-server.service"
mkdir -p "$server/DEBIAN"
install -m 755 packaging/postinst packaging/prerm packaging/postrm "$server/DEBIAN/"
install -D -m 644 docs/operations.md "$server/usr/share/doc/lianxin-server/operations.md"
package lianxin-server "$out/dist/sync-server" net "server for Lianxin: sync, reports, console" \
  "Merges what the app's devices send, and shows reports and a console in the browser." passwd

ls -1 "$out"/deb/*.deb
echo "make deb: done."
