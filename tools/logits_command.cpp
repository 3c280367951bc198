#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "hilo/formats/safetensors.h"
#include "tools/command.h"
#include "tools/gemma_model.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

struct Flags {
  ModelFlags model{};
  std::string ids{}, out{};
};

int logits(const Flags& flags) {
  const models::gemma::Ids ids = ids_of_text(flags.ids);
  models::Gemma model = open_model(flags.model, "logits");
  Array all(Shape{kF32, {static_cast<Dim>(ids.size()), model.config().vocabulary}});
  auto to = all.mutable_data<float>().begin();
  models::gemma::Memory memory = model.engine().remember_nothing();
  model.engine().read_all(memory, ids, [&](const Array& piece) {
    to = std::ranges::copy(piece.data<float>(), to).out;
  });
  formats::write_safetensors(flags.out, {{"logits", all}});
  report_programs(flags.model, model);
  std::cout << fmt::format("wrote {}: logits {}\n", shown(flags.out), to_string(all.shape()));
  return kDone;
}

}  // namespace

Command logits_command() {
  return {"logits", "What a model expects behind each of some tokens",
          "  hilo logits gemma-3-270m --ids 2,818,5279,529,7001,563 --out logits.safetensors",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            flags->model.dtype = "f32";  // exact, to be compared
            add_model_flags(app, flags->model);
            app.add_option("--ids", flags->ids, "Token ids, with commas")
                ->required()
                ->type_name("I,I,..");
            app.add_option("--out", flags->out,
                           "Where the tensor \"logits\", f32[T,V], goes, as safetensors")
                ->required()
                ->type_name("F");
            return [flags] { return logits(*flags); };
          }};
}

}  // namespace hilo::tools
