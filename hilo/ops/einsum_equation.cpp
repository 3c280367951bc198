#include "hilo/ops/einsum_equation.h"

#include <algorithm>

#include "hilo/core/error.h"

namespace hilo {
namespace {

OpError refusal(std::string problem, std::string expected) {
  return OpError({.problem = std::move(problem), .expected = std::move(expected)});
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A term's letters, and where its "..." stands: the number of letters before it, or -1.
struct Term {
  std::string text, letters{};
  std::ptrdiff_t dots = -1;
};

Term read_term(std::string_view text) {
  Term term{std::string(text)};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_letter(text[i])) {
      term.letters += text[i];
    } else if (text.substr(i, 3) == "...") {
      if (term.dots >= 0)
        throw refusal("the term " + quoted(text) + " has two ellipses",
                      "at most one \"...\" a term");
      term.dots = static_cast<std::ptrdiff_t>(term.letters.size());
      i += 2;
    } else {
      throw refusal("the term " + quoted(text) + " has " + quoted(text.substr(i, 1)) + " in it",
                    "letters and \"...\"");
    }
  }
  return term;
}

// The labels of a term whose "..." stands for `hidden` axes.
Labels labels_of(const Term& term, int hidden) {
  Labels labels(term.letters.begin(), term.letters.end());
  for (int k = 1; k <= hidden; ++k) labels.insert(labels.begin() + term.dots, -k);
  return labels;
}

std::string without_spaces(std::string_view text) {
  std::string result(text);
  std::erase(result, ' ');
  return result;
}

// NumPy's order of an output that is not written: "..." first, then the letters that occur once,
// sorted.
Labels implied_output(const std::vector<Term>& terms, int hidden) {
  std::string all, once;
  for (const Term& t : terms) all += t.letters;
  std::ranges::copy_if(all, std::back_inserter(once),
                       [&](char c) { return std::ranges::count(all, c) == 1; });
  std::ranges::sort(once);
  return labels_of({"", once, 0}, hidden);
}

}  // namespace

EinsumEquation read_einsum_equation(std::string_view equation, Shapes operands) {
  const std::string text = without_spaces(equation);
  const std::size_t arrow = text.find("->");
  const std::string_view inputs = std::string_view(text).substr(0, arrow);
  std::vector<Term> terms;
  for (std::size_t start = 0; start <= inputs.size();) {
    const std::size_t end = std::min(inputs.find(',', start), inputs.size());
    terms.push_back(read_term(inputs.substr(start, end - start)));
    start = end + 1;
  }
  if (terms.size() != operands.size()) {
    throw refusal(quoted(equation) + " has " + std::to_string(terms.size()) + " terms for " +
                      std::to_string(operands.size()) + " operands",
                  "a term for each operand");
  }
  EinsumEquation result;
  int most_hidden = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const int hidden = operands[i].rank() - static_cast<int>(terms[i].letters.size());
    if (hidden < 0 || (hidden > 0 && terms[i].dots < 0)) {
      throw refusal("the term " + quoted(terms[i].text) + " does not fit " + to_string(operands[i]),
                    "a letter for each axis, or \"...\"");
    }
    result.terms.push_back(labels_of(terms[i], hidden));
    most_hidden = std::max(most_hidden, hidden);
  }
  if (arrow == std::string::npos) {
    result.output = implied_output(terms, most_hidden);
    return result;
  }
  const Term output = read_term(std::string_view(text).substr(arrow + 2));
  if (most_hidden > 0 && output.dots < 0)
    throw refusal("the output " + quoted(output.text) + " has no ellipsis",
                  "\"...\" in the output, as in the terms");
  result.output = labels_of(output, output.dots < 0 ? 0 : most_hidden);
  for (char c : output.letters) {
    const bool is_known = std::ranges::any_of(
        terms, [&](const Term& t) { return t.letters.find(c) != std::string::npos; });
    if (!is_known)
      throw refusal("the output letter " + quoted({&c, 1}) + " is in no term",
                    "letters of the terms");
    if (std::ranges::count(output.letters, c) > 1)
      throw refusal("the output has " + quoted({&c, 1}) + " twice", "each letter once");
  }
  return result;
}

}  // namespace hilo
