#!/usr/bin/env bash
# The life of the Debian package on a copy of this machine: installed, started as its unit says, upgraded, removed, purged.
#
#     unshare --mount lifecycle.sh PACKAGE FOLDER
#
# Everything happens in an overlay over / that exists only in this mount namespace; the machine itself is not changed. FOLDER holds the
# configuration to run with.
set -euo pipefail
package=$1
files=$2
work=$(mktemp -d)
mount -t tmpfs none "$work"
mkdir "$work/up" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/up,workdir=$work/work" "$work/root"
root=$work/root
mount -t proc proc "$root/proc"
mount -t tmpfs none "$root/run"
cp "$package" "$root/louver.deb"
# Pages are read by nobody here, and the index of them takes seconds.
rm -f "$root/var/lib/man-db/auto-update"
within() { chroot "$root" "$@"; }
quietly() { within dpkg --force-unsafe-io --force-confold "$@" > "$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log"; exit 1; }; }
say() { echo "$*"; }
must() { "$@" || { echo "FAILED: $*" >&2; exit 1; }; }

must test ! -e "$root/etc/louver"
quietly -i /louver.deb
must test "$(within stat -c '%U:%G %a' /etc/louver)" = "root:louver 750"
must test "$(within stat -c '%a' /usr/bin/louver)" = 755
must within getent passwd louver
must test -L "$root/etc/systemd/system/multi-user.target.wants/louver.service"
must within dpkg --verify louver
say installed

# As it comes it cannot run, and says everything that is missing.
status=0
within louver check --config /etc/louver/louver.yaml > "$work/check" 2>&1 || status=$?
must test "$status" = 2
must grep -q jwt_secret "$work/check"
must within louver policy test /etc/louver/policy.yaml > "$work/tests"
must within louver policy schema > "$work/schema"
say checked

# With a configuration, as the unit starts it: its command line, its user, a read-only system.
cp "$files"/* "$root/etc/louver/"
within chown root:louver /etc/louver/identity_secret
chmod 640 "$root/etc/louver/identity_secret"
start=$(sed -n 's/^ExecStart=//p' "$root/lib/systemd/system/louver.service")
user=$(sed -n 's/^User=//p' "$root/lib/systemd/system/louver.service")
mount -o remount,ro "$root"
# shellcheck disable=SC2086 # a command line
chroot "$root" setpriv --reuid="$user" --regid="$user" --init-groups --no-new-privs $start > "$work/access" 2> "$work/log" &
pid=$!
for _ in $(seq 100); do
  if within louver health --admin "$(sed -n 's/.*admin: { address: \(.*\) }.*/\1/p' "$files/louver.yaml")" > "$work/health" 2>&1; then break; fi
  kill -0 "$pid" || { cat "$work/log"; exit 1; }
  sleep 0.1
done
must grep -q '"ready"' "$work/health"
must grep -q process_hardened "$work/log"
must test "$(stat -c %u "/proc/$pid/environ")" = 0 # undumpable: the kernel gives what /proc shows of it to root
kill -TERM "$pid"
wait "$pid"
mount -o remount,rw "$root"
say started

quietly -i /louver.deb
must cmp "$files/louver.yaml" "$root/etc/louver/louver.yaml"
say upgraded

quietly -r louver
must test ! -e "$root/usr/bin/louver"
must test ! -e "$root/lib/systemd/system/louver.service"
must cmp "$files/louver.yaml" "$root/etc/louver/louver.yaml"
say removed

mkdir -p "$root/var/lib/louver" "$root/var/log/louver"
quietly -P louver
must test ! -e "$root/etc/louver/louver.yaml"
must test -e "$root/etc/louver/identity_secret" # what somebody put there himself is not ours to delete
must test ! -e "$root/var/lib/louver"
must test ! -e "$root/var/log/louver"
must test ! -e "$root/usr/share/louver"
must test -z "$(find "$root/etc/systemd" -name 'louver*')"
say purged
