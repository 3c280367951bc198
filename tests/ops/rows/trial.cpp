#include "tests/ops/rows/trial.h"

#include <algorithm>
#include <cmath>

namespace hilo::test {
namespace {

bool is_near_kink(const Input& input, double value) {
  return std::ranges::any_of(input.kinks, [&](double kink) { return std::abs(value - kink) < 0.05; });
}

// The numbers of one operand, for one part of complex ones.
std::vector<double> random_numbers(const Input& input, DType dtype, std::size_t count, Dice& dice) {
  double low = input.low, high = input.high;
  const bool is_whole = is_integer(dtype);
  if (is_whole) {
    low = std::max(std::ceil(low), min_finite(dtype));
    high = std::max(std::min(std::floor(high), max_finite(dtype)), low);
  }
  std::vector<double> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    double& value = result[i];
    if (input.is_distinct) {  // evenly spread, shuffled below
      value = low + (high - low) * (static_cast<double>(i) + 0.5) / static_cast<double>(count);
      if (is_whole) value = std::floor(value);
    } else {
      do value = is_whole ? low + std::floor(dice() * (high - low + 1)) : low + (high - low) * dice();
      while (!is_whole && is_near_kink(input, value));
    }
    if (input.step > 0) value = std::floor(value / input.step) * input.step + input.offset;
    if (is_bool(dtype)) value = dice() < 0.5 ? 0 : 1;
  }
  if (input.is_distinct) {
    for (std::size_t i = count; i > 1; --i) std::swap(result[i - 1], result[static_cast<std::size_t>(dice() * static_cast<double>(i))]);
  }
  for (double& value : result) value = static_cast<float>(value);  // f32 and f64 get the same numbers
  return result;
}

Array random_array(const Input& input, const Shape& shape, Dice& dice, int sample) {
  const auto count = static_cast<std::size_t>(shape.size());
  std::vector<double> real = input.values.empty() ? random_numbers(input, shape.dtype, count, dice) : input.values;
  if (!input.values.empty()) std::ranges::rotate(real, real.begin() + sample);  // given ones in another order
  if (!is_complex(shape.dtype)) return encode(Tensor<double>{shape.dims, real}, shape.dtype);
  const std::vector<double> imaginary = random_numbers(input, shape.dtype, count, dice);
  Tensor<Complex> numbers{shape.dims, {}};
  for (std::size_t i = 0; i < count; ++i) numbers.data.emplace_back(real[i], input.values.empty() ? imaginary[i] : 0);
  return encode(numbers, shape.dtype);
}

std::vector<Array> directions(const std::vector<Shape>& shapes, const std::string& name) {
  std::vector<Array> result;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    Dice dice(name + std::to_string(i));
    result.push_back(random_array(Input().between(-1, 1), shapes[i], dice, 0));
  }
  return result;
}

}  // namespace

DTypes operator+(DTypes a, const DTypes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

DTypes from_bits(int least_bits, DTypes list) {
  std::erase_if(list, [&](DType d) { return !is_bool(d) && bits(d) < least_bits; });
  return list;
}

Dice::Dice(std::string_view name) : state_(0x9E3779B97F4A7C15) {
  for (char c : name) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3;
}

double Dice::operator()() {  // splitmix64
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

Trial::Trial(const Row& r, DType d, int sample) : row(&r), dtype(d) {
  for (std::size_t i = 0; i < r.inputs.size(); ++i) {
    const Input& input = r.inputs[i];
    const Shape shape{input.dtype.value_or(d), input.dims};
    Dice dice(r.name + "/" + std::to_string(i) + "/" + std::to_string(sample));
    operands.push_back(random_array(input, shape, dice, sample));
    if (is_differentiable(shape.dtype) && !input.dtype && !input.is_constant) active_operands.push_back(i);
  }
  for (std::size_t i = 0; i < r.results.size(); ++i) {
    if (is_differentiable(r.results[i].dtype.value_or(d))) active_results.push_back(i);
  }
}

std::vector<Shape> Trial::shapes() const {
  std::vector<Shape> result;
  for (const Array& a : operands) result.push_back(a.shape());
  return result;
}

std::vector<Shape> Trial::result_shapes() const {
  std::vector<Shape> result;
  for (const Result& r : row->results) result.push_back({r.dtype.value_or(dtype), r.dims});
  return result;
}

std::vector<Shape> Trial::tangent_shapes() const {
  std::vector<Shape> result;
  for (std::size_t i : active_operands) result.push_back(operands[i].shape());
  return result;
}

std::vector<Shape> Trial::cotangent_shapes() const {
  const std::vector<Shape> all = result_shapes();
  std::vector<Shape> result;
  for (std::size_t i : active_results) result.push_back(all[i]);
  return result;
}

std::vector<Array> Trial::tangents(int sample) const {
  return directions(tangent_shapes(), row->name + "/tangent" + std::to_string(sample));
}

std::vector<Array> Trial::cotangents(int sample) const {
  return directions(cotangent_shapes(), row->name + "/cotangent" + std::to_string(sample));
}

std::vector<Array> joined(std::vector<Array> a, const std::vector<Array>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<Shape> joined(std::vector<Shape> a, const std::vector<Shape>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Array moved(const Array& a, double step, const Array& b) {
  Tensor<Complex> sum = decode<Complex>(a);
  const Tensor<Complex> direction = decode<Complex>(b);
  for (std::size_t i = 0; i < sum.data.size(); ++i) sum.data[i] += step * direction.data[i];
  return encode(sum, a.shape().dtype);
}

void fail(const Row& row, std::string_view what, std::string_view message) {
  ADD_FAILURE_AT(row.where.file_name(), static_cast<int>(row.where.line())) << row.name << ", " << what << ": " << message;
}

void expect_near(const Row& row, std::string_view what, const Tensor<Complex>& got, const Tensor<Complex>& want,
                 double tolerance) {
  if (got.dims != want.dims) return fail(row, what, "dims " + to_string(got.dims) + ", not " + to_string(want.dims));
  const auto differs = [&](double a, double b, double size) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) != std::isnan(b);
    return a != b && !(std::abs(a - b) <= tolerance * (size + 1));
  };
  for (std::size_t i = 0; i < got.data.size(); ++i) {
    const Complex a = got.data[i], b = want.data[i];
    if (!differs(a.real(), b.real(), std::abs(b)) && !differs(a.imag(), b.imag(), std::abs(b))) continue;
    std::ostringstream text;
    text.precision(17);
    text << "element " << i << " of " << to_string(got.dims) << " is " << a << ", not " << b << " (tolerance " << tolerance << ")";
    return fail(row, what, text.str());
  }
}

void compile_all(Module& module, const std::vector<Trial>& trials, std::string_view what) {
  module.compile();
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!module.failure(i).empty()) fail(*trials[i].row, std::string(what) + " in " + std::string(name(trials[i].dtype)), module.failure(i));
  }
}

std::vector<Trial> trials(const Family& family, DType dtype) {
  std::vector<Trial> result;
  for (const Row& row : family.rows) {
    if (row.is_run && std::ranges::find(row.dtypes, dtype) != row.dtypes.end()) result.emplace_back(row, dtype);
  }
  return result;
}

std::string family_name(const testing::TestParamInfo<std::size_t>& info) { return families()[info.param].name; }

}  // namespace hilo::test
