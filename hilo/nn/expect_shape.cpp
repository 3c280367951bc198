#include "hilo/nn/expect_shape.h"

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"
#include "hilo/graph/graph.h"

namespace hilo::nn {
namespace {

constexpr std::string_view kAny = "..";

bool is_any(const ShapeTerm& term) { return term.name == kAny; }

// "f32[B,32,32,3], B = 8".
std::string rule_text(std::optional<DType> dtype, const std::vector<ShapeTerm>& terms,
                      const std::map<std::string, Dim, std::less<>>& lengths) {
  std::string text = dtype ? std::string(name(*dtype)) : "", known;
  text += "[";
  for (std::size_t i = 0; i < terms.size(); ++i) {
    text +=
        (i == 0 ? "" : ",") + (terms[i].length ? std::to_string(*terms[i].length) : terms[i].name);
    const auto bound = lengths.find(terms[i].name);
    if (bound == lengths.end()) continue;
    const std::string entry = ", " + bound->first + " = " + std::to_string(bound->second);
    if (known.find(entry) == std::string::npos) known += entry;
  }
  return text + "]" + known;
}

}  // namespace

void ShapeLetters::expect(Operand x, std::vector<ShapeTerm> terms) { match(x, {}, terms); }
void ShapeLetters::expect(Operand x, DType dtype, std::vector<ShapeTerm> terms) {
  match(x, dtype, terms);
}

void ShapeLetters::match(const Operand& x, std::optional<DType> dtype,
                         const std::vector<ShapeTerm>& terms) {
  std::map<std::string, Dim, std::less<>> lengths = lengths_;  // kept if all fit
  const auto refuse = [&](std::string problem) {
    throw OpError({.op = "expect_shape",
                   .problem = std::move(problem),
                   .got = x.value ? std::vector{x.value.shape()} : std::vector<Shape>{},
                   .expected = rule_text(dtype, terms, lengths)},
                  CallSite::current(x.where));
  };
  if (!x.value) refuse("there is no value");
  if (dtype && x.value.dtype() != *dtype)
    refuse("the dtype is " + std::string(name(x.value.dtype())));
  const Dims& dims = x.value.dims();
  const auto any = std::ranges::find_if(terms, is_any);
  const bool has_any = any != terms.end();
  if (has_any ? dims.size() + 1 < terms.size() : dims.size() != terms.size()) {
    refuse(std::to_string(dims.size()) + " axes");
  }
  const auto first =
      static_cast<std::size_t>(any - terms.begin());  // terms before ".." count from the front
  const std::size_t gap =
      has_any ? dims.size() + 1 - terms.size() : 0;  // axes that ".." stands for
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (has_any && i == first) continue;
    const std::size_t axis = i < first ? i : i + gap - 1;
    const Dim got = dims[axis];
    const Dim wanted =
        terms[i].length ? *terms[i].length : lengths.emplace(terms[i].name, got).first->second;
    if (got != wanted) refuse("axis " + std::to_string(axis) + " is " + std::to_string(got));
  }
  lengths_ = std::move(lengths);
}

Dim ShapeLetters::operator[](std::string_view letter) const {
  const auto found = lengths_.find(letter);
  if (found != lengths_.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [key, length] : lengths_) known.push_back(key);
  const std::string near = near_names(letter, known);
  throw Error("no value bound the letter " + std::string(letter) +
              (near.empty() ? "" : "; " + near));
}

Value expect_shape(Operand x, std::vector<ShapeTerm> terms) {
  ShapeLetters().expect(x, std::move(terms));
  return x.value;
}

Value expect_shape(Operand x, DType dtype, std::vector<ShapeTerm> terms) {
  ShapeLetters().expect(x, dtype, std::move(terms));
  return x.value;
}

}  // namespace hilo::nn
