// What programs that are wrong are told, word by word.
#include <gtest/gtest.h>

#include "hilo/core/error.h"
#include "hilo/stablehlo/parse.h"

namespace hilo::stablehlo {
namespace {

struct Row {
  std::string text, message;
};

void expect_refusals(const std::vector<Row>& rows, auto read) {
  for (const Row& row : rows) {
    try {
      (void)read(row.text);
      ADD_FAILURE() << "not refused: " << row.text;
    } catch (const FormatError& error) {
      EXPECT_EQ(std::string(error.what()), row.message) << row.text;
    }
  }
}

TEST(ParseRefusals, Attributes) {
  expect_refusals(
      {
          {"dense<[1, 2]> : tensor<3xi32>",
           R"(a:1:12: got "]", expected ',': element 2 of the 3 along axis 0)"},
          {"dense<[1, 2, 3]> : tensor<2xi32>",
           "a:1:12: more than the 2 elements that the type has along axis 0"},
          {"dense<[[1, 2], [3]]> : tensor<2x2xi32>",
           R"(a:1:18: got "]", expected ',': element 1 of the 2 along axis 1)"},
          {"dense<[1, 2]> : tensor<2x2xi32>",
           R"(a:1:8: got "1", expected '[': a list along axis 1)"},
          {"dense<[1, 2]> : tensor<9223372036854775807xi8>", "a:1:24: an axis longer than 2^62"},
          {"dense<[1, 2]> : tensor<4611686018427387904xi8>",
           "a:1:7: fewer elements than the 4611686018427387904 of the type"},
          {"dense<[1, 2]> : tensor<4611686018427387904x2xi8>",
           "a:1:23: a tensor of more than 2^62 elements"},
          {"dense<[1.0, 2.0]> : tensor<2xi32>",
           "a:1:8: a number with a point among integers (i32)"},
          {"dense<1> : tensor<2xf32>",
           "a:1:7: a whole number among floats (f32), expected 1.0 or the bits, 0x3F800000"},
          {"dense<0x123456789> : tensor<2xf32>", "a:1:7: more bits than f32 has"},
          {"dense<300> : tensor<2xi8>", "a:1:7: a number that does not fit i8"},
          {"dense<-1> : tensor<2xui8>", "a:1:7: a number that does not fit ui8"},
          {"dense<true> : tensor<2xi8>", "a:1:7: true or false among i8, expected numbers"},
          {"dense<1.0> : tensor<complex<f32>>",
           R"(a:1:7: got "1", expected '(': a complex number, (re, im))"},
          {"dense<\"0x0102\"> : tensor<3xi8>", "a:1:10: 2 bytes of elements, the type has 3 of 1"},
          {"dense<\"0x01G2\"> : tensor<2xi8>",
           R"(a:1:12: got "G2", expected two hexadecimal digits)"},
          {"dense<\"0x012\"> : tensor<2xi8>", "a:1:10: an odd number of hexadecimal digits"},
          {"dense<\"abc\"> : tensor<2xi8>",
           "a:1:7: strings as elements are not read, expected \"0x..\""},
          {"dense<> : tensor<2xi8>", "a:1:7: no elements, the type has 2"},
          {"dense<1> : tensor<?xi8>", "a:1:12: a constant of unknown length"},
          {"dense<1 : tensor<2xi8>", R"(a:1:23: got the end of the text, expected ':')"},
          {"dense<1", "a:1:6: the elements of a constant without their closing '>'"},
          {"dense_resource<k> : tensor<2xi8>",
           R"(a:1:16: the resource "k" is nowhere in the file)"},
          {"sparse<0, 1> : tensor<2xi8>", "a:1:1: the attribute sparse is not read"},
          {"affine_map<() -> ()>", "a:1:1: the attribute affine_map is not read"},
          {"#sdy. {a}", R"(a:1:1: the attribute "#sdy." is not read)"},
          {"#sdy.3d<a>", R"(a:1:1: the attribute "#sdy.3d" is not read)"},
          {"#sdy.a-b<c>", R"(a:1:1: the attribute "#sdy.a-b" is not read)"},
          {"#foo.bar<1>", R"(a:1:1: the attribute "#foo.bar" is not read)"},
          {"#foo", R"(a:1:1: "#foo" is defined nowhere in the file)"},
          {"#stablehlo<comparison_direction XX>",
           R"(a:1:33: got "XX" as comparison_direction, expected one of EQ NE GE GT LE LT)"},
          {"#stablehlo.gather<offset_dim = [1]>", R"(a:1:19: #gather has no member "offset_dim")"},
          {"#stablehlo.gather<offset_dims = [1], offset_dims = [1]>",
           "a:1:38: offset_dims is given twice"},
          {"#stablehlo.conv<[b, 0, f]x[0, i, o]->[b, 1, f]>",
           "a:1:38: the spatial axes are not numbered 0, 1, .."},
          {"#stablehlo.conv<[b, 0, b]x[0, i, o]->[b, 0, f]>",
           "a:1:17: expected one b, one f and the numbers of the spatial axes"},
          {"{x = 1, x = 2}", R"(a:1:1: the attribute "x" is given twice)"},
          {"\"abc", "a:1:1: a string without its closing quote"},
          {"\"a\\q\"",
           R"(a:1:3: unknown escape in a string, expected \", \\, \n, \t or two hexadecimal digits)"},
          {"1 : tensor<2xi32>",
           "a:1:5: a number of type i32[2], expected a type of scalars (i64, f32, ..)"},
          {"99999999999999999999", "a:1:1: a number that does not fit i64"},
          {"[1 2]", R"(a:1:4: got "2", expected ',')"},
          {"1 2", R"(a:1:3: got "2", expected the end of the text)"},
          {"", "a:1:1: got the end of the text, expected an attribute"},
      },
      [](const std::string& text) { return parse_attribute(text, "a"); });
}

TEST(ParseRefusals, Types) {
  expect_refusals(
      {
          {"tensor<3xf9>",
           R"(t:1:10: the type "f9" is not read, expected tensor<..>, f32, i64, ..)"},
          {"memref<3xf32>",
           R"(t:1:1: the type "memref" is not read, expected tensor<..>, f32, i64, ..)"},
          {"tensor<*xf32>", "t:1:8: tensors without a rank are not read: tensor<*x..>"},
          {"tensor<4294967296x4294967296xf32>", "t:1:7: a tensor of more than 2^62 elements"},
          {"tensor<2xf32", R"(t:1:13: got the end of the text, expected '>')"},
          {"tensor<complex<i32>>", R"(t:1:16: complex numbers of "i32", expected f32 or f64)"},
          {"!tf_type.string", R"(t:1:1: the type "!tf_type.string" is not read)"},
          {"!stablehlo.foobar", R"(t:1:1: the type "!stablehlo.foobar" is not read)"},
          {"tensor<2xf32, #stablehlo.bounds<3, ?>>", "t:1:15: 2 bounds of a tensor with 1 axes"},
          {"tensor<2x!quant.any<i8:f32>>", R"(t:1:10: the type "!quant.any" is not read)"},
          {"tensor<2x!quant.uniform<i8:f32:{0:1}, {0.5}>>",
           "t:1:32: a scale for each block of several axes is not read"},
          {"tensor<2x!quant.uniform<f8:f32, 0.5>>", R"(t:1:25: stores "f8", expected an integer)"},
      },
      [](const std::string& text) { return parse_type(text, "t"); });
}

// The op alone, in a function of %a: tensor<f32>.
TEST(ParseRefusals, Ops) {
  expect_refusals(
      {
          {"%0 = stablehlo.add %b, %b : tensor<f32>", R"(p:2:20: "%b" is not defined here)"},
          {"%0 = stablehlo.add %a, %a : tensor<2xf32>",
           "p:2:20: %a is tensor<f32> where it is defined, tensor<2xf32> here"},
          {"%a = stablehlo.add %a, %a : tensor<f32>", R"(p:2:1: "%a" is defined before)"},
          {"%0 = stablehlo.ad %a, %a : tensor<f32>",
           R"(p:2:6: no pretty form of "stablehlo.ad" is known; did you mean stablehlo.add, stablehlo.and, stablehlo.pad?)"},
          {"%0:2 = stablehlo.add %a, %a : tensor<f32>",
           "p:2:1: 2 names for 1 result of stablehlo.add"},
          {"%0:0 = stablehlo.add %a, %a : tensor<f32>", "p:2:1: a name for less than one result"},
          {"%0 = stablehlo.add %a : tensor<f32>", R"(p:2:23: got ":", expected ',')"},
          {"%0 = stablehlo.add %a#1, %a : tensor<f32>", R"(p:2:22: "%a" has 1 result, not "#1")"},
          {"%0 = stablehlo.reshape %a : tensor<f32>",
           R"(p:3:1: got "}", expected '->' and the types of the results)"},
          {"%0 = stablehlo.compare XX, %a, %a : (tensor<f32>, tensor<f32>) -> tensor<i1>",
           R"(p:2:24: got "XX" as comparison_direction, expected one of EQ NE GE GT LE LT)"},
          {"%0 = stablehlo.slice %a [0:1:] : (tensor<f32>) -> tensor<f32>",
           R"(p:2:30: got "]", expected a stride)"},
          {"%0 = stablehlo.reduce_precision %a, format = m5 : tensor<f32>",
           R"(p:2:46: got "m5", expected a format (e5m10))"},
          {"%0 = stablehlo.iota dim = 99999999999999999999 : tensor<f32>",
           R"(p:2:27: a whole number does not fit 64 bits: "99999999999999999999")"},
          {"%0 = \"stablehlo.add\"(%a) : (tensor<f32>, tensor<f32>) -> tensor<f32>",
           "p:2:6: 2 types for 1 operand of stablehlo.add"},
          {"\"foo.bar\"(%a)[^bb1] : (tensor<f32>) -> ()",
           "p:2:14: branches between blocks are not read"},
          {"cf.br ^bb1",
           R"(p:2:1: no pretty form of "cf.br" is known, only ops in quotes can be of any name)"},
          {"return\n^bb1:", "p:3:1: a second block; regions of StableHLO have one"},
          {"%0 = stablehlo.cholesky %a, lower = true {lower = true} : tensor<f32>",
           R"(p:2:6: the attribute "lower" is given twice)"},
          {"func.func @g(%x: tensor<f32>, tensor<f32>)",
           "p:2:31: arguments with and without names"},
          {"func.func @g() { %1 = stablehlo.abs %a : tensor<f32> }",
           R"(p:2:37: "%a" is not defined here)"},
          {"\"stablehlo.case\"(%a) ({ %1 = stablehlo.abs %a : tensor<f32> }, { stablehlo.return %1 "
           ": tensor<f32> }) : (tensor<f32>) -> ()",
           R"(p:2:83: "%1" is not defined here)"},
          {"return %a : tensor<f32> loc(#l)", R"(p:2:29: "#l" is defined nowhere in the file)"},
          {"$", R"(p:2:1: unexpected character "$")"},
          {"\x01", R"(p:2:1: unexpected character "\x01")"},
      },
      [](const std::string& op) {
        return parse_text("func.func @f(%a: tensor<f32>) {\n" + op + "\n}\n", "p");
      });
}

// Each alias is twice the one before.
std::string doubled(const std::string& mark, const std::string& first, const std::string& open,
                    const std::string& close) {
  std::string text = mark + "0 = " + first + "\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = mark + std::to_string(i - 1);
    text += mark + std::to_string(i) + " = " + open + before + ", " + before + close + "\n";
  }
  return text;
}

TEST(ParseRefusals, AliasesThatGrowWithoutEnd) {
  const std::string problem = "the aliases of the program, written out, take too much memory";
  expect_refusals({{"module attributes {x.a = #a39} {}\n" + doubled("#a", "[1, 1]", "[", "]"),
                    "p:17:9: " + problem},
                   {"func.func private @f(!a39)\n" +
                        doubled("!a", "tuple<tensor<f32>, tensor<f32>>", "tuple<", ">"),
                    "p:19:14: " + problem}},
                  [](const std::string& text) { return parse_text(text, "p"); });
}

TEST(ParseRefusals, Programs) {
  expect_refusals(
      {
          {"module {", "p:1:9: got the end of the text, expected an operation or '}'"},
          {"func.func @f(tensor<f32>) { return }",
           "p:1:27: the body of a function whose arguments have no names"},
          {"#a = #b\n#b = #a\n", R"(p:1:6: "#b" is defined by itself)"},
          {"#a = 1\n#a = 2\n", R"(p:2:1: "#a" is defined twice)"},
          {"!t = tensor<2x!t>\n", R"(p:1:15: "!t" is defined by itself)"},
          {"}", R"(p:1:1: got "}", expected an operation)"},
      },
      [](const std::string& text) { return parse_text(text, "p"); });
}

}  // namespace
}  // namespace hilo::stablehlo
