// The metadata of an array, up to a zero byte, then the bytes that every chunk has. Chunks whose
// key ends in 3 are missing.
#include <algorithm>
#include <string>

#include "fuzz/target.h"
#include "hilo/formats/zarr.h"

namespace {

class SameChunks : public hilo::formats::ChunkStore {
 public:
  explicit SameChunks(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::optional<std::uint64_t> size(const std::string& key) const override {
    if (key.ends_with('3')) return {};
    return bytes_.size();
  }
  std::optional<hilo::formats::StoredBytes> find(const std::string& key) const override {
    if (key.ends_with('3')) return {};
    return hilo::formats::StoredBytes{bytes_, nullptr, "chunk"};
  }
  std::vector<std::string> arrays() const override { return {}; }

 private:
  std::span<const std::byte> bytes_;
};

// Reading takes time and memory by the size of the array, which the metadata may set at will.
bool is_small(const hilo::Dims& dims, std::int64_t most) {
  for (const std::int64_t dim : dims) {
    if (dim > most) return false;
    most /= std::max<std::int64_t>(dim, 1);
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hilo::fuzz::MemoryBound bound(size);
  using namespace hilo;
  const std::uint8_t* const end = std::find(data, data + size, 0);
  const std::string_view text(reinterpret_cast<const char*>(data),
                              static_cast<std::size_t>(end - data));
  fuzz::is_read([&] {
    const formats::ZarrArray array = formats::parse_zarr(text, "x/zarr.json");
    if (!is_small(array.shape.dims, 2048) || !is_small(array.chunk, 2048)) return;
    const std::size_t rest = static_cast<std::size_t>(data + size - end);
    const SameChunks store(fuzz::bytes_of(end, rest).subspan(std::min<std::size_t>(rest, 1)));
    try {
      static_cast<void>(formats::read_zarr(array, store, "x", rest % 2 == 0));
    } catch (const FormatError&) {
      throw;
    } catch (const Error&) {  // a missing chunk: there is no file to name
    }
  });
  return 0;
}
