#include "hilo/stablehlo/check.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "hilo/graph/read_attribute.h"

namespace hilo::stablehlo {
namespace {

// Floats of any width as whole numbers in their order; the distance of two is in units of the last place.
std::int64_t place(std::uint64_t bits, int width) {
  const std::uint64_t sign = std::uint64_t{1} << (width - 1), magnitude = bits & (sign - 1);
  return (bits & sign) != 0 ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
}

std::uint64_t distance(std::int64_t a, std::int64_t b) {
  return a > b ? static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b) : static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a);
}

// The numbers of an array one after the other, of complex ones both parts.
class Numbers {
 public:
  explicit Numbers(const Array& array) : array_(array) {
    const DType dtype = array.shape().dtype;
    part_ = dtype == DType::kC64 ? DType::kF32 : dtype == DType::kC128 ? DType::kF64 : dtype;
    width_ = static_cast<std::size_t>(bytes(part_));
    count_ = array.bytes().size() / width_;
    if (part_ == dtype) values_ = array.to_doubles();
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] DType part() const { return part_; }
  [[nodiscard]] std::size_t parts_in_element() const { return part_ == array_.shape().dtype ? 1 : 2; }
  [[nodiscard]] std::uint64_t bits(std::size_t i) const {
    std::uint64_t raw = 0;
    std::memcpy(&raw, array_.bytes().data() + i * width_, width_);
    return raw;
  }
  [[nodiscard]] double value(std::size_t i) const {
    if (!values_.empty()) return values_[i];
    if (part_ == DType::kF64) return read<double>(i);
    return read<float>(i);
  }

 private:
  template <class T>
  [[nodiscard]] double read(std::size_t i) const {
    T v;
    std::memcpy(&v, array_.bytes().data() + i * width_, sizeof v);
    return static_cast<double>(v);
  }
  const Array& array_;
  DType part_{};
  std::size_t width_ = 0, count_ = 0;
  std::vector<double> values_;
};

template <class T>
T option(const Check& check, std::string_view name, T otherwise) {
  for (const NamedAttribute& a : check.attributes) {
    T value{};
    if (a.name == name && read_attribute(a.value, value)) return value;
  }
  return otherwise;
}

std::string place_of(std::size_t element, const Dims& dims) {
  Dims index(dims.size());
  for (std::size_t axis = dims.size(); axis-- > 0;) {
    index[axis] = static_cast<Dim>(element % static_cast<std::size_t>(dims[axis]));
    element /= static_cast<std::size_t>(dims[axis]);
  }
  return to_string(index);
}

std::string number_text(double v) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.9g", v);
  return buffer;
}

}  // namespace

std::string failure_of(const Check& check, const Array& got, const Array& expected) {
  if (got.shape() != expected.shape()) return "the shape is " + to_string(got.shape()) + ", expected " + to_string(expected.shape());
  const Numbers a(got), b(expected);
  const bool is_real = is_float(a.part());
  const bool is_close = check.name == "expect_close", is_almost = check.name == "expect_almost_eq";
  if (!is_close && !is_almost && check.name != "expect_eq") return "no such check is known: " + check.name;
  const auto most = static_cast<std::uint64_t>(option<std::int64_t>(check, "max_ulp_difference", 3)),
             least = static_cast<std::uint64_t>(option<std::int64_t>(check, "min_ulp_difference", 0));
  const double tolerance = option<double>(check, "tolerance", 1e-3);
  std::size_t wrong = 0, first = 0;
  std::uint64_t nearest = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t i = 0; i < a.count(); ++i) {
    const double x = a.value(i), y = b.value(i);
    bool holds = is_real ? x == y || (std::isnan(x) && std::isnan(y)) : a.bits(i) == b.bits(i);
    if (is_real && is_close) {
      const int width = bytes(a.part()) * 8;
      const std::uint64_t apart = holds ? 0 : distance(place(a.bits(i), width), place(b.bits(i), width));
      nearest = std::min(nearest, apart);
      holds = holds || (!std::isnan(x) && !std::isnan(y) && apart <= most);
    }
    if (is_real && is_almost) holds = holds || std::abs(x - y) <= tolerance * std::max({std::abs(x), std::abs(y), 1.0});
    if (holds) continue;
    if (wrong++ == 0) first = i;
  }
  if (wrong == 0 && is_real && is_close && a.count() > 0 && nearest < least) return "closer than min_ulp_difference = " + std::to_string(least);
  if (wrong == 0) return {};
  std::string text = std::to_string(wrong) + " of " + std::to_string(a.count()) + " numbers differ; at " +
                     place_of(first / a.parts_in_element(), got.shape().dims) + " got " + number_text(a.value(first)) + ", expected " +
                     number_text(b.value(first));
  if (is_close && is_real) {
    const int width = bytes(a.part()) * 8;
    text += " (" + std::to_string(distance(place(a.bits(first), width), place(b.bits(first), width))) + " units apart, at most " +
            std::to_string(most) + ")";
  }
  return text;
}

std::string failures_of(const Imported& program, std::span<const Array> results) {
  std::string text;
  for (const Check& check : program.checks) {
    const std::string failure = failure_of(check, results[check.got], results[check.expected]);
    if (failure.empty()) continue;
    if (!text.empty()) text += '\n';
    if (check.at.line != 0) text += "line " + std::to_string(check.at.line) + ": ";
    text += check.name + ": " + failure;
  }
  return text;
}

}  // namespace hilo::stablehlo
