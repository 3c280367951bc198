#include "hilo/train/saved_model.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>

#include "hilo/core/file.h"
#include "hilo/data/padded.h"

namespace hilo::train {

struct SavedModel::State {
  State(pjrt::Client c, Checkpoint found) : client(std::move(c)), checkpoint(std::move(found)) {}

  pjrt::Client client;
  Checkpoint checkpoint;
  std::vector<Tensor> weights{};             // in the order of the programs' arguments
  std::map<std::string, std::string> texts{};  // of the programs, by file: the folder may go while the model is in use
  mutable std::mutex mutex{};
  mutable std::map<Dim, Program> programs{};  // compiled when first wanted, by batch

  Program program(const SavedProgram& saved) const {
    const std::lock_guard lock(mutex);
    const auto found = programs.find(saved.batch);
    if (found != programs.end()) return found->second;
    const Program p = Program::compile_text(client, texts.at(saved.file), {.name = "inference"});
    return programs.emplace(saved.batch, p).first->second;
  }
};

SavedModel SavedModel::open(const pjrt::Client& client, const std::filesystem::path& run, std::vector<std::string>* warnings) {
  std::vector<std::string> ignored;
  const bool is_step = std::filesystem::exists(run / "manifest.json");
  auto state = std::make_shared<State>(
      client, is_step ? open_checkpoint(run) : latest_checkpoint(run, warnings != nullptr ? *warnings : ignored));
  const Checkpoint& c = state->checkpoint;
  if (c.programs.empty()) throw FormatError(c.path.string(), "holds no inference program; expected one that fit() saved");
  for (const SavedProgram& program : c.programs) state->texts.emplace(program.file, read_text(c.path / program.file));
  std::map<std::string, Array, std::less<>> values;
  for (auto& [path, array] : load_values(c, false)) values.emplace(path, array);
  for (const std::string& path : c.arguments) {
    const auto found = values.find(path);
    if (found == values.end()) throw FormatError((c.path / "model.safetensors").string(), "no tensor " + path + ", which the program takes");
    state->weights.emplace_back(found->second);
  }
  return SavedModel(std::move(state));
}

Array SavedModel::run(const Array& inputs) const {
  const Checkpoint& c = state_->checkpoint;
  Shape one = inputs.shape();
  if (!one.dims.empty()) one.dims.erase(one.dims.begin());
  if (inputs.shape().rank() == 0 || one != c.input) {
    throw Error("this model takes " + to_string(c.input) + " with a batch axis in front; got " + to_string(inputs.shape()));
  }
  const Dim total = inputs.shape().dim(0);
  std::vector<Array> parts;
  for (Dim done = 0; done < total;) {
    // The largest program that is filled, or for a rest the smallest that holds it.
    const Dim left = total - done;
    const SavedProgram* best = &c.programs.back();
    if (left < best->batch) {
      best = &*std::ranges::find_if(c.programs, [&](const SavedProgram& p) { return p.batch >= left; });
    }
    const Dim count = std::min(left, best->batch);
    const Tensor batch(data::padded(data::rows(inputs, done, count), best->batch));
    std::vector<Argument> arguments(state_->weights.begin(), state_->weights.end());
    arguments.emplace_back(batch);
    parts.push_back(data::rows(state_->program(*best).run(arguments).at(0).array(), 0, count));
    done += count;
  }
  if (parts.empty()) throw Error("run: no inputs; expected at least one");
  Shape shape = parts[0].shape();
  shape.dims[0] = total;
  Array result(shape);
  std::span<std::byte> to = result.mutable_bytes();
  for (const Array& part : parts) {
    std::ranges::copy(part.bytes(), to.begin());
    to = to.subspan(part.bytes().size());
  }
  return result;
}

std::vector<SavedModel::Prediction> SavedModel::classify(const Array& inputs) const {
  const Array outputs = run(inputs);
  if (outputs.shape().rank() != 2 || !is_float(outputs.shape().dtype) || outputs.shape().dim(1) == 0) {
    throw Error("this model's outputs are " + to_string(outputs.shape()) + "; expected logits [N,C] to classify");
  }
  const auto classes = static_cast<std::size_t>(outputs.shape().dim(1));
  const std::vector<double> logits = outputs.to_doubles();
  std::vector<Prediction> predictions;
  for (std::size_t row = 0; row < logits.size(); row += classes) {
    const std::span<const double> x(logits.data() + row, classes);
    const auto best = std::ranges::max_element(x);
    Prediction p{.label = best - x.begin()};
    double sum = 0;
    for (double v : x) sum += std::exp(v - *best);
    for (double v : x) p.probabilities.push_back(std::exp(v - *best) / sum);
    predictions.push_back(std::move(p));
  }
  return predictions;
}

const Checkpoint& SavedModel::checkpoint() const { return state_->checkpoint; }

std::string SavedModel::class_name(std::int64_t label) const {
  const std::vector<std::string>& names = state_->checkpoint.info.class_names;
  return label >= 0 && label < static_cast<std::int64_t>(names.size()) ? names[static_cast<std::size_t>(label)]
                                                                       : "class " + std::to_string(label);
}

}  // namespace hilo::train
