#include "fuzz/target.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/import.h"
#include "hilo/stablehlo/ir_text.h"
#include "hilo/stablehlo/parse.h"

// What is read is printed and read again, and built as a graph.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hilo;
  fuzz::is_read([&] {
    const auto program = stablehlo::parse_text({reinterpret_cast<const char*>(data), size});
    const std::string text = stablehlo::ir::to_text(program);
    fuzz::is_read([&] { static_cast<void>(stablehlo::parse_text(text)); });
    static_cast<void>(stablehlo::emit(stablehlo::import_program(program).function));
  });
  return 0;
}
