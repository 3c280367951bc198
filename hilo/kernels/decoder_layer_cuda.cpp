#include "hilo/kernels/decoder_layer_cuda.h"

#include <fmt/format.h>

#include <bit>

// The sizes of the kernels in decoder_rows.cu and attention_step.cu.
namespace hilo::kernels {

extern const char* const
    kDecoderRowsSource;  // of decoder_rows.cu: hilo_text_source in CMakeLists.txt
extern const char* const kAttentionStepSource;

namespace {

std::int32_t quotient_up(std::int64_t count, std::int64_t by) {
  return static_cast<std::int32_t>((count + by - 1) / by);
}

std::string number(double x) { return fmt::format("{:.9e}f", x); }
std::string number(std::int64_t x) { return std::to_string(x); }

CudaConstants constants_of(const NormedRows& rows, std::int64_t warps) {
  return {{"WARPS", number(warps)},
          {"WIDTH_OF_ROW", number(rows.width)},
          {"SUMMED", number(static_cast<std::int64_t>(rows.sum))},
          {"EPSILON", number(rows.epsilon)},
          {"OFFSET", number(rows.offset)}};
}

bool is_power_of_two(std::int64_t n) {
  return n > 0 && std::has_single_bit(static_cast<std::uint64_t>(n));
}

// So many blocks share the keys of a head that the device is full, if there are keys enough.
std::int64_t splits_of(const CudaDevice& device, std::int64_t heads, std::int64_t places,
                       std::int64_t at_once) {
  std::int64_t splits = 1;
  if (device.capability < 90) return splits;  // no clusters
  while (splits < 8 && 2 * splits * heads <= device.multiprocessors && splits * at_once < places)
    splits *= 2;
  return splits;
}

}  // namespace

std::optional<CudaKernel> norm_rows_kernel(const NormedRows& rows) {
  constexpr std::int64_t kWarps = 16, kMostRows = std::int64_t{1} << 30;
  const auto device = cuda_device();
  if (!device || rows.count < 1 || rows.count > kMostRows || rows.width < 1 ||
      rows.width > kWidestRow)
    return {};
  return CudaKernel{.name = "norm_rows",
                    .ptx = ptx_of(kDecoderRowsSource, *device, constants_of(rows, kWarps)),
                    .blocks = {static_cast<std::int32_t>(rows.count), 1, 1},
                    .threads = kWarps * 32};
}

std::optional<CudaKernel> normed_products_kernel(const NormedRows& rows, std::int64_t products,
                                                 bool is_gated) {
  constexpr std::int64_t kWarps = 8, kTwoRows = 2560;
  const auto device = cuda_device();
  if (!device || rows.count != 1 || rows.width < 8 || rows.width % 8 != 0 ||
      rows.width > kWidestRow || products < 1)
    return {};
  // A warp reads two rows of the matrix, as long as it has registers for both.
  const std::int64_t each = is_gated || rows.width > kTwoRows ? 1 : 2;
  CudaConstants constants = constants_of(rows, kWarps);
  constants.insert(
      constants.end(),
      {{"PRODUCTS", number(each)}, {"ROWS", number(products)}, {"GATED", is_gated ? "1" : "0"}});
  return CudaKernel{.name = "normed_products",
                    .ptx = ptx_of(kDecoderRowsSource, *device, constants),
                    .blocks = {quotient_up(products, kWarps * each), 1, 1},
                    .threads = kWarps * 32};
}

std::optional<CudaKernel> products_kernel(std::int64_t width, std::int64_t n) {
  constexpr std::int64_t kWarps = 8, kMostAtOnce = 12;
  const auto device = cuda_device();
  if (!device || width < 8 || width % 8 != 0 || n < 1) return {};
  const std::int64_t each = quotient_up(width, 8 * 32);  // eights of a row that a lane multiplies
  const std::int64_t at_once = quotient_up(each, quotient_up(each, kMostAtOnce));
  return CudaKernel{.name = "products",
                    .ptx = ptx_of(kDecoderRowsSource, *device,
                                  {{"WARPS", number(kWarps)},
                                   {"WIDTH_OF_ROW", number(width)},
                                   {"ROWS", number(n)},
                                   {"AT_ONCE", number(at_once)}}),
                    .blocks = {quotient_up(n, kWarps), 1, 1},
                    .threads = kWarps * 32};
}

std::optional<CudaKernel> attention_step_kernel(const AttentionSizes& a) {
  const auto device = cuda_device();
  const std::int64_t group = a.key_heads > 0 ? a.heads / a.key_heads : 0, warps = group > 4 ? 4 : 8;
  const bool fits = is_power_of_two(a.width) && a.width >= 8 && a.width <= 256 &&
                    is_power_of_two(group) && group <= 8;
  if (!device || !fits || a.batch < 1 || a.batch > 65535 || a.key_heads > 65535 || a.places < 1)
    return {};
  const std::int64_t at_once = warps * 4 * 32 / (a.width / 8);
  const std::int64_t splits = splits_of(*device, a.batch * a.key_heads, a.places, at_once);
  const CudaConstants constants = {{"WARPS", number(warps)},
                                   {"EPSILON", number(a.epsilon)},
                                   {"WIDTH_OF_HEAD", number(a.width)},
                                   {"GROUP", number(group)},
                                   {"KEY_HEADS", number(a.key_heads)},
                                   {"PLACES", number(a.places)},
                                   {"RING", a.is_ring ? "1" : "0"},
                                   {"WINDOW", number(a.window)},
                                   {"QUERY_SCALE", number(a.query_scale)},
                                   {"SOFT_CAP", number(a.soft_cap)},
                                   {"ROPE_SCALE", number(a.rope_scale)},
                                   {"NORMS", a.has_norms ? "1" : "0"},
                                   {"SPLITS", number(splits)}};
  return CudaKernel{
      .name = "attention_step",
      .ptx = ptx_of(kAttentionStepSource, *device, constants),
      .blocks = {static_cast<std::int32_t>(splits), static_cast<std::int32_t>(a.key_heads),
                 static_cast<std::int32_t>(a.batch)},
      .threads = static_cast<std::int32_t>(warps * 32)};
}

}  // namespace hilo::kernels
