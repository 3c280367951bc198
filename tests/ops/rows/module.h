#pragma once
#include <optional>
#include <string>
#include <vector>

#include "hilo/exec/program.h"

namespace hilo::test {

/// The client that all tests of a program share.
const pjrt::Client& client();

/// Many small functions compiled as one program, since a compilation costs more than what it compiles.
class Module {
 public:
  /// Adds a function; returns its number. What `build` throws is kept as the part's failure.
  std::size_t add(const BuildFn& build, const std::vector<Shape>& shapes);
  /// Compiles all parts together; where that fails, one by one, to learn which it is.
  void compile();
  /// Runs all parts on their arguments; those that failed give nothing.
  [[nodiscard]] std::vector<std::vector<Array>> run(const std::vector<std::vector<Array>>& arguments) const;

  [[nodiscard]] std::size_t size() const { return parts_.size(); }
  /// Why a part could not be built or compiled; empty if it could.
  [[nodiscard]] const std::string& failure(std::size_t part) const { return parts_[part].failure; }
  [[nodiscard]] const Function& function(std::size_t part) const { return parts_[part].function; }

 private:
  struct Part {
    Function function{};
    std::string failure{};
  };
  [[nodiscard]] std::optional<Program> compiled(const std::vector<std::size_t>& parts, std::string& failure) const;

  std::vector<Part> parts_;
  std::vector<std::size_t> running_;  // parts of the program, in its order
  std::optional<Program> program_;
};

}  // namespace hilo::test
