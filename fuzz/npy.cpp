#include "fuzz/target.h"
#include "hilo/formats/npz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hilo::fuzz::MemoryBound bound(size);
  using namespace hilo;
  fuzz::is_read([&] {
    static_cast<void>(formats::parse_npy(fuzz::bytes_of(data, size), "x.npy").bytes().size());
  });
  return 0;
}
