// Attributes of the dialects: enums, structs, dimension numbers, and where each name of one leads.
#include <algorithm>

#include "hilo/core/text.h"
#include "hilo/stablehlo/memory_of.h"
#include "hilo/stablehlo/text_alias.h"

namespace hilo::stablehlo::ir {
namespace {

// The words of each enum, in any dialect.
struct EnumRow {
  std::string_view type, words;
};
constexpr EnumRow kEnums[] = {
    {"comparison_direction", " EQ NE GE GT LE LT "},
    {"comparison_type", " NOTYPE FLOAT TOTALORDER SIGNED UNSIGNED WEAKORDER "},
    {"fft_type", " FFT IFFT RFFT IRFFT "},
    {"precision", " DEFAULT HIGH HIGHEST "},
    {"result_accuracy_mode", " DEFAULT HIGHEST TOLERANCE "},
    {"rng_algorithm", " DEFAULT THREE_FRY PHILOX "},
    {"rng_distribution", " UNIFORM NORMAL "},
    {"transpose", " TRANSPOSE_INVALID NO_TRANSPOSE TRANSPOSE ADJOINT "},
    {"chlo.comparison_direction", " EQ NE GE GT LE LT "},
    {"chlo.comparison_type", " NOTYPE FLOAT TOTALORDER SIGNED UNSIGNED "},
    {"chlo.precision", " DEFAULT HIGH HIGHEST "},
    {"arith.overflow", " none nsw nuw "},
    {"arith.fastmath", " none reassoc nnan ninf nsz arcp contract afn fast "},
    {"sdy.propagation_direction", " NONE FORWARD BACKWARD BOTH "},
};

// The members of each struct, in the order of the ops' `fields`: a letter for the kind, and the
// name. What is not said is empty or zero, and left out where it is of kind a or x. Kinds: l list
// of whole numbers, i whole number, b true or false, r real number, w word, m mode, s string, a any
// attribute, x part of an axis, `(1)2`, u a name alone, which is false where it is left out.
struct StructRow {
  std::string_view mnemonic, members;
};
constexpr StructRow kStructs[] = {
    {"gather",
     "l:offset_dims l:collapsed_slice_dims l:operand_batching_dims l:start_indices_batching_dims "
     "l:start_index_map "
     "i:index_vector_dim"},
    {"scatter",
     "l:update_window_dims l:inserted_window_dims l:input_batching_dims "
     "l:scatter_indices_batching_dims "
     "l:scatter_dims_to_operand_dims i:index_vector_dim"},
    {"dot",
     "l:lhs_batching_dimensions l:rhs_batching_dimensions l:lhs_contracting_dimensions "
     "l:rhs_contracting_dimensions"},
    {"conv",
     "i:input_batch_dimension i:input_feature_dimension l:input_spatial_dimensions "
     "i:kernel_input_feature_dimension "
     "i:kernel_output_feature_dimension l:kernel_spatial_dimensions i:output_batch_dimension "
     "i:output_feature_dimension "
     "l:output_spatial_dimensions"},
    {"channel_handle", "i:handle i:type"},
    {"output_operand_alias", "l:output_tuple_indices i:operand_index l:operand_tuple_indices"},
    {"result_alias", "l:tuple_indices l:result_index u:must_alias"},
    {"type_extensions", "l:bounds"},
    {"dot_algorithm",
     "w:lhs_precision_type w:rhs_precision_type w:accumulation_type i:lhs_component_count "
     "i:rhs_component_count "
     "i:num_primitive_operations b:allow_imprecise_accumulation"},
    {"result_accuracy", "r:atol r:rtol i:ulps m:mode"},
    {"chlo.ragged_dot",
     "l:lhs_batching_dimensions l:rhs_batching_dimensions l:lhs_contracting_dimensions "
     "l:rhs_contracting_dimensions "
     "l:lhs_ragged_dimensions l:rhs_group_dimensions"},
    {"replica_group_mesh_axes", "a:mesh a:axes"},
    {"mesh", "a:axes a:device_ids"},
    {"mesh_axis", "s:name i:size"},
    {"axis_ref", "s:name x:sub_axis_info"},
};

const StructRow* find_struct(std::string_view mnemonic) {
  const auto* row = std::ranges::find(kStructs, mnemonic, &StructRow::mnemonic);
  return row == std::end(kStructs) ? nullptr : row;
}
const EnumRow* find_enum(std::string_view type) {
  const auto* row = std::ranges::find(kEnums, type, &EnumRow::type);
  return row == std::end(kEnums) ? nullptr : row;
}

AttributeValue default_of(char kind) {
  switch (kind) {
    case 'l':
      return std::vector<std::int64_t>{};
    case 'i':
      return std::int64_t{0};
    case 'b':
    case 'u':
      return false;
    case 'r':
      return 0.0;
    case 'm':
      return EnumAttribute{"result_accuracy_mode", "DEFAULT"};
    default:
      return std::string{};
  }
}

// "stablehlo.gather" and "gather" are the same.
std::string name_in(std::string_view dialect, std::string_view mnemonic) {
  if (dialect == "stablehlo") return std::string(mnemonic);
  return std::string(dialect).append(".").append(mnemonic);
}

}  // namespace

EnumAttribute AttributeParser::enumeration(std::string_view type) {
  const EnumRow* row = find_enum(type);
  const Token word = lexer_.next();
  if (row == nullptr || word.text.empty() ||
      row->words.find(" " + std::string(word.text) + " ") == std::string_view::npos) {
    const std::string words =
        row == nullptr ? "" : std::string(row->words.substr(1, row->words.size() - 2));
    lexer_.fail_at(word.offset, "got " + quote(word.text, 40) + " as " + std::string(type) +
                                    ", expected one of " + words);
  }
  return {std::string(type), std::string(word.text)};
}

AttributeValue AttributeParser::member(char kind) {
  switch (kind) {
    case 'l':
      return integers();
    case 'i':
      return lexer_.integer("a whole number");
    case 'b': {
      const bool value = lexer_.is("true");
      if (!value && !lexer_.is("false")) lexer_.fail_expected("true or false");
      lexer_.next();
      return value;
    }
    case 'r':
      return real();
    case 'm':
      if (lexer_.is(Token::Kind::kHash)) return hash_attribute();
      return enumeration("result_accuracy_mode");
    case 's':
      return lexer_.string("a string");
    case 'a':
      return attribute();
    case 'x': {
      StructAttribute part{"sub_axis_info", {}};
      lexer_.expect("(");
      part.members.push_back({"pre_size", lexer_.integer("the size of the parts before")});
      lexer_.expect(")");
      part.members.push_back({"size", lexer_.integer("the size of the part")});
      return part;
    }
    default:
      return std::string(lexer_.expect(Token::Kind::kWord, "a word").text);
  }
}

StructAttribute AttributeParser::structure(std::string_view mnemonic) {
  const StructRow& row = *find_struct(mnemonic);
  lexer_.expect("<");
  if (mnemonic == "conv" && !lexer_.accept("raw")) {
    StructAttribute numbers = convolution_numbers();
    lexer_.expect(">");
    return numbers;
  }
  StructAttribute result{std::string(mnemonic), {}};
  std::string kinds;
  for (std::string_view rest = row.members; !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    kinds += one[0];
    result.members.push_back({std::string(one.substr(2)), default_of(one[0])});
  }
  std::vector<bool> is_given(kinds.size());
  for (bool is_first = true; !lexer_.accept(">"); is_first = false) {
    if (!is_first) lexer_.expect(",");
    if (!is_first && lexer_.accept(">")) break;  // a comma behind the last, as MLIR has it
    const Token name = lexer_.expect(Token::Kind::kWord, "a member of #" + std::string(mnemonic));
    const auto found = std::ranges::find(result.members, name.text, &NamedAttribute::name);
    if (found == result.members.end())
      lexer_.fail_at(name.offset,
                     "#" + std::string(mnemonic) + " has no member " + quote(name.text, 40));
    const auto i = static_cast<std::size_t>(found - result.members.begin());
    if (is_given[i]) lexer_.fail_at(name.offset, std::string(name.text) + " is given twice");
    is_given[i] = true;
    if (kinds[i] == 'u') {
      found->value = true;
      continue;
    }
    lexer_.expect("=");
    found->value = member(kinds[i]);
  }
  for (std::size_t i = kinds.size(); i-- > 0;) {
    if (!is_given[i] && (kinds[i] == 'a' || kinds[i] == 'x'))
      result.members.erase(result.members.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (const std::size_t word = kinds.find('w'); word != std::string::npos && !is_given[word]) {
    lexer_.fail("#" + std::string(mnemonic) + " without its " + result.members[word].name);
  }
  return result;
}

// For each of input, kernel and output: which axis is what, the spatial ones by their number.
StructAttribute AttributeParser::convolution_numbers() {
  StructAttribute result{"conv", {}};
  const auto one = [&](std::string_view first, std::string_view second, const std::string& prefix,
                       const std::string& first_name, const std::string& second_name) {
    const std::size_t offset = lexer_.peek().offset;
    std::int64_t a = -1, b = -1, axis = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> spatial;  // its number, its axis
    lexer_.expect("[");
    for (; !lexer_.accept("]"); ++axis) {
      if (axis > 0) lexer_.expect(",");
      if (lexer_.accept(first))
        a = axis;
      else if (lexer_.accept(second))
        b = axis;
      else
        spatial.emplace_back(lexer_.integer(std::string(first) + ", " + std::string(second) +
                                            " or the number of a spatial axis"),
                             axis);
    }
    std::ranges::sort(spatial);
    std::vector<std::int64_t> axes;
    for (const auto& [number, at] : spatial) {
      if (number != static_cast<std::int64_t>(axes.size()))
        lexer_.fail_at(offset, "the spatial axes are not numbered 0, 1, ..");
      axes.push_back(at);
    }
    if (a < 0 || b < 0 || static_cast<std::size_t>(axis) != axes.size() + 2) {
      lexer_.fail_at(offset, "expected one " + std::string(first) + ", one " + std::string(second) +
                                 " and the numbers of the spatial axes");
    }
    result.members.push_back({prefix + first_name, a});
    result.members.push_back({prefix + second_name, b});
    result.members.push_back({prefix + "spatial_dimensions", std::move(axes)});
  };
  one("b", "f", "input_", "batch_dimension", "feature_dimension");
  lexer_.expect("x");
  one("i", "o", "kernel_", "input_feature_dimension", "output_feature_dimension");
  lexer_.expect("->");
  one("b", "f", "output_", "batch_dimension", "feature_dimension");
  return result;
}

AttributeValue AttributeParser::hash_attribute() {
  const Token name = lexer_.next();
  const std::string_view full = name.text.substr(1);
  const std::size_t dot = full.find('.');
  const std::string_view dialect = full.substr(0, dot);
  if (dot == std::string_view::npos) {
    if (lexer_.is("<") &&
        (dialect == "stablehlo" || dialect == "chlo" || dialect == "sdy" || dialect == "arith")) {
      return verbose_attribute(dialect);
    }
    Alias& known = alias(name);
    if (!known.attribute) {
      known.attribute = at_definition(name, [&] { return attribute(); });
      known.memory = memory_of(*known.attribute);
    }
    charge(name, known);
    return *known.attribute;
  }
  const std::string mnemonic = name_in(dialect, full.substr(dot + 1));
  if (find_struct(mnemonic) != nullptr) return structure(mnemonic);
  if (mnemonic == "bounds") {
    lexer_.expect("<");
    std::vector<std::int64_t> limits;
    while (!lexer_.accept(">")) {
      if (!limits.empty()) lexer_.expect(",");
      limits.push_back(lexer_.accept("?") ? kDynamic : lexer_.integer("a bound"));
    }
    return StructAttribute{"type_extensions", {{"bounds", std::move(limits)}}};
  }
  if (find_enum(mnemonic) != nullptr) {
    lexer_.expect("<");
    EnumAttribute result = enumeration(mnemonic);
    lexer_.expect(">");
    return result;
  }
  if (mnemonic == "sdy.mesh") return mesh();
  if (mnemonic == "sdy.sharding") return sharding();
  if (mnemonic == "sdy.sharding_per_value") {
    lexer_.expect("<");
    ShardingsAttribute result = shardings();
    lexer_.expect(">");
    return result;
  }
  if (dialect == "sdy" && is_word(full.substr(dot + 1)))
    return StructAttribute{mnemonic, {{"", raw_body()}}};
  lexer_.fail_at(name.offset, "the attribute " + quote(name.text, 60) + " is not read");
}

// `#stablehlo<comparison_direction EQ>`, `#sdy<manual_axes{"x"}>`: the dialect first, all of it in
// angle brackets.
AttributeValue AttributeParser::verbose_attribute(std::string_view dialect) {
  lexer_.expect("<");
  const Token word =
      lexer_.expect(Token::Kind::kWord, "the name of an attribute of " + std::string(dialect));
  const std::string mnemonic = name_in(dialect, word.text);
  AttributeValue result;
  if (find_struct(mnemonic) != nullptr) {
    result = structure(mnemonic);
  } else if (find_enum(mnemonic) != nullptr) {
    const bool is_nested = lexer_.accept("<");
    result = enumeration(mnemonic);
    if (is_nested) lexer_.expect(">");
  } else if (mnemonic == "sdy.manual_axes") {
    result = manual_axes();
  } else if (dialect == "sdy") {
    result = axes_text(word.text);
  } else {
    lexer_.fail_at(word.offset, "the attribute #" + std::string(dialect) + "<" +
                                    std::string(word.text) + "> is not read");
  }
  lexer_.expect(">");
  return result;
}

}  // namespace hilo::stablehlo::ir
