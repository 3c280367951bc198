#pragma once
#include <cstdio>
#include <string>

#include "fuzz/target.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/import.h"
#include "hilo/stablehlo/ir_text.h"
#include "hilo/stablehlo/parse.h"

// What both fuzz targets of StableHLO expect of a program that was read.
namespace hilo::fuzz {

/// Reads what Hilo wrote, which it has to take.
auto read_again(auto read) {
  try {
    return read();
  } catch (const Error& error) {
    std::fprintf(stderr, "fuzz: what was written is not read: %s\n", error.what());
    __builtin_trap();
  }
}

inline void expect_equal(const std::string& got, const std::string& expected) {
  if (got == expected) return;
  std::fprintf(stderr, "fuzz: got\n%s\nexpected\n%s\n", got.c_str(), expected.c_str());
  __builtin_trap();
}

/// Checks every function and prints the graph of one, which is read again.
/// Throws:  FormatError if the program is wrong.
inline void build(const stablehlo::ir::Program& program) {
  const auto imported = stablehlo::verify_program(program);
  if (!imported.function) return;
  const std::string text = stablehlo::emit(imported.function);
  static_cast<void>(read_again([&] { return stablehlo::parse_text(text, "emitted"); }));
}

}  // namespace hilo::fuzz
