#!/usr/bin/env bash
# Makes the file system of the container image: the program, its policies, and of Debian only the libraries it is linked with.
#
#     tree.sh BINARY POLICIES FOLDER
#
# There is no shell, no package manager and no other program in it. The Dockerfile runs this, and so does the test that starts the result.
set -euo pipefail
binary=$(realpath "$1")
policies=$(realpath "$2")
tree=$3
rm -rf "$tree"

# The packages are unpacked and not configured: nothing in them needs it.
sources=/etc/apt/sources.list.d/debian.sources
[ -e "$sources" ] || sources=/etc/apt/sources.list
mmdebstrap --quiet --mode=root --variant=extract \
  --include=libc6,libgcc-s1,libstdc++6,libssl3,libpcre2-8-0,libhiredis0.14,libyaml-0-2,zlib1g \
  bookworm "$tree" "$sources"

# Authorities for TLS, and time zones for policies with hours; their packages would bring Perl with them.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if id _apt > /dev/null 2>&1 && [ "$(id -u)" = 0 ]; then chown _apt "$work"; fi
(cd "$work" && apt-get download -qq ca-certificates tzdata && for package in *.deb; do dpkg-deb -x "$package" unpacked; done)
install -d "$tree/etc/ssl/certs" "$tree/usr/lib/ssl" "$tree/usr/share"
cat "$work"/unpacked/usr/share/ca-certificates/mozilla/*.crt > "$tree/etc/ssl/certs/ca-certificates.crt"
ln -sf /etc/ssl/certs/ca-certificates.crt "$tree/usr/lib/ssl/cert.pem"
cp -r "$work/unpacked/usr/share/zoneinfo" "$tree/usr/share/zoneinfo"
rm -rf "$tree/usr/share/zoneinfo/right" "$tree/usr/share/zoneinfo/posix"

# What a running program does not need. The licences stay.
find "$tree/usr/share/doc" -type f ! -name copyright -delete
rm -rf "$tree"/usr/lib/*/gconv "$tree"/usr/share/{locale,man,info,lintian,bug,gcc,gdb} "$tree/etc/apt" "$tree/dev"/*
rm -rf "$tree"/usr/lib/*/engines-3 "$tree"/usr/lib/*/ossl-modules/legacy.so "$tree"/usr/{bin,sbin} "$tree"/{bin,sbin}
rm -rf "$tree"/lib/*/lib{memusage,pcprofile,c_malloc_debug,thread_db,BrokenLocale,nss_hesiod,nss_compat}.so* "$tree/etc/dpkg" "$tree/var"
# What the machine that builds it is called and how it finds names is nobody's business; the container's runtime writes its own.
rm -f "$tree"/etc/{fstab,hostname,resolv.conf,hosts}

install -d "$tree/usr/bin" "$tree/etc/louver" "$tree/usr/share/louver" "$tree/proc" "$tree/sys" "$tree/dev"
install -m755 "$binary" "$tree/usr/bin/louver"
strip --strip-unneeded "$tree/usr/bin/louver"
(cd "$policies" && find . \( -name '*.yaml' -o -name '*.json' \) ! -path './cases/*' -exec install -Dm644 {} "$tree/usr/share/louver/policies/{}" \;)
printf 'root:x:0:0::/:/nonexistent\nlouver:x:65532:65532::/:/nonexistent\n' > "$tree/etc/passwd"
printf 'hosts: files dns\n' > "$tree/etc/nsswitch.conf"
printf 'root:x:0:\nlouver:x:65532:\n' > "$tree/etc/group"
chmod 755 "$tree" "$tree/etc" "$tree/etc/louver"
