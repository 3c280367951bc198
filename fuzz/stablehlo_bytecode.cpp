#include "fuzz/stablehlo.h"
#include "hilo/stablehlo/write_artifact.h"

// What is read is written as an artifact, which when read gives the same one again; it is checked,
// built as a graph and printed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hilo::fuzz::MemoryBound bound(size);
  using namespace hilo;
  fuzz::is_read([&] {
    const auto program = stablehlo::parse({reinterpret_cast<const char*>(data), size}, "x");
    fuzz::build(program);
    const std::string_view release = size % 2 == 0 ? "1.9.0" : "0.9.0";
    std::string artifact;
    try {
      artifact = stablehlo::write_artifact(program, release);
    } catch (const Error&) {  // has no place in an artifact of that release
    }
    if (!artifact.empty()) {
      // Not the same program: that release may lack a detail (the type of a channel).
      const std::string again = fuzz::read_again(
          [&] { return stablehlo::write_artifact(stablehlo::parse_bytecode(artifact), release); });
      fuzz::expect_equal(again, artifact);
    }
  });
  return 0;
}
