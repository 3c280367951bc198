#include "hilo/ops/bessel.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// Cephes' Chebyshev series of exp(-x) I0(x) in x/2 - 2 on [0, 8], and of sqrt(x) exp(-x) I0(x) in
// 32/x - 2 beyond; for f32 the last ones are enough.
constexpr std::size_t kNearF32 = 18, kFarF32 = 7;
constexpr double kNear[] = {
    -4.41534164647933937950e-18, 3.33079451882223809783e-17,  -2.43127984654795469359e-16,
    1.71539128555513303061e-15,  -1.16853328779934516808e-14, 7.67618549860493561688e-14,
    -4.85644678311192946090e-13, 2.95505266312963983461e-12,  -1.72682629144155570723e-11,
    9.67580903537323691224e-11,  -5.18979560163526290666e-10, 2.65982372468238665035e-9,
    -1.30002500998624804212e-8,  6.04699502254191894932e-8,   -2.67079385394061173391e-7,
    1.11738753912010371815e-6,   -4.41673835845875056359e-6,  1.64484480707288970893e-5,
    -5.75419501008210370398e-5,  1.88502885095841655729e-4,   -5.76375574538582365885e-4,
    1.63947561694133579842e-3,   -4.32430999505057594430e-3,  1.05464603945949983183e-2,
    -2.37374148058994688156e-2,  4.93052842396707084878e-2,   -9.49010970480476444210e-2,
    1.71620901522208775349e-1,   -3.04682672343198398683e-1,  6.76795274409476084995e-1};
constexpr double kFar[] = {
    -7.23318048787475395456e-18, -4.83050448594418207126e-18, 4.46562142029675999901e-17,
    3.46122286769746109310e-17,  -2.82762398051658348494e-16, -3.42548561967721913462e-16,
    1.77256013305652638360e-15,  3.81168066935262242075e-15,  -9.55484669882830764870e-15,
    -4.15056934728722208663e-14, 1.54008621752140982691e-14,  3.85277838274214270114e-13,
    7.18012445138366623367e-13,  -1.79417853150680611778e-12, -1.32158118404477131188e-11,
    -3.14991652796324136454e-11, 1.18891471078464383424e-11,  4.94060238822496958910e-10,
    3.39623202570838634515e-9,   2.26666899049817806459e-8,   2.04891858946906374183e-7,
    2.89137052083475648297e-6,   6.88975834691682398426e-5,   3.36911647825569408990e-3,
    8.04490411014108831608e-1};

// The same of exp(-x) I1(x) / x and of sqrt(x) exp(-x) I1(x), by interpolation with 50 digits.
constexpr std::size_t kNear1F32 = 17, kFar1F32 = 7;
constexpr double kNear1[] = {
    2.77791411276104637e-18,  -2.111421214358166078e-17, 1.553631957736200469e-16,
    -1.105596947735386308e-15, 7.600684294735406934e-15, -5.042185504727911687e-14,
    3.22379336594557471e-13,  -1.983974397764943715e-12, 1.173618629889090163e-11,
    -6.663489723502027742e-11, 3.625590281552117037e-10, -1.887249751722829288e-9,
    9.381537386495771784e-9,  -4.445059128796328081e-8,  2.003294753552135262e-7,
    -8.568720264695454741e-7, 3.470251308137678477e-6,   -1.327316365603943583e-5,
    4.781565107550054226e-5,  -1.617608158258967456e-4,  5.122859561685757729e-4,
    -1.513572450631253149e-3, 4.156422944312888157e-3,   -1.056408489462619816e-2,
    2.472644903062651683e-2,  -5.294598120809499143e-2,  1.026436586898470954e-1,
    -1.764165183578340552e-1, 2.525871864436336548e-1};
constexpr double kFar1[] = {
    7.517296310842104805e-18,  4.41434832307170795e-18,   -4.650305368489358326e-17,
    -3.209525921993423959e-17, 2.962628997645950139e-16,  3.308202310920928283e-16,
    -1.880354775510782449e-15, -3.814403072437007805e-15, 1.042027698412880276e-14,
    4.272440016711951354e-14,  -2.101541842772664313e-14, -4.083551111092197318e-13,
    -7.198551776245908512e-13, 2.035628544147089507e-12,  1.412580743661378133e-11,
    3.252603583015488239e-11,  -1.897495812350541234e-11, -5.589743462196583807e-10,
    -3.835380385964237022e-9,  -2.631468846889519507e-8,  -2.512236237870208925e-7,
    -3.882564808877690393e-6,  -1.105889387626237163e-4,  -9.761097491361468408e-3,
    7.785762350182801205e-1};

Value chebyshev(Value x, std::span<const double> c) {
  Value b0 = full(x.shape(), c[0]), b1 = zeros_like(x), b2 = b1;
  for (double next : c.subspan(1)) {
    b2 = b1;
    b1 = b0;
    b0 = x * b1 - b2 + next;
  }
  return 0.5 * (b0 - b2);
}

// The two series of an order, and how much of them is enough for f32.
struct Series {
  std::span<const double> near, far;
  std::size_t near_f32, far_f32;
};

// What the series say at a size of at least 0: exp(-x) I0(x), or exp(-x) I1(x), but for its factor x up to 8.
Value scaled(Value size, const Series& s) {
  const bool is_double = size.dtype() == kF64;
  const Value large = maximum(size, 8);
  const Value beyond = chebyshev(32 / large - 2, is_double ? s.far : s.far.last(s.far_f32)) / sqrt(large);
  return select(size <= 8, chebyshev(size / 2 - 2, is_double ? s.near : s.near.last(s.near_f32)), beyond);
}

Value i0e(Value x) { return scaled(abs(x), {kNear, kFar, kNearF32, kFarF32}); }

Value i1e(Value x) {
  const Value size = abs(x);
  return select(size <= 8, x, sign(x)) * scaled(size, {kNear1, kFar1, kNear1F32, kFar1F32});
}

// y / x, and its limit 1/2 for the functions of order 1 near 0.
Value over_x(Value y, Value x) {
  const Value is_tiny = abs(x) <= epsilon(x.dtype());
  return select(is_tiny, full(x.shape(), 0.5), y / select(is_tiny, ones_like(x), x));
}

struct BesselI0e : FormulaOp<BesselI0e, 1> {
  static constexpr std::string_view kName = "hilo.bessel_i0e";
  static Value formula(std::span<const Value> p) { return i0e(p[0]); }
  static Derivatives derivatives(const At& at) {
    return {bessel_i1e(at.x[0]) - sign(at.x[0]) * at.y};
  }
};

struct BesselI1e : Unary<BesselI1e> {
  static constexpr std::string_view kName = "chlo.bessel_i1e";
  static Value d(Value x, Value y, Value d_y) {
    return d_y * (bessel_i0e(x) - sign(x) * y - over_x(y, x));
  }
  [[nodiscard]] Function decomposition(Shapes in) const {
    return widened(in, [](std::span<const Value> p) { return i1e(p[0]); });
  }
};

struct BesselI0 : FormulaOp<BesselI0, 1> {
  static constexpr std::string_view kName = "hilo.bessel_i0";
  static Value formula(std::span<const Value> p) { return exp(abs(p[0])) * i0e(p[0]); }
  static Derivatives derivatives(const At& at) { return {bessel_i1(at.x[0])}; }
};

struct BesselI1 : FormulaOp<BesselI1, 1> {
  static constexpr std::string_view kName = "hilo.bessel_i1";
  static Value formula(std::span<const Value> p) { return exp(abs(p[0])) * bessel_i1e(p[0]); }
  static Derivatives derivatives(const At& at) {
    return {bessel_i0(at.x[0]) - over_x(at.y, at.x[0])};
  }
};

template <class Op>
Value unary(const Operand& x) {
  return apply(Op{}, promote(Op::kName, {x}), x.where);
}

}  // namespace

void list_bessel_ops(OpTable& table) {
  table.add<BesselI0>(), table.add<BesselI1>(), table.add<BesselI0e>(), table.add<BesselI1e>();
}

Value bessel_i0(Operand x) { return unary<BesselI0>(x); }
Value bessel_i1(Operand x) { return unary<BesselI1>(x); }
Value bessel_i0e(Operand x) { return unary<BesselI0e>(x); }
Value bessel_i1e(Operand x) { return unary<BesselI1e>(x); }

}  // namespace hilo
