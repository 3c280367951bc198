#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/stablehlo/ir.h"

namespace hilo::stablehlo {

struct ImportOptions {
  std::string file = "program";  ///< for messages
  /// Shapes of the arguments, which refine lengths that the program leaves open; empty: what it declares.
  std::vector<Shape> arguments{};
  std::string function = "main";
};

/// What StableHLO's own tests expect of two values: `check.expect_eq`, `expect_close`, `expect_almost_eq`.
struct Check {
  std::string name{};         ///< "expect_close"
  std::size_t got = 0;        ///< which result of the function is compared ..
  std::size_t expected = 0;   ///< .. with which
  std::vector<NamedAttribute> attributes{};
  ir::Position at{};
};

/// A program as a Function, which is called, differentiated, batched and compiled as any other.
struct Imported {
  Function function;
  std::string name{};  ///< of the function in the program
  /// How many of its results the program returns; behind them stand the values of its checks.
  std::size_t result_count = 0;
  std::vector<Check> checks{};
  /// By parameter: the result that may reuse its memory, or -1.
  std::vector<int> aliases{};
  std::set<std::string, std::less<>> functions{};  ///< of the program, that it is made of
  std::int64_t replicas = 1, partitions = 1;  ///< that the program is for
};

/// Builds the graph of one function of a program: calls are replaced by what they call, each op is checked by its own
/// shape rule, and what it gives must fit what the program declares.
/// Throws:  FormatError with the place of the op: what is wrong with it and what is expected.
/// Cost:    linear in the program with its calls written out, which is bounded.
Imported import_program(const ir::Program& program, const ImportOptions& options = {});

/// The same from StableHLO text, bytecode, a portable artifact or a file of jax.export.
Imported import_program(std::string_view bytes, const ImportOptions& options = {});

/// Builds each function of a program that has a body, main first, and hands it to `use`; one that those before it call is
/// a part of them.
/// Throws:  as `import_program`.
void each_function(const ir::Program& program, const std::function<void(Imported)>& use);

/// Checks every function of a program, also those that `main` does not call.
/// Throws:  as `import_program`.
/// Gives:   main, or else its first function; an empty Function if there is none with a body.
Imported verify_program(const ir::Program& program);

/// The shapes that a function of the program declares for its arguments.
std::vector<Shape> declared_arguments(const ir::Program& program, std::string_view function = "main");

}  // namespace hilo::stablehlo
