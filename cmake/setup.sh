#!/usr/bin/env bash
# Brings what the build needs: Debian packages (packages.list), then the PJRT headers and the CPU plugin (plugins.lock)
# into the cache folder. What is there already is left alone, so a second run takes no time.
# Usage: cmake/setup.sh [test] [dist] [format] [fuzz] [tidy]     groups beside the ones that a build needs
# Reads: HILO_CACHE (default ~/.cache/hilo); HILO_APT=skip leaves the packages to you.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cmake/fetch.sh
source "$here/fetch.sh"
groups=" build headers cpu $* "
wanted() { [[ $groups == *" $1 "* ]]; }

missing_packages() {
  local installed group package stand_in
  installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' 2>/dev/null || true)"
  while read -r group package stand_in; do
    wanted "$group" || continue
    if [[ $installed == *" installed:$package "* ]]; then continue; fi
    if [[ -n $stand_in ]] && command -v "$stand_in" >/dev/null; then continue; fi
    echo "$package"
  done < <(rows "$here/packages.list")
}

# The package lists are fetched only where they are empty or name packages that are no longer served.
apt_install() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600)
  as_root "${apt[@]}" install --no-install-recommends "$@" ||
    { as_root "${apt[@]}" update && as_root "${apt[@]}" install --no-install-recommends "$@"; }
}

install_packages() {
  local missing log=$cache/apt.log
  [[ ${HILO_APT:-} != skip ]] || return 0
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0
  if ! command -v apt-get >/dev/null; then
    say "no apt-get here; install what your system calls: ${missing[*]} (then run with HILO_APT=skip)"
    exit 1
  fi
  if ! can_be_root; then
    say "some packages are missing; run this, then try again:"
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  say "installing ${missing[*]}"
  if ! apt_install "${missing[@]}" >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    say "apt-get could not install: ${missing[*]} (all it said: $log)"
    exit 1
  fi
}

# Walks the lock file: the first row of a folder that works fills it. Sets `complete` to no if a test plugin is missing.
fetch_all() {
  local group folder file sha256 taken=" " failed=" "
  while read -r group folder file sha256; do
    if ! wanted "$group" || [[ $taken == *" $folder "* ]]; then continue; fi
    if [[ $(cat "$cache/$folder/SOURCE" 2>/dev/null) != "$file" ]]; then
      if ! fetch "$file" "$sha256"; then
        failed+="$folder "
        continue
      fi
      unpack "$cache/downloads/$file" "$cache/$folder"
    fi
    taken+="$folder "
    [[ $failed != *" $folder "* ]] || say "taking the next of the list: the default CPU plugin is now from $file"
  done < <(rows "$here/plugins.lock")
  for folder in $failed; do
    [[ $taken != *" $folder "* ]] || continue
    if [[ $folder != plugins/cpu-* ]]; then
      say "the build cannot do without $folder"
      exit 1
    fi
    say "going on without $folder; the tests that want it are skipped"
    complete=no
  done
}

# Whether every folder that a finished run left is still there.
folders_present() {
  local group folder
  while read -r group folder _; do
    ! wanted "$group" || [[ -f $cache/$folder/SOURCE ]] || return 1
  done < <(rows "$here/plugins.lock")
}

install_packages
key=$(sha256sum <<<"$groups$(<"$here/plugins.lock")")
stamp=$cache/.setup-${key:0:16}
[[ ! -e $stamp ]] || ! folders_present || exit 0
exec 9>"$cache/.lock"
flock 9
rm -rf "$cache"/.fetch.* "$cache"/.unpack.*
complete=yes
fetch_all
[[ $complete == no ]] || touch "$stamp"
