#include "tests/ops/rows/numpy_goldens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "hilo/formats/npz.h"

namespace hilo::test {
namespace {

const formats::NpzFile& archive() {
  static const auto& file = *new formats::NpzFile(formats::NpzFile::open(
      std::filesystem::path(HILO_SOURCE_DIR) / "tests/ops/rows/numpy_goldens.npz"));
  return file;
}

// Members name/letter0, name/letter1, ..
std::vector<Array> members(const std::string& name, const std::string& letter) {
  std::vector<Array> result;
  for (int i = 0;; ++i) {
    const std::string member = name + "/" + letter + std::to_string(i);
    if (!archive().contains(member)) return result;
    result.push_back(archive().at(member));
  }
}

// How often it can be differentiated, and how many roundings it may have.
std::pair<int, double> options_of(const std::string& name) {
  static const auto& names = *new std::vector<std::string>(golden_names());
  static const auto& all = *new std::vector<double>(archive().at("options").to_doubles());
  const auto row = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
  return {static_cast<int>(all.at(2 * row)), all.at(2 * row + 1)};
}

template <class T>
Tensors<T> decoded(const std::vector<Array>& arrays) {
  Tensors<T> result;
  for (const Array& a : arrays) {
    const std::vector<double> numbers = a.to_doubles();
    result.push_back({a.shape().dims, {}});
    for (double n : numbers) result.back().data.push_back(static_cast<T>(n));
  }
  return result;
}

}  // namespace

Row golden_row(const std::string& name, const BuildFn& f, std::source_location at) {
  std::vector<Input> inputs;
  for (const Array& x : members(name, "x")) {
    inputs.push_back(Input(x.shape().dims).of(x.to_doubles()));
    if (x.shape().dtype != kF64) inputs.back().as(x.shape().dtype);
  }
  const std::vector<Array> want = members(name, "y");
  const auto [order, terms] = options_of(name);
  Row row(
      name, inputs, {}, [f](In in) { return f(in); }, at);
  row.results.clear();
  for (const Array& y : want) {
    const DType dtype = y.shape().dtype;
    row.results.push_back({y.shape().dims, dtype == kF64 ? std::optional<DType>() : dtype});
  }
  row.order(order).terms(terms);
  row.is(floats([want](const Tensors<double>&) { return decoded<double>(want); }));
  for (const Array& d : members(name, "d")) row.given_gradients.push_back(d.to_doubles());
  return row;
}

std::vector<std::string> golden_names() {
  std::vector<std::string> result;
  for (const std::string& member : archive().names()) {
    if (member.ends_with("/y0")) result.push_back(member.substr(0, member.size() - 3));
  }
  return result;
}

TEST(Goldens, EveryCaseHasARow) {
  std::set<std::string, std::less<>> rows;
  for (const Family& family : families()) {
    for (const Row& row : family.rows) rows.insert(row.name);
  }
  EXPECT_GT(golden_names().size(), 100U);
  for (const std::string& name : golden_names())
    EXPECT_TRUE(rows.contains(name)) << name << " is read by no row";
}

}  // namespace hilo::test
