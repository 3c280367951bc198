#!/usr/bin/env bash
# Runs the fuzz targets that fuzz/CMakeLists.txt lists, each from its committed inputs, then prints how much of its sources
# they reach. Inputs that reach something new are kept in BUILD/corpus; one that fails stands in BUILD/findings.
# Usage: cmake/fuzz.sh BUILD [TARGET]     RUNS=N executions each (default 1000000), SECONDS_EACH=N at most (default: no limit)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$1 only=${2:-} runs=${RUNS:-1000000} seconds=${SECONDS_EACH:-0} failed=""
export ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=0} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
mkdir -p "$build/findings"

while read -r name covers; do
  [[ -z $only || $only == "$name" ]] || continue
  mkdir -p "$build/corpus/$name"
  log=$build/fuzz_$name.log
  if ! LLVM_PROFILE_FILE=/dev/null "$build/fuzz/fuzz_$name" -runs="$runs" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
      -rss_limit_mb=1024 -malloc_limit_mb=256 -print_final_stats=1 \
      -artifact_prefix="$build/findings/$name-" "$build/corpus/$name" "$here/fuzz/corpus/$name" >"$log" 2>&1; then
    tail -n 30 "$log"
    failed+=" $name"
  fi
  executions=$(awk '/stat::number_of_executed_units/ { print $2 }' "$log")
  # Coverage of all inputs together, once, without the fuzzer's own bookkeeping.
  LLVM_PROFILE_FILE=$build/$name.profraw "$build/fuzz/replay_$name" "$build/corpus/$name" "$here/fuzz/corpus/$name" >/dev/null ||
    failed+=" $name(replay)"
  llvm-profdata-19 merge -o "$build/$name.profdata" "$build/$name.profraw"
  read -r -a patterns <<<"$covers"
  sources=()
  for pattern in "${patterns[@]}"; do sources+=("$here"/$pattern); done
  echo "$name: ${executions:-0} executions"
  llvm-cov-19 report "$build/fuzz/replay_$name" -instr-profile="$build/$name.profdata" "${sources[@]}" |
    awk '$1 ~ /\.(cpp|h)$|^TOTAL$/ { printf "  %-44s lines %5d of %5d  %s\n", $1, $8 - $9, $8, $10 }'
done <"$build/fuzzers.list"

[[ -z $failed ]] || { echo "fuzz: findings in$failed; inputs in $build/findings, logs in $build"; exit 1; }
