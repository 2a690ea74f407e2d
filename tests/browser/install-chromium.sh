#!/bin/sh
# Finds Chromium, or installs Debian's package where that is allowed. Without it the browser tests skip; in CI that is an error.
set -eu
for name in "${PATCHGRAD_CHROMIUM:-chromium}" chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ]; then AS_ROOT=""; else AS_ROOT="sudo -n"; fi
if command -v apt-get >/dev/null && $AS_ROOT true 2>/dev/null; then
    echo "Installing Chromium from the system's packages, for the browser tests ..."
    export DEBIAN_FRONTEND=noninteractive
    if $AS_ROOT apt-get update -qq && $AS_ROOT apt-get install -y -qq --no-install-recommends chromium >/dev/null; then
        exit 0
    fi
fi
echo "Chromium was not found and could not be installed here (that needs Debian or Ubuntu, and root or sudo)." >&2
echo "Install Chromium or Chrome, or name one: PATCHGRAD_CHROMIUM=/path/to/chrome make test" >&2
[ -z "${CI:-}" ]
