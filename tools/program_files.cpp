#include "tools/program_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/stablehlo/parse.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

constexpr std::uint64_t kMaxProgramBytes = 1ULL << 32;
constexpr std::size_t kMostPrinted = 8;  // elements of an array

bool fits(const Shape& given, const Shape& declared) {
  if (given.dtype != declared.dtype || given.rank() != declared.rank()) return false;
  for (std::size_t i = 0; i < given.dims.size(); ++i) {
    if (declared.dims[i] != kDynamic && declared.dims[i] != given.dims[i]) return false;
  }
  return true;
}

}  // namespace

stablehlo::ir::Program read_program(const std::string& path) {
  return stablehlo::parse(read_text(path, kMaxProgramBytes), path);
}

std::vector<Array> read_numbered(const std::string& path, std::string_view prefix) {
  if (path.empty()) return {};
  return with_arrays_of(path, [&](const auto& file) {
    std::vector<Array> tensors;
    for (std::size_t i = 0; i < file.names().size(); ++i) {
      const std::string name = fmt::format("{}_{}", prefix, i);
      if (!file.contains(name)) {
        throw FormatError(path, fmt::format("its tensors are {}; expected {}_0, {}_1, ..", fmt::join(file.names(), ", "), prefix, prefix));
      }
      tensors.push_back(file.at(name));
    }
    return tensors;
  });
}

void give_arrays(const std::string& path, const formats::NamedArrays& named) {
  if (is_npz(path)) formats::write_npz(path, named);
  else if (!path.empty()) formats::write_safetensors(path, named);
  for (const auto& [name, array] : named) std::cout << name << ": " << preview(array) << "\n";
  if (!path.empty()) std::cout << "wrote " << shown(path) << "\n";
}

std::string numbered_list(std::string_view prefix, const std::vector<Shape>& shapes) {
  std::string text;
  for (std::size_t i = 0; i < shapes.size(); ++i) text += fmt::format("\n  {}_{}: {}", prefix, i, to_string(shapes[i]));
  return shapes.empty() ? " none" : text;
}

stablehlo::Imported import_for(const std::string& command, const stablehlo::ir::Program& program, const std::vector<Array>& inputs) {
  const std::vector<Shape> wanted = stablehlo::declared_arguments(program);
  std::vector<Shape> given;
  for (const Array& input : inputs) given.push_back(input.shape());
  if (!std::ranges::equal(given, wanted, fits)) {
    if (given.empty()) {
      throw UsageError(command + ": the program takes arguments; --inputs F.safetensors gives them:" + numbered_list("arg", wanted));
    }
    throw Error(command + ": the inputs are not what the program takes\n got:" + numbered_list("arg", given) +
                "\n expected:" + numbered_list("arg", wanted));
  }
  return stablehlo::import_program(program, {.file = program.file, .arguments = given});
}

std::string preview(const Array& array) {
  std::string text = to_string(array.shape());
  if (bits(array.shape().dtype) < 8 && !is_bool(array.shape().dtype)) return text;
  std::vector<double> values;
  try {
    values = array.to_doubles();
  } catch (const Error&) {
    return text;  // dtypes that have no numbers on the host
  }
  text += " ";
  for (std::size_t i = 0; i < std::min(values.size(), kMostPrinted); ++i) text += fmt::format(" {:g}", values[i]);
  return values.size() > kMostPrinted ? text + " .." : text;
}

}  // namespace hilo::tools
