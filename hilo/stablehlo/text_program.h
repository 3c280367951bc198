#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hilo/stablehlo/text_attributes.h"

namespace hilo::stablehlo::ir {

/// "3 results", "1 result".
std::string plural(std::size_t n, std::string_view word);

/// Operations and regions of MLIR text.
class ProgramParser {
 public:
  ProgramParser(std::string_view text, std::string_view file);
  Program program();

 private:
  /// A value where an op reads it.
  struct Use {
    ValueId value;
    Token name;
  };
  /// The results of one op, or an argument, under one name.
  struct Definition {
    ValueId first;
    std::int64_t count;
  };
  struct ResultName {
    Token name;
    std::int64_t count = 1;
  };
  struct Argument {
    Token name;
    Shape type;
  };
  /// What stands behind the colon of an op.
  struct Signature {
    std::vector<Shape> in, out;
    bool has_arrow = false;
  };
  /// The op that is being read.
  struct Draft {
    Operation op;
    std::vector<Use> uses;
    std::vector<Shape> result_types;
    std::size_t offset = 0;
  };

  // text_program.cpp: ops in the generic form, regions.
  void operations(std::vector<Operation>& into, std::string_view end);
  Operation operation();
  void generic(Draft& d);
  std::vector<ResultName> result_names();
  void finish(Draft& d, const std::vector<ResultName>& names);
  Region region(const std::vector<Argument>& given);
  Region isolated_region(const std::vector<Argument>& given);
  Argument argument();
  std::vector<Argument> arguments();
  void add_attribute(Draft& d, std::string_view name, AttributeValue value);
  void optional_dictionary(Draft& d);

  // text_values.cpp: names of values, types of operands and results.
  void define(const Token& name, ValueId first, std::int64_t count);
  ValueId new_value(Shape type);
  Use use();
  void uses(std::vector<Use>& into);
  void check_uses(Draft& d, const std::vector<Shape>& types);
  Signature signature();
  void set_signature(Draft& d, Signature s);
  [[nodiscard]] std::string type_of(const Token& name, ValueId v) const;
  void types(Draft& d, std::string_view rule);
  void inferred_types(Draft& d, std::string_view rule, std::vector<Shape> given);

  // text_ops.cpp: pretty forms by the table.
  void pretty(Draft& d, std::string_view format);
  bool optional_part(std::string_view& rest);
  void formatted_attribute(Draft& d, std::string_view name, std::string_view kind);
  void constant(Draft& d, std::string_view name);
  void dot_numbers(Draft& d);
  void window(Draft& d);
  void slice(Draft& d);
  void exponent_mantissa(Draft& d);
  void arith_flags(Draft& d);

  // text_bodies.cpp: ops with regions of a form of their own.
  bool special(Draft& d);
  void module(Draft& d);
  void function(Draft& d);
  void reduce(Draft& d);
  void reduce_applied(Draft& d, const Token& inner);
  void while_loop(Draft& d);
  void manual_computation(Draft& d);
  void named_computation(Draft& d);
  void scan(Draft& d);
  void assuming(Draft& d);

  Lexer lexer_;
  AttributeParser attributes_;
  Program program_;
  std::unordered_map<std::string_view, Definition> names_;  // that may be read here
  std::vector<std::string_view> order_;                     // of their definition
};

}  // namespace hilo::stablehlo::ir
