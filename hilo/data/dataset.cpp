#include "hilo/data/dataset.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <numeric>

#include "hilo/core/error.h"
#include "hilo/data/batches.h"

namespace hilo::data {
namespace {

using Order = std::vector<std::int64_t>;

// Examples held in memory.
class ArraySource : public Source {
 public:
  ArraySource(Array inputs, Array labels)
      : inputs_(std::move(inputs)), labels_(std::move(labels)) {}

  [[nodiscard]] std::int64_t size() const override { return inputs_.shape().dims.front(); }
  [[nodiscard]] Shape input_shape() const override { return without_first(inputs_.shape()); }
  [[nodiscard]] Shape label_shape() const override { return without_first(labels_.shape()); }
  [[nodiscard]] bool is_slow() const override { return false; }

  void read(std::int64_t i, std::span<std::byte> input, std::span<std::byte> label) const override {
    copy(inputs_, i, input);
    copy(labels_, i, label);
  }

 private:
  static Shape without_first(const Shape& shape) {
    return {shape.dtype, {shape.dims.begin() + 1, shape.dims.end()}};
  }

  static void copy(const Array& from, std::int64_t i, std::span<std::byte> to) {
    const auto part = from.bytes().subspan(static_cast<std::size_t>(i) * to.size(), to.size());
    std::copy(part.begin(), part.end(), to.begin());
  }

  Array inputs_, labels_;
};

void check_classes(const Array& labels, std::size_t classes) {
  if (labels.shape().dtype != kI32 || labels.shape().rank() != 1) {
    throw Error("dataset: labels are " + to_string(labels.shape()) +
                "; expected i32[n] where classes have names");
  }
  for (const std::int32_t label : labels.data<std::int32_t>()) {
    if (label < 0 || static_cast<std::size_t>(label) >= classes) {
      throw Error("dataset: a label is " + std::to_string(label) + "; expected 0 to " +
                  std::to_string(classes) + " - 1, for the classes that have names");
    }
  }
}

// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014; the finaliser of
// SplitMix64.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

// Random numbers that are a function of (seed, epoch) and their own count.
class Counter {
 public:
  Counter(std::uint64_t seed, std::int64_t epoch)
      : key_(mix(mix(seed + kGolden) + static_cast<std::uint64_t>(epoch))) {}

  // 0 to bound - 1, each as likely.
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t unbiased = UINT64_MAX - UINT64_MAX % bound;
    while (true) {
      const std::uint64_t draw = mix(key_ += kGolden);
      if (draw < unbiased) return draw % bound;
    }
  }

 private:
  static constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15ULL;
  std::uint64_t key_;
};

// Fisher-Yates.
void shuffle(Order& order, std::uint64_t seed, std::int64_t epoch) {
  Counter random(seed, epoch);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
}

}  // namespace

struct Dataset::State {
  std::shared_ptr<const Source> source;
  std::vector<std::string> class_names{};
  std::vector<SkippedFile> skipped{};
  std::optional<std::uint64_t> seed{};
  std::shared_ptr<const Order> examples{};  // positions in the source, where not all in order

  static constexpr std::size_t kCachedEpochs = 3;  // a stream reads two at the turn of an epoch
  mutable std::mutex mutex{};
  mutable std::deque<std::pair<std::int64_t, std::shared_ptr<const Order>>> cache{};

  // The same data with another order.
  [[nodiscard]] std::shared_ptr<State> with(std::optional<std::uint64_t> new_seed,
                                            std::shared_ptr<const Order> order) const {
    return std::make_shared<State>(source, class_names, skipped, new_seed, std::move(order));
  }
  State(std::shared_ptr<const Source> s, std::vector<std::string> names,
        std::vector<SkippedFile> files, std::optional<std::uint64_t> its_seed = {},
        std::shared_ptr<const Order> order = {})
      : source(std::move(s)),
        class_names(std::move(names)),
        skipped(std::move(files)),
        seed(its_seed),
        examples(std::move(order)) {}

  [[nodiscard]] std::int64_t size() const {
    return examples != nullptr ? static_cast<std::int64_t>(examples->size()) : source->size();
  }

  [[nodiscard]] std::shared_ptr<const Order> make_order(std::int64_t epoch) const {
    if (examples != nullptr && !seed) return examples;
    auto order = std::make_shared<Order>();
    if (examples != nullptr) {
      *order = *examples;
    } else {
      order->resize(static_cast<std::size_t>(source->size()));
      std::iota(order->begin(), order->end(), std::int64_t{0});
    }
    if (seed) shuffle(*order, *seed, epoch);
    return order;
  }

  void read(std::int64_t k, std::int64_t epoch, Array& input, Array& label,
            const Dataset& self) const {
    if (k < 0 || k >= size()) {
      throw Error("dataset: example " + std::to_string(k) + "; expected 0 to " +
                  std::to_string(size()) + " - 1");
    }
    input = Array(source->input_shape());
    label = Array(source->label_shape());
    source->read((*self.order(epoch))[static_cast<std::size_t>(k)], input.mutable_bytes(),
                 label.mutable_bytes());
  }
};

Dataset::Dataset() : Dataset(std::make_shared<ArraySource>(Array(), Array(Shape{kI32, {0}}))) {}

Dataset::Dataset(std::shared_ptr<const Source> source, std::vector<std::string> class_names,
                 std::vector<SkippedFile> skipped)
    : state_(
          std::make_shared<State>(std::move(source), std::move(class_names), std::move(skipped))) {}

Dataset::Dataset(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Dataset Dataset::from_arrays(Array inputs, Array labels, std::vector<std::string> class_names,
                             std::vector<SkippedFile> skipped) {
  const Shape &in = inputs.shape(), &out = labels.shape();
  if (in.rank() == 0 || out.rank() == 0 || in.dims.front() != out.dims.front()) {
    throw Error("dataset: inputs " + to_string(in) + " and labels " + to_string(out) +
                "; expected [n,..] and [n,..]");
  }
  if (!class_names.empty()) check_classes(labels, class_names.size());
  return Dataset(std::make_shared<ArraySource>(std::move(inputs), std::move(labels)),
                 std::move(class_names), std::move(skipped));
}

std::int64_t Dataset::size() const { return state_->size(); }
Shape Dataset::input_shape() const { return state_->source->input_shape(); }
Shape Dataset::label_shape() const { return state_->source->label_shape(); }
const std::vector<std::string>& Dataset::class_names() const { return state_->class_names; }
const std::vector<SkippedFile>& Dataset::skipped() const { return state_->skipped; }
const Source& Dataset::source() const { return *state_->source; }

Dataset Dataset::shuffled(std::uint64_t seed) const {
  return Dataset(state_->with(seed, state_->examples));
}

Dataset Dataset::take(std::int64_t n) const {
  const std::shared_ptr<const Order> all = order(0);
  const std::int64_t cut = std::clamp<std::int64_t>(n, 0, size());
  return Dataset(
      state_->with(state_->seed, std::make_shared<Order>(all->begin(), all->begin() + cut)));
}

Dataset Dataset::skip(std::int64_t n) const {
  const std::shared_ptr<const Order> all = order(0);
  const std::int64_t cut = std::clamp<std::int64_t>(n, 0, size());
  return Dataset(
      state_->with(state_->seed, std::make_shared<Order>(all->begin() + cut, all->end())));
}

Array Dataset::input(std::int64_t k, std::int64_t epoch) const {
  Array input, label;
  state_->read(k, epoch, input, label, *this);
  return input;
}

Array Dataset::label(std::int64_t k, std::int64_t epoch) const {
  Array input, label;
  state_->read(k, epoch, input, label, *this);
  return label;
}

Batches Dataset::batches(std::int64_t size, BatchOptions options) const {
  return Batches(*this, size, options);
}

std::shared_ptr<const std::vector<std::int64_t>> Dataset::order(std::int64_t epoch) const {
  const std::int64_t key = state_->seed ? epoch : 0;
  const std::lock_guard lock(state_->mutex);
  auto& cache = state_->cache;
  const auto found = std::find_if(cache.begin(), cache.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  if (found != cache.end()) return found->second;
  cache.emplace_back(key, state_->make_order(key));
  if (cache.size() > State::kCachedEpochs) cache.pop_front();
  return cache.back().second;
}

}  // namespace hilo::data
