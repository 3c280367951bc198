#include "hilo/kernels/block_products.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

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

// Rows or blocks a piece, of `bytes` each, where there are `total` bytes.
std::int64_t piece_of(std::int64_t total, std::int64_t bytes) {
  return std::max<std::int64_t>(1, std::clamp(total / kPieces, kLeastBytes, kMostBytes) / bytes);
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

// A matrix of a product, and where its part of the results goes.
struct Factor {
  BlockKernel kernel;
  const std::byte* rows;
  std::int64_t row_bytes, n;
  float* y;
};

// Rows [first, last) of a factor.
struct Piece {
  const Factor* factor;
  std::int64_t first, last;
};

// x [m,k] times all factors, in pieces of similar sizes.
void few_dot(ffi::ThreadPool pool, const float* x, std::int64_t m, std::int64_t k, const std::vector<Factor>& factors) {
  std::map<int, QuantizedVectors> vectors;  // by the kernels' bias
  std::int64_t total = 0;
  for (const Factor& f : factors) {
    vectors.try_emplace(f.kernel.bias, x, m, k, f.kernel.bias);
    total += f.n * f.row_bytes;
  }
  std::vector<Piece> pieces;
  for (const Factor& f : factors) {
    const std::int64_t rows = piece_of(total, f.row_bytes);
    for (std::int64_t i = 0; i < f.n; i += rows) pieces.push_back({&f, i, std::min(f.n, i + rows)});
  }
  parallel_for(pool, std::ssize(pieces), 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const auto& [f, from, to] = pieces[static_cast<std::size_t>(i)];
      f->kernel.run(f->rows, static_cast<std::size_t>(f->row_bytes), from, to, vectors.at(f->kernel.bias).all(), f->y,
                    f->n);
    }
  });
}

ffi::Error block_dot(ffi::ThreadPool pool, Floats x, ffi::RemainingArgs blocks, ffi::RemainingRets results,
                     ffi::Span<const std::int64_t> types) {
  const auto refused = [](const char* why) { return ffi::Error::InvalidArgument(std::string("hilo_block_dot: ") + why); };
  if (blocks.size() != types.size() || results.size() != types.size() || x.dimensions().size() == 0)
    return refused("matrices, types and results are not as many");
  const std::int64_t k = last_of(x.dimensions());
  const std::int64_t m = static_cast<std::int64_t>(x.element_count()) / std::max<std::int64_t>(k, 1);
  std::vector<Factor> factors;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const formats::BlockTraits* traits = quantised(types[i]);
    const auto matrix = blocks.get<Bytes>(i);
    auto y = results.get<Floats>(i);
    if (traits == nullptr || !matrix || !y || matrix->dimensions().size() != 2) return refused("no such blocks");
    const std::int64_t n = matrix->dimensions()[0], row_bytes = matrix->dimensions()[1];
    if (row_bytes % traits->bytes != 0 || row_bytes / traits->bytes * traits->elements != k || last_of((*y)->dimensions()) != n)
      return refused("the operands do not fit");
    factors.push_back({block_kernel(static_cast<formats::BlockType>(types[i]), best_isa()),
                       reinterpret_cast<const std::byte*>(matrix->typed_data()), row_bytes, n, (*y)->typed_data()});
  }
  const auto tiled = std::partition(factors.begin(), factors.end(), [m](const Factor& f) {
    return f.kernel.tiles.run == nullptr || m < kLeastTiled;
  });
  for (auto f = tiled; f != factors.end(); ++f)
    many_dot(pool, f->kernel.tiles, x.typed_data(), m, k, f->rows, f->row_bytes, f->n, f->y);
  factors.erase(tiled, factors.end());
  if (!factors.empty()) few_dot(pool, x.typed_data(), m, k, factors);
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
  parallel_for(pool, count, piece_of(count * traits->bytes, traits->bytes),
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
                                             .RemainingArgs()
                                             .RemainingRets()
                                             .Attr<ffi::Span<const std::int64_t>>("types")
                                             .To(block_dot));
  register_custom_call("hilo_decode_blocks", ffi::Ffi::Bind()
                                                 .Ctx<ffi::ThreadPool>()
                                                 .Arg<Bytes>()
                                                 .Ret<Floats>()
                                                 .Attr<std::int64_t>("type")
                                                 .To(decode_blocks));
}

}  // namespace hilo::kernels
