#!/usr/bin/env bash
# Makes sure that this machine has what Louver is built and tested with:
#
#     setup.sh [bench] [strace] [deploy] [redaction]
#
# As root, missing Debian packages are installed; as anybody else, the one line that installs them is printed. Python packages are not installed
# here: they go into .louver/ when they are first needed.
set -euo pipefail

packages=(libssl-dev libpcre2-dev libhiredis-dev libyaml-dev zlib1g-dev pkg-config openssl redis-server prometheus tzdata)
for extra in "$@"; do
  case "$extra" in
    bench) packages+=(nginx-light haproxy wrk) ;;
    strace) packages+=(strace) ;;
    redaction) packages+=(libhyperscan-dev) ;;
    # The package, the image, the chart, the alerts and the documents.
    deploy)
      packages+=(strace dpkg-dev chrpath lintian man-db mmdebstrap bubblewrap systemd procps curl prometheus golang-go
        golang-github-masterminds-sprig-dev golang-gopkg-yaml.v3-dev)
      ;;
    *) echo "setup.sh knows bench, strace, deploy and redaction, not $extra" >&2; exit 2 ;;
  esac
done

say() { echo "setup: $*" >&2; }

require_swift() {
  local version
  version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -1)
  if [ -z "$version" ]; then
    say "there is no Swift here. Louver needs Swift 6.3 or newer: https://www.swift.org/install/linux/"
    exit 1
  fi
  if [ "$(printf '%s\n' 6.3 "$version" | sort -V | head -1)" != 6.3 ]; then
    say "Swift $version is too old: Louver needs Swift 6.3 or newer: https://www.swift.org/install/linux/"
    exit 1
  fi
}

require_python() {
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "the tests and the demonstration need Python 3.11 or newer as python3; here it is: $(python3 --version 2>&1 || true)"
    exit 1
  fi
  python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
}

missing_packages() {
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

# Debian starts a server as soon as it is installed. The tests start their own, so nothing is left running that nobody asked for.
install_without_starting() {
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

require_swift
require_python
if ! command -v dpkg-query > /dev/null; then
  say "this is no Debian: make sure that the like of these is installed: ${packages[*]}"
  exit 0
fi
# The status page is tested in a real browser. Where there is none to be had the test says loudly that it did not run.
if [ -z "$(command -v chromium)" ] && [ "$(id -u)" -eq 0 ]; then
  say "installing chromium"
  install_without_starting chromium || say "CHROMIUM CANNOT BE INSTALLED HERE: the status page will not be tested"
fi
mapfile -t missing < <(missing_packages)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  say "some Debian packages are missing. Install them, then try again:"
  echo "    sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
say "installing ${missing[*]}"
install_without_starting "${missing[@]}"
