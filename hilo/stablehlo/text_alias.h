#pragma once
#include "hilo/core/text.h"
#include "hilo/stablehlo/text_attributes.h"

namespace hilo::stablehlo::ir {

template <class Read>
auto AttributeParser::at_definition(const Token& name, Read read) {
  Alias& known = alias(name);
  if (known.is_open) lexer_.fail_at(name.offset, quote(name.text, 60) + " is defined by itself");
  const Lexer::Level level(lexer_);
  const std::size_t back = lexer_.peek().offset;
  known.is_open = true;
  lexer_.seek(known.offset);
  auto result = read();
  known.is_open = false;
  lexer_.seek(back);
  return result;
}

}  // namespace hilo::stablehlo::ir
