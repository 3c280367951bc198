// JAX's calls of LAPACK and of a GPU's solvers as Hilo's own linear algebra: each row is a program that puts together again what the call took
// apart, so that its result is its argument.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/stablehlo/import.h"

namespace hilo::stablehlo {
namespace {

struct LapackRow {
  std::string name, body;  // of a function of %x : tensor<3x3xf32>
};

constexpr std::string_view kTo = " : tensor<3x3xf32>\n";
constexpr std::string_view kFunction = R"(
func.func @main(%x: tensor<3x3xf32>) -> tensor<3x3xf32> {
  %row = stablehlo.iota dim = 0 : tensor<3x3xi32>
  %column = stablehlo.iota dim = 1 : tensor<3x3xi32>
  %is_lower = stablehlo.compare GE, %row, %column : (tensor<3x3xi32>, tensor<3x3xi32>) -> tensor<3x3xi1>
  %is_diagonal = stablehlo.compare EQ, %row, %column : (tensor<3x3xi32>, tensor<3x3xi32>) -> tensor<3x3xi1>
  %is_strict = stablehlo.compare GT, %row, %column : (tensor<3x3xi32>, tensor<3x3xi32>) -> tensor<3x3xi1>
  %none = stablehlo.constant dense<0.0> : tensor<3x3xf32>
  %one = stablehlo.constant dense<1.0> : tensor<3x3xf32>
)";

std::string call(std::string_view target, std::string_view config, std::string_view operands, std::string_view types) {
  return "stablehlo.custom_call @lapack_" + std::string(target) + "_ffi(" + std::string(operands) + ") {mhlo.backend_config = {" + std::string(config) +
         "}} : " + std::string(types) + "\n";
}
std::string gpu_call(std::string_view target, std::string_view config, std::string_view operands, std::string_view types) {
  return "stablehlo.custom_call @" + std::string(target) + "_ffi(" + std::string(operands) + ") {mhlo.backend_config = {" + std::string(config) +
         "}} : " + std::string(types) + "\n";
}
std::string product(std::string_view a, std::string_view b) {
  return "stablehlo.dot_general " + std::string(a) + ", " + std::string(b) +
         ", contracting_dims = [1] x [0] : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>\n";
}
std::string transposed(std::string_view a) { return "stablehlo.transpose " + std::string(a) + ", dims = [1, 0] : (tensor<3x3xf32>) -> tensor<3x3xf32>\n"; }
std::string chosen(std::string_view where, std::string_view a, std::string_view b) {
  return "stablehlo.select " + std::string(where) + ", " + std::string(a) + ", " + std::string(b) + " : tensor<3x3xi1>, tensor<3x3xf32>\n";
}
// %scaled: the columns of `a`, each times its number.
std::string scaled(const std::string& a, const std::string& by) {
  return "%w = stablehlo.broadcast_in_dim " + by + ", dims = [1] : (tensor<3xf32>) -> tensor<3x3xf32>\n%scaled = stablehlo.multiply " + a + ", %w" + std::string(kTo);
}
// The rows at which elimination swapped, undone: row k and row pivot, the last first.
std::string swapped_back() {
  std::string text;
  std::string now = "%lu";
  for (int k = 2; k >= 0; --k) {
    const std::string n = std::to_string(k);
    text += "%p" + n + " = stablehlo.slice %f#1 [" + n + ":" + std::to_string(k + 1) + "] : (tensor<3xi32>) -> tensor<1xi32>\n" +
            "%q" + n + " = stablehlo.reshape %p" + n + " : (tensor<1xi32>) -> tensor<i32>\n" +
            "%c" + n + " = stablehlo.constant dense<" + n + "> : tensor<i32>\n" + "%u" + n + " = stablehlo.constant dense<1> : tensor<i32>\n" +
            "%z" + n + " = stablehlo.constant dense<0> : tensor<i32>\n" + "%i" + n + " = stablehlo.subtract %q" + n + ", %u" + n + " : tensor<i32>\n";
    for (const std::string& row : {"c" + n, "i" + n}) {
      text += "%of_" + row + " = stablehlo.dynamic_slice " + now + ", %" + row + ", %z" + n + ", sizes = [1, 3] : (tensor<3x3xf32>, tensor<i32>, tensor<i32>) -> tensor<1x3xf32>\n";
    }
    const std::string update = "(tensor<3x3xf32>, tensor<1x3xf32>, tensor<i32>, tensor<i32>) -> tensor<3x3xf32>\n";
    text += "%s" + n + " = stablehlo.dynamic_update_slice " + now + ", %of_i" + n + ", %c" + n + ", %z" + n + " : " + update;
    text += "%t" + n + " = stablehlo.dynamic_update_slice %s" + n + ", %of_c" + n + ", %i" + n + ", %z" + n + " : " + update;
    now = "%t" + n;
  }
  return text + "return " + now + std::string(kTo);
}

std::string real_part(const std::string& to, const std::string& of) { return to + " = stablehlo.real " + of + " : (tensor<3x3xcomplex<f32>>) -> tensor<3x3xf32>\n"; }
// %q of the reflections in %f#0, which leave the first axis as it is.
std::string frame(const std::string& taus) {
  return "%v = stablehlo.slice %f#0 [1:3, 0:2] : (tensor<3x3xf32>) -> tensor<2x2xf32>\n%inner = " + call("sorgqr", "", "%v, " + taus, "(tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>") +
         "%nought = stablehlo.constant dense<0.0> : tensor<f32>\n"
         "%moved = stablehlo.pad %inner, %nought, low = [1, 1], high = [0, 0], interior = [0, 0] : (tensor<2x2xf32>, tensor<f32>) -> tensor<3x3xf32>\n"
         "%unit = stablehlo.constant dense<[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>\n"
         "%q = stablehlo.add %moved, %unit : tensor<3x3xf32>\n"
         "%is_far_below = stablehlo.constant dense<[[false, false, false], [false, false, false], [true, false, false]]> : tensor<3x3xi1>\n";
}
// %h of the numbers that sytrd gives apart.
std::string three_diagonals() {
  return "%d = stablehlo.broadcast_in_dim %f#1, dims = [0] : (tensor<3xf32>) -> tensor<3x3xf32>\n%on = " + chosen("%is_diagonal", "%d", "%none") +
         "%nil = stablehlo.constant dense<0.0> : tensor<f32>\n"
         "%e = stablehlo.pad %f#2, %nil, low = [1], high = [0], interior = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<3xf32>\n"
         "%ee = stablehlo.broadcast_in_dim %e, dims = [0] : (tensor<3xf32>) -> tensor<3x3xf32>\n"
         "%is_below = stablehlo.constant dense<[[false, false, false], [true, false, false], [false, true, false]]> : tensor<3x3xi1>\n%low = " +
         chosen("%is_below", "%ee", "%none") + "%high = " + transposed("%low") + "%h0 = stablehlo.add %on, %low" + std::string(kTo) + "%h = stablehlo.add %h0, %high" + std::string(kTo);
}

// The argument is symmetric and positive definite.
std::vector<LapackRow> rows() {
  const std::string to_svd = "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3xf32>, tensor<3x3xf32>, tensor<3x3xf32>, tensor<i32>)";
  const std::string to_factor = "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<i32>)";
  return {
      {"potrf", "%f:2 = " + call("spotrf", "uplo = 76 : ui8", "%x", to_factor) + "%l = " + chosen("%is_lower", "%f#0", "%none") + "%lt = " + transposed("%l") +
                    "%r = " + product("%l", "%lt") + "return %r" + std::string(kTo)},
      {"potrf of the upper triangle", "%f:2 = " + call("spotrf", "uplo = 85 : ui8", "%x", to_factor) + "%u = " + chosen("%is_strict", "%none", "%f#0") +
                                          "%ut = " + transposed("%u") + "%r = " + product("%ut", "%u") + "return %r" + std::string(kTo)},
      {"getrf", "%f:3 = " + call("sgetrf", "", "%x", "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3xi32>, tensor<i32>)") + "%below = " +
                    chosen("%is_strict", "%f#0", "%none") + "%l = " + chosen("%is_diagonal", "%one", "%below") + "%u = " + chosen("%is_strict", "%none", "%f#0") +
                    "%lu = " + product("%l", "%u") + swapped_back()},
      {"trsm", "%s = " + call("strsm", "side = 76 : ui8, uplo = 76 : ui8, trans_x = 84 : ui8, diag = 78 : ui8", "%x, %x",
                              "(tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>") +
                   "%l = " + chosen("%is_lower", "%x", "%none") + "%lt = " + transposed("%l") + "%r = " + product("%lt", "%s") + "return %r" + std::string(kTo)},
      {"geqrf and orgqr", "%f:2 = " + call("sgeqrf", "", "%x", "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3xf32>)") + "%q = " +
                              call("sorgqr", "", "%f#0, %f#1", "(tensor<3x3xf32>, tensor<3xf32>) -> tensor<3x3xf32>") + "%u = " +
                              chosen("%is_strict", "%none", "%f#0") + "%r = " + product("%q", "%u") + "return %r" + std::string(kTo)},
      {"syevd", "%f:3 = " + call("ssyevd", "mode = 86 : ui8, uplo = 76 : ui8", "%x", "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3xf32>, tensor<i32>)") +
                    scaled("%f#0", "%f#1") + "%vt = " + transposed("%f#0") + "%r = " + product("%scaled", "%vt") + "return %r" + std::string(kTo)},
      {"gesdd", "%f:5 = " + call("sgesdd", "mode = 65 : ui8", "%x", to_svd) + scaled("%f#2", "%f#1") + "%r = " + product("%scaled", "%f#3") + "return %r" + std::string(kTo)},
      {"geev", "%f:5 = " + call("sgeev", "compute_left = 86 : ui8, compute_right = 86 : ui8", "%x",
                                "(tensor<3x3xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3x3xcomplex<f32>>, tensor<3x3xcomplex<f32>>, tensor<i32>)") +
                   real_part("%left", "%f#2") + real_part("%right", "%f#3") + scaled("%right", "%f#0") + "%vt = " + transposed("%left") + "%r = " +
                   product("%scaled", "%vt") + "return %r" + std::string(kTo)},
      {"gees", "%f:6 = " + call("sgees", "mode = 86 : ui8, sort = 78 : ui8", "%x",
                                "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<i32>, tensor<i32>)") +
                   "%zt = " + transposed("%f#1") + "%tz = " + product("%f#0", "%zt") + "%r = " + product("%f#1", "%tz") + "return %r" + std::string(kTo)},
      {"gehrd and orgqr", "%f:3 = " + call("sgehrd", "low = 1 : i32, high = 3 : i32", "%x", "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<2xf32>, tensor<i32>)") +
                              frame("%f#1") + "%h = " + chosen("%is_far_below", "%none", "%f#0") + "%qt = " + transposed("%q") + "%hq = " + product("%h", "%qt") +
                              "%r = " + product("%q", "%hq") + "return %r" + std::string(kTo)},
      {"sytrd and orgqr", "%f:5 = " + call("ssytrd", "uplo = 76 : ui8", "%x", "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3xf32>, tensor<2xf32>, tensor<2xf32>, tensor<i32>)") +
                              frame("%f#3") + three_diagonals() + "%qt = " + transposed("%q") + "%hq = " + product("%h", "%qt") + "%r = " + product("%q", "%hq") +
                              "return %r" + std::string(kTo)},
      {"sytrd of a GPU", "%f:5 = " + gpu_call("cusolver_sytrd", "lower = true", "%x", "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3xf32>, tensor<2xf32>, tensor<2xf32>, tensor<i32>)") +
                             frame("%f#3") + three_diagonals() + "%qt = " + transposed("%q") + "%hq = " + product("%h", "%qt") + "%r = " + product("%q", "%hq") +
                             "return %r" + std::string(kTo)},
      {"potrf of a GPU", "%f:2 = " + gpu_call("cusolver_potrf", "lower = true", "%x", to_factor) + "%l = " + chosen("%is_lower", "%f#0", "%none") + "%lt = " +
                             transposed("%l") + "%r = " + product("%l", "%lt") + "return %r" + std::string(kTo)},
      {"getrf of a GPU", "%f:3 = " + gpu_call("hipsolver_getrf", "", "%x", "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3xi32>, tensor<i32>)") + "%below = " +
                             chosen("%is_strict", "%f#0", "%none") + "%l = " + chosen("%is_diagonal", "%one", "%below") + "%u = " +
                             chosen("%is_strict", "%none", "%f#0") + "%lu = " + product("%l", "%u") + swapped_back()},
      {"geqrf and orgqr of a GPU", "%f:2 = " + gpu_call("hipsolver_geqrf", "", "%x", "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3xf32>)") + "%q = " +
                                       gpu_call("hipsolver_orgqr", "", "%f#0, %f#1", "(tensor<3x3xf32>, tensor<3xf32>) -> tensor<3x3xf32>") + "%u = " +
                                       chosen("%is_strict", "%none", "%f#0") + "%r = " + product("%q", "%u") + "return %r" + std::string(kTo)},
      {"syevd of a GPU", "%f:3 = " + gpu_call("cusolver_syevd", "algorithm = 0 : ui8, lower = false", "%x",
                                              "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3xf32>, tensor<i32>)") +
                             scaled("%f#0", "%f#1") + "%vt = " + transposed("%f#0") + "%r = " + product("%scaled", "%vt") + "return %r" + std::string(kTo)},
      {"gesvd of a GPU", "%f:5 = " + gpu_call("cusolver_gesvd", "compute_uv = true, full_matrices = true, transposed = false", "%x", to_svd) +
                             scaled("%f#2", "%f#1") + "%r = " + product("%scaled", "%f#3") + "return %r" + std::string(kTo)},
      {"gesvd of a GPU, of the transpose", "%f:5 = " + gpu_call("cusolver_gesvd", "compute_uv = true, full_matrices = false, transposed = true", "%x", to_svd) +
                                               scaled("%f#3", "%f#1") + "%r = " + product("%scaled", "%f#2") + "return %r" + std::string(kTo)},
      {"gesvdj of a GPU", "%f:5 = " + gpu_call("cusolver_gesvdj", "compute_uv = true, full_matrices = true", "%x", to_svd) + scaled("%f#2", "%f#1") + "%vt = " +
                              transposed("%f#3") + "%r = " + product("%scaled", "%vt") + "return %r" + std::string(kTo)},
  };
}

TEST(ImportLapack, CallsAreTakenApartAndPutTogether) {
  const pjrt::Client client = pjrt::open("cpu");
  const std::vector<float> numbers = {2, -1, 4, -1, 3, 0.5F, 4, 0.5F, 13};  // pivots are swapped
  const Array x = Array::of({3, 3}, numbers);
  for (const LapackRow& row : rows()) {
    SCOPED_TRACE(row.name);
    const Imported program = import_program(std::string(kFunction) + row.body + "}\n");
    const std::vector<Array> out = Program::compile(client, program.function, {}, {.cache = nullptr}).run(std::vector{x});
    const auto got = out[0].data<float>();
    for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_NEAR(got[i], numbers[i], 2e-5) << i;
  }
}

TEST(ImportLapack, LettersThatLapackDoesNotKnowAreRefused) {
  const std::string body = "%f:2 = " + call("spotrf", "uplo = 90 : ui8", "%x", "(tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<i32>)") + "return %f#0" + std::string(kTo);
  try {
    (void)import_program(std::string(kFunction) + body + "}\n");
    FAIL() << "was taken";
  } catch (const std::exception& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("no letter 'uplo' of LAPACK"));
    EXPECT_THAT(e.what(), testing::HasSubstr("one of LU in mhlo.backend_config"));
  }
}

}  // namespace
}  // namespace hilo::stablehlo
