#pragma once
#include <concepts>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/graph/value.h"

// Shape comments that are checked: where a reader looks for them, and right.
namespace hilo::nn {

/// An entry of a shape: a length, or a letter for one ("B", or any name). ".." stands for any
/// number of axes, once.
struct ShapeTerm {
  template <std::integral T>
  ShapeTerm(T n) : length(static_cast<Dim>(n)) {}
  ShapeTerm(std::string_view text) : name(text) {}
  ShapeTerm(const char* text) : name(text) {}

  std::optional<Dim> length{};
  std::string name{};
};

/// Lengths of letters. The first value that is checked binds a letter, later ones must agree.
/// Example:
///     ShapeLetters shapes;
///     shapes.expect(q, {"B", "T", "H", 64});
///     shapes.expect(k, {"B", "S", "H", 64});
///     const Dim heads = shapes["H"];
class ShapeLetters {
 public:
  ShapeLetters() = default;
  /// Letters whose lengths are known.
  ShapeLetters(std::initializer_list<std::pair<const std::string, Dim>> known) : lengths_(known) {}

  /// Throws OpError that shows the shape, what was expected, the letters' lengths, and the first
  /// axis that differs.
  void expect(Operand x, std::vector<ShapeTerm> terms);
  /// The same, and the dtype.
  void expect(Operand x, DType dtype, std::vector<ShapeTerm> terms);
  /// Throws Error if no value bound the letter.
  [[nodiscard]] Dim operator[](std::string_view letter) const;

 private:
  void match(const Operand& x, std::optional<DType> dtype, const std::vector<ShapeTerm>& terms);
  std::map<std::string, Dim, std::less<>> lengths_;
};

/// One value alone: equal letters are equal lengths. Returns x, so that it stands in a formula too.
/// Throws:  OpError as ShapeLetters.
/// Example: expect_shape(x, {"B", 32, 32, 3})
Value expect_shape(Operand x, std::vector<ShapeTerm> terms);
Value expect_shape(Operand x, DType dtype, std::vector<ShapeTerm> terms);

}  // namespace hilo::nn
