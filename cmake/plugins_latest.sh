#!/usr/bin/env bash
# The compatibility test against the newest version of every CPU plugin of plugins.lock.
# Usage: cmake/plugins_latest.sh build
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cmake/fetch.sh
source "$here/fetch.sh"
exec 9>"$cache/.lock"
flock 9

newest=$cache/plugins-latest
rm -rf "$newest"
mkdir -p "$newest"
HILO_TEST_PLUGINS=
for name in $(rows "$here/plugins.lock" | awk '$1 == "cpu" { sub("-.*", "", $3); print $3 }'); do
  if ! pip_download "$newest/$name" --only-binary "$name" "$name"; then
    say "no wheel of $name to be had; going on without it"
    continue
  fi
  wheel=$(find "$newest/$name" -name '*.whl')
  say "newest: $(basename "$wheel")"
  unpack "$wheel" "$newest/$name"
  HILO_TEST_PLUGINS+=${HILO_TEST_PLUGINS:+:}$(find "$newest/$name" -name '*.so')
done
flock -u 9
[[ -n $HILO_TEST_PLUGINS ]] || exit 1

export HILO_TEST_PLUGINS
ctest --test-dir "$1" --output-on-failure --no-tests=error -R '^pjrt$'
