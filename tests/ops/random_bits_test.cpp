#include "hilo/ops/random_bits.h"

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/constant.h"
#include "tests/ops/on_cpu.h"
#include "tests/ops/statistics.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;
constexpr Dim kCount = 1 << 20;

Array key() { return random_key_array(2024); }

// The generator once more, in plain C++.
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

TEST(RandomBits, AreThoseOfTheFormula) {
  const auto got = run(
      [](In p) {
        return std::vector{random_bits(p[0], {kU64, {5}}),    random_bits(p[0], {kU32, {3, 3}}),
                           random_bits(p[0], {kU16, {6}}),    random_bits(p[0], {kU8, {9}}),
                           random_bits(p[0], {kU16, {0, 4}}), random_key(2024)};
      },
      {key()});
  const std::uint64_t a = key().data<std::uint64_t>()[0], b = key().data<std::uint64_t>()[1];
  std::uint64_t words[5];
  for (std::uint64_t i = 0; i < 5; ++i) words[i] = mix(mix(i * 0x9E3779B97F4A7C15 + a) ^ b);
  EXPECT_TRUE(std::ranges::equal(got[0].data<std::uint64_t>(), words));
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(got[1].data<std::uint32_t>()[i],
              static_cast<std::uint32_t>(words[i / 2] >> (32 * (i % 2))));
    EXPECT_EQ(got[3].data<std::uint8_t>()[i],
              static_cast<std::uint8_t>(words[i / 8] >> (8 * (i % 8))));
  }
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(got[2].data<std::uint16_t>()[i],
              static_cast<std::uint16_t>(words[i / 4] >> (16 * (i % 4))));
  }
  EXPECT_EQ(got[4].shape(), (Shape{kU16, {0, 4}}));
  EXPECT_EQ(got[5], key());
}

TEST(RandomKeys, ManyWaysToTheSameKey) {
  const auto got = run(
      [](In p) {
        const Value two = fold_in(p[0], 2);
        const Value by_vmap = vmap([&](In x) { return std::vector{fold_in(p[0], x[0])}; },
                                   std::vector{iota({kI32, {3}})})[0];
        return std::vector{
            two,     split_key(p[0], 3), fold_in(p[0], iota({kI32, {3}})),
            by_vmap, fold_in(p[0], -1),  fold_in(p[0], constant(Array::scalar<std::int64_t>(-1)))};
      },
      {key()});
  EXPECT_EQ(got[1], got[2]);
  EXPECT_EQ(got[1], got[3]);
  EXPECT_EQ(got[4], got[5]);
  const auto two = got[0].data<std::uint64_t>(), all = got[1].data<std::uint64_t>();
  EXPECT_EQ(two[0], all[4]);
  EXPECT_EQ(two[1], all[5]);
}

// All keys of a million layers and steps differ, and none is a neighbour's word.
TEST(RandomKeys, DoNotMeet) {
  const auto got = run([](In p) { return std::vector{split_key(p[0], kCount)}; }, {key()});
  std::vector<std::uint64_t> words(got[0].data<std::uint64_t>().begin(),
                                   got[0].data<std::uint64_t>().end());
  std::ranges::sort(words);
  EXPECT_EQ(std::ranges::adjacent_find(words), words.end());
}

TEST(RandomBits, EveryBitIsFairAndFree) {
  const auto got = run(
      [](In p) {
        return std::vector{random_bits(p[0], {kU64, {kCount}}),
                           random_bits(fold_in(p[0], 1), {kU64, {kCount}})};
      },
      {key()});
  const auto a = got[0].data<std::uint64_t>(), b = got[1].data<std::uint64_t>();
  const double deviation = std::sqrt(static_cast<double>(kCount)) / 2;
  for (int bit = 0; bit < 64; ++bit) {
    double ones = 0, with_next = 0, with_other_key = 0;
    for (std::size_t i = 0; i + 1 < a.size(); ++i) {
      ones += static_cast<double>(a[i] >> bit & 1);
      with_next += static_cast<double>((a[i] ^ a[i + 1] >> 1) >> bit & 1);
      with_other_key += static_cast<double>((a[i] ^ b[i]) >> bit & 1);
    }
    for (double count : {ones, with_next, with_other_key})
      EXPECT_NEAR(count / deviation, std::sqrt(static_cast<double>(kCount)), 4.5) << "bit " << bit;
  }
  std::vector<double> bytes(256), pairs(65536);
  for (std::uint64_t w : a) {
    ++bytes[w & 255];
    ++pairs[w >> 48];
  }
  EXPECT_LT(std::abs(unevenness(bytes)), 4);
  EXPECT_LT(std::abs(unevenness(pairs)), 4);
}

TEST(RandomBits, Refusals) {
  const Shape key{kU64, {2}}, no_key{kU32, {2}};
  const std::vector<Misuse> misuses = {
      {"key",
       {no_key},
       [](In p) {
         random_bits(p[0], {kU8, {3}});
       },
       {"random_bits: the key does not fit", "u32[2]", "a key, u64[2]", "random_key(seed)"}},
      {"number as key",
       {},
       [](In) { fold_in(42, 1); },
       {"fold_in: the key does not fit", "random_key(seed)"}},
      {"fold_in",
       {key, {kF32, {}}},
       [](In p) { fold_in(p[0], p[1]); },
       {"fold_in: not of integers", "f32[]"}},
      {"seed",
       {{kI32, {2}}},
       [](In p) { random_key(p[0]); },
       {"random_key: the seed is no scalar", "i32[2]"}},
      {"fractional seed",
       {},
       [](In) { random_key(0.5); },
       {"random_key: the number 0.5 is no whole number"}},
      {"split_key", {key}, [](In p) { split_key(p[0], -1); }, {"split_key: a negative count"}},
      {"bits",
       {key},
       [](In p) {
         random_bits(p[0], {kI32, {3}});
       },
       {"random_bits: no random bits of this dtype", "u8, u16, u32 or u64"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

}  // namespace
}  // namespace hilo::test
