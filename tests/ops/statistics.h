#pragma once
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

// How random numbers are judged. Seeds are fixed, so a test fails always or never; the limits leave
// room for bad luck.
namespace hilo::test {

using Numbers = std::vector<double>;

inline double mean_of(const Numbers& x) {
  double total = 0;
  for (double v : x) total += v;
  return total / static_cast<double>(x.size());
}

// The mean of x^power around the mean.
inline double moment(const Numbers& x, int power) {
  const double mean = mean_of(x);
  double total = 0;
  for (double v : x) total += std::pow(v - mean, power);
  return total / static_cast<double>(x.size());
}

// Kolmogorov's statistic; above 1.95 once in a thousand if x follows the distribution, above 2.23
// once in 20,000.
inline double kolmogorov(Numbers x, const std::function<double(double)>& distribution) {
  std::ranges::sort(x);
  const auto n = static_cast<double>(x.size());
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double p = distribution(x[i]), before = static_cast<double>(i) / n;
    largest = std::max({largest, p - before, before + 1 / n - p});
  }
  return largest * std::sqrt(n);
}

// How far counts of equally likely cells are from even, in standard deviations of the chi-squared
// statistic.
inline double unevenness(const std::vector<double>& counts) {
  double total = 0, squares = 0;
  for (double c : counts) total += c;
  const auto cells = static_cast<double>(counts.size());
  for (double c : counts) squares += (c - total / cells) * (c - total / cells) / (total / cells);
  return (squares - (cells - 1)) / std::sqrt(2 * (cells - 1));
}

}  // namespace hilo::test
