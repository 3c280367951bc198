#pragma once
#include <optional>
#include <string>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/formats/npz.h"
#include "hilo/formats/safetensors.h"
#include "hilo/stablehlo/import.h"

// What the commands share that take a StableHLO program and tensors of files.
namespace hilo::tools {

/// A program of a file, StableHLO in any form. Throws FormatError with the place of what is wrong.
stablehlo::ir::Program read_program(const std::string& path);

inline bool is_npz(const std::string& path) { return path.ends_with(".npz"); }
/// What `f` makes of the safetensors file or .npz archive of that name, of which both have `names`, `contains` and `at`.
template <class F>
auto with_arrays_of(const std::string& path, F f) {
  return is_npz(path) ? f(formats::NpzFile::open(path)) : f(formats::SafetensorsFile::open(path));
}
/// The tensors PREFIX_0, PREFIX_1, .. of such a file; an empty path has none. Others are refused.
std::vector<Array> read_numbered(const std::string& path, std::string_view prefix);

/// Writes arrays to such a file, where a path is given (.npz has 128-bit complex numbers, safetensors bf16 and f8), and prints their beginnings.
void give_arrays(const std::string& path, const formats::NamedArrays& named);

/// The shapes, one below the other: "\n  arg_0: f32[2]".
std::string numbered_list(std::string_view prefix, const std::vector<Shape>& shapes);

/// The program's main function for these inputs, which say the lengths that it leaves open. Throws UsageError where
/// `command` needs inputs and has none, Error that lists both sides where they do not fit.
stablehlo::Imported import_for(const std::string& command, const stablehlo::ir::Program& program, const std::vector<Array>& inputs);

/// "f32[2,2]  1 2 3 4", the first numbers of an array.
std::string preview(const Array& array);

}  // namespace hilo::tools
