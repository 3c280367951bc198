#include <CLI/CLI.hpp>

#include <iostream>

#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/evaluation.h"
#include "tools/load_data.h"

namespace hilo::tools {
namespace {

struct Flags {
  std::string run{};
  DataFlags data{};
  ComputeFlags compute{};
  bool as_json = false;
};

int eval(const Flags& flags) {
  obey(flags.compute, "eval");
  std::vector<std::string> warnings;
  const auto model = train::SavedModel::open(open_client(flags.compute), flags.run, &warnings);
  for (const std::string& warning : warnings) warn(warning);
  const Score score = evaluate(model, test_data(model.checkpoint(), flags.data));
  if (flags.as_json) {
    std::cout << text_of(json_of(score, model.checkpoint().step)) << "\n";
  } else {
    std::cout << "step " << model.checkpoint().step << ": " << text_of(score) << "\n";
  }
  return kDone;
}

}  // namespace

Command eval_command() {
  return {"eval", "How good a trained model is on test data", "  hilo eval runs/cifar --data cifar10\n  hilo eval runs/cifar --data cifar10 --json",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("RUN", flags->run, "Folder that `hilo train` made, or a step-N folder in it")->required();
            add_data_flags(app, flags->data);
            add_compute_flags(app, flags->compute);
            app.add_flag("--json", flags->as_json, "As JSON: loss, accuracy (a fraction), examples, step");
            return [flags] { return eval(*flags); };
          }};
}

}  // namespace hilo::tools
