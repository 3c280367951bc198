#pragma once
#include <string>

#include "hilo/models/gemma/gemma.h"
#include "tools/compute_flags.h"

namespace hilo::tools {

/// The flags of every command that runs a language model.
struct ModelFlags {
  std::string model{}, config{}, tokenizer{}, dtype = "blocks", mesh{};
  ComputeFlags compute{};
  std::int64_t context = 0;
  bool is_verbose = false;
  bool takes_sizes = false;  ///< MODEL may be "gemma2-2b", whose weights are random then
};

/// Adds MODEL, --config, --tokenizer, --context, --verbose and the flags of all that computes.
void add_model_flags(CLI::App& app, ModelFlags& flags);

/// None for blocks.
std::optional<DType> dtype_of(const ModelFlags& flags);
/// The published size that `name` is the name of, if no file is called that; else null.
const models::gemma::Published* published_size(const std::string& name);

/// Opens the model. Throws UsageError for flags that `command` cannot obey.
models::Gemma open_model(const ModelFlags& flags, const std::string& command);

/// With --verbose, on the error output: programs that were compiled so far; executions of the last
/// answer, or of all if there was none.
void report_programs(const ModelFlags& flags, models::Gemma& model);

/// "2,818,5279" as ids. Throws UsageError.
models::gemma::Ids ids_of_text(const std::string& text);

}  // namespace hilo::tools
