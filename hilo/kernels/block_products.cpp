#include "hilo/kernels/block_products.h"

#include <algorithm>
#include <memory>

#include "hilo/custom_call.h"
#include "hilo/formats/gguf_blocks.h"
#include "hilo/kernels/block_rows.h"
#include "hilo/kernels/parallel.h"

namespace hilo::kernels {
namespace {

namespace ffi = xla::ffi;
using Bytes = ffi::Buffer<ffi::U8>;
using Floats = ffi::Buffer<ffi::F32>;

// Of weights, by a thread before it looks for more: long enough to be worth a look. Where there is
// more the pieces are longer, since a CPU fetches ahead no further than what one thread reads on.
constexpr std::int64_t kLeastBytes = 32 << 10, kMostBytes = 512 << 10;
constexpr std::int64_t kPieces = 8;

// Of `count` rows or blocks of `bytes` each.
std::int64_t piece_of(std::int64_t count, std::int64_t bytes) {
  return std::max<std::int64_t>(
      1, std::clamp(count * bytes / kPieces, kLeastBytes, kMostBytes) / bytes);
}

constexpr std::int64_t kRowsATile = 16;
// From so many vectors on, unpacking rows is worth it.
constexpr std::int64_t kLeastTiled = 8;

const formats::BlockTraits* quantised(std::int64_t type) {
  const formats::BlockTraits* traits = formats::block_traits(static_cast<std::uint32_t>(type));
  return traits != nullptr && traits->decode != nullptr && traits->elements > 1 ? traits : nullptr;
}

std::int64_t last_of(ffi::Span<const std::int64_t> dims) { return dims[dims.size() - 1]; }

// x [m,k] times rows [n], sixteen at a time.
void many_dot(ffi::ThreadPool pool, const TileKernel& kernel, const float* x, std::int64_t m,
              std::int64_t k, const std::byte* rows, std::int64_t row_bytes, std::int64_t n,
              float* y) {
  const std::int64_t groups = k / kGroup, sums = k / kernel.group;
  const auto sized = [m](std::int64_t each) { return static_cast<std::size_t>(m * each); };
  const auto q = std::make_unique_for_overwrite<std::int8_t[]>(sized(k));
  const auto scale = std::make_unique_for_overwrite<float[]>(sized(groups)),
             sum = std::make_unique_for_overwrite<float[]>(sized(sums));
  parallel_for(pool, m, 32, [&](std::int64_t first, std::int64_t last) {
    kernel.quantize(x + first * k, (last - first) * groups, q.get() + first * k,
                    scale.get() + first * groups, sum.get() + first * sums);
  });
  const QuantizedMatrix matrix{q.get(), scale.get(), sum.get(), m, k};
  parallel_for(pool, (n + kRowsATile - 1) / kRowsATile, 1,
               [&](std::int64_t first, std::int64_t last) {
                 kernel.run(rows, static_cast<std::size_t>(row_bytes), first * kRowsATile,
                            std::min(n, last * kRowsATile), matrix, y, n);
               });
}

ffi::Error block_dot(ffi::ThreadPool pool, Floats x, Bytes blocks, ffi::Result<Floats> y,
                     std::int64_t type) {
  const formats::BlockTraits* traits = quantised(type);
  if (traits == nullptr || blocks.dimensions().size() != 2 || x.dimensions().size() == 0)
    return ffi::Error::InvalidArgument("hilo_block_dot: no such blocks");
  const std::int64_t n = blocks.dimensions()[0], row_bytes = blocks.dimensions()[1];
  const std::int64_t k = row_bytes / traits->bytes * traits->elements;
  if (last_of(x.dimensions()) != k || row_bytes % traits->bytes != 0 ||
      last_of(y->dimensions()) != n)
    return ffi::Error::InvalidArgument("hilo_block_dot: the operands do not fit");
  const std::int64_t m = static_cast<std::int64_t>(x.element_count()) / k;
  const BlockKernel kernel = block_kernel(static_cast<formats::BlockType>(type), best_isa());
  const auto* bytes = reinterpret_cast<const std::byte*>(blocks.typed_data());
  if (kernel.tiles.run != nullptr && m >= kLeastTiled) {
    many_dot(pool, kernel.tiles, x.typed_data(), m, k, bytes, row_bytes, n, y->typed_data());
    return ffi::Error::Success();
  }
  const QuantizedVectors vectors(x.typed_data(), m, k, kernel.bias);
  parallel_for(pool, n, piece_of(n, row_bytes), [&](std::int64_t first, std::int64_t last) {
    kernel.run(bytes, static_cast<std::size_t>(row_bytes), first, last, vectors.all(),
               y->typed_data(), n);
  });
  return ffi::Error::Success();
}

ffi::Error decode_blocks(ffi::ThreadPool pool, Bytes blocks, ffi::Result<Floats> y,
                         std::int64_t type) {
  const formats::BlockTraits* traits = quantised(type);
  if (traits == nullptr) return ffi::Error::InvalidArgument("hilo_decode_blocks: no such blocks");
  const auto count = static_cast<std::int64_t>(blocks.element_count()) / traits->bytes;
  if (count * traits->elements != static_cast<std::int64_t>(y->element_count()))
    return ffi::Error::InvalidArgument("hilo_decode_blocks: the operands do not fit");
  const auto* bytes = reinterpret_cast<const std::byte*>(blocks.typed_data());
  parallel_for(pool, count, piece_of(count, traits->bytes),
               [&](std::int64_t first, std::int64_t last) {
                 const auto size = static_cast<std::size_t>((last - first) * traits->bytes);
                 traits->decode({bytes + first * traits->bytes, size},
                                y->typed_data() + first * traits->elements);
               });
  return ffi::Error::Success();
}

}  // namespace

bool multiplies_many(formats::BlockType type) {
  return block_kernel(type, best_isa()).tiles.run != nullptr;
}

void register_block_products() {
  register_custom_call("hilo_block_dot", ffi::Ffi::Bind()
                                             .Ctx<ffi::ThreadPool>()
                                             .Arg<Floats>()
                                             .Arg<Bytes>()
                                             .Ret<Floats>()
                                             .Attr<std::int64_t>("type")
                                             .To(block_dot));
  register_custom_call("hilo_decode_blocks", ffi::Ffi::Bind()
                                                 .Ctx<ffi::ThreadPool>()
                                                 .Arg<Bytes>()
                                                 .Ret<Floats>()
                                                 .Attr<std::int64_t>("type")
                                                 .To(decode_blocks));
}

}  // namespace hilo::kernels
