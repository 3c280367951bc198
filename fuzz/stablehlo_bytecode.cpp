#include "fuzz/target.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/import.h"
#include "hilo/stablehlo/parse.h"

// What is read is built as a graph and printed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hilo;
  fuzz::is_read([&] {
    const auto program = stablehlo::parse_bytecode({reinterpret_cast<const char*>(data), size});
    static_cast<void>(stablehlo::emit(stablehlo::import_program(program).function));
  });
  return 0;
}
