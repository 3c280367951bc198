#include "hilo/formats/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/mapped_array.h"
#include "hilo/formats/safetensors_header.h"

namespace hilo::formats {

static_assert(std::endian::native == std::endian::little,
              "tensors are views of little-endian bytes");

struct SafetensorsFile::State {
  std::filesystem::path path;
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
  bool is_mapped = false;  // the bytes are a file's
  std::uint64_t data_begin = 0;  // offset in the file of the first tensor's bytes
  std::vector<std::string> names{};
  std::map<std::string, SafetensorsEntry, std::less<>> entries{};
  Metadata metadata{};

  [[nodiscard]] const SafetensorsEntry& entry(std::string_view name) const {
    const auto found = entries.find(name);
    if (found != entries.end()) return found->second;
    const std::string near = near_names(name, names);
    throw FormatError(path.string(),
                      "no tensor named " + quote(name) + (near.empty() ? "" : "; " + near));
  }
  [[nodiscard]] std::span<const std::byte> bytes_of(const SafetensorsEntry& entry) const {
    return bytes.subspan(static_cast<std::size_t>(data_begin + entry.begin),
                         static_cast<std::size_t>(entry.end - entry.begin));
  }
};

namespace {

constexpr std::uint64_t kLengthBytes = 8, kMaxHeaderBytes = 100'000'000;

std::string_view header_of(std::span<const std::byte> bytes, const std::string& path) {
  if (bytes.size() < kLengthBytes) {
    throw FormatError(path, 0,
                      std::to_string(bytes.size()) + " bytes; expected the 8 of a header length");
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  const std::uint64_t most = std::min<std::uint64_t>(bytes.size() - kLengthBytes, kMaxHeaderBytes);
  if (length > most) {
    throw FormatError(
        path, 0,
        "header length " + std::to_string(length) + "; expected at most " + std::to_string(most));
  }
  return {reinterpret_cast<const char*>(bytes.data()) + kLengthBytes,
          static_cast<std::size_t>(length)};
}

// Every byte of the data belongs to one tensor.
void check_cover(const std::string& path, std::uint64_t data_begin, std::uint64_t data_bytes,
                 const std::vector<std::pair<std::string, SafetensorsEntry>>& entries) {
  std::vector<const std::pair<std::string, SafetensorsEntry>*> sorted;
  for (const auto& entry : entries) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  std::uint64_t covered = 0;
  for (const auto* item : sorted) {
    const auto& [name, entry] = *item;
    if (entry.begin != covered) {
      throw FormatError(path, data_begin + covered,
                        "tensor " + quote(name) + " begins at data offset " +
                            std::to_string(entry.begin) + "; expected " + std::to_string(covered) +
                            ", where the one before it ends");
    }
    covered = entry.end;
  }
  if (covered != data_bytes) {
    throw FormatError(path, data_begin + std::min(covered, data_bytes),
                      std::to_string(data_bytes) + " bytes of data; expected " +
                          std::to_string(covered) + ", as the header says");
  }
}

// A byte of a bool other than 0 and 1 would be undefined behaviour to read; it counts as true.
Array as_bools(Shape shape, std::span<const std::byte> bytes) {
  Array result(std::move(shape));
  std::transform(bytes.begin(), bytes.end(), result.mutable_bytes().begin(),
                 [](std::byte b) { return b == std::byte{0} ? std::byte{0} : std::byte{1}; });
  return result;
}

}  // namespace

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  const MappedFile file(path);
  auto state = read(file.bytes(), file.owner(), path);
  state->is_mapped = true;
  return SafetensorsFile(std::move(state));
}

SafetensorsFile SafetensorsFile::parse(std::span<const std::byte> bytes,
                                       std::shared_ptr<const void> owner,
                                       const std::filesystem::path& path) {
  return SafetensorsFile(read(bytes, std::move(owner), path));
}

std::shared_ptr<SafetensorsFile::State> SafetensorsFile::read(std::span<const std::byte> bytes,
                                                              std::shared_ptr<const void> owner,
                                                              const std::filesystem::path& path) {
  auto state =
      std::make_shared<State>(State{.path = path, .owner = std::move(owner), .bytes = bytes});
  const std::string_view text = header_of(bytes, path.string());
  state->data_begin = kLengthBytes + text.size();
  SafetensorsHeader header = parse_safetensors_header(text, path.string(), kLengthBytes);
  check_cover(path.string(), state->data_begin, bytes.size() - state->data_begin,
              header.entries);
  state->metadata = std::move(header.metadata);
  for (auto& [name, entry] : header.entries) {
    state->names.push_back(name);
    state->entries.emplace(std::move(name), std::move(entry));
  }
  return state;
}

const std::vector<std::string>& SafetensorsFile::names() const { return state_->names; }
bool SafetensorsFile::contains(std::string_view name) const {
  return state_->entries.contains(name);
}
const Metadata& SafetensorsFile::metadata() const { return state_->metadata; }
const std::filesystem::path& SafetensorsFile::path() const { return state_->path; }
Shape SafetensorsFile::shape(std::string_view name) const { return state_->entry(name).shape; }

Array SafetensorsFile::at(std::string_view name) const {
  const SafetensorsEntry& entry = state_->entry(name);
  if (entry.is_packed) {
    throw FormatError(path().string(), state_->data_begin + entry.begin,
                      "tensor " + quote(name) + " is " +
                          std::string(hilo::name(entry.shape.dtype)) +
                          ", packed below a byte, which is not supported");
  }
  const auto bytes = state_->bytes_of(entry);
  if (is_bool(entry.shape.dtype) &&
      std::any_of(bytes.begin(), bytes.end(), [](std::byte b) { return b > std::byte{1}; })) {
    return as_bools(entry.shape, bytes);
  }
  return view_or_copy(entry.shape, state_->owner, bytes);
}

void SafetensorsFile::forget(std::string_view name) const {
  if (state_->is_mapped) forget_pages(state_->bytes_of(state_->entry(name)));
}

NamedArrays SafetensorsFile::all() const {
  NamedArrays result;
  for (const std::string& name : names()) result.emplace_back(name, at(name));
  return result;
}

}  // namespace hilo::formats
