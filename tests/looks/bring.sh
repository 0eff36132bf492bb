#!/bin/sh
# Brings what pictures need, where it may: Chromium and fonts (Debian, as root), Microsoft's renderer of Teams cards and axe-core (npm).
# What cannot be brought is named, and the pictures that can be taken are taken all the same.
set -u
cd "$(dirname "$0")/../.."

if [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        { apt-get update -qq && apt-get install -y -qq chromium fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji; } \
            >/dev/null 2>&1 || echo "Chromium could not be installed."
    else
        echo "Chromium is missing: install it, or set CHROMIUM to its path."
    fi
fi
if [ ! -e "${ADAPTIVECARDS:-node_modules/adaptivecards/dist/adaptivecards.min.js}" ] || [ ! -e "${AXE:-node_modules/axe-core/axe.min.js}" ]; then
    if command -v npm >/dev/null; then
        npm install --no-save --silent --no-package-lock adaptivecards@3 axe-core@4 >/dev/null 2>&1 ||
            echo "adaptivecards and axe-core could not be installed."
    else
        echo "npm is missing, so Teams cards are not drawn and pages are not checked for barriers."
    fi
fi
exit 0
