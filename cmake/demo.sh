#!/usr/bin/env bash
# The main job on real input: trains the CNN for two epochs, prints its accuracy on pictures it never saw, and
# classifies some of those as files. Then a language model, Gemma 3 270M, writes a text (see gemma.sh).
# Usage: cmake/demo.sh build/hilo
# Reads: HILO_DATA_DIR (CIFAR-10: see demo_data.sh), HILO_CACHE.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cmake/fetch.sh
source "$here/fetch.sh"
# shellcheck source=cmake/demo_data.sh
source "$here/demo_data.sh"
hilo=$1
work=$(dirname "$hilo")/demo

step() { printf '\n--- %s\n' "$*"; "$@"; }

find_data
rm -rf "$work"
mkdir -p "$work"
step "$hilo" train "$recipe" --data "$data" --epochs 2 --seed 1 --out "$work/run"
step "$hilo" eval "$work/run" --data "$data"

# One picture of every class of the test set; the path tells what it is.
if [[ -d $data/test ]]; then
  pictures=()
  for class in "$data"/test/*/; do
    files=("$class"*)
    pictures+=("${files[0]}")
  done
else
  python3 "$here/demo_pictures.py" "$data" "$work/pictures"
  pictures=("$work"/pictures/*.png)
fi
step "$hilo" classify "$work/run" "${pictures[@]}"

if "$here/gemma.sh"; then
  # A base model: it goes on with a story rather than answer a question.
  step "$hilo" generate gemma-3-270m --prompt "Once upon a time, in a small village by the sea, there lived" \
    --repetition-penalty 1.2 --max-tokens 90
else
  printf '\nGemma 3 270M could not be fetched, so this demo goes without text.\n'
fi

printf '\nmake demo: done in %d min %02d s. The trained network is in %s: try\n  %s classify %s YOUR_PICTURE.jpg\n' \
  $((SECONDS / 60)) $((SECONDS % 60)) "$work/run" "$hilo" "$work/run"
