#include "hilo/ops/math_formulas.h"

#include <cmath>
#include <initializer_list>
#include <limits>
#include <numbers>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/construct.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo::formula {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using std::numbers::ln2;
using std::numbers::pi;

bool is_complex(Value x) { return hilo::is_complex(x.dtype()); }

// -i f(i z).
Value turned(Value (*f)(Value), Value z) {
  const Value w = f(complex(-imag(z), real(z)));
  return complex(imag(w), -real(w));
}

// sqrt(1 - z) and sqrt(1 + z), which keep the sign of a zero in z.
struct Roots {
  explicit Roots(Value z) : minus(sqrt(complex(1 - real(z), -imag(z)))), plus(sqrt(complex(1 + real(z), imag(z)))) {}
  Value minus, plus;
};

// The imaginary part of conj(a) b.
Value cross(Value a, Value b) { return real(a) * imag(b) - imag(a) * real(b); }

// The last coefficient first, as Horner's rule takes them.
Value horner(Value x, std::initializer_list<double> c) {
  Value y;
  for (double next : c) y = y ? y * x + next : full_like(x, next);
  return y;
}

}  // namespace

Value asin(Value x) {
  if (!is_complex(x)) return atan2(x, sqrt((1 - x) * (1 + x)));
  const Roots root(x);
  const Value cosine = real(root.minus) * real(root.plus) - imag(root.minus) * imag(root.plus);
  return complex(atan2(real(x), cosine), asinh(cross(root.minus, root.plus)));
}

Value acos(Value x) {
  if (!is_complex(x)) return atan2(sqrt((1 - x) * (1 + x)), x);
  const Roots root(x);
  return complex(2 * atan2(real(root.minus), real(root.plus)), asinh(cross(root.plus, root.minus)));
}

Value atan(Value x) { return is_complex(x) ? turned(atanh, x) : atan2(x, ones_like(x)); }

Value asinh(Value x) {
  if (is_complex(x)) return turned(asin, x);
  const Value size = abs(x), is_large = greater(size, 1e10), a = select(is_large, ones_like(x), size);
  const Value small = log1p(a + a * a / (1 + sqrt(1 + a * a)));
  return sign(x) * select(is_large, log(size) + ln2, small);
}

Value acosh(Value x) {
  if (is_complex(x)) {
    const Value minus = sqrt(complex(real(x) - 1, imag(x))), plus = sqrt(complex(real(x) + 1, imag(x)));
    const Value dot = real(minus) * real(plus) + imag(minus) * imag(plus);
    return complex(asinh(dot), 2 * atan2(imag(minus), real(plus)));
  }
  const Value is_large = greater(x, 1e10), t = select(is_large, ones_like(x), x) - 1;
  const Value y = select(is_large, log(x) + ln2, log1p(t + sqrt(t * (t + 2))));
  return select(less(x, 1), kNaN, y);
}

Value atanh(Value x) {
  if (!is_complex(x)) {
    const Value a = abs(x);
    return sign(x) * (0.5 * log1p(2 * a / (1 - a)));
  }
  const Value a = abs(real(x)), y = imag(x);
  const Value re = 0.25 * log1p(4 * a / ((1 - a) * (1 - a) + y * y));
  return complex(sign(real(x)) * re, 0.5 * atan2(2 * y, (1 - a) * (1 + a) - y * y));
}

Value sinh(Value x) {
  if (is_complex(x)) return complex(sinh(real(x)) * cos(imag(x)), cosh(real(x)) * sin(imag(x)));
  const Value size = abs(x), is_large = greater(size, 20), e = expm1(select(is_large, zeros_like(x), size));
  const Value half = exp(size / 2);  // which overflows later than its square
  return sign(x) * select(is_large, 0.5 * half * half, 0.5 * (e + e / (e + 1)));
}

Value cosh(Value x) {
  if (is_complex(x)) return complex(cosh(real(x)) * cos(imag(x)), sinh(real(x)) * sin(imag(x)));
  const Value half = exp(abs(x) / 2);
  return 0.5 * half * half + 0.5 / (half * half);
}

Value tan(Value x) { return is_complex(x) ? turned([](Value z) { return hilo::tanh(z); }, x) : sin(x) / cos(x); }

namespace {

// erfc(a) for a >= 1.
Value erfc_beyond(Value a) {
  const Value near = horner(a, {2.46196981473530512524e-10, 5.64189564831068821977e-1, 7.46321056442269912687e0, 4.86371970985681366614e1,
                                1.96520832956077098242e2, 5.26445194995477358631e2, 9.34528527171957607540e2, 1.02755188689515710272e3,
                                5.57535335369399327526e2}) /
                     horner(a, {1, 1.32281951154744992508e1, 8.67072140885989742329e1, 3.54937778887819891062e2, 9.75708501743205489753e2,
                                1.82390916687909736289e3, 2.24633760818710981792e3, 1.65666309194161350182e3, 5.57535340817727675546e2});
  const Value b = 1 / a;  // the same in 1 / a, whose powers do not overflow
  const Value far = b *
                    horner(b, {2.97886665372100240670e0, 7.40974269950448939160e0, 6.16021097993053585195e0, 5.01905042251180477414e0,
                               1.27536670759978104416e0, 5.64189583547755073984e-1}) /
                    horner(b, {3.36907645100081516050e0, 9.60896809063285878198e0, 1.70814450747565897222e1, 1.20489539808096656605e1,
                               9.39603524938001434673e0, 2.26052863220117276590e0, 1});
  return exp(-(a * a)) * select(less(a, 8), near, far);
}

// erf(x) for |x| <= 1.
Value erf_within(Value x) {
  const Value z = x * x;
  return x *
         horner(z, {9.60497373987051638749e0, 9.00260197203842689217e1, 2.23200534594684319226e3, 7.00332514112805075473e3,
                    5.55923013010394962768e4}) /
         horner(z, {1, 3.35617141647503099647e1, 5.21357949780152679795e2, 4.59432382970980127987e3, 2.26290000613890934246e4,
                    4.92673942608635921086e4});
}

struct ErrorFunction {
  explicit ErrorFunction(Value x) : size(abs(x)), is_within(less_equal(size, 1)), within(erf_within(clamp(-1, x, 1))), beyond(erfc_beyond(select(is_within, ones_like(x), size))) {}
  Value size, is_within, within, beyond;
};

}  // namespace

Value erf(Value x) {
  const ErrorFunction f(x);
  return select(f.is_within, f.within, select(less(x, 0), f.beyond - 1, 1 - f.beyond));
}

Value erfc(Value x) {
  const ErrorFunction f(x);
  return select(f.is_within, 1 - f.within, select(less(x, 0), 2 - f.beyond, f.beyond));
}

Value erf_inv(Value x) {
  const Value w = -select(less(abs(x), 0.5), log1p(-x * x), log((1 - x) * (1 + x))), root = sqrt(w);
  Value y;
  if (x.dtype() == kF64) {
    const Value near = horner(w - 3.125, {-3.6444120640178196996e-21, -1.685059138182016589e-19, 1.2858480715256400167e-18, 1.115787767802518096e-17,
                                          -1.333171662854620906e-16, 2.0972767875968561637e-17, 6.6376381343583238325e-15, -4.0545662729752068639e-14,
                                          -8.1519341976054721522e-14, 2.6335093153082322977e-12, -1.2975133253453532498e-11, -5.4154120542946279317e-11,
                                          1.051212273321532285e-09, -4.1126339803469836976e-09, -2.9070369957882005086e-08, 4.2347877827932403518e-07,
                                          -1.3654692000834678645e-06, -1.3882523362786468719e-05, 0.0001867342080340571352, -0.00074070253416626697512,
                                          -0.0060336708714301490533, 0.24015818242558961693, 1.6536545626831027356});
    const Value middle = horner(root - 3.25, {2.2137376921775787049e-09, 9.0756561938885390979e-08, -2.7517406297064545428e-07, 1.8239629214389227755e-08,
                                              1.5027403968909827627e-06, -4.013867526981545969e-06, 2.9234449089955446044e-06, 1.2475304481671778723e-05,
                                              -4.7318229009055733981e-05, 6.8284851459573175448e-05, 2.4031110387097893999e-05, -0.0003550375203628474796,
                                              0.00095328937973738049703, -0.0016882755560235047313, 0.0024914420961078508066, -0.0037512085075692412107,
                                              0.005370914553590063617, 1.0052589676941592334, 3.0838856104922207635});
    const Value far = horner(root - 5, {-2.7109920616438573243e-11, -2.5556418169965252055e-10, 1.5076572693500548083e-09, -3.7894654401267369937e-09,
                                        7.6157012080783393804e-09, -1.4960026627149240478e-08, 2.9147953450901080826e-08, -6.7711997758452339498e-08,
                                        2.2900482228026654717e-07, -9.9298272942317002539e-07, 4.5260625972231537039e-06, -1.9681778105531670567e-05,
                                        7.5995277030017761139e-05, -0.00021503011930044477347, -0.00013871931833623122026, 1.0103004648645343977,
                                        4.8499064014085844221});
    y = select(less(w, 6.25), near, select(less(w, 16), middle, far)) * x;
  } else {
    const Value near = horner(w - 2.5, {2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503,
                                        -0.00417768164, 0.246640727, 1.50140941});
    const Value far = horner(root - 3, {-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
                                        0.00943887047, 1.00167406, 2.83297682});
    y = select(less(w, 5), near, far) * x;
  }
  return select(equal(abs(x), 1), x * kInfinity, y);
}

Value lgamma(Value x) {
  constexpr double kG = 7, kTerms[] = {676.520368121885098567, -1259.13921672240287047, 771.323428777653078849, -176.61502916214059907,
                                       12.5073432786869048145, -0.138571095265720116896, 9.98436957801957085956e-6, 1.50563273514931155834e-7};
  const Value is_low = less(x, 0.5), z = select(is_low, -x, x - 1);
  Value sum = full_like(x, 0.99999999999980993227684700473478);
  for (int k = 0; k < 8; ++k) sum = sum + kTerms[k] / (z + (k + 1));
  const double shift = kG + 0.5;
  const Value t = z + shift, log_t = log1p(z / shift) + std::log(shift);
  const Value y = (z + 0.5 - t / log_t) * log_t + 0.5 * std::log(2 * pi) + log(sum);

  const Value size = abs(x), part = size - floor(size), near = minimum(part, 1 - part);  // |sin| repeats
  const Value log_sine = log(sin(near * pi));
  const Value reflected = select(is_finite(log_sine), std::log(pi) - log_sine - y, -log_sine);
  return select(equal(size, kInfinity), kInfinity, select(is_low, reflected, y));
}

Value digamma(Value x) {
  constexpr int kSteps = 10;
  constexpr double kSeries[] = {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12};
  const Value is_low = less(x, 0.5), z = select(is_low, 1 - x, x), far = z + kSteps, inverse = 1 / (far * far);
  Value steps = 1 / z;
  for (int k = 1; k < kSteps; ++k) steps = steps + 1 / (z + k);
  const Value y = log(far) - 0.5 / far - inverse * polynomial(inverse, kSeries) - steps;
  const Value part = x - floor(x + 0.5), cotangent = pi * cos(part * pi) / sin(part * pi);
  const Value is_pole = logical_and(less_equal(x, 0), equal(x, floor(x)));
  return select(is_pole, select(equal(x, 0), -kInfinity, full_like(x, kNaN)), select(is_low, y - cotangent, y));
}

Value zeta_sum(Value s, Value q) {
  constexpr double kCorrections[] = {12, -720, 30240, -1209600, 47900160, -1307674368000.0 / 691, 74724249600,
                                     -10670622842880000.0 / 3617, 5109094217170944000.0 / 43867, -802857662698291200000.0 / 174611,
                                     14101100039391805440000.0 / 77683, -1693824136731743669452800000.0 / 236364091};
  const int terms = s.dtype() == kF64 ? 12 : 8;
  Value total = power(q, -s);
  for (int k = 1; k < terms; ++k) total = total + power(q + k, -s);
  const Value end = q + terms, last = power(end, -s);
  Value product = s / end, corrections = 0.5 + product / kCorrections[0];
  for (int k = 1; k < terms; ++k) {
    product = product * ((s + (2 * k - 1)) / end) * ((s + 2 * k) / end);
    corrections = corrections + product / kCorrections[k];
  }
  return total + end * last / (s - 1) + last * corrections;
}

Value zeta(Value s, Value q) {
  const Value is_whole_s = equal(s, floor(s)), is_pole = logical_and(less_equal(q, 0), equal(q, floor(q)));
  const Value is_even = equal(remainder(s, 2), 0);
  const Value at_pole = select(logical_and(is_whole_s, is_even), full_like(s, kInfinity), full_like(s, kNaN));
  const Value has_none = logical_or(less(s, 1), logical_and(less(q, 0), logical_not(is_whole_s)));
  const Value y = select(is_pole, at_pole, zeta_sum(s, q));
  return select(equal(s, 1), kInfinity, select(has_none, kNaN, y));
}

Value polygamma(Value n, Value x) {
  const Value is_order = logical_and(equal(n, floor(n)), greater_equal(n, 0)), is_even = equal(remainder(n, 2), 0);
  const Value size = exp(lgamma(n + 1)) * zeta(n + 1, x);
  const Value y = select(is_even, -size, size);
  return select(is_order, select(equal(n, 0), digamma(x), y), kNaN);
}

}  // namespace hilo::formula
