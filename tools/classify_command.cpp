#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <numeric>

#include "hilo/core/error.h"
#include "hilo/data/image.h"
#include "hilo/data/parallel_for.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/live_model.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

// As many at a time as evaluation takes: the same program, so the same answers.
constexpr std::size_t kAtOnce = 100;

struct Flags {
  std::string run{};
  std::vector<std::string> images{};
  ComputeFlags compute{};
  int top = 3;
  bool as_json = false, watches = false;
};

// A picture's file, and what came of it.
struct Answer {
  std::string file{};
  std::string problem{};  // empty if it could be read
  train::SavedModel::Prediction prediction{};
};

Shape picture_shape(const train::SavedModel& model) {
  const Shape& input = model.checkpoint().input;
  if (input.rank() != 3 || input.dtype != kU8 || (input.dim(2) != 1 && input.dim(2) != 3)) {
    throw Error("this model takes " + to_string(input) + "; expected one of pictures, u8[height,width,1 or 3]");
  }
  return input;
}

// Reads the pictures, each scaled and cropped to the model's size, and asks the model about those that can be read.
std::vector<Answer> classify(const train::SavedModel& model, std::span<const std::string> files) {
  const Shape shape = picture_shape(model);
  std::vector<Answer> answers(files.size());
  std::vector<Array> pictures(files.size());
  data::parallel_for(static_cast<std::int64_t>(files.size()), 0, [&](std::int64_t number) {
    const auto i = static_cast<std::size_t>(number);
    answers[i].file = files[i];
    try {
      const data::DecodeOptions options{.channels = static_cast<int>(shape.dim(2))};
      pictures[i] = data::cover(data::read_image(files[i], options), shape.dim(0), shape.dim(1));
    } catch (const Error& error) {
      answers[i].problem = error.what();
    }
  });
  const auto readable = std::ranges::count_if(answers, [](const Answer& a) { return a.problem.empty(); });
  if (readable == 0) return answers;
  Array inputs(Shape{kU8, {readable, shape.dim(0), shape.dim(1), shape.dim(2)}});
  auto to = inputs.mutable_bytes().begin();
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (answers[i].problem.empty()) to = std::ranges::copy(pictures[i].bytes(), to).out;
  }
  std::vector<train::SavedModel::Prediction> predictions = model.classify(inputs);
  auto next = predictions.begin();
  for (Answer& answer : answers) {
    if (answer.problem.empty()) answer.prediction = std::move(*next++);
  }
  return answers;
}

// The classes of the largest probabilities, the largest first; at equal ones the first class.
std::vector<std::int64_t> best_classes(const std::vector<double>& probabilities, int top) {
  std::vector<std::int64_t> classes(probabilities.size());
  std::iota(classes.begin(), classes.end(), 0);
  std::ranges::stable_sort(classes, std::ranges::greater(), [&](std::int64_t c) { return probabilities[static_cast<std::size_t>(c)]; });
  classes.resize(std::min(classes.size(), static_cast<std::size_t>(top)));
  return classes;
}

double probability_of(const Answer& answer, std::int64_t label) {
  return answer.prediction.probabilities[static_cast<std::size_t>(label)];
}

Json json_of(const Answer& answer, const train::SavedModel& model, const Flags& flags) {
  Json json = {{"file", answer.file}};
  if (!answer.problem.empty()) {
    json.update({{"label", nullptr}, {"probability", nullptr}, {"top", Json::array()}, {"error", answer.problem}});
  } else {
    const std::int64_t label = answer.prediction.label;
    json.update({{"label", model.class_name(label)}, {"probability", probability_of(answer, label)}, {"top", Json::array()}});
    for (std::int64_t other : best_classes(answer.prediction.probabilities, flags.top)) {
      json["top"].push_back({{"label", model.class_name(other)}, {"probability", probability_of(answer, other)}});
    }
  }
  if (flags.watches) json["step"] = model.checkpoint().step;
  return json;
}

std::string text_of(const Answer& answer, const train::SavedModel& model, const Flags& flags) {
  std::string text = shown(answer.file) + ":";
  if (!answer.problem.empty()) text += " cannot be read";
  else {
    const char* separator = " ";
    for (std::int64_t label : best_classes(answer.prediction.probabilities, flags.top)) {
      text += fmt::format("{}{} {:.1f} %", std::exchange(separator, ", "), model.class_name(label), 100 * probability_of(answer, label));
    }
  }
  return flags.watches ? text + fmt::format("  (step {})", model.checkpoint().step) : text;
}

// A line for each path of the standard input, at once.
int answer_lines(LiveModel& live, const Flags& flags) {
  int code = kDone;
  for (std::string line; std::getline(std::cin, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    if (flags.watches) live.refresh();
    const Answer answer = classify(live.model(), std::span(&line, 1)).at(0);
    if (!answer.problem.empty()) {
      say(answer.problem);
      code = kFailed;
    }
    std::cout << (flags.as_json ? line_of(json_of(answer, live.model(), flags)) : text_of(answer, live.model(), flags)) << std::endl;
  }
  return code;
}

int answer_files(LiveModel& live, const Flags& flags) {
  int code = kDone;
  const char* separator = "[\n";
  const std::size_t at_once = flags.watches ? 1 : kAtOnce;
  for (std::size_t done = 0; done < flags.images.size(); done += at_once) {
    if (flags.watches) live.refresh();
    const auto files = std::span(flags.images).subspan(done, std::min(at_once, flags.images.size() - done));
    for (const Answer& answer : classify(live.model(), files)) {
      if (!answer.problem.empty()) {
        say(answer.problem);
        code = kFailed;
      }
      if (flags.as_json) std::cout << std::exchange(separator, ",\n") << line_of(json_of(answer, live.model(), flags));
      else if (answer.problem.empty()) std::cout << text_of(answer, live.model(), flags) << "\n";
    }
  }
  if (flags.as_json) std::cout << "\n]\n";
  return code;
}

int classify(const Flags& flags) {
  obey(flags.compute, "classify");
  const bool reads_lines = flags.images.size() == 1 && flags.images[0] == "-";
  LiveModel live(open_client(flags.compute), flags.run);
  picture_shape(live.model());
  return reads_lines ? answer_lines(live, flags) : answer_files(live, flags);
}

}  // namespace

Command classify_command() {
  return {"classify", "What is in pictures, by a trained model",
          "  hilo classify runs/cifar cat.jpg ship.png\n  find photos -name '*.jpg' | hilo classify runs/cifar - --watch\n\n"
          "Pictures are JPEG, PNG or WebP, grey or in colour, of any size: they are scaled and cropped to the model's.\n"
          "One that cannot be read is named, the rest go on, and the exit code is 1.",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("RUN", flags->run, "Folder that `hilo train` made, or a step-N folder in it")->required();
            app.add_option("IMAGE", flags->images, "Pictures; - reads their paths from the standard input and answers each line at once")
                ->required();
            app.add_option("--top", flags->top, "Likeliest classes to name")->type_name("K")->capture_default_str()->check(CLI::Range(1, 1'000'000).description(""));
            app.add_flag("--watch", flags->watches, "Between two pictures take a newer checkpoint of the run; say which step was used");
            app.add_flag("--json", flags->as_json, "As JSON: an array, an object a picture; with -, an object a line");
            add_compute_flags(app, flags->compute);
            return [flags] { return classify(*flags); };
          }};
}

}  // namespace hilo::tools
