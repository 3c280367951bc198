#include <algorithm>
#include <set>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/formats/gguf.h"

namespace hilo::formats {
namespace {

constexpr std::uint32_t kVersion = 3;
constexpr std::uint64_t kAlignment = 32;
constexpr std::size_t kMaxRank = 4;
// Numbers that are converted at a time: a whole number of blocks of every type.
constexpr std::size_t kStep = std::size_t{1} << 16;

std::uint64_t padded(std::uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::uint64_t bytes_of(const GgufTensorSpec& spec) {
  return *block_bytes(block_traits(spec.type), static_cast<std::uint64_t>(checked_size(spec.dims)));
}

void check(const GgufMetadata& metadata, const std::vector<GgufTensorSpec>& tensors) {
  std::set<std::string_view> seen;
  for (const auto& [key, value] : metadata) {
    if (!is_utf8(key)) throw Error("gguf: the key " + quote(key) + " is not UTF-8");
    if (!seen.insert(key).second) throw Error("gguf: the key " + quote(key) + " is given twice");
  }
  seen.clear();
  for (const GgufTensorSpec& spec : tensors) {
    const std::string tensor = "gguf: tensor " + quote(spec.name);
    if (!is_utf8(spec.name)) throw Error(tensor + " has a name that is not UTF-8");
    if (!seen.insert(spec.name).second) throw Error(tensor + " is given twice");
    if (spec.dims.size() > kMaxRank) {
      throw Error(tensor + " is " + to_string(spec.dims) + "; expected at most 4 axes");
    }
    checked_size(spec.dims);
    const BlockTraits& traits = block_traits(spec.type);
    const Dim row = spec.dims.empty() ? 1 : spec.dims.back();
    if (row % traits.elements != 0) {
      throw Error(tensor + " has rows of " + std::to_string(row) + "; expected a multiple of " +
                  std::to_string(traits.elements) + " for " + std::string(traits.name));
    }
  }
}

template <class T>
requires std::is_arithmetic_v<T>
void append(std::string& text, T value) {
  text.append(reinterpret_cast<const char*>(&value), sizeof value);
}
void append(std::string& text, std::string_view value) {
  append(text, static_cast<std::uint64_t>(value.size()));
  text.append(value);
}
void pad(std::string& text) { text.resize(padded(text.size())); }

std::string header_of(const GgufMetadata& metadata, const std::vector<GgufTensorSpec>& tensors) {
  std::string text = "GGUF";
  append(text, kVersion);
  append(text, static_cast<std::uint64_t>(tensors.size()));
  // The alignment is the usual one; a key that says another, of a file that was read, goes.
  const auto is_kept = [](const auto& item) { return item.first != "general.alignment"; };
  append(text, static_cast<std::uint64_t>(std::ranges::count_if(metadata, is_kept)));
  for (const auto& [key, value] : metadata) {
    if (key == "general.alignment") continue;
    append(text, std::string_view(key));
    append(text, static_cast<std::uint32_t>(value.type()));
    text.append(reinterpret_cast<const char*>(value.bytes().data()), value.bytes().size());
  }
  std::uint64_t offset = 0;
  for (const GgufTensorSpec& spec : tensors) {
    append(text, std::string_view(spec.name));
    append(text, static_cast<std::uint32_t>(spec.dims.size()));
    for (auto dim = spec.dims.rbegin(); dim != spec.dims.rend(); ++dim) append(text, *dim);
    append(text, static_cast<std::uint32_t>(spec.type));
    append(text, offset);
    offset += padded(bytes_of(spec));
  }
  pad(text);
  return text;
}

}  // namespace

struct GgufWriter::State {
  State(const std::filesystem::path& path, std::vector<GgufTensorSpec> specs)
      : file(path), tensors(std::move(specs)) {}

  AtomicFile file;
  std::vector<GgufTensorSpec> tensors;
  std::size_t next = 0;

  // The spec that `dims` are for; it counts as written.
  const GgufTensorSpec& take(const Dims& dims) {
    if (next == tensors.size()) {
      throw Error("gguf: a tensor more than the " + std::to_string(tensors.size()) + " announced");
    }
    const GgufTensorSpec& spec = tensors[next];
    if (dims != spec.dims) {
      throw Error("gguf: tensor " + quote(spec.name) + " is " + to_string(dims) + "; expected " +
                  to_string(spec.dims) + ", as announced");
    }
    ++next;
    return spec;
  }

  void pad(std::uint64_t bytes) {
    const std::vector<std::byte> zeros(static_cast<std::size_t>(padded(bytes) - bytes));
    file.write(zeros);
  }
};

GgufWriter::GgufWriter(const std::filesystem::path& path, const GgufMetadata& metadata,
                       std::vector<GgufTensorSpec> tensors) {
  check(metadata, tensors);
  state_ = std::make_unique<State>(path, std::move(tensors));
  state_->file.write(header_of(metadata, state_->tensors));
}

GgufWriter::~GgufWriter() = default;

void GgufWriter::write(const Array& tensor) {
  const GgufTensorSpec& spec = state_->take(tensor.shape().dims);
  const BlockTraits& traits = block_traits(spec.type);
  const auto size = static_cast<std::size_t>(tensor.size());
  const auto width = static_cast<std::size_t>(bytes(tensor.shape().dtype));
  std::vector<std::byte> blocks;
  for (std::size_t at = 0; at < size; at += kStep) {
    const std::size_t count = std::min(kStep, size - at);
    const Array part = Array({tensor.shape().dtype, {static_cast<Dim>(count)}}, nullptr,
                             tensor.bytes().subspan(at * width, count * width))
                           .as(kF32);
    blocks.resize(static_cast<std::size_t>(*block_bytes(traits, count)));
    try {
      encode_blocks(spec.type, part.data<float>(), blocks);
    } catch (const Error& error) {
      throw Error("gguf: tensor " + quote(spec.name) + ", from element " + std::to_string(at) +
                  ": " + error.what());
    }
    state_->file.write(blocks);
  }
  state_->pad(bytes_of(spec));
}

void GgufWriter::write(const BlockArray& tensor) {
  const GgufTensorSpec& spec = state_->take(tensor.dims);
  if (tensor.type != spec.type || tensor.bytes.size() != bytes_of(spec)) {
    throw Error("gguf: tensor " + quote(spec.name) + " is " +
                std::string(block_traits(tensor.type).name) + "; expected " +
                std::string(block_traits(spec.type).name) + ", as announced");
  }
  state_->file.write(tensor.bytes);
  state_->pad(tensor.bytes.size());
}

void GgufWriter::commit() {
  if (state_->next < state_->tensors.size()) {
    throw Error("gguf: tensor " + quote(state_->tensors[state_->next].name) + " was not written");
  }
  state_->file.commit();
}

}  // namespace hilo::formats
