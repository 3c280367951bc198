# Sourced by the other scripts of this folder: the cache folder, messages, and what is fetched into the cache.
# shellcheck shell=bash

mkdir -p "${HILO_CACHE:-$HOME/.cache/hilo}/downloads"
cache=$(cd "${HILO_CACHE:-$HOME/.cache/hilo}" && pwd)

say() { echo "$(basename "$0" .sh): $*" >&2; }
rows() { grep -v '^#' "$1"; }
has_sha256() { [[ -f $1 ]] && sha256sum --check --status <<<"$2  $1"; }

# Runs a command as root. Fails where that takes a password.
as_root() {
  if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}
can_be_root() { ((EUID == 0)) || sudo -n true 2>/dev/null; }

# The python3 that has pip: the first in PATH may be a bare virtual environment.
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

# pip_download FOLDER ARGUMENTS..: the files as published, without what they depend on. Prints pip's errors.
pip_download() {
  local folder=$1 log python
  python=$(python_with_pip) || return 1
  log=$(mktemp "$cache/.fetch.XXXXXX") || return 1
  shift
  if "$python" -m pip download --quiet --disable-pip-version-check --no-input --no-cache-dir --no-deps \
    --dest "$folder" "$@" >"$log" 2>&1; then
    rm -f "$log"
    return
  fi
  ! grep -q 'WARNING: Retrying' "$log" || say "the package index cannot be reached (network, proxy?)"
  { grep -v '^WARNING: Retrying' "$log" || true; } | tail -n 5 | sed 's/^/  pip: /' >&2
  rm -f "$log"
  return 1
}

# fetch FILE SHA256: leaves downloads/FILE, a wheel or source distribution. pip checks the hash before it looks inside.
fetch() {
  local file=$1 sha256=$2 target=$cache/downloads/$1 name version form=--no-binary work
  ! has_sha256 "$target" "$sha256" || return 0
  if [[ -e $target ]]; then
    say "$target has another hash than the pinned one; fetching it again"
    rm -f "$target"
  fi
  name=${file%%-*} version=${file#*-} version=${version%.tar.gz} version=${version%%-*}
  [[ $file != *.whl ]] || form=--only-binary
  say "fetching $name $version"
  work=$(mktemp -d "$cache/.fetch.XXXXXX") || return 1
  echo "$name==$version --hash=sha256:$sha256" >"$work/requirement.txt"
  if pip_download "$work" --require-hashes "$form" "$name" --requirement "$work/requirement.txt" &&
    has_sha256 "$work/$file" "$sha256" && mv "$work/$file" "$target"; then
    rm -rf "$work"
    return
  fi
  rm -rf "$work"
  say "could not fetch $file; if you have it from elsewhere, put it into $cache/downloads"
  return 1
}

# unpack ARCHIVE FOLDER: PJRT headers and licence of the source distribution; plugin and licences of a wheel.
# SOURCE names the archive and comes last: a folder that has it is whole.
unpack() {
  local archive=$1 folder=$2 work top
  work=$(mktemp -d "$cache/.unpack.XXXXXX")
  mkdir "$work/out"
  if [[ $archive == *.tar.gz ]]; then
    top=$(basename "$archive" .tar.gz)
    tar -xzf "$archive" -C "$work/out" --strip-components=1 "$top/vendor" "$top/LICENSE"
  else
    unzip -q "$archive" -d "$work/in"
    find "$work/in" -name '*.so' -exec mv -t "$work/out" {} +
    find "$work/in" -path '*.dist-info/*' -type f \
      \( -name METADATA -o -iname '*LICEN[CS]E*' -o -iname '*NOTICE*' \) -exec mv -t "$work/out" {} +
    # The default plugin has one name, whichever wheel it came from.
    if [[ $folder == */plugins/cpu && ! -e $work/out/pjrt_c_api_cpu_plugin.so ]]; then
      mv "$work"/out/*.so "$work/out/pjrt_c_api_cpu_plugin.so"
    fi
  fi
  basename "$archive" >"$work/out/SOURCE"
  mkdir -p "$(dirname "$folder")"
  rm -rf "$folder"
  mv "$work/out" "$folder"
  rm -rf "$work"
}
