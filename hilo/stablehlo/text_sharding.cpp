// Shardy: meshes, shardings, and its other attributes as text.
#include "hilo/core/text.h"
#include "hilo/stablehlo/text_attributes.h"

namespace hilo::stablehlo::ir {

Mesh AttributeParser::mesh() {
  Mesh result{.name = {}};
  lexer_.expect("<");
  lexer_.expect("[");
  while (!lexer_.accept("]")) {
    if (!result.axes.empty()) lexer_.expect(",");
    Mesh::Axis axis{.name = lexer_.string("the name of an axis of the mesh")};
    lexer_.expect("=");
    axis.size = lexer_.integer("how many devices the axis has");
    result.axes.push_back(std::move(axis));
  }
  if (lexer_.accept(",")) {
    lexer_.expect("device_ids");
    lexer_.expect("=");
    result.device_ids = integers();
  }
  lexer_.expect(">");
  return result;
}

// `"x", "y":(1)2`, up to the closing brace or a question mark.
std::vector<MeshAxis> AttributeParser::mesh_axes() {
  std::vector<MeshAxis> result;
  while (lexer_.is(Token::Kind::kString)) {
    MeshAxis axis{.name = lexer_.string("the name of an axis")};
    if (lexer_.accept(":")) {
      lexer_.expect("(");
      axis.pre_size = lexer_.integer("the size of the parts before");
      lexer_.expect(")");
      axis.size = lexer_.integer("the size of the part");
    }
    result.push_back(std::move(axis));
    if (!lexer_.accept(",")) break;
  }
  return result;
}

DimSharding AttributeParser::dim_sharding() {
  DimSharding result;
  lexer_.expect("{");
  result.axes = mesh_axes();
  result.is_open = lexer_.accept("?");
  lexer_.expect("}");
  const Token after = lexer_.peek();
  if (after.kind == Token::Kind::kWord && after.text.starts_with('p') && after.text.size() > 1) {
    lexer_.seek(after.offset + 1);
    result.priority = lexer_.integer("a priority");
  }
  return result;
}

Sharding AttributeParser::sharding() {
  Sharding result;
  lexer_.expect("<");
  if (lexer_.accept("mesh"))
    result.mesh = std::make_shared<const Mesh>(mesh());
  else
    result.mesh_name = symbol().name;
  lexer_.expect(",");
  lexer_.expect("[");
  while (!lexer_.accept("]")) {
    if (!result.dims.empty()) lexer_.expect(",");
    result.dims.push_back(dim_sharding());
  }
  while (lexer_.accept(",")) {
    const bool is_replicated = lexer_.accept("replicated");
    if (!is_replicated) lexer_.expect("unreduced");
    lexer_.expect("=");
    lexer_.expect("{");
    (is_replicated ? result.replicated : result.unreduced) = mesh_axes();
    lexer_.expect("}");
  }
  lexer_.expect(">");
  return result;
}

ShardingsAttribute AttributeParser::shardings() {
  ShardingsAttribute result;
  lexer_.expect("[");
  while (!lexer_.accept("]")) {
    if (!result.values.empty()) lexer_.expect(",");
    result.values.push_back(sharding());
  }
  return result;
}

StructAttribute AttributeParser::manual_axes() {
  ListAttribute names;
  lexer_.expect("{");
  while (!lexer_.accept("}")) {
    if (!names.items.empty()) lexer_.expect(",");
    names.items.emplace_back(lexer_.string("the name of an axis"));
  }
  return {"sdy.manual_axes", {{"value", std::move(names)}}};
}

StructAttribute AttributeParser::axes_text(std::string_view mnemonic) {
  return {"sdy." + std::string(mnemonic), {{"", raw_body()}}};
}

std::string AttributeParser::raw_body() {
  std::string result;
  int open = 0;
  std::size_t end = lexer_.peek().offset;
  do {
    const Token t = lexer_.next();
    if (t.kind == Token::Kind::kEnd)
      lexer_.fail_at(t.offset, "the end of the text inside of brackets");
    if (t.offset > end && !result.empty()) result += ' ';
    result += t.text;
    end = t.offset + t.text.size();
    if (t.text == "<" || t.text == "[" || t.text == "{" || t.text == "(")
      ++open;
    else if (t.text == ">" || t.text == "]" || t.text == "}" || t.text == ")")
      --open;
    else if (open == 0)
      lexer_.fail_at(t.offset, "got " + quote(t.text, 40) + ", expected an opening bracket");
  } while (open > 0);
  return result;
}

}  // namespace hilo::stablehlo::ir
