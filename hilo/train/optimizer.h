#pragma once
#include <memory>
#include <string>
#include <vector>

#include "hilo/graph/value.h"
#include "hilo/train/schedule.h"

namespace hilo::train {

/// A number that an optimizer keeps for each weight: a moment.
struct Slot {
  std::string name;  ///< "first_moment"
  double initial = 0;
};

/// The dtype that a weight's update is computed and its slots are kept in: f32 for what is narrower, else its own.
DType update_dtype(DType weight);

/// What a rule is given for one weight. All have the weight's dims; `step` and `learning_rate` are scalars.
struct WeightUpdate {
  Value weight, gradient;
  std::vector<Value> slots;  ///< as `slots()` lists them
  Value step;                ///< 0 for the first
  Value learning_rate;
};
struct NewWeight {
  Value weight;
  std::vector<Value> slots;
};

/// How weights follow gradients, in f32 also for bf16 and f16 weights. An optimizer is a small
/// struct of settings with these two functions and a member `learning_rate`:
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

// Settings that make no sense (a beta outside of 0..1, say) throw UsageError when the first slot or
// update is asked for.

/// Gradient descent; with momentum v' = momentum v + g and w' = w - rate v'
/// (Nesterov: w - rate (g + momentum v')). `weight_decay` adds weight_decay * w to the gradient.
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

/// Adam with decoupled weight decay: w' = w - rate (adam + weight_decay w). Source: Loshchilov and
/// Hutter 2019.
struct AdamW {
  static constexpr std::string_view kName = "adamw";
  Schedule learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 1e-2;
  [[nodiscard]] std::vector<Slot> slots() const;
  [[nodiscard]] NewWeight update(const WeightUpdate& u) const;
};

/// Adam that looks one step ahead. Source: Dozat 2016.
struct Nadam {
  static constexpr std::string_view kName = "nadam";
  Schedule learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  [[nodiscard]] std::vector<Slot> slots() const;
  [[nodiscard]] NewWeight update(const WeightUpdate& u) const;
};

/// Adam with the largest gradient of late in the place of the second moment. Source: Kingma and Ba
/// 2015, section 7.
struct Adamax {
  static constexpr std::string_view kName = "adamax";
  Schedule learning_rate = 2e-3;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  [[nodiscard]] std::vector<Slot> slots() const;
  [[nodiscard]] NewWeight update(const WeightUpdate& u) const;
};

/// w' = w - rate g / sqrt(a' + epsilon), a' = a + g^2. Source: Duchi et al. 2011.
struct Adagrad {
  static constexpr std::string_view kName = "adagrad";
  Schedule learning_rate = 0.01;
  double initial_accumulator = 0.1, epsilon = 1e-7;
  [[nodiscard]] std::vector<Slot> slots() const;
  [[nodiscard]] NewWeight update(const WeightUpdate& u) const;
};

/// w' = w - rate g / sqrt(a' + epsilon), a' = decay a + (1 - decay) g^2; centred: less the square
/// of the mean gradient; with momentum, of these steps. Source: Hinton's lecture 6e; Graves 2013
/// for the centred form.
struct RmsProp {
  static constexpr std::string_view kName = "rmsprop";
  Schedule learning_rate = 1e-3;
  double decay = 0.9, epsilon = 1e-8, momentum = 0;
  bool is_centered = false;
  [[nodiscard]] std::vector<Slot> slots() const;
  [[nodiscard]] NewWeight update(const WeightUpdate& u) const;
};

/// The sign of a mix of gradient and momentum, with decoupled weight decay. Source: Chen et al.
/// 2023.
struct Lion {
  static constexpr std::string_view kName = "lion";
  Schedule learning_rate = 1e-4;
  double beta1 = 0.9, beta2 = 0.99, weight_decay = 0;
  [[nodiscard]] std::vector<Slot> slots() const;
  [[nodiscard]] NewWeight update(const WeightUpdate& u) const;
};

}  // namespace hilo::train
