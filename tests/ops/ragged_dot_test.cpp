// Products by groups against JAX, with gradients: ragged_dot_goldens.py makes the archive.
#include "hilo/ops/ragged_dot.h"

#include "hilo/autodiff/autodiff.h"
#include "hilo/formats/npz.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

const formats::NpzFile& goldens() {
  static const auto& file = *new formats::NpzFile(formats::NpzFile::open(
      std::filesystem::path(HILO_SOURCE_DIR) / "tests/ops/ragged_dot_goldens.npz"));
  return file;
}

Axes axes(const std::string& member) {
  Axes result;
  for (double axis : goldens().at(member).to_doubles()) result.push_back(static_cast<std::int64_t>(axis));
  return result;
}

class RaggedDot : public testing::TestWithParam<const char*> {};

TEST_P(RaggedDot, AgreesWithJax) {
  const std::string at = std::string(GetParam()) + "/";
  const RaggedDotDimensionNumbers numbers{axes(at + "lb"), axes(at + "rb"), axes(at + "lc"), axes(at + "rc"), axes(at + "ragged"), axes(at + "group")};
  const auto f = [&](std::span<const Value> p) {
    const Value y = ragged_dot_general(p[0], p[1], p[2], numbers);
    const Value in[] = {p[0], p[1]};
    const std::vector<Value> d = vjp(std::span(&y, 1), p.subspan(3, 1), in);
    return std::vector{y, d[0], d[1]};
  };
  const std::vector<Array> got = run(f, {goldens().at(at + "a"), goldens().at(at + "b"), goldens().at(at + "sizes"), goldens().at(at + "d_y")});
  expect_close(got[0], goldens().at(at + "y"), 1e-12);
  expect_close(got[1], goldens().at(at + "d_a"), 1e-12);
  expect_close(got[2], goldens().at(at + "d_b"), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Modes, RaggedDot, testing::Values("rows", "rows_beyond", "group_axis_last", "batch", "contracting", "contracting_batch", "batching"),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace hilo::test
