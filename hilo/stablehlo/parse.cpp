#include "hilo/stablehlo/parse.h"

namespace hilo::stablehlo {

ir::Program parse(std::string_view bytes, std::string_view file) { return parse_text(bytes, file); }

}  // namespace hilo::stablehlo
