#include "fuzz/stablehlo.h"

// What is read is printed and read again, checked, built as a graph and printed as that.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hilo::fuzz::MemoryBound bound(size);
  using namespace hilo;
  fuzz::is_read([&] {
    const auto program = stablehlo::parse_text({reinterpret_cast<const char*>(data), size}, "x");
    const std::string text = stablehlo::ir::to_text(program);
    const auto again = fuzz::read_again([&] { return stablehlo::parse_text(text, "printed"); });
    fuzz::expect_equal(stablehlo::ir::to_text(again), text);
    fuzz::build(program);
  });
  return 0;
}
