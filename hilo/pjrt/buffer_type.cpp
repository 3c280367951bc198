#include <array>

#include "hilo/pjrt/buffer.h"
#include "hilo/pjrt/c_api.h"

namespace hilo::pjrt {
namespace {

struct Row {
  DType dtype;
  PJRT_Buffer_Type type;
  int since_minor = 0;  // of the PJRT C API; 0: before the oldest that Hilo takes
};

// In the order of DType.
constexpr std::array<Row, kDTypeCount> kRows = {{
    {DType::kI1, PJRT_Buffer_Type_PRED},
    {DType::kI2, PJRT_Buffer_Type_S2},
    {DType::kI4, PJRT_Buffer_Type_S4},
    {DType::kI8, PJRT_Buffer_Type_S8},
    {DType::kI16, PJRT_Buffer_Type_S16},
    {DType::kI32, PJRT_Buffer_Type_S32},
    {DType::kI64, PJRT_Buffer_Type_S64},
    {DType::kU2, PJRT_Buffer_Type_U2},
    {DType::kU4, PJRT_Buffer_Type_U4},
    {DType::kU8, PJRT_Buffer_Type_U8},
    {DType::kU16, PJRT_Buffer_Type_U16},
    {DType::kU32, PJRT_Buffer_Type_U32},
    {DType::kU64, PJRT_Buffer_Type_U64},
    {DType::kF4E2M1FN, PJRT_Buffer_Type_F4E2M1FN, 63},
    {DType::kF6E2M3FN, PJRT_Buffer_Type_F6E2M3FN, 114},
    {DType::kF6E3M2FN, PJRT_Buffer_Type_F6E3M2FN, 114},
    {DType::kF8E3M4, PJRT_Buffer_Type_F8E3M4},
    {DType::kF8E4M3, PJRT_Buffer_Type_F8E4M3},
    {DType::kF8E4M3B11FNUZ, PJRT_Buffer_Type_F8E4M3B11FNUZ},
    {DType::kF8E4M3FN, PJRT_Buffer_Type_F8E4M3FN},
    {DType::kF8E4M3FNUZ, PJRT_Buffer_Type_F8E4M3FNUZ},
    {DType::kF8E5M2, PJRT_Buffer_Type_F8E5M2},
    {DType::kF8E5M2FNUZ, PJRT_Buffer_Type_F8E5M2FNUZ},
    {DType::kF8E8M0FNU, PJRT_Buffer_Type_F8E8M0FNU, 63},
    {DType::kBF16, PJRT_Buffer_Type_BF16},
    {DType::kF16, PJRT_Buffer_Type_F16},
    {DType::kF32, PJRT_Buffer_Type_F32},
    {DType::kF64, PJRT_Buffer_Type_F64},
    {DType::kC64, PJRT_Buffer_Type_C64},
    {DType::kC128, PJRT_Buffer_Type_C128},
    {DType::kToken, PJRT_Buffer_Type_TOKEN},
    {DType::kTuple, PJRT_Buffer_Type_INVALID},  // results of a tuple come one by one
    {DType::kQuantized, PJRT_Buffer_Type_INVALID},
}};

constexpr bool rows_follow_the_enum() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].dtype) != i) return false;
  }
  return true;
}
static_assert(rows_follow_the_enum());

const Row& row(DType dtype) { return kRows[static_cast<std::size_t>(dtype)]; }

}  // namespace

bool holds_dtype(const Plugin& plugin, DType dtype) {
  return has_elements(dtype) && plugin.api_version().minor >= row(dtype).since_minor;
}

namespace c {

PJRT_Buffer_Type buffer_type(DType dtype) { return row(dtype).type; }

DType dtype_of_buffer(PJRT_Buffer_Type type) {
  for (const Row& r : kRows) {
    if (r.type == type && type != PJRT_Buffer_Type_INVALID) return r.dtype;
  }
  throw DeviceError(
      "the plugin gives an array of an element type that Hilo does not have (PJRT number " +
      std::to_string(static_cast<int>(type)) + ")");
}

}  // namespace c
}  // namespace hilo::pjrt
