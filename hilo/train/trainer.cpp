#include "hilo/train/trainer.h"

#include <algorithm>
#include <numeric>

#include "hilo/autodiff/autodiff.h"
#include "hilo/data/padded.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/random.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/train/tally.h"
#include "hilo/train/tracer.h"

namespace hilo::train {
namespace {

// Variables of the training itself.
constexpr const char* kStepPath = "training/step";        // i64[]: steps done
constexpr const char* kKeyPath = "training/key";          // u64[2]: the run's random key
constexpr const char* kHealthyPath = "training/healthy";  // i1[]: false from a non-finite step on

std::string slot_path(std::string_view weight, std::string_view slot) {
  return "optimizer/" + std::string(weight) + "/" + std::string(slot);
}

Value all_finite(Value loss, std::span<const Value> gradients) {
  Value ok = is_finite(loss);
  for (const Value& g : gradients) ok = logical_and(ok, all(is_finite(g)));
  return ok;
}

}  // namespace

double Evaluation::at(std::string_view metric) const {
  std::vector<std::string> known;
  for (const auto& [name, value] : metrics) {
    if (name == metric) return value;
    known.push_back(name);
  }
  throw Error("no metric " + std::string(metric) + " was evaluated; " + near_names(metric, known));
}

Trainer::Trainer(pjrt::Client client, nn::Model model, Loss loss, Optimizer optimizer, TrainerOptions options)
    : client_(std::move(client)),
      model_(std::move(model)),
      loss_(std::move(loss)),
      optimizer_(std::move(optimizer)),
      options_(std::move(options)) {}

void Trainer::on_step(When when, Callback callback) { callbacks_.emplace_back(when, std::move(callback)); }

void Trainer::prepare(const Shape& input) {
  if (built_) return;
  Function built = nn::declare(store_, model_, input);
  for (const std::string& path : nn::model_paths(store_)) {
    const nn::Variable& v = store_.at(path);
    if (v.role != nn::Role::kTrainable) continue;
    for (const Slot& slot : optimizer_.slots()) {
      store_.declare(slot_path(path, slot.name), v.shape.with(update_dtype(v.shape.dtype)), nn::Role::kOptimizer,
                     nn::constant(slot.initial));
    }
  }
  store_.declare(kStepPath, {DType::kI64, {}}, nn::Role::kOptimizer, nn::zeros());
  store_.declare(kHealthyPath, {DType::kI1, {}}, nn::Role::kOptimizer, nn::ones());
  const std::uint64_t seed = options_.seed;
  store_.declare(kKeyPath, {DType::kU64, {2}}, nn::Role::kOptimizer,
                 {"random_key", [seed](Value, const Shape&) { return fold_in(random_key(seed), nn::path_hash(kKeyPath)); }});
  store_.materialize(client_, seed);
  for (const auto& [path, variable] : store_.variables()) paths_.push_back(path);
  step_executor_.emplace(client_, [this](std::span<const Value> p) { return build_step(p); },
                         CompileSettings{.name = "train_step"});
  built_ = std::move(built);
}

// (variables in order of path.., inputs, labels) -> (variables.., loss, is_healthy, metrics..)
std::vector<Value> Trainer::build_step(std::span<const Value> parameters) const {
  std::map<std::string, Value, std::less<>> old;
  std::vector<Value> model_variables, weights;
  std::vector<std::string> weight_paths;
  std::size_t next = 0;
  for (const auto& [path, variable] : store_.variables()) {
    const Value v = parameters[next++];
    old.emplace(path, v);
    if (variable.role != nn::Role::kOptimizer) model_variables.push_back(v);
    if (variable.role == nn::Role::kTrainable) {
      weights.push_back(v);
      weight_paths.push_back(path);
    }
  }
  const Value inputs = parameters[next], labels = parameters[next + 1];
  const Value step = old.at(kStepPath);

  const nn::Building building(store_, nn::Mode::kTraining, fold_in(old.at(kKeyPath), step), model_variables);
  const Value outputs = model_(building.root(), inputs);
  const Value loss = mean(convert(loss_(outputs, labels), kF32));
  const std::vector<Value> gradients = grad(loss, weights);
  const Value healthy = logical_and(old.at(kHealthyPath), all_finite(loss, gradients));

  std::map<std::string, Value, std::less<>> fresh(old);
  std::map<DType, Value> steps, rates;  // in the dtypes that weights are updated in
  const std::vector<Slot> slots = optimizer_.slots();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const DType dtype = update_dtype(weights[i].dtype());
    if (!steps.contains(dtype)) {
      steps[dtype] = convert(step, dtype);
      rates[dtype] = optimizer_.learning_rate()(steps[dtype]);
    }
    WeightUpdate u{weights[i], gradients[i], {}, steps[dtype], rates[dtype]};
    for (const Slot& slot : slots) u.slots.push_back(old.at(slot_path(weight_paths[i], slot.name)));
    const NewWeight result = optimizer_.update(u);
    fresh[weight_paths[i]] = result.weight;
    for (std::size_t k = 0; k < slots.size(); ++k) fresh[slot_path(weight_paths[i], slots[k].name)] = result.slots[k];
  }
  for (const auto& [path, value] : building.updates()) fresh[path] = value;
  fresh[kStepPath] = step + 1;

  std::vector<Value> results;
  for (const auto& [path, value] : fresh) {
    const Value before = old.at(path);
    results.push_back(path == kHealthyPath ? healthy : value.is(before) ? before : select(healthy, value, before));
  }
  results.push_back(loss);
  results.push_back(healthy);
  for (const Metric& metric : options_.metrics) results.push_back(mean(convert(metric.values(outputs, labels), kF32)));
  return results;
}

void Trainer::start_step(const data::Batch& batch) {
  const Tensor inputs(batch.inputs), labels(batch.labels);
  std::vector<Argument> arguments;
  // Moving a copy gives the memory away; the store's own handles are replaced by the new state.
  for (const std::string& path : paths_) arguments.emplace_back(Tensor(store_.at(path).value));
  arguments.emplace_back(inputs);
  arguments.emplace_back(labels);
  std::vector<Tensor> results = step_executor_->run(std::move(arguments));
  for (std::size_t i = 0; i < paths_.size(); ++i) store_.set(paths_[i], std::move(results[i]));
  results.erase(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(paths_.size()));
  pending_.push_back({step_++, batch, std::move(results)});
}

void Trainer::settle(std::size_t left, Tally& tally) {
  for (; pending_.size() > left; pending_.pop_front()) {
    const Pending& p = pending_.front();
    const float loss = p.figures[0].item<float>();
    if (!p.figures[1].item<bool>()) refuse_non_finite(p);
    std::vector<double> metrics;
    for (std::size_t k = 2; k < p.figures.size(); ++k) metrics.push_back(static_cast<double>(p.figures[k].item<float>()));
    tally.add(p.batch, static_cast<double>(loss), metrics);
  }
}

// The device kept the state from before the step, so the step is built again with every value looked at.
void Trainer::refuse_non_finite(const Pending& pending) {
  const Pending failed = pending;
  pending_.clear();
  step_ = failed.step;
  store_.set(kHealthyPath, Tensor(true));
  std::vector<Array> arguments;
  for (const std::string& path : paths_) arguments.push_back(store_.at(path).value.array());
  arguments.push_back(failed.batch.inputs);
  arguments.push_back(failed.batch.labels);
  const std::string origin = first_non_finite(client_, [this](std::span<const Value> p) { return build_step(p); }, arguments);
  throw NonFiniteError("step " + std::to_string(failed.step + 1) + ": the loss or a gradient is not finite\n  first in:  " +
                       origin + "\n  weights:   as before this step; nothing is lost\n  hint:      a lower learning rate, or look at "
                       "the inputs of batch " + std::to_string(failed.batch.index) + " of epoch " + std::to_string(failed.batch.epoch + 1));
}

void Trainer::fit(const data::Batches& batches, FitOptions options) {
  if ((options.epochs > 0) == (options.steps > 0)) throw UsageError("fit: set either epochs or steps, and to more than 0");
  const std::int64_t per_epoch = batches.steps_per_epoch();
  if (per_epoch == 0) throw Error("fit: the data has no batch; expected at least one of " + std::to_string(batches.batch_size()) + " examples");
  const std::int64_t total = options.steps > 0 ? options.steps : options.epochs * per_epoch;
  dataset_ = batches.dataset();
  is_stopped_ = false;
  Shape input = batches.dataset().input_shape();
  input.dims.insert(input.dims.begin(), batches.batch_size());
  prepare(input);
  if (step_ >= total) return;

  Tally tally(options_.metrics, per_epoch, step_, total);
  try {
    run_steps(batches.stream(step_, total), per_epoch, total, tally);
  } catch (...) {  // of the data or a callback: the steps under way count all the same
    settle(0, tally);
    throw;
  }
  is_stopped_ = stop_.exchange(false);
}

void Trainer::run_steps(data::BatchStream stream, std::int64_t per_epoch, std::int64_t total, Tally& tally) {
  using Clock = std::chrono::steady_clock;
  std::vector<Clock::time_point> last_called(callbacks_.size(), Clock::now());
  bool is_last = false;
  while (!is_last) {
    const std::optional<data::Batch> batch = stream.next();
    if (!batch) break;
    start_step(*batch);
    is_last = step_ == total || stop_.load();
    std::vector<std::size_t> due;
    for (std::size_t i = 0; i < callbacks_.size(); ++i) {
      const When& when = callbacks_[i].first;
      const bool by_steps = when.steps > 0 && step_ % when.steps == 0;
      const bool by_epochs = when.epochs > 0 && step_ % (when.epochs * per_epoch) == 0;
      const bool by_time = when.time.count() > 0 && Clock::now() - last_called[i] >= when.time;
      if (!(is_last || by_steps || by_epochs || by_time)) continue;
      due.push_back(i);
      last_called[i] = Clock::now();
    }
    settle(due.empty() ? static_cast<std::size_t>(std::max(options_.steps_in_flight, 1)) - 1 : 0, tally);
    if (due.empty()) continue;
    const Progress progress = tally.progress(is_last);
    for (std::size_t i : due) callbacks_[i].second(*this, progress);
  }
}

Evaluation Trainer::evaluate(const data::Batches& batches, const std::vector<Metric>& metrics) {
  Shape input = batches.dataset().input_shape();
  input.dims.insert(input.dims.begin(), batches.batch_size());
  prepare(input);
  const std::vector<std::string> paths = nn::model_paths(store_);
  // (model variables.., inputs, labels) -> losses [B], metrics [B]..
  const Executor executor(client_, [&](std::span<const Value> p) {
    const nn::Building building(store_, nn::Mode::kInference, {}, p.first(paths.size()));
    const Value outputs = model_(building.root(), p[paths.size()]), labels = p[paths.size() + 1];
    std::vector<Value> results = {convert(loss_(outputs, labels), kF32)};
    for (const Metric& m : metrics) results.push_back(convert(m.values(outputs, labels), kF32));
    return results;
  }, CompileSettings{.name = "evaluate"});
  std::vector<double> sums(1 + metrics.size(), 0);
  Evaluation evaluation;
  for (const data::Batch& batch : batches) {
    std::vector<Argument> arguments;
    for (const std::string& path : paths) arguments.emplace_back(store_.at(path).value);
    const Tensor inputs(data::padded(batch.inputs, batches.batch_size())), labels(data::padded(batch.labels, batches.batch_size()));
    arguments.emplace_back(inputs);
    arguments.emplace_back(labels);
    const std::vector<Tensor> figures = executor.run(std::move(arguments));
    for (std::size_t k = 0; k < sums.size(); ++k) {
      const Array values = figures[k].array();
      for (float v : values.data<float>().first(static_cast<std::size_t>(batch.size()))) sums[k] += static_cast<double>(v);
    }
    evaluation.examples += batch.size();
  }
  const auto count = static_cast<double>(std::max<std::int64_t>(evaluation.examples, 1));
  evaluation.loss = sums[0] / count;
  for (std::size_t k = 0; k < metrics.size(); ++k) evaluation.metrics.emplace_back(metrics[k].name, sums[k + 1] / count);
  return evaluation;
}

void Trainer::restore(const std::vector<std::pair<std::string, Array>>& values) {
  std::map<std::string, const Array*, std::less<>> saved;
  for (const auto& [path, array] : values) saved.emplace(path, &array);
  std::string differences;
  const auto differ = [&](const std::string& path, const std::string& model, const std::string& checkpoint) {
    differences += "\n  " + path + std::string(path.size() < 36 ? 36 - path.size() : 1, ' ') + "model: " + model +
                   std::string(model.size() < 20 ? 20 - model.size() : 1, ' ') + "checkpoint: " + checkpoint;
  };
  for (const std::string& path : paths_) {
    const auto found = saved.find(path);
    const Shape& shape = store_.at(path).shape;
    if (found == saved.end()) differ(path, to_string(shape), "-");
    else if (found->second->shape() != shape) differ(path, to_string(shape), to_string(found->second->shape()));
  }
  for (const auto& [path, array] : saved) {
    if (!store_.contains(path)) differ(path, "-", to_string(array->shape()));
  }
  if (!differences.empty()) throw Error("the checkpoint is of another model:" + differences);
  for (const auto& [path, array] : saved) store_.set(path, Tensor(*array));
  step_ = saved.at(kStepPath)->data<std::int64_t>()[0];
}

std::string Trainer::summary() const {
  if (!built_) throw Error("summary: the model is not built yet; expected prepare() or fit() before");
  return nn::summary(store_, *built_);
}

std::vector<Shape> Trainer::step_shapes(const Shape& inputs, const Shape& labels) const {
  std::vector<Shape> shapes;
  for (const std::string& path : paths_) shapes.push_back(store_.at(path).shape);
  shapes.push_back(inputs);
  shapes.push_back(labels);
  return shapes;
}

Program Trainer::step_program(const Shape& inputs, const Shape& labels) {
  prepare(inputs);
  const std::vector<bool> donated(paths_.size(), true);
  return step_executor_->program(step_shapes(inputs, labels), donated);
}

std::string Trainer::step_text(const Shape& inputs, const Shape& labels) {
  prepare(inputs);
  const Function step = trace([this](std::span<const Value> p) { return build_step(p); }, step_shapes(inputs, labels));
  std::vector<int> aliases(paths_.size());  // a step's results begin with the new state
  std::iota(aliases.begin(), aliases.end(), 0);
  aliases.resize(paths_.size() + 2, -1);
  return stablehlo::emit(step, {.module_name = "train_step", .aliases = std::move(aliases)});
}

}  // namespace hilo::train
