#include "hilo/kernels/block_products.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "hilo/custom_call.h"
#include "hilo/formats/gguf_blocks.h"
#include "hilo/kernels/block_rows.h"
#include "hilo/kernels/decoder_layer.h"
#include "hilo/kernels/parallel.h"

namespace hilo::kernels {
namespace {

namespace ffi = xla::ffi;
using Bytes = ffi::Buffer<ffi::U8>;
using Floats = ffi::Buffer<ffi::F32>;

// Of weights, by a thread before it looks for more: long enough to be worth a look. Where there is
// more the pieces are longer, since a CPU fetches ahead no further than what one thread reads on.
constexpr std::int64_t kLeastBytes = 32 << 10, kMostBytes = 2 << 20;
constexpr std::int64_t kPiecesAThread = 4;

// Rows or blocks a piece, of `bytes` each, where there are `total` bytes.
std::int64_t piece_of(ffi::ThreadPool pool, std::int64_t total, std::int64_t bytes) {
  const std::int64_t share = total / (kPiecesAThread * threads_of(pool));
  return std::max<std::int64_t>(1, std::clamp(share, kLeastBytes, kMostBytes) / bytes);
}

constexpr std::int64_t kRowsATile = 16;

const formats::BlockTraits* known(std::int64_t type) {
  const formats::BlockTraits* traits = formats::block_traits(static_cast<std::uint32_t>(type));
  return traits != nullptr && traits->decode != nullptr && traits->dtype != kF32 ? traits : nullptr;
}

std::int64_t last_of(ffi::Span<const std::int64_t> dims) { return dims[dims.size() - 1]; }

// A matrix of a product.
struct Factor {
  BlockKernel kernel;
  const std::byte* rows;
  std::int64_t row_bytes, n;

  [[nodiscard]] const std::byte* row(std::int64_t i) const { return rows + i * row_bytes; }
  [[nodiscard]] bool is_tiled(std::int64_t m) const { return kernel.tiles != nullptr && m >= kernel.least_tiled; }
};

// x [m,k] times rows of several matrices.
class Products {
 public:
  Products(ffi::ThreadPool pool, const float* x, std::int64_t m, std::int64_t k, const std::vector<Factor>& factors)
      : x_(x, m, k, is_rounded(factors)) {
    if (!is_rounded(factors)) return;
    parallel_for(pool, m, 32,
                 [&](std::int64_t first, std::int64_t last) { x_.round(quantizer(best_isa()), first, last); });
  }
  // Rows [first, last), to y [m,stride]: of row r to column r - first.
  void run(const Factor& f, std::int64_t first, std::int64_t last, float* y, std::int64_t stride) const {
    const BlockProduct product = f.is_tiled(x_.matrix().m) ? f.kernel.tiles : f.kernel.rows;
    product(f.row(first), static_cast<std::size_t>(f.row_bytes), 0, last - first, x_.matrix(), y, stride);
  }

 private:
  static bool is_rounded(const std::vector<Factor>& factors) {
    return std::ranges::any_of(factors, [](const Factor& f) { return f.kernel.is_rounded; });
  }
  QuantizedVectors x_;
};

// Rows that are multiplied together, where all rows that share the work have `total` bytes, `bytes` each.
std::int64_t rows_of(ffi::ThreadPool pool, bool is_tiled, std::int64_t total, std::int64_t bytes) {
  return is_tiled ? kRowsATile : piece_of(pool, total, bytes);
}

// What is wrong with an operand; what to multiply with where nothing is.
ffi::ErrorOr<Factor> factor_of(std::int64_t type, Bytes matrix, std::int64_t k) {
  const formats::BlockTraits* traits = known(type);
  if (traits == nullptr || matrix.dimensions().size() != 2) return ffi::Unexpected(ffi::Error::InvalidArgument("no such blocks"));
  const std::int64_t n = matrix.dimensions()[0], row_bytes = matrix.dimensions()[1];
  if (row_bytes % traits->bytes != 0 || row_bytes / traits->bytes * traits->elements != k)
    return ffi::Unexpected(ffi::Error::InvalidArgument("x does not fit the blocks"));
  return Factor{block_kernel(static_cast<formats::BlockType>(type), best_isa()),
                reinterpret_cast<const std::byte*>(matrix.typed_data()), row_bytes, n};
}

std::int64_t rows_in(Floats x) {
  return static_cast<std::int64_t>(x.element_count()) / std::max<std::int64_t>(last_of(x.dimensions()), 1);
}

ffi::Error block_dot(ffi::ThreadPool pool, Floats x, ffi::RemainingArgs blocks, ffi::RemainingRets results,
                     ffi::Span<const std::int64_t> types) {
  if (blocks.size() != types.size() || results.size() != types.size() || x.dimensions().size() == 0)
    return ffi::Error::InvalidArgument("hilo_block_dot: matrices, types and results are not as many");
  const std::int64_t m = rows_in(x), k = last_of(x.dimensions());
  std::vector<Factor> factors;
  std::vector<float*> y;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const auto matrix = blocks.get<Bytes>(i);
    auto result = results.get<Floats>(i);
    if (!matrix || !result) return ffi::Error::InvalidArgument("hilo_block_dot: bytes times f32, to f32");
    const auto factor = factor_of(types[i], *matrix, k);
    if (!factor) return factor.error();
    if (static_cast<std::int64_t>((*result)->element_count()) != m * factor->n)
      return ffi::Error::InvalidArgument("hilo_block_dot: a result does not fit");
    factors.push_back(*factor);
    y.push_back((*result)->typed_data());
    total += factor->n * factor->row_bytes;
  }
  struct Piece {
    std::size_t factor;
    std::int64_t first, last;
  };
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const Factor& f = factors[i];
    const std::int64_t rows = rows_of(pool, f.is_tiled(m), total, f.row_bytes);
    for (std::int64_t first = 0; first < f.n; first += rows) pieces.push_back({i, first, std::min(f.n, first + rows)});
  }
  const Products products(pool, x.typed_data(), m, k, factors);
  parallel_for(pool, std::ssize(pieces), 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) {
      const auto& [factor, first, last] = pieces[static_cast<std::size_t>(i)];
      products.run(factors[factor], first, last, y[factor] + first, factors[factor].n);
    }
  });
  return ffi::Error::Success();
}

ffi::Error gated_block_dot(ffi::ThreadPool pool, Floats x, Bytes gate, Bytes up, ffi::Result<Floats> y,
                           ffi::Span<const std::int64_t> types) {
  if (types.size() != 2 || x.dimensions().size() == 0)
    return ffi::Error::InvalidArgument("hilo_gated_block_dot: two types, of two matrices");
  const std::int64_t m = rows_in(x), k = last_of(x.dimensions());
  std::vector<Factor> factors;
  for (const auto& [type, matrix] : {std::pair(types[0], gate), std::pair(types[1], up)}) {
    const auto factor = factor_of(type, matrix, k);
    if (!factor) return factor.error();
    factors.push_back(*factor);
  }
  const std::int64_t n = factors[0].n, bytes = factors[0].row_bytes + factors[1].row_bytes;
  if (factors[1].n != n || static_cast<std::int64_t>(y->element_count()) != m * n)
    return ffi::Error::InvalidArgument("hilo_gated_block_dot: the matrices or the result do not fit");
  const Products products(pool, x.typed_data(), m, k, factors);
  const std::int64_t rows = rows_of(pool, factors[0].is_tiled(m) || factors[1].is_tiled(m), n * bytes, bytes);
  parallel_for(pool, (n + rows - 1) / rows, 1, [&](std::int64_t from, std::int64_t to) {
    std::vector<float> room(static_cast<std::size_t>(2 * m * rows));
    float *g = room.data(), *u = g + m * rows;
    for (std::int64_t i = from; i < to; ++i) {
      const std::int64_t first = i * rows, last = std::min(n, first + rows);
      products.run(factors[0], first, last, g, rows);
      products.run(factors[1], first, last, u, rows);
      gelu_times(g, u, m, last - first, rows, y->typed_data() + first, n);
    }
  });
  return ffi::Error::Success();
}

ffi::Error decode_blocks(ffi::ThreadPool pool, Bytes blocks, ffi::Result<Floats> y,
                         std::int64_t type) {
  const formats::BlockTraits* traits = known(type);
  if (traits == nullptr) return ffi::Error::InvalidArgument("hilo_decode_blocks: no such blocks");
  const auto count = static_cast<std::int64_t>(blocks.element_count()) / traits->bytes;
  if (count * traits->elements != static_cast<std::int64_t>(y->element_count()))
    return ffi::Error::InvalidArgument("hilo_decode_blocks: the operands do not fit");
  const auto* bytes = reinterpret_cast<const std::byte*>(blocks.typed_data());
  parallel_for(pool, count, piece_of(pool, count * traits->bytes, traits->bytes),
               [&](std::int64_t first, std::int64_t last) {
                 const auto size = static_cast<std::size_t>((last - first) * traits->bytes);
                 traits->decode({bytes + first * traits->bytes, size},
                                y->typed_data() + first * traits->elements);
               });
  return ffi::Error::Success();
}

}  // namespace

bool multiplies_many(formats::BlockType type) {
  return block_kernel(type, best_isa()).tiles != nullptr;
}

void register_block_products() {
  register_custom_call("hilo_block_dot", ffi::Ffi::Bind()
                                             .Ctx<ffi::ThreadPool>()
                                             .Arg<Floats>()
                                             .RemainingArgs()
                                             .RemainingRets()
                                             .Attr<ffi::Span<const std::int64_t>>("types")
                                             .To(block_dot));
  register_custom_call("hilo_gated_block_dot", ffi::Ffi::Bind()
                                                   .Ctx<ffi::ThreadPool>()
                                                   .Arg<Floats>()
                                                   .Arg<Bytes>()
                                                   .Arg<Bytes>()
                                                   .Ret<Floats>()
                                                   .Attr<ffi::Span<const std::int64_t>>("types")
                                                   .To(gated_block_dot));
  register_custom_call("hilo_decode_blocks", ffi::Ffi::Bind()
                                                 .Ctx<ffi::ThreadPool>()
                                                 .Arg<Bytes>()
                                                 .Ret<Floats>()
                                                 .Attr<std::int64_t>("type")
                                                 .To(decode_blocks));
}

}  // namespace hilo::kernels
