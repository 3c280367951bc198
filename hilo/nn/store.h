#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/exec/tensor.h"
#include "hilo/nn/initializer.h"
#include "hilo/pjrt/client.h"

namespace hilo::nn {

/// What a variable is for.
enum class Role : std::uint8_t {
  kTrainable,  ///< weights: optimizers change them
  kState,      ///< kept by the model itself: running statistics
  kOptimizer,  ///< moments, counters and keys of training; inference does not need them
};

/// A variable: what it is, and its value once it has one.
struct Variable {
  Shape shape;
  Role role = Role::kTrainable;
  Initializer initializer;
  Tensor value{};  ///< empty until it is materialised or set
};

/// The variables of a model by path ("conv1/kernel"), in the order of their paths. It holds specifications until they
/// are materialised, so that a model larger than memory builds, checks and lowers. One writer at a time.
class Store {
 public:
  /// Declares a variable. Throws OpError if the path is declared with another shape or role.
  void declare(std::string path, Shape shape, Role role, Initializer initializer);
  /// Gives a declared variable its value. Throws Error if there is none of that path (with near names) or the shape
  /// differs.
  void set(std::string_view path, Tensor value);
  [[nodiscard]] bool contains(std::string_view path) const;
  /// Throws Error with near names if there is no such variable.
  [[nodiscard]] const Variable& at(std::string_view path) const;
  [[nodiscard]] const std::map<std::string, Variable, std::less<>>& variables() const { return variables_; }
  /// Takes a value out, to give it to a program by `std::move`; `set` puts the new one in.
  [[nodiscard]] Tensor take(std::string_view path);

  /// Computes the values that are missing, on the client, in one program. A variable's random numbers depend on `seed`
  /// and its path alone.
  void materialize(const pjrt::Client& client, std::uint64_t seed);

  /// Elements of all variables of that role.
  [[nodiscard]] std::int64_t element_count(Role role = Role::kTrainable) const;

 private:
  Variable& find(std::string_view path);
  std::map<std::string, Variable, std::less<>> variables_;
};

/// 64 bits of a path, the same on every machine: what `materialize` and `Scope::key` fold into their random keys.
std::uint64_t path_hash(std::string_view path);

}  // namespace hilo::nn
