#include "hilo/train/optimizer.h"

#include <cmath>

#include "hilo/core/error.h"
#include "hilo/graph/graph.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/unary.h"

namespace hilo::train {
namespace {

void expect(bool is_right, std::string_view optimizer, std::string_view setting, double value,
            std::string_view rule) {
  if (is_right) return;
  throw UsageError(std::string(optimizer) + ": " + std::string(setting) + " is " +
                   std::to_string(value) + "; expected " + std::string(rule));
}

void expect_share(std::string_view optimizer, std::string_view setting, double value) {
  expect(value >= 0 && value < 1, optimizer, setting, value,
         "0 <= " + std::string(setting) + " < 1");
}

void expect_not_negative(std::string_view optimizer, std::string_view setting, double value) {
  expect(value >= 0, optimizer, setting, value, "at least 0");
}

// One update, in the dtype that it is computed in.
struct Work {
  explicit Work(const WeightUpdate& u)
      : update(u), dtype(update_dtype(u.weight.dtype())) {
    w = convert(u.weight, dtype);
    g = convert(u.gradient, dtype);
    rate = convert(u.learning_rate, dtype);
    for (const Value& slot : u.slots) slots.push_back(convert(slot, dtype));
  }

  // Back in the dtypes that weight and slots are kept in.
  [[nodiscard]] NewWeight done(Value weight, std::vector<Value> fresh) const {
    for (std::size_t i = 0; i < fresh.size(); ++i)
      fresh[i] = convert(fresh[i], update.slots[i].dtype());
    return {convert(weight, update.weight.dtype()), std::move(fresh)};
  }

  // decay * slot + (1 - decay) * x.
  [[nodiscard]] Value average(std::size_t slot, double decay, Value x) const {
    return decay * slots[slot] + (1 - decay) * x;
  }

  // 1 - beta^(steps so far + ahead): what an average that began with 0 has of the whole.
  [[nodiscard]] Value share(double beta, int ahead = 0) const {
    const Value count = convert(update.step, dtype) + (1 + ahead);
    return beta == 0 ? full(count.shape(), 1) : -expm1(count * std::log(beta));
  }

  const WeightUpdate& update;
  DType dtype;
  Value w, g, rate;
  std::vector<Value> slots;
};

const std::vector<Slot>& moments() {
  static const std::vector<Slot>& slots =
      *new std::vector<Slot>{{"first_moment", 0}, {"second_moment", 0}};
  return slots;
}

template <class T>
void expect_adam_settings(const T& t) {
  expect_share(T::kName, "beta1", t.beta1);
  expect_share(T::kName, "beta2", t.beta2);
  expect_not_negative(T::kName, "epsilon", t.epsilon);
}

NewWeight adam_update(const WeightUpdate& u, double beta1, double beta2, double epsilon,
                      double weight_decay) {
  const Work k(u);
  const Value m = k.average(0, beta1, k.g), v = k.average(1, beta2, k.g * k.g);
  Value step = m / k.share(beta1) / (sqrt(v / k.share(beta2)) + epsilon);
  if (weight_decay != 0) step = step + weight_decay * k.w;
  return k.done(k.w - k.rate * step, {m, v});
}

}  // namespace

DType update_dtype(DType weight) { return bits(weight) < 32 ? kF32 : weight; }

std::vector<Slot> Sgd::slots() const {
  expect_share(kName, "momentum", momentum);
  expect_not_negative(kName, "weight_decay", weight_decay);
  if (momentum == 0 && is_nesterov)
    throw UsageError("sgd: is_nesterov without momentum; expected momentum > 0");
  return momentum == 0 ? std::vector<Slot>{} : std::vector<Slot>{{"momentum", 0}};
}

NewWeight Sgd::update(const WeightUpdate& u) const {
  const Work k(u);
  const Value g = weight_decay == 0 ? k.g : k.g + weight_decay * k.w;
  if (momentum == 0) return k.done(k.w - k.rate * g, {});
  const Value v = momentum * k.slots[0] + g;
  return k.done(k.w - k.rate * (is_nesterov ? g + momentum * v : v), {v});
}

std::vector<Slot> Adam::slots() const {
  expect_adam_settings(*this);
  return moments();
}

NewWeight Adam::update(const WeightUpdate& u) const {
  return adam_update(u, beta1, beta2, epsilon, 0);
}

std::vector<Slot> AdamW::slots() const {
  expect_adam_settings(*this);
  expect_not_negative(kName, "weight_decay", weight_decay);
  return moments();
}

NewWeight AdamW::update(const WeightUpdate& u) const {
  return adam_update(u, beta1, beta2, epsilon, weight_decay);
}

std::vector<Slot> Nadam::slots() const {
  expect_adam_settings(*this);
  return moments();
}

NewWeight Nadam::update(const WeightUpdate& u) const {
  const Work k(u);
  const Value m = k.average(0, beta1, k.g), v = k.average(1, beta2, k.g * k.g);
  const Value ahead = beta1 * (m / k.share(beta1, 1)) + (1 - beta1) * (k.g / k.share(beta1));
  return k.done(k.w - k.rate * (ahead / (sqrt(v / k.share(beta2)) + epsilon)), {m, v});
}

std::vector<Slot> Adamax::slots() const {
  expect_adam_settings(*this);
  return {{"first_moment", 0}, {"largest", 0}};
}

NewWeight Adamax::update(const WeightUpdate& u) const {
  const Work k(u);
  const Value m = k.average(0, beta1, k.g),
              largest = maximum(beta2 * k.slots[1], abs(k.g) + epsilon);
  return k.done(k.w - k.rate * (m / k.share(beta1) / largest), {m, largest});
}

std::vector<Slot> Adagrad::slots() const {
  expect_not_negative(kName, "initial_accumulator", initial_accumulator);
  expect_not_negative(kName, "epsilon", epsilon);
  return {{"sum_of_squares", initial_accumulator}};
}

NewWeight Adagrad::update(const WeightUpdate& u) const {
  const Work k(u);
  const Value squares = k.slots[0] + k.g * k.g;
  return k.done(k.w - k.rate * (k.g * rsqrt(squares + epsilon)), {squares});
}

std::vector<Slot> RmsProp::slots() const {
  expect_share(kName, "decay", decay);
  expect_share(kName, "momentum", momentum);
  expect_not_negative(kName, "epsilon", epsilon);
  std::vector<Slot> result = {{"mean_square", 0}};
  if (is_centered) result.push_back({"mean", 0});
  if (momentum != 0) result.push_back({"momentum", 0});
  return result;
}

NewWeight RmsProp::update(const WeightUpdate& u) const {
  const Work k(u);
  std::vector<Value> fresh = {k.average(0, decay, k.g * k.g)};
  Value spread = fresh[0];
  if (is_centered) {
    fresh.push_back(k.average(1, decay, k.g));
    spread = spread - fresh[1] * fresh[1];
  }
  Value step = k.rate * (k.g * rsqrt(spread + epsilon));
  if (momentum != 0) {
    step = step + momentum * k.slots.back();
    fresh.push_back(step);
  }
  return k.done(k.w - step, std::move(fresh));
}

std::vector<Slot> Lion::slots() const {
  expect_share(kName, "beta1", beta1);
  expect_share(kName, "beta2", beta2);
  expect_not_negative(kName, "weight_decay", weight_decay);
  return {{"momentum", 0}};
}

NewWeight Lion::update(const WeightUpdate& u) const {
  const Work k(u);
  Value step = sign(k.average(0, beta1, k.g));
  if (weight_decay != 0) step = step + weight_decay * k.w;
  return k.done(k.w - k.rate * step, {k.average(0, beta2, k.g)});
}

}  // namespace hilo::train
