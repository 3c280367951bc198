#include "hilo/ops/einsum.h"

#include <algorithm>
#include <map>

#include "hilo/graph/call_site.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/einsum_equation.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

using Lengths = std::map<Label, Dim>;

struct Factor {
  Value value;
  Labels labels;
};

bool contains(const Labels& labels, Label l) {
  return std::ranges::find(labels, l) != labels.end();
}

std::int64_t position(const Labels& labels, Label l) {
  return std::ranges::find(labels, l) - labels.begin();
}

Axes positions(const Labels& labels, const Labels& wanted) {
  Axes axes;
  for (Label l : wanted) axes.push_back(position(labels, l));
  return axes;
}

template <class Keep>
Labels filtered(const Labels& labels, Keep keep) {
  Labels result;
  std::ranges::copy_if(labels, std::back_inserter(result), keep);
  return result;
}

std::string label_text(Label l) {
  return l > 0 ? "\"" + std::string(1, static_cast<char>(l)) + "\""
               : "axis " + std::to_string(l) + " of \"...\"";
}

// How long each label is: all its axes have that length, or 1.
Lengths lengths_of(const EinsumEquation& equation, Shapes operands) {
  Lengths lengths;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    for (std::size_t a = 0; a < equation.terms[i].size(); ++a) {
      const Label l = equation.terms[i][a];
      const Dim n = operands[i].dims[a];
      Dim& known = lengths.try_emplace(l, n).first->second;
      if (known == 1) known = n;
      if (n != known && n != 1) {
        throw OpError({.problem = label_text(l) + " is both " + std::to_string(known) + " and " +
                                  std::to_string(n) + " long",
                       .expected = "one length for a letter"});
      }
    }
  }
  return lengths;
}

// Axes of length 1 that stand for longer ones are left out: the factor is the same all along them.
Factor without_unit_axes(Factor f, const Lengths& lengths) {
  Axes units;
  Labels kept;
  for (std::size_t a = 0; a < f.labels.size(); ++a) {
    const bool is_unit = f.value.dims()[a] == 1 && lengths.at(f.labels[a]) != 1;
    if (is_unit)
      units.push_back(static_cast<std::int64_t>(a));
    else
      kept.push_back(f.labels[a]);
  }
  return units.empty() ? f : Factor{squeeze(f.value, units), kept};
}

// Of two axes with the same label, the diagonal: [n,n,..] is read as [n*n,..], every (n+1)-th
// element of it.
Factor with_diagonals(Factor f) {
  for (std::size_t a = 0; a < f.labels.size(); ++a) {
    const auto twin = std::find(f.labels.begin() + static_cast<std::ptrdiff_t>(a) + 1,
                                f.labels.end(), f.labels[a]);
    if (twin == f.labels.end()) continue;
    const auto b = twin - f.labels.begin();
    Axes order = {static_cast<std::int64_t>(a), b};
    Labels labels = {f.labels[a]};
    for (std::int64_t i = 0; i < f.value.rank(); ++i) {
      if (i == static_cast<std::int64_t>(a) || i == b) continue;
      order.push_back(i);
      labels.push_back(f.labels[static_cast<std::size_t>(i)]);
    }
    const Value front = transpose(f.value, order);
    const Dim n = front.dim(0);
    Dims flat(front.dims().begin() + 1, front.dims().end());
    flat[0] = n * n;
    return with_diagonals({slice_axis(reshape(front, flat), 0, 0, kEnd, n + 1), labels});
  }
  return f;
}

// Sums over the labels that `keep` refuses.
template <class Keep>
Factor summed(Factor f, Keep keep, std::optional<DType> dtype) {
  const Labels gone = filtered(f.labels, [&](Label l) { return !keep(l); });
  if (gone.empty()) return f;
  const Value x = convert(f.value, dtype.value_or(f.value.dtype()));
  return {sum(x, positions(f.labels, gone)), filtered(f.labels, keep)};
}

Factor transposed(const Factor& f, const Labels& order) {
  return {transpose(f.value, positions(f.labels, order)), order};
}

// Labels of a product: those of both that stay, then a's own, then b's own.
struct Pairing {
  Labels shared, contracted, a_only, b_only;
  template <class Keep>
  Pairing(const Labels& a, const Labels& b, Keep keep)
      : shared(filtered(a, [&](Label l) { return contains(b, l) && keep(l); })),
        contracted(filtered(a, [&](Label l) { return contains(b, l) && !keep(l); })),
        a_only(filtered(a, [&](Label l) { return !contains(b, l); })),
        b_only(filtered(b, [&](Label l) { return !contains(a, l); })) {}
  [[nodiscard]] Labels result() const {
    Labels r = shared;
    r.insert(r.end(), a_only.begin(), a_only.end());
    r.insert(r.end(), b_only.begin(), b_only.end());
    return r;
  }
};

// The product of two factors that share nothing to sum over, with its axes in the given order.
Factor multiplied(const Factor& a, const Factor& b, const Labels& order, const Lengths& lengths) {
  Dims dims;
  for (Label l : order) dims.push_back(lengths.at(l));
  const auto stretched = [&](const Factor& f) {
    return broadcast_in_dim(f.value, dims, positions(order, f.labels));
  };
  return {stretched(a) * stretched(b), order};
}

template <class Keep>
Factor contracted(Factor a, Factor b, Keep keep, const Labels& output, const Lengths& lengths,
                  std::optional<DType> dtype) {
  const auto stays = [&](const Labels& other) {
    return [&](Label l) { return keep(l) || contains(other, l); };
  };
  a = summed(std::move(a), stays(b.labels), dtype);
  b = summed(std::move(b), stays(a.labels), dtype);
  const std::vector<Shape> shapes = {a.value.shape(), b.value.shape()};
  const DType common = common_dtype("einsum", shapes);
  a.value = convert(a.value, common);
  b.value = convert(b.value, common);
  if (Pairing(b.labels, a.labels, keep).result() == output) std::swap(a, b);  // saves a transpose
  const Pairing p(a.labels, b.labels, keep);
  if (p.contracted.empty()) {
    a.value = convert(a.value, dtype.value_or(common));
    b.value = convert(b.value, dtype.value_or(common));
    const bool is_output = std::ranges::is_permutation(output, p.result());
    return multiplied(a, b, is_output ? output : p.result(), lengths);
  }
  return {dot_general(a.value, b.value,
                      {.lhs_batching_dimensions = positions(a.labels, p.shared),
                       .rhs_batching_dimensions = positions(b.labels, p.shared),
                       .lhs_contracting_dimensions = positions(a.labels, p.contracted),
                       .rhs_contracting_dimensions = positions(b.labels, p.contracted)},
                      dtype),
          p.result()};
}

double size_of(const Labels& labels, const Lengths& lengths) {
  double size = 1;
  for (Label l : labels) size *= static_cast<double>(lengths.at(l));
  return size;
}

// The pair that takes the fewest multiplications; of equal ones that with the smallest product,
// then the first.
template <class KeepFor>
std::pair<std::size_t, std::size_t> cheapest_pair(const std::vector<Factor>& factors,
                                                  const Lengths& lengths, KeepFor keep_for) {
  std::pair<std::size_t, std::size_t> best{0, 1};
  std::pair<double, double> lowest{};
  for (std::size_t i = 0; i < factors.size(); ++i) {
    for (std::size_t j = i + 1; j < factors.size(); ++j) {
      const auto keep = keep_for(i, j);
      const Pairing p(factors[i].labels, factors[j].labels, keep);
      const double product = size_of(filtered(p.result(), keep), lengths);
      const std::pair cost{size_of(p.result(), lengths) * size_of(p.contracted, lengths), product};
      if ((i == 0 && j == 1) || cost < lowest) best = {i, j}, lowest = cost;
    }
  }
  return best;
}

Value contract_all(const EinsumEquation& equation, std::span<const Value> operands, Shapes shapes,
                   std::optional<DType> dtype) {
  const Lengths lengths = lengths_of(equation, shapes);
  std::vector<Factor> factors;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    factors.push_back(with_diagonals(without_unit_axes({operands[i], equation.terms[i]}, lengths)));
  }
  // A label stays as long as the output or a factor other than i and j has it.
  const auto keep_for = [&](std::size_t i, std::size_t j) {
    return [&, i, j](Label l) {
      if (contains(equation.output, l)) return true;
      for (std::size_t k = 0; k < factors.size(); ++k) {
        if (k != i && k != j && contains(factors[k].labels, l)) return true;
      }
      return false;
    };
  };
  while (factors.size() > 1) {
    const auto [i, j] = cheapest_pair(factors, lengths, keep_for);
    Factor product =
        contracted(factors[i], factors[j], keep_for(i, j), equation.output, lengths, dtype);
    factors.erase(factors.begin() + static_cast<std::ptrdiff_t>(j));
    factors[i] = std::move(product);
  }
  const Factor last = summed(factors[0], keep_for(0, 0), dtype);
  return transposed(last, equation.output).value;
}

}  // namespace

Value einsum(std::string_view equation, Operands operands, std::optional<DType> dtype) {
  const CallSite site(operands.where);
  std::vector<Shape> shapes;
  for (const Value& v : operands.values) shapes.push_back(v.shape());
  try {
    const Value y =
        contract_all(read_einsum_equation(equation, shapes), operands.values, shapes, dtype);
    return convert(y, dtype.value_or(common_dtype("einsum", shapes)));
  } catch (const OpError& e) {
    Refusal r = e.refusal();
    r.op = "einsum";
    r.got = shapes;
    throw OpError(std::move(r), CallSite::current(operands.where));
  }
}

}  // namespace hilo
