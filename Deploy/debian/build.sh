#!/usr/bin/env bash
# Makes the Debian package from a program that is built:
#
#     build.sh BINARY FOLDER
#
# Who builds it answers for it: DEBFULLNAME and DEBEMAIL name the maintainer, as Debian's own tools take them.
# The Swift runtime is linked into the program; the libraries it needs besides are Debian's, found by dpkg-shlibdeps. Prints the path.
set -euo pipefail
umask 022
binary=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
root=$(cd "$(dirname "$0")/../.." && pwd)
version=$(sed -nE 's/.*version: StaticString = "([^"]+)".*/\1/p' "$root/Sources/Core/Product.swift")-0louver1
architecture=$(dpkg --print-architecture)
maintainer="${DEBFULLNAME:-Louver maintainers} <${DEBEMAIL:-noreply@louver.invalid}>"
if ldd "$binary" | grep -q libswift; then
  echo "build.sh: $binary needs the Swift runtime at run time; build it with --static-swift-stdlib" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/louver
doc=$tree/usr/share/doc/louver
install -d "$tree/DEBIAN" "$tree/etc/louver" "$doc/examples"

install -Dm755 "$binary" "$tree/usr/bin/louver"
strip --strip-unneeded --remove-section=.comment "$tree/usr/bin/louver"
# The compiler leaves the path of its own libraries in the program.
chrpath --delete "$tree/usr/bin/louver" > /dev/null
(cd "$root/Policies" && find . \( -name '*.yaml' -o -name '*.json' \) ! -path './cases/*' -exec install -Dm644 {} "$tree/usr/share/louver/policies/{}" \;)

for unit in louver.service louver.socket; do install -Dm644 "$root/Deploy/systemd/$unit" "$tree/lib/systemd/system/$unit"; done
install -m644 "$root/Deploy/louver.yaml" "$tree/etc/louver/louver.yaml"
install -m644 "$root/Deploy/policy.yaml" "$tree/etc/louver/policy.yaml"
printf '/etc/louver/louver.yaml\n/etc/louver/policy.yaml\n' > "$tree/DEBIAN/conffiles"

install -d "$tree/usr/share/man/man1"
python3 "$root/Deploy/debian/manual.py" "$binary" | gzip -9n > "$tree/usr/share/man/man1/louver.1.gz"
install -m644 "$root/Deploy/debian/copyright" "$doc/copyright"
install -m644 "$root/README.md" "$root/SECURITY.md" "$doc/"
install -m644 "$root/Policies/README.md" "$doc/POLICIES.md"
if [ -d "$root/Deploy/prometheus" ]; then cp -r "$root/Deploy/prometheus" "$doc/examples/"; fi
gzip -9nc "$root/CHANGELOG.md" > "$doc/changelog.gz"
date=$(git -C "$root" log -1 --format=%cD -- CHANGELOG.md 2> /dev/null || true)
printf 'louver (%s) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- %s  %s\n' \
  "$version" "$maintainer" "${date:-$(date -R)}" | gzip -9n > "$doc/changelog.Debian.gz"
find "$tree" -type d -exec chmod 755 {} +
find "$doc" "$tree/usr/share/louver" -type f -exec chmod 644 {} +

mkdir "$work/debian"
printf 'Source: louver\n\nPackage: louver\nArchitecture: any\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O louver/usr/bin/louver 2> "$work/shlibdeps.log" | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { cat "$work/shlibdeps.log" >&2; exit 1; }
size=$(du -sk --exclude=DEBIAN "$tree" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" -e "s/@DEPENDS@/$depends/" \
  -e "s|@MAINTAINER@|${maintainer//[&|\\]/}|" "$root/Deploy/debian/control.in" > "$tree/DEBIAN/control"
for script in postinst prerm postrm; do install -m755 "$root/Deploy/debian/$script" "$tree/DEBIAN/$script"; done
(cd "$tree" && find . -type f ! -path './DEBIAN/*' ! -path './etc/*' -printf '%P\0' | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
chmod 644 "$tree/DEBIAN/md5sums" "$tree/DEBIAN/conffiles" "$tree/DEBIAN/control"
dpkg-deb --root-owner-group -Zxz -z3 --build "$tree" "$out/louver_${version}_$architecture.deb" > /dev/null
echo "$out/louver_${version}_$architecture.deb"
