#pragma once
#include "hilo/graph/value.h"

// Random numbers of more distributions, by formulas of uniform and normal ones; hilo/ops/random.h
// says what keys, shapes and dtypes are. Parameters are numbers or Values that broadcast to the
// shape, and have gradients. Names are those of jax.random; where a function of numbers has the
// name, `random_` stands before it.
namespace hilo {

/// -1 or 1, equally likely; `shape` is of signed numbers of 8 bits or more.
/// Throws:   OpError for other dtypes.
Value rademacher(Operand key, Shape shape);

Value laplace(Operand key, Shape shape);          ///< density exp(-|x|) / 2
Value random_logistic(Operand key, Shape shape);  ///< distribution 1 / (1 + exp(-x))
Value cauchy(Operand key, Shape shape);           ///< density 1 / (pi (1 + x^2))
/// exp of a normal number of mean 0 and standard deviation sigma.
Value lognormal(Operand key, Shape shape, Operand sigma = 1.0);
Value pareto(Operand key, Shape shape, Operand b);  ///< density b x^(-b-1) for x >= 1
/// Density x / scale^2 exp(-x^2 / (2 scale^2)) for x >= 0: the length of a normal vector in the
/// plane.
Value rayleigh(Operand key, Shape shape, Operand scale = 1.0);
/// Distribution 1 - exp(-(x / scale)^concentration) for x >= 0.
Value weibull_min(Operand key, Shape shape, Operand scale, Operand concentration);
/// The length of a normal vector in space.
Value maxwell(Operand key, Shape shape);
/// loc + scale x, with x of `maxwell` under a random sign.
Value double_sided_maxwell(Operand key, Shape shape, Operand loc, Operand scale);
/// Density rising from `left` to `mode` and falling to `right`, in straight lines.
Value triangular(Operand key, Shape shape, Operand left, Operand mode, Operand right);
/// The inverse Gaussian distribution of this mean and scale 1.
/// Source:   Michael, Schucany, Haas 1976, without their cancellation.
Value wald(Operand key, Shape shape, Operand mean);

}  // namespace hilo
