#!/usr/bin/env bash
# Runs the benchmarks: every program in a folder, or the one that is named. Each prints JSON, kept beside it.
# Usage: cmake/bench.sh build/bench [NAME]
set -euo pipefail

folder=$1
mapfile -t programs < <(find "$folder" -maxdepth 1 -type f -perm -u+x -name "${2:-*}" 2>/dev/null | sort)
if ((${#programs[@]} == 0)); then
  echo "bench: no benchmark${2:+ $2} in $folder" >&2
  exit 1
fi
for program in "${programs[@]}"; do
  echo "--- $(basename "$program")" >&2
  "$program" | tee "$program.json"
done
