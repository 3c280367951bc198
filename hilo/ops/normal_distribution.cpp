#include "hilo/ops/normal_distribution.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/math.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// Cephes' polynomials, the constant terms first.
constexpr double kMiddleP[] = {-1.23916583867381258016, 1.39312609387279679503e1,
                               -5.66762857469070293439e1, 9.80010754185999661536e1,
                               -5.99633501014107895267e1};
constexpr double kMiddleQ[] = {
    -1.18331621121330003142,  1.59056225126211695515e1,  -8.20372256168333339912e1,
    2.00260212380060660359e2, -2.25462687854119370527e2, 8.63602421390890590575e1,
    4.67627912898881538453,   1.95448858338141759834,    1.0};
constexpr double kTailP[] = {
    -8.57456785154685413611e-4, -3.50424626827848203418e-2, -1.40256079171354495875e-1,
    2.18663306850790267539,     1.46849561928858024014e1,   4.40805073893200834700e1,
    5.71628192246421288162e1,   3.15251094599893866154e1,   4.05544892305962419923};
constexpr double kTailQ[] = {
    -9.33259480895457427372e-4, -3.80806407691578277194e-2, -1.42182922854787788574e-1,
    2.50464946208309415979,     1.50425385692907503408e1,   4.13172038254672030440e1,
    4.53907635128879210584e1,   1.57799883256466749731e1,   1.0};
constexpr double kFarTailP[] = {
    6.23974539184983293730e-9, 2.65806974686737550832e-6, 3.01581553508235416007e-4,
    1.23716634817820021358e-2, 2.01485389549179081538e-1, 1.33303460815807542389,
    3.93881025292474443415,    6.91522889068984211695,    3.23774891776946035970};
constexpr double kFarTailQ[] = {
    6.79019408009981274425e-9, 2.89247864745380683936e-6, 3.28014464682127739104e-4,
    1.34204006088543189037e-2, 2.16236993594496635890e-1, 1.37702099489081330271,
    3.67983563856160859403,    6.02427039364742014255,    1.0};

// 1 - 1/x^2 + 3/x^4 - 15/x^6 .. up to x^(2 order), in y = 1/x^2.
Value asymptotic(Value y, int order) {
  std::vector<double> c = {1};
  for (int n = 1; n <= order; ++n) c.push_back(-c.back() * (2 * n - 1));
  return polynomial(y, c);
}

// In the precision that the formulas need.
Value log_of(Value x) {
  const bool is_double = x.dtype() == kF64;
  const double low = is_double ? -20 : -10, high = is_double ? 8 : 5;
  const Value is_low = x <= low, is_high = x > high;
  const Value left = select(is_low, x, full(x.shape(), low));
  const Value tail = -0.5 * left * left - log(-left) - 0.5 * std::log(2 * std::numbers::pi) +
                     log(asymptotic(1 / (left * left), is_double ? 10 : 5));
  const Value middle = log(ndtr(select(logical_or(is_low, is_high), zeros_like(x), x)));
  return select(is_high, -ndtr(-x), select(is_low, tail, middle));
}

Value inverse(Value p) {
  const Value is_right = p > -std::expm1(-2);
  const Value q = select(is_right, 1 - p, p);  // 0 < q <= 1 - exp(-2)
  const Value is_middle = q > std::exp(-2);
  const Value w = q - 0.5, ww = w * w;
  const Value middle = (w + w * ww * (polynomial(ww, kMiddleP) / polynomial(ww, kMiddleQ))) *
                       -std::sqrt(2 * std::numbers::pi);
  const Value z = sqrt(-2 * log(q)), r = 1 / z;
  const Value first = z - log(z) / z;
  const Value ratio = select(z >= 8, polynomial(r, kFarTailP) / polynomial(r, kFarTailQ),
                             polynomial(r, kTailP) / polynomial(r, kTailQ));
  const Value size = select(is_middle, middle, first - ratio * r);  // of the left side
  const Value infinity = full(p.shape(), std::numeric_limits<double>::infinity());
  const Value y = select(is_right, size, -size);
  return select(equal(p, 0), -infinity, select(equal(p, 1), infinity, y));
}

}  // namespace

Value ndtr(Operand x) {
  const CallSite site(x.where);
  return 0.5 * erfc(x * -std::numbers::sqrt2 / 2);
}

Value log_ndtr(Operand x) {
  const CallSite site(x.where);
  const Value v = promote_floats("log_ndtr", {x})[0];
  return call(
      widened(std::vector{v.shape()}, [](std::span<const Value> p) { return log_of(p[0]); }),
      std::vector{v})[0];
}

Value ndtri(Operand p) {
  const CallSite site(p.where);
  const Value v = promote_floats("ndtri", {p})[0];
  return custom_derivative(
      v,
      [](Value x) {
        const Function f =
            widened(std::vector{x.shape()}, [](std::span<const Value> q) { return inverse(q[0]); });
        return call(f, std::vector{x})[0];
      },
      [](Value, Value y, Value d_y) {
        return d_y * std::sqrt(2 * std::numbers::pi) * exp(0.5 * y * y);
      });
}

}  // namespace hilo
