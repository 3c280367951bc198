// The CUDA kernels of decoder_rows.cu and attention_step.cu on a CPU, beside the same in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "cuda_on_cpu.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"  // CUDA's numbers of threads are unsigned
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define WARPS 2
#define SPLITS 1
#define EPSILON 1e-6F
#define OFFSET 1
#define QUERY_SCALE 0.3F
#define ROPE_SCALE 2
namespace added {
#define WIDTH_OF_ROW 48
#define SUMMED 1
#include "hilo/kernels/halves.cuh"
#include "hilo/kernels/decoder_rows.cu"
#include "tests/kernels/forget_constants.h"
}  // namespace added
namespace normed_and_added {
#define WIDTH_OF_ROW 48
#define SUMMED 2
#include "hilo/kernels/halves.cuh"
#include "hilo/kernels/decoder_rows.cu"
#include "tests/kernels/forget_constants.h"
}  // namespace normed_and_added
namespace gated {
#define WIDTH_OF_ROW 48
#define SUMMED 2
#define PRODUCTS 3
#define ROWS 13
#define GATED 1
#include "hilo/kernels/halves.cuh"
#include "hilo/kernels/decoder_rows.cu"
#include "tests/kernels/forget_constants.h"
}  // namespace gated
namespace plain {
#define WIDTH_OF_ROW 272
#define SUMMED 0
#define PRODUCTS 2
#define ROWS 11
#define GATED 0
#include "hilo/kernels/halves.cuh"
#include "hilo/kernels/decoder_rows.cu"
#include "tests/kernels/forget_constants.h"
}  // namespace plain
namespace row {
#define WIDTH_OF_ROW 1112
#define ROWS 11
#define AT_ONCE 3
#include "hilo/kernels/halves.cuh"
#include "hilo/kernels/decoder_rows.cu"
#include "tests/kernels/forget_constants.h"
}  // namespace row
namespace two_heads {
#define WIDTH_OF_HEAD 16
#define GROUP 2
#define KEY_HEADS 2
#define PLACES 40
#define RING 0
#define WINDOW 0
#define SOFT_CAP 0
#define NORMS 0
#include "hilo/kernels/halves.cuh"
#include "hilo/kernels/attention_step.cu"
#include "tests/kernels/forget_constants.h"
}  // namespace two_heads
namespace window {
#define WIDTH_OF_HEAD 16
#define GROUP 2
#define KEY_HEADS 1
#define PLACES 40
#define RING 0
#define WINDOW 9
#define SOFT_CAP 5
#define NORMS 1
#include "hilo/kernels/halves.cuh"
#include "hilo/kernels/attention_step.cu"
#include "tests/kernels/forget_constants.h"
}  // namespace window
namespace ring {
#define WIDTH_OF_HEAD 16
#define GROUP 2
#define KEY_HEADS 1
#define PLACES 12
#define RING 1
#define WINDOW 9
#define SOFT_CAP 0
#define NORMS 0
#include "hilo/kernels/halves.cuh"
#include "hilo/kernels/attention_step.cu"
#include "tests/kernels/forget_constants.h"
}  // namespace ring
namespace wide {
#define WIDTH_OF_HEAD 256
#define GROUP 1
#define KEY_HEADS 1
#define PLACES 24
#define RING 0
#define WINDOW 0
#define SOFT_CAP 50
#define NORMS 1
#include "hilo/kernels/halves.cuh"
#include "hilo/kernels/attention_step.cu"
#include "tests/kernels/forget_constants.h"
}  // namespace wide
#pragma GCC diagnostic pop

namespace {

using Halves = std::vector<unsigned short>;  // bf16

float wide(unsigned short x) { return std::bit_cast<float>(static_cast<unsigned>(x) << 16); }

std::vector<float> floats(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> x(count);
  for (float& f : x) f = normal(random);
  return x;
}
Halves halves(std::size_t count, unsigned seed) {
  Halves x;
  for (float f : floats(count, seed)) x.push_back(static_cast<unsigned short>(plain::rounded(f)));
  return x;
}

// x + norm(y), if there is a y, then the norm of that.
struct Normed {
  std::vector<double> sum, normed;
  Normed(const float* x, const float* y, const float* y_scale, const float* scale,
         std::size_t width, double epsilon) {
    const auto root = [&](const auto& of) {
      double squares = 0;
      for (std::size_t i = 0; i < width; ++i) squares += static_cast<double>(of[i]) * of[i];
      return std::sqrt(squares / static_cast<double>(width) + epsilon);
    };
    sum.assign(x, x + width);
    for (std::size_t i = 0; y != nullptr && i < width; ++i)
      sum[i] += y_scale != nullptr ? y[i] / root(y) * (1.0 + y_scale[i]) : y[i];
    const double by = root(sum);
    for (std::size_t i = 0; i < width; ++i) normed.push_back(sum[i] / by * (1.0 + scale[i]));
  }
};

void expect_near(const std::vector<double>& expected, const Halves& found, double tolerance) {
  ASSERT_EQ(expected.size(), found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(wide(found[i]), expected[i], tolerance * std::max(1.0, std::abs(expected[i])))
        << "number " << i;
}

constexpr double kRounding = 1.0 / 128;  // of bf16, twice

TEST(DecoderLayerCuda, NormsRowsAndTheirSums) {
  constexpr int kRows = 3, kWidth = 48;
  const auto x = floats(kRows * kWidth, 1), y = floats(kRows * kWidth, 2),
             y_scale = floats(kWidth, 3), scale = floats(kWidth, 4);
  for (const float* by : {y_scale.data(), static_cast<const float*>(nullptr)}) {
    std::vector<float> sum(x.size());
    Halves normed(x.size());
    cuda_on_cpu::launch({kRows, 1, 1}, WARPS, [&] {
      if (by == nullptr) {
        added::norm_rows(x.data(), scale.data(), y.data(), normed.data(), sum.data());
      } else {
        normed_and_added::norm_rows(x.data(), scale.data(), y.data(), by, normed.data(),
                                    sum.data());
      }
    });
    for (int row = 0; row < kRows; ++row) {
      const auto at = static_cast<std::size_t>(row * kWidth);
      const Normed expected(x.data() + at, y.data() + at, by, scale.data(), kWidth, 1e-6);
      expect_near(expected.normed,
                  Halves(normed.begin() + row * kWidth, normed.begin() + (row + 1) * kWidth),
                  kRounding / 2);
      for (std::size_t i = 0; i < kWidth; ++i) ASSERT_NEAR(sum[at + i], expected.sum[i], 1e-5);
    }
  }
}

TEST(DecoderLayerCuda, MultipliesANormedRow) {
  constexpr int kWidth = 272, kCount = 11;  // some warps have no row
  const auto x = floats(kWidth, 1), scale = floats(kWidth, 2);
  const Halves matrix = halves(kCount * kWidth, 3);
  Halves products(kCount);
  cuda_on_cpu::launch({3, 1, 1}, WARPS, [&] {
    plain::normed_products(x.data(), scale.data(),
                           reinterpret_cast<const plain::Eight*>(matrix.data()), products.data());
  });
  const Normed in(x.data(), nullptr, nullptr, scale.data(), kWidth, 1e-6);
  std::vector<double> expected(kCount);
  for (std::size_t i = 0; i < kCount * kWidth; ++i)
    expected[i / kWidth] += in.normed[i % kWidth] * wide(matrix[i]);
  expect_near(expected, products, 8 * kRounding);
}

TEST(DecoderLayerCuda, GatesProductsOfASum) {
  constexpr int kWidth = 48, kCount = 13;
  const auto x = floats(kWidth, 1), y = floats(kWidth, 2), y_scale = floats(kWidth, 3),
             scale = floats(kWidth, 4);
  const Halves matrix = halves(2 * kCount * kWidth, 5);
  Halves products(kCount);
  std::vector<float> sum(kWidth);
  cuda_on_cpu::launch({3, 1, 1}, WARPS, [&] {
    gated::normed_products(x.data(), scale.data(),
                           reinterpret_cast<const gated::Eight*>(matrix.data()), y.data(),
                           y_scale.data(), products.data(), sum.data());
  });
  const Normed in(x.data(), y.data(), y_scale.data(), scale.data(), kWidth, 1e-6);
  std::vector<double> both(2 * kCount), expected;
  for (std::size_t i = 0; i < 2 * kCount * kWidth; ++i)
    both[i / kWidth] += in.normed[i % kWidth] * wide(matrix[i]);
  for (std::size_t i = 0; i < kCount; ++i) {
    const double gate = both[i];
    expected.push_back(0.5 * gate *
                       (1 + std::tanh(0.7978845608 * (gate + 0.044715 * gate * gate * gate))) *
                       both[kCount + i]);
  }
  expect_near(expected, products, 8 * kRounding);
  for (std::size_t i = 0; i < kWidth; ++i) ASSERT_NEAR(sum[i], in.sum[i], 1e-5);
}

TEST(DecoderLayerCuda, MultipliesARow) {
  constexpr int kWidth = 1112, kCount = 11;
  const Halves x = halves(kWidth, 1), matrix = halves(kCount * kWidth, 3);
  std::vector<float> products(kCount);
  cuda_on_cpu::launch({6, 1, 1}, WARPS, [&] {
    row::products(reinterpret_cast<const row::Eight*>(x.data()),
                  reinterpret_cast<const row::Eight*>(matrix.data()), products.data());
  });
  for (std::size_t i = 0; i < kCount; ++i) {
    double expected = 0;
    for (std::size_t j = 0; j < kWidth; ++j)
      expected += static_cast<double>(wide(x[j])) * wide(matrix[i * kWidth + j]);
    EXPECT_NEAR(products[i], expected, 1e-3);
  }
}

// One token of two texts, of which the second has padding in front.
struct Attention {
  int width, group, key_heads, places, start;
  bool is_ring;
  int window;
  bool has_norms;
  double cap;
  std::function<void(const unsigned short* joint, const int* start, const int* padding,
                     const float* frequencies, const float* q_scale, const float* k_scale,
                     unsigned short* y, unsigned short* keys, unsigned short* values)>
      kernel;
};

class AttentionStep : public testing::TestWithParam<Attention> {};

TEST_P(AttentionStep, SeesWhatItShould) {
  const Attention a = GetParam();
  constexpr int kTexts = 2;
  constexpr double kScale = 0.3, kRopeScale = 2;
  const int padding[kTexts] = {0, 3}, half = a.width / 2, heads = a.group * a.key_heads;
  const auto row = static_cast<std::size_t>((heads + 2 * a.key_heads) * a.width),
             head = static_cast<std::size_t>(a.width);
  const Halves joint = halves(kTexts * row, 1);
  Halves keys = halves(static_cast<std::size_t>(kTexts * a.key_heads * a.places) * head, 2),
         values = halves(keys.size(), 3);
  const auto q_scale = floats(head, 4), k_scale = floats(head, 5);
  std::vector<float> frequencies;
  for (int i = 0; i < half; ++i)
    frequencies.push_back(static_cast<float>(std::pow(100.0, -2.0 * i / a.width)));

  std::vector<double> expected;
  Halves expected_keys = keys, expected_values = values;
  for (int text = 0; text < kTexts; ++text) {
    const double position = (a.start - padding[text]) / kRopeScale;
    const auto turned = [&](std::size_t from, const std::vector<float>& scale) {
      std::vector<double> x, y(head);
      for (std::size_t i = 0; i < head; ++i) x.push_back(wide(joint[from + i]));
      double squares = 0;
      for (double f : x) squares += f * f;
      for (std::size_t i = 0; a.has_norms && i < head; ++i)
        x[i] *= (1.0 + scale[i]) / std::sqrt(squares / a.width + 1e-6);
      for (std::size_t i = 0; i < head / 2; ++i) {
        const double angle = position * frequencies[i];
        y[i] = x[i] * std::cos(angle) - x[i + head / 2] * std::sin(angle);
        y[i + head / 2] = x[i + head / 2] * std::cos(angle) + x[i] * std::sin(angle);
      }
      return y;
    };
    for (int k = 0; k < a.key_heads; ++k) {
      const auto cache = [&](int slot) {
        return static_cast<std::size_t>((text * a.key_heads + k) * a.places +
                                        (a.is_ring ? slot % a.places : slot)) *
               head;
      };
      const std::size_t from =
          static_cast<std::size_t>(text) * row + static_cast<std::size_t>(heads + k) * head;
      const std::vector<double> key = turned(from, k_scale);
      for (std::size_t i = 0; i < head; ++i) {
        expected_keys[cache(a.start) + i] =
            static_cast<unsigned short>(plain::rounded(static_cast<float>(key[i])));
        expected_values[cache(a.start) + i] =
            joint[from + static_cast<std::size_t>(a.key_heads) * head + i];
      }
      for (int g = 0; g < a.group; ++g) {
        const std::vector<double> query = turned(
            static_cast<std::size_t>(text) * row + static_cast<std::size_t>(k * a.group + g) * head,
            q_scale);
        std::vector<double> mixed(head);
        double total = 0;
        for (int slot = 0; slot <= a.start; ++slot) {
          if (slot < padding[text] || (a.window > 0 && slot <= a.start - a.window) ||
              slot <= a.start - a.places)
            continue;
          double score = 0;
          for (std::size_t i = 0; i < head; ++i)
            score += query[i] * wide(expected_keys[cache(slot) + i]);
          score *= kScale;
          if (a.cap > 0) score = a.cap * std::tanh(score / a.cap);
          total += std::exp(score);
          for (std::size_t i = 0; i < head; ++i)
            mixed[i] += std::exp(score) * wide(expected_values[cache(slot) + i]);
        }
        for (double m : mixed) expected.push_back(total == 0 ? 0 : m / total);
      }
    }
  }

  Halves y(expected.size());
  cuda_on_cpu::launch({1, static_cast<unsigned>(a.key_heads), kTexts}, WARPS, [&] {
    a.kernel(joint.data(), &a.start, padding, frequencies.data(), q_scale.data(), k_scale.data(),
             y.data(), keys.data(), values.data());
  });
  expect_near(expected, y, 4 * kRounding);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ASSERT_NEAR(wide(keys[i]), wide(expected_keys[i]),
                kRounding * std::max(1.0F, std::abs(wide(keys[i]))))
        << "key " << i;
    ASSERT_EQ(values[i], expected_values[i]) << "value " << i;
  }
}

constexpr auto kNormed = [](auto* kernel) {
  return [kernel](auto* joint, auto* start, auto* padding, auto* frequencies, auto* q_scale,
                  auto* k_scale, auto* y, auto* keys, auto* values) {
    kernel(joint, keys, values, start, padding, frequencies, q_scale, k_scale, y, keys, values);
  };
};
constexpr auto kPlain = [](auto* kernel) {
  return [kernel](auto* joint, auto* start, auto* padding, auto* frequencies, auto*, auto*, auto* y,
                  auto* keys, auto* values) {
    kernel(joint, keys, values, start, padding, frequencies, y, keys, values);
  };
};

INSTANTIATE_TEST_SUITE_P(
    Rows, AttentionStep,
    testing::Values(Attention{16, 2, 2, 40, 37, false, 0, false, 0,
                              kPlain(two_heads::attention_step)},  // several turns of both warps
                    Attention{16, 2, 2, 40, 3, false, 0, false, 0,
                              kPlain(two_heads::attention_step)},  // the second text's first token
                    Attention{16, 2, 2, 40, 1, false, 0, false, 0,
                              kPlain(two_heads::attention_step)},  // and before it
                    Attention{16, 2, 1, 40, 37, false, 9, true, 5, kNormed(window::attention_step)},
                    Attention{16, 2, 1, 12, 30, true, 9, false, 0,
                              kPlain(ring::attention_step)},  // that has turned
                    Attention{16, 2, 1, 12, 7, true, 9, false, 0,
                              kPlain(ring::attention_step)},  // and one that has not
                    Attention{256, 1, 1, 24, 20, false, 0, true, 50,
                              kNormed(wide::attention_step)}));

}  // namespace
