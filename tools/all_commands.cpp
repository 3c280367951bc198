#include "tools/command.h"

namespace hilo::tools {

// Every subcommand. A new one: its function here, and its place in the list.
Command train_command();
Command eval_command();
Command classify_command();
Command export_command();
Command compile_command();
Command run_command();
Command vjp_command();
Command diff_command();
Command conformance_command();
Command generate_command();
Command chat_command();
Command logits_command();
Command perplexity_command();
Command convert_command();
Command bench_command();
Command tokenize_command();
Command detokenize_command();
Command inspect_command();
Command doctor_command();
Command devices_command();
Command plugins_command();
Command cache_command();
Command version_command();

std::vector<Command> all_commands() {
  return {train_command(),  eval_command(),    classify_command(), export_command(), compile_command(), run_command(),
          vjp_command(),    diff_command(),    conformance_command(),
          generate_command(), chat_command(), logits_command(), perplexity_command(), convert_command(), bench_command(),
          tokenize_command(), detokenize_command(), inspect_command(),
          doctor_command(), devices_command(), plugins_command(),  cache_command(),   version_command()};
}

}  // namespace hilo::tools
