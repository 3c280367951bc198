#pragma once
#include "hilo/graph/value.h"

// Random numbers of the gamma distribution and of what is made of it; hilo/ops/random.h says what
// keys, shapes and dtypes are, hilo/ops/random_continuous.h what parameters and names are.
// Gradient: to the parameters, of any order: how the number moves while its probability stays the
//           same.
// Cost:     a few rounds of a loop over the whole shape, some 20 normal numbers each.
namespace hilo {

/// Density x^(a-1) exp(-x) / gamma(a) for x >= 0; NaN unless a >= 0.
/// Source:   Marsaglia, Tsang: A simple method for generating gamma variables, 2000;
///           random_gamma_grad.
Value random_gamma(Operand key, Shape shape, Operand a);
/// Its logarithm, which is right where the number itself would be 0.
Value random_loggamma(Operand key, Shape shape, Operand a);

/// Density x^(a-1) (1-x)^(b-1) / beta(a, b) on [0, 1].
Value random_beta(Operand key, Shape shape, Operand a, Operand b);
/// Vectors along the last axis, of positive numbers of sum 1 with density prod(x_i^(alpha_i - 1)).
/// Throws:   OpError for a shape without axes.
Value dirichlet(Operand key, Shape shape, Operand alpha);
/// The sum of the squares of `df` normal numbers.
Value chisquare(Operand key, Shape shape, Operand df);
/// Student's t distribution of `df` degrees of freedom; jax.random.t.
Value student_t(Operand key, Shape shape, Operand df);
/// Fisher's distribution of the quotient of two `chisquare` numbers, each over its degrees;
/// jax.random.f.
Value fisher_f(Operand key, Shape shape, Operand numerator_df, Operand denominator_df);
/// Density proportional to exp(-|x|^p).
Value generalized_normal(Operand key, Shape shape, Operand p);
/// Vectors along the last axis, evenly spread over the ball sum(|x_i|^p) <= 1.
/// Throws:   OpError for a shape without axes.
Value ball(Operand key, Shape shape, double p = 2);

}  // namespace hilo
