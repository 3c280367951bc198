#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/safetensors_header.h"

namespace hilo::formats {
namespace {

// The first tensor begins at a multiple of this, so that PJRT may take it in place.
constexpr std::size_t kAlignment = 64;

using NamedShapes = std::vector<std::pair<std::string, Shape>>;

void check(const NamedShapes& tensors) {
  std::set<std::string_view> seen;
  for (const auto& [name, shape] : tensors) {
    const DType dtype = shape.dtype;
    if (name == "__metadata__")
      throw Error("safetensors: \"__metadata__\" is no name for a tensor");
    if (!is_utf8(name)) throw Error("safetensors: the name " + quote(name) + " is not UTF-8");
    if (!seen.insert(name).second)
      throw Error("safetensors: the name " + quote(name) + " is given twice");
    if (safetensors_name(dtype).empty() || (bits(dtype) < 8 && !is_bool(dtype))) {
      throw Error("safetensors: tensor " + quote(name) + " is " + to_string(shape) +
                  ", a dtype that the format lacks");
    }
  }
}

// Indices of the tensors in the order of their bytes: wider dtypes first, else as given.
std::vector<std::size_t> layout(const NamedShapes& tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return bytes(tensors[a].second.dtype) > bytes(tensors[b].second.dtype);
  });
  return order;
}

std::uint64_t bytes_of(const Shape& shape) {
  return static_cast<std::uint64_t>(shape.size()) * static_cast<std::uint64_t>(bytes(shape.dtype));
}

std::string header_text(const NamedShapes& tensors, const std::vector<std::size_t>& order,
                        const Metadata& metadata) {
  std::vector<std::uint64_t> begins(tensors.size());
  std::uint64_t end = 0;
  for (const std::size_t i : order) {
    begins[i] = end;
    end += bytes_of(tensors[i].second);
  }
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  auto& object =
      header.get_ref<nlohmann::ordered_json::object_t&>();  // its own insertion looks every key up
  if (!metadata.empty()) object.emplace_back("__metadata__", metadata);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Shape& shape = tensors[i].second;
    nlohmann::ordered_json entry;
    entry["dtype"] = safetensors_name(shape.dtype);
    entry["shape"] = shape.dims;
    entry["data_offsets"] = {begins[i], begins[i] + bytes_of(shape)};
    object.emplace_back(tensors[i].first, std::move(entry));
  }
  std::string text = header.dump();
  const std::size_t whole =
      (sizeof(std::uint64_t) + text.size() + kAlignment - 1) / kAlignment * kAlignment;
  text.append(whole - sizeof(std::uint64_t) - text.size(), ' ');
  return text;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const NamedArrays& tensors,
                       const Metadata& metadata) {
  NamedShapes shapes;
  for (const auto& [name, array] : tensors) shapes.emplace_back(name, array.shape());
  write_safetensors(path, shapes, metadata, [&](std::size_t i) { return tensors[i].second; });
}

void write_safetensors(const std::filesystem::path& path, const NamedShapes& tensors,
                       const Metadata& metadata, const std::function<Array(std::size_t)>& make) {
  check(tensors);
  for (const auto& [key, value] : metadata) {
    if (!is_utf8(key) || !is_utf8(value))
      throw Error("safetensors: metadata " + quote(key) + " is not UTF-8");
  }
  const std::vector<std::size_t> order = layout(tensors);
  const std::string text = header_text(tensors, order, metadata);
  const auto length = static_cast<std::uint64_t>(text.size());
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(text);
  for (const std::size_t i : order) {
    const auto& [name, shape] = tensors[i];
    const Array array = make(i);
    if (array.shape() != shape) {
      throw Error("safetensors: tensor " + quote(name) + " is " + to_string(array.shape()) +
                  "; expected " + to_string(shape) + ", as announced");
    }
    file.write(array.bytes());
  }
  file.commit();
}

}  // namespace hilo::formats
