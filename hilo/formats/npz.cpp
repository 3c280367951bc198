#include "hilo/formats/npz.h"

#include <algorithm>
#include <map>
#include <set>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/formats/byte_reader.h"
#include "hilo/formats/npy_header.h"
#include "hilo/formats/zip.h"

namespace hilo::formats {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY", kSuffix = ".npy";
constexpr std::size_t kAlignment = 64;  // of the data, as NumPy writes it

// [first axis fastest] -> [last axis fastest].
void copy_transposed(std::span<const std::byte> from, const Shape& shape, std::span<std::byte> to) {
  const auto width = static_cast<std::size_t>(bytes(shape.dtype));
  const auto rank = shape.dims.size();
  std::vector<std::size_t> step(rank,
                                width);  // bytes in `from` from one index of an axis to the next
  for (std::size_t axis = 1; axis < rank; ++axis) {
    step[axis] = step[axis - 1] * static_cast<std::size_t>(shape.dims[axis - 1]);
  }
  std::vector<Dim> index(rank, 0);
  std::size_t source = 0;
  for (std::size_t target = 0; target < to.size(); target += width) {
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(source), width,
                to.begin() + static_cast<std::ptrdiff_t>(target));
    for (std::size_t axis = rank; axis-- > 0;) {
      source += step[axis];
      if (++index[axis] < shape.dims[axis]) break;
      source -= step[axis] * static_cast<std::size_t>(shape.dims[axis]);
      index[axis] = 0;
    }
  }
}

void swap_bytes(std::span<std::byte> data, DType dtype) {
  const auto width = static_cast<std::size_t>(bytes(real_dtype(dtype)));
  for (std::size_t i = 0; i < data.size(); i += width)
    std::reverse(data.begin() + static_cast<std::ptrdiff_t>(i),
                 data.begin() + static_cast<std::ptrdiff_t>(i + width));
}

std::string npy_head(const Array& array) {
  const std::string_view code = npy_code(array.shape().dtype);
  if (code.empty())
    throw Error("npy: " + to_string(array.shape()) + " has a dtype that NumPy lacks");
  std::string dims;
  for (const Dim dim : array.shape().dims) dims += std::to_string(dim) + ", ";
  if (array.shape().rank() > 1) dims.resize(dims.size() - 2);
  if (array.shape().rank() == 1) dims.resize(dims.size() - 1);  // (3,)
  std::string text =
      "{'descr': '" + std::string(code) + "', 'fortran_order': False, 'shape': (" + dims + "), }";
  constexpr std::size_t kPrefix = 10;
  text.append(kAlignment - (kPrefix + text.size() + 1) % kAlignment, ' ');
  text += '\n';
  std::string head(kMagic);
  head += {'\1', '\0', static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)};
  return head + text;
}

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

Array parse_npy(std::span<const std::byte> bytes, std::string_view name) {
  ByteReader reader(bytes, name);
  if (reader.text(std::min<std::uint64_t>(kMagic.size(), reader.left()), "magic") != kMagic) {
    throw FormatError(name, 0, "no .npy file; expected \"\\x93NUMPY\"");
  }
  const auto version = reader.number<std::uint8_t>("version");
  reader.number<std::uint8_t>("version");
  if (version < 1 || version > 3) {
    throw FormatError(name, kMagic.size(),
                      "version " + std::to_string(version) + "; expected 1 to 3");
  }
  const std::uint64_t length = version == 1 ? reader.number<std::uint16_t>("header length")
                                            : reader.number<std::uint32_t>("header length");
  const std::uint64_t offset = reader.offset();
  const NpyHeader header = parse_npy_header(reader.text(length, "the header"), name, offset);
  Dim count = hilo::bytes(header.shape.dtype);
  bool fits = true;
  for (const Dim dim : header.shape.dims)
    fits = !__builtin_mul_overflow(count, dim, &count) && fits;
  if (!fits || static_cast<std::uint64_t>(count) != reader.left()) {
    reader.fail(std::to_string(reader.left()) + " bytes of data; expected " +
                (fits ? std::to_string(count) : "more than 2^63") + " for " +
                to_string(header.shape));
  }
  const auto data = reader.take(reader.left(), "data");
  Array result(header.shape);
  const auto target = result.mutable_bytes();
  if (header.is_fortran) {
    copy_transposed(data, header.shape, target);
  } else {
    std::copy(data.begin(), data.end(), target.begin());
  }
  if (header.is_big_endian) swap_bytes(target, header.shape.dtype);
  if (is_bool(header.shape.dtype)) {  // any byte but zero is true
    std::transform(target.begin(), target.end(), target.begin(),
                   [](std::byte b) { return b == std::byte{0} ? b : std::byte{1}; });
  }
  return result;
}

Array read_npy(const std::filesystem::path& path) {
  return parse_npy(MappedFile(path).bytes(), path.string());
}

struct NpzFile::State {
  MappedFile file;
  std::vector<std::string> names{};
  std::map<std::string, ZipMember, std::less<>> members{};
};

NpzFile NpzFile::open(const std::filesystem::path& path) {
  auto state = std::make_shared<State>(State{.file = MappedFile(path)});
  for (ZipMember& member : zip_members(state->file.bytes(), path.string())) {
    std::string name = member.name;
    if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
    const std::uint64_t offset = member.offset;
    if (!state->members.emplace(name, std::move(member)).second) {
      throw FormatError(path.string(), offset, "the name " + quote(name) + " stands twice");
    }
    state->names.push_back(std::move(name));
  }
  return NpzFile(std::move(state));
}

const std::vector<std::string>& NpzFile::names() const { return state_->names; }
bool NpzFile::contains(std::string_view name) const { return state_->members.contains(name); }

Array NpzFile::at(std::string_view name) const {
  const std::string path = state_->file.path().string();
  const auto found = state_->members.find(name);
  if (found == state_->members.end()) {
    const std::string near = near_names(name, state_->names);
    throw FormatError(path, "no array named " + quote(name) + (near.empty() ? "" : "; " + near));
  }
  return parse_npy(unzip(state_->file.bytes(), found->second, path),
                   path + " (" + std::string(name) + ")");
}

void write_npy(const std::filesystem::path& path, const Array& array) {
  const std::string head = npy_head(array);
  AtomicFile file(path);
  file.write(head);
  file.write(array.bytes());
  file.commit();
}

void write_npz(const std::filesystem::path& path,
               const std::vector<std::pair<std::string, Array>>& arrays) {
  AtomicFile file(path);
  ZipWriter zip;
  std::set<std::string_view> names;
  for (const auto& [name, array] : arrays) {
    if (!is_utf8(name)) throw Error("npz: the name " + quote(name) + " is not UTF-8");
    if (!names.insert(name).second) throw Error("npz: the name " + quote(name) + " is given twice");
    const std::string head = npy_head(array);
    file.write(zip.begin_member(name + std::string(kSuffix), as_bytes(head), array.bytes()));
    file.write(head);
    file.write(array.bytes());
  }
  file.write(zip.finish());
  file.commit();
}

}  // namespace hilo::formats
