#pragma once
#include <memory>
#include <string>
#include <vector>

#include "hilo/graph/value.h"
#include "hilo/train/schedule.h"

namespace hilo::train {

/// A number that an optimizer keeps for each weight: a moment.
struct Slot {
  std::string name;     ///< "first_moment"
  double initial = 0;
};

/// What a rule is given for one weight. All have the weight's shape but `step` and `learning_rate`, f32[].
struct WeightUpdate {
  Value weight, gradient;
  std::vector<Value> slots;   ///< as `slots()` lists them
  Value step;                 ///< 0 for the first
  Value learning_rate;
};
struct NewWeight {
  Value weight;
  std::vector<Value> slots;
};

/// How weights follow gradients. An optimizer is a small struct of settings with these two functions and a member
/// `learning_rate`:
///     struct Sgd { Schedule learning_rate = 0.01; ..
///       std::vector<Slot> slots() const;  NewWeight update(const WeightUpdate& u) const; };
template <class T>
concept OptimizerRule = requires(const T& t, const WeightUpdate& u) {
  { t.slots() } -> std::same_as<std::vector<Slot>>;
  { t.update(u) } -> std::same_as<NewWeight>;
  { t.learning_rate } -> std::convertible_to<Schedule>;
  { T::kName } -> std::convertible_to<std::string_view>;
};

/// Any of them.
class Optimizer {
 public:
  template <OptimizerRule T>
  Optimizer(T rule) : self_(std::make_shared<Model<T>>(std::move(rule))) {}
  [[nodiscard]] std::string_view name() const { return self_->name(); }
  [[nodiscard]] std::vector<Slot> slots() const { return self_->slots(); }
  [[nodiscard]] NewWeight update(const WeightUpdate& u) const { return self_->update(u); }
  [[nodiscard]] const Schedule& learning_rate() const { return self_->learning_rate(); }

 private:
  struct Interface {
    virtual ~Interface() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual std::vector<Slot> slots() const = 0;
    [[nodiscard]] virtual NewWeight update(const WeightUpdate& u) const = 0;
    [[nodiscard]] virtual const Schedule& learning_rate() const = 0;
  };
  template <class T>
  struct Model final : Interface {
    explicit Model(T r) : rule(std::move(r)) {}
    [[nodiscard]] std::string_view name() const override { return T::kName; }
    [[nodiscard]] std::vector<Slot> slots() const override { return rule.slots(); }
    [[nodiscard]] NewWeight update(const WeightUpdate& u) const override { return rule.update(u); }
    [[nodiscard]] const Schedule& learning_rate() const override { return rule.learning_rate; }
    T rule;
  };
  std::shared_ptr<const Interface> self_;
};

/// Gradient descent; with momentum v' = momentum v + g and w' = w - rate v' (Nesterov: w - rate (g + momentum v')).
/// `weight_decay` adds weight_decay * w to the gradient.
struct Sgd {
  static constexpr std::string_view kName = "sgd";
  Schedule learning_rate = 0.01;
  double momentum = 0;
  bool is_nesterov = false;
  double weight_decay = 0;
  [[nodiscard]] std::vector<Slot> slots() const;
  [[nodiscard]] NewWeight update(const WeightUpdate& u) const;
};

/// Source: Kingma and Ba 2015, with bias correction; epsilon outside the root.
struct Adam {
  static constexpr std::string_view kName = "adam";
  Schedule learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  [[nodiscard]] std::vector<Slot> slots() const;
  [[nodiscard]] NewWeight update(const WeightUpdate& u) const;
};

/// Adam with decoupled weight decay: w' = w - rate (adam + weight_decay w). Source: Loshchilov and Hutter 2019.
struct AdamW {
  static constexpr std::string_view kName = "adamw";
  Schedule learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 1e-2;
  [[nodiscard]] std::vector<Slot> slots() const;
  [[nodiscard]] NewWeight update(const WeightUpdate& u) const;
};

}  // namespace hilo::train
