// Blobs at the end of a file, which constants name: {-# dialect_resources: .. #-}.
#include "hilo/core/text.h"
#include "hilo/stablehlo/text_attributes.h"

namespace hilo::stablehlo::ir {

std::string_view AttributeParser::resource(const std::string& key, std::size_t offset) {
  if (!has_read_resources_) find_resources();
  const auto found = resources_.find(key);
  if (found == resources_.end())
    lexer_.fail_at(offset, "the resource " + quote(key, 60) + " is nowhere in the file");
  return found->second;
}

void AttributeParser::find_resources() {
  has_read_resources_ = true;
  if (!resources_offset_) return;
  const std::size_t back = lexer_.peek().offset;
  lexer_.seek(*resources_offset_);
  resources();
  lexer_.seek(back);
}

// `{-# dialect_resources: { builtin: { name: "0x..", .. } }, external_resources: {..} #-}`
void AttributeParser::resources() {
  lexer_.expect("{-#");
  const auto entries = [&](auto read) {
    lexer_.expect("{");
    while (!lexer_.accept("}")) {
      const Token key = lexer_.next();
      if (key.kind != Token::Kind::kWord && key.kind != Token::Kind::kString) {
        lexer_.fail_at(key.offset, "got " + quote(key.text, 40) + ", expected a key");
      }
      lexer_.expect(":");
      read(key);
      if (!lexer_.is("}")) lexer_.expect(",");
    }
  };
  while (!lexer_.accept("#-}")) {
    const Token section =
        lexer_.expect(Token::Kind::kWord, "dialect_resources or external_resources");
    lexer_.expect(":");
    entries([&](const Token&) {
      entries([&](const Token& key) {
        const Token value = lexer_.next();
        if (section.text != "dialect_resources" || value.kind != Token::Kind::kString) return;
        const std::string name =
            key.kind == Token::Kind::kString ? unescaped(key.text) : std::string(key.text);
        resources_.emplace(name, value.text.substr(1, value.text.size() - 2));
      });
    });
    if (!lexer_.is("#-}")) lexer_.expect(",");
  }
}

}  // namespace hilo::stablehlo::ir
