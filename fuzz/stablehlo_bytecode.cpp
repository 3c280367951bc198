#include "fuzz/stablehlo.h"
#include "hilo/stablehlo/write_artifact.h"

// What is read is written as an artifact and read again, checked, built as a graph and printed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hilo::fuzz::MemoryBound bound(size);
  using namespace hilo;
  fuzz::is_read([&] {
    const auto program = stablehlo::parse({reinterpret_cast<const char*>(data), size}, "x");
    std::string artifact;
    try {
      artifact = stablehlo::write_artifact(program, size % 2 == 0 ? "1.9.0" : "0.9.0");
    } catch (const Error&) {  // has no place in an artifact of that release
    }
    if (!artifact.empty()) {
      const auto again = fuzz::read_again([&] { return stablehlo::parse_bytecode(artifact); });
      fuzz::expect_equal(stablehlo::ir::to_text(again), stablehlo::ir::to_text(program));
    }
    fuzz::build(program);
  });
  return 0;
}
