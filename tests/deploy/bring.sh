#!/bin/sh
# Brings what judges the files in deploy/, where it may: from the lock file, by hash, into .deploy; promtool out of Debian's
# package, without installing it; systemd-analyze by installing systemd, as root. What cannot be brought is named later.
set -u
cd "$(dirname "$0")/../.." || exit 1
tools=$PWD/.deploy

UV_PROJECT_ENVIRONMENT=$tools .uv/bin/uv sync --quiet --locked --only-group deploy || echo "The tools of the lock file could not be brought."

command -v apt-get >/dev/null || exit 0
if [ ! -x "$tools/bin/promtool" ] && ! command -v promtool >/dev/null; then
    apart=$(mktemp -d)
    (
        cd "$apart" || exit 1
        apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }
        dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool && mv usr/bin/promtool "$tools/bin/"
    ) >/dev/null 2>&1 || echo "promtool could not be brought."
    rm -rf "$apart"
fi
if ! command -v systemd-analyze >/dev/null && [ "$(id -u)" = 0 ]; then
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends systemd; } >/dev/null 2>&1 \
        || echo "systemd could not be installed."
fi
exit 0
