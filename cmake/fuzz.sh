#!/usr/bin/env bash
# Runs the fuzz targets that fuzz/CMakeLists.txt lists, each from its committed inputs, and prints a line for each: executions,
# findings, how many lines of the parser's own sources all inputs together reach. Fails on a finding and below 90 % of lines.
# More memory than the input and 64 MiB is a finding (fuzz/memory_bound.cpp), and so are ten seconds. Inputs that reach
# something new are kept in BUILD/corpus; one that fails stands in BUILD/findings.
# Usage: cmake/fuzz.sh BUILD [TARGET]     RUNS=N executions each (default 1000000), SECONDS_EACH=N at most (default: no limit)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$1 only=${2:-} runs=${RUNS:-1000000} seconds=${SECONDS_EACH:-0} failed=""
export ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=0:quarantine_size_mb=16}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
mkdir -p "$build/findings"

while read -r name covers; do
  [[ -z $only || $only == "$name" ]] || continue
  mkdir -p "$build/corpus/$name"
  log=$build/fuzz_$name.log findings=0
  if ! LLVM_PROFILE_FILE=/dev/null "$build/fuzz/fuzz_$name" -runs="$runs" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
      -rss_limit_mb=768 -malloc_limit_mb=128 -print_final_stats=1 \
      -artifact_prefix="$build/findings/$name-" "$build/corpus/$name" "$here/fuzz/corpus/$name" >"$log" 2>&1; then
    tail -n 30 "$log"
    findings=1   # libFuzzer ends at the first
    failed+=" $name(finding)"
  fi
  executions=$(awk '/stat::number_of_executed_units/ { print $2 }' "$log")
  # Coverage of all inputs together, once, without the fuzzer's own bookkeeping.
  LLVM_PROFILE_FILE=$build/$name.profraw "$build/fuzz/replay_$name" "$build/corpus/$name" "$here/fuzz/corpus/$name" \
    >"$build/replay_$name.log" || failed+=" $name(replay)"
  llvm-profdata-19 merge -o "$build/$name.profdata" "$build/$name.profraw"
  read -r -a patterns <<<"$covers"
  sources=()
  for pattern in "${patterns[@]}"; do sources+=("$here"/$pattern); done
  lines=$(llvm-cov-19 report "$build/fuzz/replay_$name" -instr-profile="$build/$name.profdata" "${sources[@]}" |
    awk '$1 == "TOTAL" { printf "%d of %d lines (%s)", $8 - $9, $8, $10 }')
  echo "$name: ${executions:-0} executions, $findings findings, $lines of ${covers// /, }; $(<"$build/replay_$name.log")"
  [[ $lines =~ \((9[0-9]|100)\. ]] || failed+=" $name(coverage)"
done <"$build/fuzzers.list"

[[ -z $failed ]] || { echo "fuzz:$failed; inputs that fail are in $build/findings, logs in $build"; exit 1; }
