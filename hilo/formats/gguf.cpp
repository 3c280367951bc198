#include "hilo/formats/gguf.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/formats/mapped_array.h"

namespace hilo::formats {

static_assert(std::endian::native == std::endian::little,
              "tensors are views of little-endian bytes");

struct GgufFile::State {
  std::filesystem::path file;
  std::string path;  // the same, for messages
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
  bool is_mapped = false;  // the bytes are a file's
  std::uint32_t version = 0;
  std::uint64_t alignment = 32;
  GgufMetadata metadata{};
  std::map<std::string_view, std::size_t> keys{};  // indices into metadata
  std::vector<std::string> names{};
  std::map<std::string, GgufTensor, std::less<>> tensors{};
};

namespace {

constexpr std::uint64_t kMaxCount = 100'000, kMaxAlignment = 1 << 20, kMaxName = 65'535;
constexpr std::uint32_t kMaxRank = 4;

void read_magic(ByteReader& reader, std::uint32_t& version) {
  const std::string_view magic = reader.text(4, "the magic number");
  if (magic != "GGUF") {
    reader.fail("begins with " + quote(magic) + "; expected \"GGUF\"");
  }
  version = reader.number<std::uint32_t>("the version");
  if (version != 0 && (version & 0xFFFF) == 0) {
    reader.fail("a big-endian GGUF file, which is not read; expected a little-endian one");
  }
  if (version != 2 && version != 3) {
    reader.fail("GGUF version " + std::to_string(version) + "; expected 2 or 3");
  }
}

std::uint64_t read_count(ByteReader& reader, std::string_view what) {
  const auto count = reader.number<std::uint64_t>(what);
  if (count > kMaxCount) {
    reader.fail(std::to_string(count) + " as " + std::string(what) + "; expected at most " +
                std::to_string(kMaxCount));
  }
  return count;
}

std::string read_name(ByteReader& reader, std::string_view what) {
  const auto length = reader.number<std::uint64_t>(what);
  if (length > kMaxName) {
    reader.fail(std::string(what) + " of " + std::to_string(length) + " bytes; expected at most " +
                std::to_string(kMaxName));
  }
  const std::string_view name = reader.text(length, what);
  if (!is_utf8(name)) reader.fail(std::string(what) + " " + quote(name) + " is not UTF-8");
  return std::string(name);
}

std::uint64_t alignment_of(const ByteReader& reader, const GgufValue& value) {
  const std::string found = "general.alignment is ";
  if (value.type() != GgufType::kU32) {
    reader.fail(found + value.type_text() + "; expected a u32");
  }
  const auto alignment = static_cast<std::uint64_t>(value.integer());
  if (!std::has_single_bit(alignment) || alignment > kMaxAlignment) {
    reader.fail(found + std::to_string(alignment) + "; expected a power of two up to " +
                std::to_string(kMaxAlignment));
  }
  return alignment;
}

// The offset is still that from the beginning of the data.
GgufTensor read_tensor(ByteReader& reader, const std::string& name) {
  GgufTensor tensor;
  const auto fail = [&](const std::string& problem) {
    reader.fail("tensor " + quote(name) + " " + problem);
  };
  const auto rank = reader.number<std::uint32_t>("the rank of a tensor");
  if (rank > kMaxRank) {
    fail("has " + std::to_string(rank) + " axes; expected at most " + std::to_string(kMaxRank));
  }
  std::uint64_t count = 1;
  for (std::uint32_t i = 0; i < rank; ++i) {
    const auto dim = reader.number<std::uint64_t>("a length of a tensor");
    tensor.dims.insert(tensor.dims.begin(), static_cast<Dim>(dim));
    if (dim > std::uint64_t{std::numeric_limits<Dim>::max()} ||
        __builtin_mul_overflow(count, std::max<std::uint64_t>(dim, 1), &count)) {
      fail("has an axis of " + std::to_string(dim) + ", which is too large");
    }
  }
  const auto type = reader.number<std::uint32_t>("the type of a tensor");
  tensor.traits = block_traits(type);
  if (tensor.traits == nullptr) fail("has the unknown type " + std::to_string(type));
  const Dim row = tensor.dims.empty() ? 1 : tensor.dims.back();
  if (row % tensor.traits->elements != 0) {
    fail("is " + std::string(tensor.traits->name) + " with rows of " + std::to_string(row) +
         "; expected a multiple of " + std::to_string(tensor.traits->elements));
  }
  const auto bytes = block_bytes(*tensor.traits, count);  // as if no axis were of 0
  if (!bytes || *bytes > std::uint64_t{std::numeric_limits<Dim>::max()} / sizeof(float)) {
    fail("is too large: " + to_string(tensor.dims));
  }
  tensor.offset = reader.number<std::uint64_t>("the offset of a tensor");
  return tensor;
}

std::uint64_t bytes_of(const GgufTensor& tensor) {
  std::uint64_t count = 1;
  for (const Dim dim : tensor.dims) count *= static_cast<std::uint64_t>(dim);
  return *block_bytes(*tensor.traits, count);
}

// Gives every tensor its bytes; they lie in the file and do not overlap.
void place(std::span<const std::byte> file, std::uint64_t data, std::uint64_t alignment,
           const std::string& path, std::map<std::string, GgufTensor, std::less<>>& tensors) {
  std::vector<std::pair<GgufTensor*, const std::string*>> sorted;
  for (auto& [name, tensor] : tensors) {
    const std::uint64_t bytes = bytes_of(tensor), left = file.size() - data;
    if (tensor.offset % alignment != 0) {
      throw FormatError(path, data,
                        "tensor " + quote(name) + " has the data offset " +
                            std::to_string(tensor.offset) + "; expected a multiple of " +
                            std::to_string(alignment));
    }
    if (tensor.offset > left || bytes > left - tensor.offset) {
      throw FormatError(path, data,
                        "tensor " + quote(name) + " of " + std::to_string(bytes) +
                            " bytes at data offset " + std::to_string(tensor.offset) +
                            "; expected to end by " + std::to_string(left) +
                            ", where the file ends (was it cut short?)");
    }
    tensor.offset += data;
    tensor.bytes =
        file.subspan(static_cast<std::size_t>(tensor.offset), static_cast<std::size_t>(bytes));
    sorted.emplace_back(&tensor, &name);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](auto& a, auto& b) { return a.first->offset < b.first->offset; });
  std::uint64_t end = 0;
  for (const auto& [tensor, name] : sorted) {
    if (tensor->bytes.empty()) continue;
    if (tensor->offset < end) {
      throw FormatError(path, tensor->offset,
                        "tensor " + quote(*name) + " overlaps the one before it; expected offset " +
                            std::to_string(end) + " or more");
    }
    end = tensor->offset + tensor->bytes.size();
  }
}

}  // namespace

GgufFile GgufFile::open(const std::filesystem::path& path) {
  const MappedFile file(path);
  const auto state = read(file.bytes(), file.owner(), path);
  state->is_mapped = true;
  return GgufFile(state);
}

GgufFile GgufFile::parse(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                         const std::filesystem::path& path) {
  return GgufFile(read(bytes, std::move(owner), path));
}

void GgufFile::forget_metadata() const {
  if (!state_->is_mapped) return;
  std::uint64_t end = state_->bytes.size();
  for (const auto& [name, tensor] : state_->tensors) end = std::min(end, tensor.offset);
  forget_pages(state_->bytes.first(end));
}

void GgufFile::forget(std::string_view name) const {
  if (state_->is_mapped) forget_pages(tensor(name).bytes);
}

std::shared_ptr<GgufFile::State> GgufFile::read(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                               const std::filesystem::path& path) {
  auto state = std::make_shared<State>(
      State{.file = path, .path = path.string(), .owner = std::move(owner), .bytes = bytes});
  ByteReader reader(bytes, state->path);
  read_magic(reader, state->version);
  const std::uint64_t tensors = read_count(reader, "the number of tensors");
  const std::uint64_t keys = read_count(reader, "the number of keys");
  for (std::uint64_t i = 0; i < keys; ++i) {
    std::string key = read_name(reader, "a key");
    GgufValue value = GgufValue::read(reader, "the value of " + quote(key));
    if (key == "general.alignment") state->alignment = alignment_of(reader, value);
    state->metadata.emplace_back(std::move(key), std::move(value));
  }
  for (std::size_t i = 0; i < state->metadata.size(); ++i) {
    const std::string& key = state->metadata[i].first;
    if (!state->keys.emplace(key, i).second) reader.fail("the key " + quote(key) + " stands twice");
  }
  for (std::uint64_t i = 0; i < tensors; ++i) {
    std::string name = read_name(reader, "the name of a tensor");
    GgufTensor tensor = read_tensor(reader, name);
    if (!state->tensors.emplace(name, std::move(tensor)).second) {
      reader.fail("the tensor " + quote(name) + " stands twice");
    }
    state->names.push_back(std::move(name));
  }
  const std::uint64_t data =
      (reader.offset() + state->alignment - 1) / state->alignment * state->alignment;
  if (tensors > 0) {
    reader.seek(data, "the data");
    place(bytes, data, state->alignment, state->path, state->tensors);
  }
  return state;
}

const std::filesystem::path& GgufFile::path() const { return state_->file; }
std::uint32_t GgufFile::version() const { return state_->version; }
std::uint64_t GgufFile::alignment() const { return state_->alignment; }
const GgufMetadata& GgufFile::metadata() const { return state_->metadata; }
const std::vector<std::string>& GgufFile::names() const { return state_->names; }
bool GgufFile::contains(std::string_view name) const { return state_->tensors.contains(name); }

const GgufValue* GgufFile::find(std::string_view key) const {
  const auto found = state_->keys.find(key);
  return found == state_->keys.end() ? nullptr : &state_->metadata[found->second].second;
}

namespace {

// `(value->*get)()`, none without a value; what goes wrong names the key.
template <class T>
std::optional<T> get_as(const GgufValue* value, T (GgufValue::*get)() const,
                        const std::string& path, std::string_view key) {
  if (value == nullptr) return {};
  try {
    return (value->*get)();
  } catch (const Error& error) {
    throw FormatError(path, quote(key) + " " + error.what());
  }
}

}  // namespace

std::optional<std::int64_t> GgufFile::integer(std::string_view key) const {
  return get_as(find(key), &GgufValue::integer, state_->path, key);
}
std::optional<double> GgufFile::number(std::string_view key) const {
  return get_as(find(key), &GgufValue::number, state_->path, key);
}
std::optional<bool> GgufFile::boolean(std::string_view key) const {
  return get_as(find(key), &GgufValue::boolean, state_->path, key);
}
std::optional<std::string_view> GgufFile::text(std::string_view key) const {
  return get_as(find(key), &GgufValue::text, state_->path, key);
}
std::optional<std::vector<std::int64_t>> GgufFile::integers(std::string_view key) const {
  return get_as(find(key), &GgufValue::integers, state_->path, key);
}
std::optional<std::vector<double>> GgufFile::numbers(std::string_view key) const {
  return get_as(find(key), &GgufValue::numbers, state_->path, key);
}
std::optional<std::vector<std::string_view>> GgufFile::texts(std::string_view key) const {
  return get_as(find(key), &GgufValue::texts, state_->path, key);
}

const GgufTensor& GgufFile::tensor(std::string_view name) const {
  const auto found = state_->tensors.find(name);
  if (found != state_->tensors.end()) return found->second;
  const std::string near = near_names(name, state_->names);
  throw FormatError(state_->path,
                    "no tensor named " + quote(name) + (near.empty() ? "" : "; " + near));
}

Array GgufFile::array(std::string_view name) const {
  const GgufTensor& tensor = this->tensor(name);
  if (!tensor.traits->dtype) {
    throw FormatError(state_->path, tensor.offset,
                      "tensor " + quote(name) + " is " + std::string(tensor.traits->name) +
                          "; expected plain numbers");
  }
  return view_or_copy({*tensor.traits->dtype, tensor.dims}, state_->owner, tensor.bytes);
}

BlockArray GgufFile::blocks(std::string_view name) const {
  const GgufTensor& tensor = this->tensor(name);
  if (tensor.traits->decode == nullptr) {
    throw FormatError(state_->path, tensor.offset,
                      "tensor " + quote(name) + " is " + std::string(tensor.traits->name) +
                          ", a type that is not read; expected F32, F16, BF16, Q4_0, Q4_1, Q5_0, "
                          "Q5_1, Q8_0, Q2_K to Q6_K or IQ4_NL");
  }
  return {static_cast<BlockType>(tensor.traits->id), tensor.dims, state_->owner, tensor.bytes};
}

}  // namespace hilo::formats
