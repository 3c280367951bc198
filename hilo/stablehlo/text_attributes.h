#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/stablehlo/text_lexer.h"
#include "hilo/stablehlo/text_number.h"

namespace hilo::stablehlo::ir {

/// The elements as an attribute: a SplatAttribute if they are equal and more than one.
AttributeValue elements_attribute(Array elements);

/// Types, attributes and locations of MLIR text, with the aliases and resources of the whole file.
class AttributeParser {
 public:
  explicit AttributeParser(Lexer& lexer);

  Shape type();
  std::vector<Shape> parenthesised_types();
  /// `(a, b) -> c`, after its first token was looked at.
  TypeAttribute function_type();
  TypeAttribute type_attribute();

  AttributeValue attribute();
  /// `{a = 1, b}`, by name.
  std::vector<NamedAttribute> dictionary();
  /// `dense<..> : type` or `dense_resource<..> : type`.
  AttributeValue elements();
  /// `[1, 2]`; ? is kDynamic.
  std::vector<std::int64_t> integers();
  double real();
  /// The text behind a mnemonic up to where its brackets close: `<..>`, `[..]`, `{..}`.
  std::string raw_body();
  /// `@a::@b`.
  SymbolAttribute symbol();

  /// A word of an enum that is known by its type: `EQ` of "comparison_direction".
  EnumAttribute enumeration(std::string_view type);
  /// `<offset_dims = [1], ..>` of a struct that is known by its mnemonic.
  StructAttribute structure(std::string_view mnemonic);
  /// `[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]`.
  StructAttribute convolution_numbers();

  Mesh mesh();                                           ///< `<["x"=2]>`
  Sharding sharding();                                   ///< `<@mesh, [{"x"}]>`
  ShardingsAttribute shardings();                        ///< `[<..>, <..>]`
  StructAttribute manual_axes();                         ///< `{"x", "y"}`
  StructAttribute axes_text(std::string_view mnemonic);  ///< `[{"x"}, {}]`

  /// `loc(..)` if there is one.
  std::optional<Site> trailing_location();
  /// `#name = ..` or `!name = ..` at the top of a file: passed over, since aliases are looked up
  /// where they are used.
  void alias_definition();
  /// `{-# .. #-}`.
  void resources();

 private:
  struct Alias {
    std::size_t name_offset = 0, offset = 0;  // of its value
    bool is_open = false;                     // being read: a reference to itself
    std::size_t memory = 0;                   // of a copy of its attribute or type
    std::optional<AttributeValue> attribute{};
    std::optional<Shape> type{};
    std::optional<Site> site{};
  };

  void find_aliases();
  Alias& alias(const Token& name);
  /// Counts a copy of what an alias stands for: aliases of aliases could grow without end.
  void charge(const Token& name, const Alias& known);
  /// Reads the value of an alias where it is defined, and comes back.
  template <class Read>
  auto at_definition(const Token& name, Read read);

  Shape tensor_type();
  Shape quantized_type(Dims dims);
  Shape named_type();
  DType element_type();
  Dims dims();
  Dims bounds(std::size_t rank);
  void check_size(const Shape& shape, std::size_t offset);

  NumberLiteral literal();
  AttributeValue number();
  AttributeValue typed_array();
  AttributeValue hash_attribute();
  AttributeValue list();
  AttributeValue verbose_attribute(std::string_view dialect);
  AttributeValue member(char kind);
  AttributeValue elements_of_bytes(std::string_view digits, const Shape& shape);
  AttributeValue elements_of_list(std::string_view body, std::size_t offset, const Shape& shape);

  std::string_view resource(const std::string& key, std::size_t offset);
  void find_resources();

  std::vector<MeshAxis> mesh_axes();
  DimSharding dim_sharding();

  Site location();
  Site file_location(const Token& file);

  Lexer& lexer_;
  std::map<std::string, Alias, std::less<>> aliases_;  // with their # or !
  std::map<std::string, std::string_view, std::less<>> resources_;
  std::optional<std::size_t> resources_offset_;
  bool has_read_resources_ = false;
  std::size_t left_for_copies_;
};

}  // namespace hilo::stablehlo::ir
