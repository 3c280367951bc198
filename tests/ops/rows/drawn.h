#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/ops/rows/trial.h"

namespace hilo::test {

/// What the sweep runs an op in that takes complex numbers too.
inline const DTypes kSweptDTypes = {kF64, kF32, kBF16, DType::kC128, DType::kC64};

/// How many shapes the sweep of derivatives draws.
constexpr int kDrawnShapes = 10;

/// The numbers that the n-th shapes of an op are drawn from. Of the ten, number 0 has the least rank (scalars), number 1
/// no elements, each third broadcasts where something can; lengths are mostly odd.
class Draw {
 public:
  Draw(std::string_view name, int n);

  /// A number of [low, high].
  Dim between(Dim low, Dim high);
  /// One in two.
  bool coin() { return between(0, 1) == 1; }
  /// 1, 2, 3, 5, 7 or 11, at most so long.
  Dim length(Dim most = 11);
  /// The same, or 0 where there are to be no elements.
  Dim length_or_none(Dim most = 11) { return is_empty() ? 0 : length(most); }
  /// Of at most 60 elements, of a rank within these.
  Dims dims(int least_rank = 0, int most_rank = 5);
  /// An axis of such dims.
  int axis(const Dims& dims) { return static_cast<int>(between(0, static_cast<Dim>(dims.size()) - 1)); }
  /// Dims that broadcast to these: some lengths 1, some leading axes left out. Each third time they are others.
  Dims broadcasting(const Dims& to);
  /// The axes in any order.
  Axes order(std::size_t rank);

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_empty() const { return number_ == 1; }
  [[nodiscard]] bool broadcasts() const { return number_ % 3 == 2; }

 private:
  Dice dice_;
  int number_;
};

/// The n-th row of each op that is drawn: those of the family's list and its rows that may have any shape.
std::vector<Drawn> drawn(const Family& family);
Row drawn_row(const Drawn& op, int n);

/// Adds the names of the ops of a function, and of those inside of its ops.
using OpNames = std::set<std::string, std::less<>>;
void collect(const Function& f, OpNames& names);

/// Whether the row is differentiated at all.
bool has_derivative(const Row& row);

/// What the sweep tells of an op of the table: how often it meets it, or why it leaves it out.
struct Swept {
  int functions = 0;      // that it is in
  std::string left_out{};
};
std::map<std::string, Swept, std::less<>> swept_ops();

}  // namespace hilo::test
