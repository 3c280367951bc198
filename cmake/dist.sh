#!/usr/bin/env bash
# Packs what a bare Debian 12 needs: the program, the shared libraries it uses (lib/), the CPU plugin beside it, and the
# licences of all of them. Leaves build/dist/hilo-VERSION-linux-ARCH and the same as .tar.gz. Beside it lies one executable,
# hilo-VERSION-linux-ARCH.bin, that carries all but the C library, the plugin too (hilo/pjrt/embedded_plugin.h).
# Usage: cmake/dist.sh build
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cmake/fetch.sh
source "$here/fetch.sh"
build=$1
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
name=hilo-$version-linux-$(uname -m)
out=$build/dist/$name

# The C library belongs to the system; everything else comes along.
shared_libraries() {
  ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
    grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv|libutil|ld-linux[^/]*)\.so\.[0-9]+$'
}

# package_of FILE: dpkg may know it by its place before or after the merge of /lib and /usr/lib.
package_of() {
  local path
  path=$(realpath "$1")
  { dpkg -S "$path" 2>/dev/null || dpkg -S "${path#/usr}"; } | sed -n '1s/:.*//p'
}

# keep_licence PACKAGE: its copyright file, and the licences of Debian that the file refers to.
keep_licence() {
  local common
  cp "/usr/share/doc/$1/copyright" "$out/licenses/$1.txt"
  while read -r common; do
    common=$(realpath -e "${common%.}") || continue
    cp "$common" "$out/licenses/common/"
  done < <(grep -o '/usr/share/common-licenses/[A-Za-z0-9.-]*' "/usr/share/doc/$1/copyright" | sort -u)
}

rm -rf "$build/dist"
mkdir -p "$out/lib" "$out/licenses/common"
install -m 755 -s "$build/hilo" "$out/hilo"
plugin=$cache/plugins/cpu/pjrt_c_api_cpu_plugin.so
cp "$plugin" "$out/"

while read -r library; do
  cp -L "$library" "$out/lib/"
  keep_licence "$(package_of "$library")"
done < <(shared_libraries "$build/hilo" "$plugin")
# shellcheck disable=SC2016   # $ORIGIN is read by the loader, not by this shell
{
  patchelf --set-rpath '$ORIGIN/lib' "$out/hilo"
  patchelf --set-rpath '$ORIGIN' "$out"/lib/*.so*
}

# Header-only libraries, and those linked in whole.
for package in nlohmann-json3-dev libcli11-dev libfmt-dev libeigen3-dev; do
  keep_licence "$package"
done
for file in "$cache"/plugins/cpu/{LICENSE,THIRD_PARTY_NOTICES,METADATA}; do
  [[ ! -f $file ]] || cp "$file" "$out/licenses/cpu-plugin-$(basename "$file").txt"
done
cp "$cache/pypjrt-0.1.1/LICENSE" "$out/licenses/pjrt-headers-LICENSE.txt"
cp LICENSE README.md CHANGELOG.md "$out/"

tar --sort=name --owner=0 --group=0 --numeric-owner -C "$build/dist" -czf "$out.tar.gz" "$name"
say "$out.tar.gz ($(du -h "$out.tar.gz" | cut -f1))"

# One executable: the program, the plugin as a zstd frame, and the trailer that tells where the frame is.
single=$out.bin
cmake --build "$build" --target hilo_single
install -m 755 -s "$build/tools/hilo_single" "$single"
frame=$build/dist/plugin.zst
zstd --quiet --force --check -12 -T0 "$plugin" -o "$frame"
python3 "$here/pack_plugin.py" "$single" "$frame"
rm "$frame"
say "$single ($(du -h "$single" | cut -f1))"
